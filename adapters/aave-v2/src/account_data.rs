//! What a position is worth: `getUserAccountData`.

use levmine_market::{Account, Asset, PriceBook};
use levmine_math::{Rounding, U256, mul_div};

use crate::accrual::{normalized_debt, normalized_income};
use crate::balances::worth;
use crate::error::Result;
use crate::math::{PERCENTAGE_FACTOR, WAD, add, div, mul, percent_mul, value, wad_div};
use crate::state::{Pool, User};

/// Prices in wei of ether for one whole token.
pub trait Oracle {
    /// The price of `asset`.
    ///
    /// # Errors
    ///
    /// [`crate::AaveV2Error::Market`] where there is none.
    fn price(&self, asset: Asset) -> Result<U256>;
}

/// A price book in dollars, read in ether.
#[derive(Debug, Clone, Copy)]
pub struct InEther<'a> {
    prices: &'a PriceBook,
    /// The price of ether, 18 decimals.
    ether: U256,
}

impl<'a> InEther<'a> {
    /// The prices of a book as prices in `ether`.
    ///
    /// # Errors
    ///
    /// [`crate::AaveV2Error::Market`] where ether has no price.
    pub fn new(prices: &'a PriceBook, ether: Asset) -> Result<Self> {
        Ok(Self { prices, ether: prices.price(ether)?.0.raw() })
    }

    /// A value in wei of ether, in dollars with 18 decimals. Rounds down.
    pub(crate) fn dollars(&self, wei: U256) -> Result<U256> {
        if self.ether == WAD {
            return Ok(wei);
        }
        mul_div(wei, self.ether, WAD, Rounding::Down)
            .map_err(|error| levmine_market::MarketError::from(error).into())
    }
}

impl Oracle for InEther<'_> {
    /// Rounds down to whole wei. Ether itself is one.
    fn price(&self, asset: Asset) -> Result<U256> {
        let dollars = self.prices.price(asset)?.0.raw();
        if self.ether == WAD {
            return Ok(dollars);
        }
        // Ether without value would make everything infinite; it is an error of arithmetic.
        mul_div(dollars, WAD, self.ether, Rounding::Down)
            .map_err(|error| levmine_market::MarketError::from(error).into())
    }
}

/// The value of a position. Values are wei of ether, shares basis points, the health factor has 18 decimals and is
/// 2^256 − 1 without debt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountData {
    /// The value of the collateral.
    pub collateral: U256,
    /// The value of the debt.
    pub debt: U256,
    /// The average LTV, rounded down.
    pub ltv: U256,
    /// The average liquidation threshold, rounded down.
    pub threshold: U256,
    /// The health factor.
    pub health_factor: U256,
}

impl AccountData {
    const EMPTY: Self = Self {
        collateral: U256::ZERO,
        debt: U256::ZERO,
        ltv: U256::ZERO,
        threshold: U256::ZERO,
        health_factor: U256::MAX,
    };

    /// What may still be borrowed, in wei.
    ///
    /// Source: `GenericLogic.calculateAvailableBorrowsETH`.
    ///
    /// # Errors
    ///
    /// Where the arithmetic of the contract fails.
    pub fn available_borrows(&self) -> Result<U256> {
        Ok(percent_mul(self.collateral, self.ltv)?.saturating_sub(self.debt))
    }
}

/// `collateral · threshold ÷ debt`, half up twice; 2^256 − 1 without debt.
///
/// Source: `GenericLogic.calculateHealthFactorFromBalances`.
pub(crate) fn health_factor(collateral: U256, debt: U256, threshold: U256) -> Result<U256> {
    if debt.is_zero() {
        return Ok(U256::MAX);
    }
    wad_div(percent_mul(collateral, threshold)?, debt)
}

