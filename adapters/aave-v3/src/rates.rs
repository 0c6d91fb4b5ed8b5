//! The interest rate strategy.

use levmine_math::{Rounding, U256};

use crate::error::{AaveError, Result};
use crate::params::Curve;
use crate::state::Reserve;
use crate::version::Rules;
use crate::wad_ray::{self, PERCENTAGE_FACTOR, percent_mul, ray_div, ray_mul};

/// What the strategy is asked with: amounts in base units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateInput {
    /// The debt of all borrowers, with interest.
    pub total_debt: U256,
    /// The liquidity before the operation.
    pub liquidity: U256,
    /// What the operation adds.
    pub added: U256,
    /// What the operation takes.
    pub taken: U256,
    /// Claims without liquidity or debt behind them: the deficit, since 3.3.
    pub unbacked: U256,
    /// The treasury's part, in basis points.
    pub reserve_factor: u16,
}

/// Rates in ray, simple and per year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateOutput {
    /// What suppliers earn.
    pub supply: U256,
    /// What borrowers pay.
    pub borrow: U256,
}

/// Returns the rates after an operation.
///
/// Below the optimal utilization `base + slope1 · U ÷ optimal` (the product first), above it
/// `base + slope1 + slope2 · (U − optimal) ÷ (1 − optimal)`; half up at every step. Suppliers get
/// `borrow · U · (1 − reserve factor)`.
///
/// Source: `DefaultReserveInterestRateStrategy` 3.0 and `DefaultReserveInterestRateStrategyV2` since 3.1,
/// `calculateInterestRates`.
///
/// # Errors
///
/// [`AaveError::Panic`] where more is taken than there is, and where the sums overflow; [`AaveError::Library`] where
/// the products do.
pub fn calculate(rules: &Rules, curve: &Curve, input: &RateInput) -> Result<RateOutput> {
    let base = U256::from(curve.base);
    if input.total_debt.is_zero() {
        return Ok(RateOutput { supply: U256::ZERO, borrow: base });
    }
    let available = wad_ray::sub(wad_ray::add(input.liquidity, input.added)?, input.taken)?;
    let with_debt = wad_ray::add(available, input.total_debt)?;
    let usage = ray_div(input.total_debt, with_debt, Rounding::HalfUp)?;
    let supply_usage = if input.unbacked.is_zero() {
        usage
    } else {
        ray_div(input.total_debt, wad_ray::add(with_debt, input.unbacked)?, Rounding::HalfUp)?
    };
    let optimal = U256::from(curve.optimal);
    let (slope1, slope2) = (U256::from(curve.slope1), U256::from(curve.slope2));
    let above_base = if usage > optimal {
        let excess = ray_div(wad_ray::sub(usage, optimal)?, curve.excess(), Rounding::HalfUp)?;
        wad_ray::add(slope1, ray_mul(slope2, excess, Rounding::HalfUp)?)?
    } else {
        ray_div(ray_mul(slope1, usage, Rounding::HalfUp)?, optimal, Rounding::HalfUp)?
    };
    let borrow = wad_ray::add(base, above_base)?;
    let overall = if rules.averages_supply_rate { average(input.total_debt, borrow)? } else { borrow };
    let gross = ray_mul(overall, supply_usage, Rounding::HalfUp)?;
    let share = PERCENTAGE_FACTOR.checked_sub(input.reserve_factor).ok_or_else(|| {
        AaveError::Panic(levmine_math::MathError::Underflow {
            a: U256::from(PERCENTAGE_FACTOR),
            b: U256::from(input.reserve_factor),
        })
    })?;
    Ok(RateOutput { supply: percent_mul(gross, U256::from(share), Rounding::HalfUp)?, borrow })
}

/// The debt-weighted average rate where all debt is variable. Not the identity: the way through wad and ray and back
/// moves the last digits.
///
/// Source: 3.0 `_getOverallBorrowRate`.
fn average(debt: U256, rate: U256) -> Result<U256> {
    let ray_debt = wad_to_ray(debt)?;
    ray_div(ray_mul(ray_debt, rate, Rounding::HalfUp)?, ray_debt, Rounding::HalfUp)
}

/// `WadRayMath.wadToRay`, which reverts where it overflows.
pub(crate) fn wad_to_ray(wad: U256) -> Result<U256> {
    levmine_math::mul(wad, U256::from(1_000_000_000_u64)).map_err(AaveError::Library)
}

/// What the reserve counts as liquidity: a number of its own since 3.1, the token balance before.
pub(crate) fn liquidity(rules: &Rules, reserve: &Reserve) -> U256 {
    if rules.virtual_balance { U256::from(reserve.virtual_balance) } else { reserve.held }
}
