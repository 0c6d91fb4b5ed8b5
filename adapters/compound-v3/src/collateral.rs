//! What the feeds answer, and what a position is worth by them.

use levmine_lending::{Health, HealthFactor};
use levmine_market::{Account, Asset, MarketError, PriceBook};
use levmine_math::{ConstDivisor, Rounding, U256, Wad, add};

use crate::casts::{FACTOR_SCALE, INT256_LIMIT, div, mul_div, signed256};
use crate::error::{CometError, Result};
use crate::params::{Collateral, Quote, share_of};
use crate::principal::present_value;
use crate::signed::Signed;
use crate::state::{Comet, Totals, User};

/// The decimals of feeds and values.
pub const PRICE_DECIMALS: u8 = 8;

/// One, for feeds and values.
const PRICE_SCALE: u64 = 100_000_000;

/// From 8 to 18 decimals.
const WAD_PER_PRICE: u64 = 10_000_000_000;
const TO_PRICE: ConstDivisor = ConstDivisor::new(WAD_PER_PRICE);

impl Comet {
    /// What the feed of `asset` answers, with 8 decimals: the book's price, or its ratio to the base asset's,
    /// **rounded down**.
    ///
    /// Source: `Comet.getPrice`, with `ConstantPriceFeed` and the ratio feeds of markets in ether.
    ///
    /// # Errors
    ///
    /// [`CometError::BadPrice`] for zero; [`CometError::Market`] for a price that is missing.
    pub fn price(&self, asset: Asset, book: &PriceBook) -> Result<U256> {
        let answer = match self.params.quote {
            Quote::Dollars => TO_PRICE.floor(book.price(asset)?.0.raw()),
            Quote::Base if asset == self.params.base => U256::from(PRICE_SCALE),
            Quote::Base => {
                let (price, base) = (book.price(asset)?.0, book.price(self.params.base)?.0);
                if base.is_zero() {
                    return Err(CometError::BadPrice { asset });
                }
                let scale = U256::from(PRICE_SCALE);
                levmine_math::mul_div(price.raw(), scale, base.raw(), Rounding::Down)
                    .map_err(MarketError::Math)?
            }
        };
        if answer.is_zero() { Err(CometError::BadPrice { asset }) } else { Ok(answer) }
    }

    /// A value with 8 decimals as dollars with 18.
    fn dollars(&self, value: U256, book: &PriceBook) -> Result<Wad> {
        let raw = match self.params.quote {
            Quote::Dollars => levmine_math::mul(value, U256::from(WAD_PER_PRICE))?,
            Quote::Base => {
                let base = book.price(self.params.base)?.0.raw();
                levmine_math::mul_div(value, base, U256::from(PRICE_SCALE), Rounding::Down)?
            }
        };
        Ok(Wad::from_raw(raw))
    }

    /// The value of a debt, 8 decimals, rounded **down**, as the signed multiplication truncates towards
    /// zero.
    ///
    /// Source: `Comet.signedMulPrice`.
    fn debt_value(&self, debt: U256, price: U256) -> Result<U256> {
        let product = levmine_math::mul(debt, signed256(price)?)?;
        if product > INT256_LIMIT {
            let error = levmine_math::MathError::Overflow { operation: "signed product", a: debt, b: price };
            return Err(error.into());
        }
        div(product, U256::from(self.params.base_scale))
    }

    /// Whether the collateral, each asset by its factor, covers the debt at the indexes in `totals`. The
    /// contract's loop: in the order of the assets, and no feed is read once it does.
    fn covers(
        &self,
        totals: &Totals,
        user: &User,
        book: &PriceBook,
        share: fn(&Collateral) -> u16,
    ) -> Result<bool> {
        let Signed::Minus(debt) = present_value(totals, user.principal)? else {
            if user.principal < 0 {
                // A debt of less than one base unit still reads the feed.
                self.price(self.params.base, book)?;
            }
            return Ok(true);
        };
        let debt = self.debt_value(debt, self.price(self.params.base, book)?)?;
        let mut sum = U256::ZERO;
        for (listed, balance) in self.params.collaterals.iter().zip(&user.collateral) {
            if *balance == 0 {
                continue;
            }
            if sum >= debt {
                return Ok(true);
            }
            let value = collateral_value(*balance, self.price(listed.asset, book)?, listed)?;
            sum = add(sum, signed256(share_of(value, share(listed))?)?)?;
        }
        Ok(sum >= debt)
    }

