//! The market's own: reserves of base, and the store front for seized collateral.

use levmine_market::PriceBook;
use levmine_math::{Rounding, U256, Wad, add, mul, sub};

use crate::accrual::projected;
use crate::casts::{FACTOR_SCALE, div, mul_factor, signed256};
use crate::error::Result;
use crate::params::factor;
use crate::principal::{present_value_borrow, present_value_supply};
use crate::signed::Signed;
use crate::state::Comet;

/// What the store front asks for one collateral asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offer {
    /// The feed of the base asset, 8 decimals.
    pub base_price: U256,
    /// The feed of the collateral less the discount, 8 decimals.
    pub discounted_price: U256,
    /// One whole token of the collateral in base units.
    pub asset_scale: U256,
    /// One whole base token in base units.
    pub base_scale: U256,
}

impl Offer {
    /// What `base_amount` buys: `basePrice × baseAmount × assetScale ÷ discountedPrice ÷ baseScale`, both
    /// divisions **rounded down**, in favour of the market.
    ///
    /// Source: `Comet.quoteCollateral`.
    ///
    /// # Errors
    ///
    /// [`crate::CometError::Panic`] on overflow, and where the discounted price is zero.
    pub fn quote(&self, base_amount: U256) -> Result<U256> {
        let value = mul(mul(self.base_price, base_amount)?, self.asset_scale)?;
        div(div(value, self.discounted_price)?, self.base_scale)
    }

    /// The least base amount with which as much as possible of `amount` is bought, and no more.
    ///
    /// One base unit may buy many units of collateral, or many base units one. The two divisions of the quote
    /// round like one by the product, `bought = ⌊n·base ÷ d⌋`, so the largest `base` with `bought ≤ amount`
    /// is `((amount + 1)·d − 1) ÷ n`; what it buys costs `⌈bought·d ÷ n⌉`.
    pub(crate) fn payment(&self, amount: U256) -> Result<U256> {
        let n = mul(self.base_price, self.asset_scale)?;
        let d = mul(self.discounted_price, self.base_scale)?;
        let most = div(sub(mul(add(amount, U256::ONE)?, d)?, U256::ONE)?, n)?;
        Ok(levmine_math::mul_div(self.quote(most)?, d, n, Rounding::Up)?)
    }

    /// The price of one whole token of collateral in whole base tokens, 18 decimals, rounded up.
    pub(crate) fn price(&self) -> Result<Wad> {
        let price = levmine_math::mul_div(
            self.discounted_price,
            U256::from(FACTOR_SCALE),
            self.base_price,
            Rounding::Up,
        );
        Ok(Wad::from_raw(price?))
    }
}

impl Comet {
    /// The reserves of base with interest to `now`: cash less what suppliers have plus what borrowers owe.
    ///
    /// Source: `Comet.getReserves`.
    ///
    /// # Errors
    ///
    /// [`crate::CometError::DoesNotFit`], [`crate::CometError::Panic`] on overflow.
    pub fn reserves(&self, now: u64) -> Result<Signed> {
        let totals = projected(&self.params, &self.totals, now)?;
        let supply = present_value_supply(totals.base_supply_index, totals.total_supply_base)?;
        let borrow = present_value_borrow(totals.base_borrow_index, totals.total_borrow_base)?;
        Signed::Plus(signed256(self.cash)?).sub(supply)?.add(borrow)
    }

    /// Whether the reserves have reached their target, so that collateral is kept.
    pub(crate) fn keeps_collateral(&self, now: u64) -> Result<bool> {
        let target = U256::from(self.params.target_reserves);
        Ok(matches!(self.reserves(now)?, Signed::Plus(reserves) if reserves >= target))
    }

    /// What the store front asks for the collateral of this number, whether it is open or not.
    ///
    /// The discount is `storeFrontPriceFactor × (1 − liquidationFactor)`, rounded down, and the price less it
    /// too.
    ///
    /// Source: `Comet.quoteCollateral`.
    ///
    /// # Errors
    ///
    /// [`crate::CometError::UnknownCollateral`], [`crate::CometError::BadPrice`],
    /// [`crate::CometError::Market`], [`crate::CometError::Panic`].
    pub fn offer(&self, number: usize, book: &PriceBook) -> Result<Offer> {
        let listed = self.collateral(number)?;
        let one = U256::from(FACTOR_SCALE);
        let price = self.price(listed.asset, book)?;
        let penalty = sub(one, factor(listed.liquidation_factor))?;
        let discount = mul_factor(U256::from(self.params.store_front_price_factor), penalty)?;
        let discounted_price = mul_factor(price, sub(one, discount)?)?;
        Ok(Offer {
            base_price: self.price(self.params.base, book)?,
            discounted_price,
            asset_scale: U256::from(listed.scale),
            base_scale: U256::from(self.params.base_scale),
        })
    }
}
