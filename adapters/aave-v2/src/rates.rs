//! The interest rate strategy.

use levmine_math::U256;

use crate::error::Result;
use crate::math::{PERCENTAGE_FACTOR, add, percent_mul, ray_div, ray_mul, sub, wad_to_ray};
use crate::params::Curve;

/// What the strategy is asked with: amounts in base units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateInput {
    /// The tokens that the aToken holds after the operation.
    pub available: U256,
    /// All stable debt, with interest.
    pub stable_debt: U256,
    /// All variable debt, with interest.
    pub variable_debt: U256,
    /// The average of the stable rates, in ray.
    pub average_stable_rate: U256,
    /// The treasury's part, in basis points.
    pub reserve_factor: u16,
}

/// Rates in ray, simple and per year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateOutput {
    /// What suppliers earn.
    pub supply: U256,
    /// What a new stable debt costs.
    pub stable: U256,
    /// What variable debt costs.
    pub variable: U256,
}

/// Returns the rates after an operation; half up at every step.
///
/// Up to the optimal utilization the variable rate is `base + U · slope1 ÷ optimal` (the product first) and the stable
/// rate `market + slope1 · (U ÷ optimal)` (the quotient first); above it both have their first slope and a part of the
/// second. Suppliers get the debt-weighted average rate `· U · (1 − reserve factor)`.
///
/// Source: `DefaultReserveInterestRateStrategy.calculateInterestRates`.
///
/// # Errors
///
/// Where the arithmetic of the contract fails.
pub fn calculate(curve: &Curve, input: &RateInput) -> Result<RateOutput> {
    let total = add(input.stable_debt, input.variable_debt)?;
    let usage = if total.is_zero() { U256::ZERO } else { ray_div(total, add(input.available, total)?)? };
    let ray = |value: u128| U256::from(value);
    let optimal = ray(curve.optimal);
    let (stable, variable) = if usage > optimal {
        let excess = ray_div(sub(usage, optimal)?, curve.excess())?;
        let stable = add(ray(curve.market_rate), ray(curve.stable_slope1))?;
        let variable = add(ray(curve.base), ray(curve.slope1))?;
        (
            add(stable, ray_mul(ray(curve.stable_slope2), excess)?)?,
            add(variable, ray_mul(ray(curve.slope2), excess)?)?,
        )
    } else {
        (
            add(ray(curve.market_rate), ray_mul(ray(curve.stable_slope1), ray_div(usage, optimal)?)?)?,
            add(ray(curve.base), ray_div(ray_mul(usage, ray(curve.slope1))?, optimal)?)?,
        )
    };
    let overall = overall(input, total, variable)?;
    let share = sub(U256::from(PERCENTAGE_FACTOR), U256::from(input.reserve_factor))?;
    let supply = percent_mul(ray_mul(overall, usage)?, share)?;
    Ok(RateOutput { supply, stable, variable })
}

/// The average rate of all debt, weighted by the amounts.
///
/// Source: `_getOverallBorrowRate`.
fn overall(input: &RateInput, total: U256, variable: U256) -> Result<U256> {
    if total.is_zero() {
        return Ok(U256::ZERO);
    }
    let by_variable = ray_mul(wad_to_ray(input.variable_debt)?, variable)?;
    let by_stable = ray_mul(wad_to_ray(input.stable_debt)?, input.average_stable_rate)?;
    ray_div(add(by_variable, by_stable)?, wad_to_ray(total)?)
}