impl Pool {
    /// Values the position of `account` at `now`.
    ///
    /// Source: `GenericLogic.calculateUserAccountData`.
    ///
    /// # Errors
    ///
    /// [`crate::AaveV2Error::Market`] for a missing price, and where the arithmetic of the contract fails.
    pub fn account_data(&self, account: Account, oracle: &dyn Oracle, now: u64) -> Result<AccountData> {
        match self.users.get(&account) {
            Some(user) => self.value(user, oracle, now),
            None => Ok(AccountData::EMPTY),
        }
    }

    pub(crate) fn value(&self, user: &User, oracle: &dyn Oracle, now: u64) -> Result<AccountData> {
        let mut data = AccountData::EMPTY;
        let (mut ltv_sum, mut threshold_sum) = (U256::ZERO, U256::ZERO);
        let mut left = user.collateral | user.borrowing;
        while left != 0 {
            let id = left.trailing_zeros() as usize;
            left &= left - 1;
            let Some(reserve) = self.reserves.get(id) else { continue };
            let (params, unit) = (&reserve.params, reserve.params.unit());
            let price = oracle.price(reserve.asset)?;
            if params.liquidation_threshold != 0 && user.uses_as_collateral(id) {
                let balance = worth(user.supplied(id), normalized_income(reserve, now)?)?;
                let held = value(price, balance, unit)?;
                data.collateral = add(data.collateral, held)?;
                ltv_sum = add(ltv_sum, mul(held, U256::from(params.ltv))?)?;
                threshold_sum = add(threshold_sum, mul(held, U256::from(params.liquidation_threshold))?)?;
            }
            if user.borrows(id) {
                data.debt = add(data.debt, value(price, self.owed(user, id, now)?.0, unit)?)?;
            }
        }
        if !data.collateral.is_zero() {
            data.ltv = div(ltv_sum, data.collateral)?;
            data.threshold = div(threshold_sum, data.collateral)?;
        }
        data.health_factor = health_factor(data.collateral, data.debt, data.threshold)?;
        Ok(data)
    }

    /// What `user` owes of reserve `id` at `now`: altogether, at a stable rate, at the variable rate; base units.
    ///
    /// Source: `Helpers.getUserCurrentDebt`.
    pub(crate) fn owed(&self, user: &User, id: usize, now: u64) -> Result<(U256, U256, U256)> {
        let Some(holding) = user.holding(id) else { return Ok((U256::ZERO, U256::ZERO, U256::ZERO)) };
        let stable = holding.stable.balance(now)?;
        let variable = if holding.debt.is_zero() {
            U256::ZERO
        } else {
            worth(holding.debt, normalized_debt(self.reserve(id)?, now)?)?
        };
        Ok((add(stable, variable)?, stable, variable))
    }

    /// Whether `amount` of reserve `id` may leave the collateral of `user`.
    ///
    /// Source: `GenericLogic.balanceDecreaseAllowed`.
    pub(crate) fn may_leave(
        &self,
        user: &User,
        id: usize,
        amount: U256,
        oracle: &dyn Oracle,
        now: u64,
    ) -> Result<bool> {
        let reserve = self.reserve(id)?;
        let own = U256::from(reserve.params.liquidation_threshold);
        if user.borrowing == 0 || !user.uses_as_collateral(id) || own.is_zero() {
            return Ok(true);
        }
        let data = self.value(user, oracle, now)?;
        if data.debt.is_zero() {
            return Ok(true);
        }
        let leaving = value(oracle.price(reserve.asset)?, amount, reserve.params.unit())?;
        let left = crate::math::sub(data.collateral, leaving)?;
        if left.is_zero() {
            return Ok(false);
        }
        let sum = crate::math::sub(mul(data.collateral, data.threshold)?, mul(leaving, own)?)?;
        Ok(health_factor(left, data.debt, div(sum, left)?)? >= WAD)
    }
}

/// The value of collateral at its average threshold, in wei.
pub(crate) fn liquidation_limit(data: &AccountData) -> Result<U256> {
    percent_mul(data.collateral, data.threshold)
}

/// A share as a `U256`.
pub(crate) fn full() -> U256 {
    U256::from(PERCENTAGE_FACTOR)
}