    /// Whether the account may owe what it owes, at the indexes in `totals`.
    pub(crate) fn covers_borrow(&self, totals: &Totals, user: &User, book: &PriceBook) -> Result<bool> {
        self.covers(totals, user, book, |listed| listed.borrow_collateral_factor)
    }

    /// Whether the account is safe from absorption, at the indexes in `totals`.
    pub(crate) fn is_safe(&self, totals: &Totals, user: &User, book: &PriceBook) -> Result<bool> {
        self.covers(totals, user, book, |listed| listed.liquidate_collateral_factor)
    }

    /// Whether the account may owe what it owes, at the stored indexes.
    ///
    /// Source: `Comet.isBorrowCollateralized`.
    ///
    /// # Errors
    ///
    /// [`CometError::BadPrice`], [`CometError::Market`], [`CometError::Panic`].
    pub fn is_borrow_collateralized(&self, account: Account, book: &PriceBook) -> Result<bool> {
        self.covers_borrow(&self.totals, &self.user(account), book)
    }

    /// Whether the account can be absorbed, at the stored indexes.
    ///
    /// Source: `Comet.isLiquidatable`.
    ///
    /// # Errors
    ///
    /// [`CometError::BadPrice`], [`CometError::Market`], [`CometError::Panic`].
    pub fn is_liquidatable(&self, account: Account, book: &PriceBook) -> Result<bool> {
        Ok(!self.is_safe(&self.totals, &self.user(account), book)?)
    }

    /// The position in values, at the indexes in `totals`. Unlike the contract's checks it needs the price of
    /// every collateral that the account has.
    pub(crate) fn health_at(&self, totals: &Totals, user: &User, book: &PriceBook) -> Result<Health> {
        let (mut collateral, mut borrow_limit, mut liquidation_limit) = (U256::ZERO, U256::ZERO, U256::ZERO);
        for (listed, balance) in self.params.collaterals.iter().zip(&user.collateral) {
            if *balance == 0 {
                continue;
            }
            let value = collateral_value(*balance, self.price(listed.asset, book)?, listed)?;
            collateral = add(collateral, value)?;
            borrow_limit = add(borrow_limit, share_of(value, listed.borrow_collateral_factor)?)?;
            liquidation_limit = add(liquidation_limit, share_of(value, listed.liquidate_collateral_factor)?)?;
        }
        let debt = match present_value(totals, user.principal)? {
            Signed::Minus(debt) => self.debt_value(debt, self.price(self.params.base, book)?)?,
            Signed::Plus(_) => U256::ZERO,
        };
        let factor = if debt.is_zero() {
            HealthFactor::NoDebt
        } else {
            HealthFactor::Of(Wad::from_raw(mul_div(liquidation_limit, U256::from(FACTOR_SCALE), debt)?))
        };
        Ok(Health {
            collateral: self.dollars(collateral, book)?,
            debt: self.dollars(debt, book)?,
            borrow_limit: self.dollars(borrow_limit, book)?,
            liquidation_limit: self.dollars(liquidation_limit, book)?,
            factor,
            liquidatable: liquidation_limit < debt,
        })
    }
}

/// The value of collateral, 8 decimals, rounded down.
///
/// Source: `Comet.mulPrice`.
pub(crate) fn collateral_value(balance: u128, price: U256, listed: &Collateral) -> Result<U256> {
    mul_div(U256::from(balance), price, U256::from(listed.scale))
}
