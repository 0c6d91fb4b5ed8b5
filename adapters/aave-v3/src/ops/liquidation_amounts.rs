//! How much debt is repaid and how much collateral is seized for it.

use levmine_math::{Rounding, U256};

use crate::error::Result;
use crate::version::Rules;
use crate::wad_ray::{self, in_base_currency, percent_div, percent_mul};

/// Half of the debt.
pub(crate) const HALF: u64 = 5_000;
/// Above this health factor only half of the debt is liquidated: 0.95, 18 decimals. Exactly here all of it is.
pub(crate) const CLOSE_FACTOR_THRESHOLD: U256 = U256::from_limbs([950_000_000_000_000_000, 0, 0, 0]);
/// Below this value of debt or collateral all of the debt is liquidated: 2,000, 8 decimals; since 3.3.
pub(crate) const SMALL_POSITION: U256 = U256::from_limbs([200_000_000_000, 0, 0, 0]);
/// What must be left of debt and collateral unless one of them is cleared: 1,000, 8 decimals; since 3.3.
pub(crate) const LEAST_LEFT: U256 = U256::from_limbs([100_000_000_000, 0, 0, 0]);

/// What a liquidation is computed from. Prices have 8 decimals, units are 10^decimals, shares basis points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LiquidationInput {
    /// The price of the collateral.
    pub collateral_price: U256,
    /// One whole token of the collateral.
    pub collateral_unit: U256,
    /// The price of the debt.
    pub debt_price: U256,
    /// One whole token of the debt.
    pub debt_unit: U256,
    /// The debt to be repaid, in base units.
    pub repay: U256,
    /// All the borrower's collateral of that asset, in base units.
    pub collateral: U256,
    /// What is paid per unit repaid, with the 100 %.
    pub bonus: u16,
    /// The protocol's part of the bonus.
    pub protocol_fee: u16,
}

/// What a liquidation moves, in base units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LiquidationAmounts {
    /// Collateral for the liquidator.
    pub to_liquidator: U256,
    /// Collateral for the treasury.
    pub protocol_fee: U256,
    /// Debt repaid.
    pub repaid: U256,
    /// The value of all collateral seized, with 8 decimals, rounded down.
    pub seized_value: U256,
}

/// Returns what is seized and repaid. Where the collateral does not suffice, all of it is seized and the repayment
/// shrinks.
///
/// Source: `LiquidationLogic._calculateAvailableCollateralToLiquidate`.
///
/// # Errors
///
/// [`crate::AaveError::Panic`] or [`crate::AaveError::Library`] on overflow, and for a price of zero.
pub fn liquidation_amounts(rules: &Rules, input: &LiquidationInput) -> Result<LiquidationAmounts> {
    let bonus = U256::from(input.bonus);
    let base = wad_ray::div(
        wad_ray::mul(wad_ray::mul(input.debt_price, input.repay)?, input.collateral_unit)?,
        wad_ray::mul(input.collateral_price, input.debt_unit)?,
    )?;
    let most = percent_mul(base, bonus, rules.value.collateral_with_bonus)?;
    let (seized, repaid) = if most > input.collateral {
        let worth = wad_ray::div(
            wad_ray::mul(wad_ray::mul(input.collateral_price, input.collateral)?, input.debt_unit)?,
            wad_ray::mul(input.debt_price, input.collateral_unit)?,
        )?;
        (input.collateral, percent_div(worth, bonus, rules.value.debt_needed)?)
    } else {
        (most, input.repay)
    };
    let seized_value =
        in_base_currency(seized, input.collateral_price, input.collateral_unit, Rounding::Down)?;
    let protocol_fee = if input.protocol_fee == 0 {
        U256::ZERO
    } else {
        let without_bonus = percent_div(seized, bonus, rules.value.collateral_without_bonus)?;
        let bonus_part = wad_ray::sub(seized, without_bonus)?;
        percent_mul(bonus_part, U256::from(input.protocol_fee), rules.value.protocol_fee)?
    };
    Ok(LiquidationAmounts {
        to_liquidator: wad_ray::sub(seized, protocol_fee)?,
        protocol_fee,
        repaid,
        seized_value,
    })
}
