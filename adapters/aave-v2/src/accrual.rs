//! Time passing: indexes, the treasury's part, and the rates for what comes next.

use levmine_math::U256;

use crate::error::{AaveV2Error, Result};
use crate::math::{RAY, add, div, mul, narrow, percent_mul, ray_div, ray_mul, sub};
use crate::rates::{self, RateInput};
use crate::state::Reserve;

/// Seconds in a year of 365 days.
const YEAR: u64 = 31_536_000;

/// Returns `1 + rate · dt ÷ year` in ray, rounded down.
///
/// Source: `MathUtils.calculateLinearInterest`.
///
/// # Errors
///
/// Where the arithmetic of the contract fails.
#[inline]
pub fn linear_interest(rate: U256, dt: u64) -> Result<U256> {
    add(div(mul(rate, U256::from(dt))?, U256::from(YEAR))?, RAY)
}

/// Returns `(1 + rate ÷ year)^dt` in ray, to three terms of the binomial series. The rate per second is rounded down
/// first, its powers half up, each term down.
///
/// Source: `MathUtils.calculateCompoundedInterest`.
///
/// # Errors
///
/// Where the arithmetic of the contract fails.
pub fn compounded_interest(rate: U256, dt: u64) -> Result<U256> {
    if dt == 0 {
        return Ok(RAY);
    }
    let per_second = div(rate, U256::from(YEAR))?;
    let second_power = ray_mul(per_second, per_second)?;
    let third_power = ray_mul(second_power, per_second)?;
    let pairs = U256::from(u128::from(dt) * u128::from(dt - 1));
    let second = mul(pairs, second_power)? >> 1_usize;
    let triples = mul(pairs, U256::from(dt.saturating_sub(2)))?;
    let third = div(mul(triples, third_power)?, U256::from(6))?;
    add(add(add(RAY, mul(per_second, U256::from(dt))?)?, second)?, third)
}

/// What one scaled unit of supply is worth at `now`, in ray, without changing anything.
///
/// Source: `ReserveLogic.getNormalizedIncome`.
///
/// # Errors
///
/// Where the arithmetic of the contract fails.
#[inline]
pub fn normalized_income(reserve: &Reserve, now: u64) -> Result<U256> {
    let index = U256::from(reserve.liquidity_index);
    let dt = now.saturating_sub(reserve.last_update);
    if dt == 0 || reserve.liquidity_rate == 0 {
        // Without a rate the factor is exactly one.
        return Ok(index);
    }
    ray_mul(linear_interest(U256::from(reserve.liquidity_rate), dt)?, index)
}

/// What one scaled unit of variable debt is worth at `now`, in ray, without changing anything.
///
/// Source: `ReserveLogic.getNormalizedDebt`. Unlike [`update_state`] it also compounds where suppliers earn nothing.
///
/// # Errors
///
/// Where the arithmetic of the contract fails.
#[inline]
pub fn normalized_debt(reserve: &Reserve, now: u64) -> Result<U256> {
    let index = U256::from(reserve.borrow_index);
    let dt = now.saturating_sub(reserve.last_update);
    if dt == 0 || reserve.borrow_rate == 0 {
        return Ok(index);
    }
    ray_mul(compounded_interest(U256::from(reserve.borrow_rate), dt)?, index)
}

/// Brings the indexes to `now` and mints the treasury's part; the rates stay. Where suppliers earn nothing the borrow
/// index stands still too.
///
/// The last place of an index is half up, so neither side is favoured.
///
/// Source: `ReserveLogic.updateState`.
///
/// # Errors
///
/// Where the arithmetic of the contract fails; `reserve` may then be changed in part.
pub fn update_state(reserve: &mut Reserve, now: u64) -> Result<()> {
    let before = reserve.last_update;
    let dt = now.saturating_sub(before);
    let previous_borrow_index = U256::from(reserve.borrow_index);
    if reserve.liquidity_rate > 0 && dt > 0 {
        let index = normalized_income(reserve, now)?;
        let overflow = AaveV2Error::LiquidityIndexOverflow { value: index };
        let next_liquidity_index = narrow(index).ok_or(overflow)?;
        if !reserve.scaled_debt.is_zero() {
            let index = normalized_debt(reserve, now)?;
            let overflow = AaveV2Error::VariableBorrowIndexOverflow { value: index };
            reserve.borrow_index = narrow(index).ok_or(overflow)?;
        }
        reserve.liquidity_index = next_liquidity_index;
    }
    reserve.last_update = before.max(now);
    mint_to_treasury(reserve, previous_borrow_index, before, now)
}

/// Source: `ReserveLogic._mintToTreasury`.
fn mint_to_treasury(reserve: &mut Reserve, previous_index: U256, before: u64, now: u64) -> Result<()> {
    if reserve.params.reserve_factor == 0 {
        return Ok(());
    }
    let stable = reserve.stable;
    let current_stable = stable.balance(now)?;
    let previous = ray_mul(reserve.scaled_debt, previous_index)?;
    let current = ray_mul(reserve.scaled_debt, U256::from(reserve.borrow_index))?;
    let previous_stable = stable.balance(before)?;
    let accrued = sub(sub(add(current, current_stable)?, previous)?, previous_stable)?;
    let amount = percent_mul(accrued, U256::from(reserve.params.reserve_factor))?;
    if amount.is_zero() {
        return Ok(());
    }
    let scaled = ray_div(amount, U256::from(reserve.liquidity_index))?;
    reserve.scaled_supply = add(reserve.scaled_supply, scaled)?;
    reserve.treasury_scaled = add(reserve.treasury_scaled, scaled)?;
    Ok(())
}

/// Sets the rates for what comes next, with the liquidity that the operation will add and take.
///
/// Source: `ReserveLogic.updateInterestRates`.
pub(crate) fn update_rates(reserve: &mut Reserve, now: u64, added: U256, taken: U256) -> Result<()> {
    let stable_debt = reserve.stable.balance(now)?;
    let variable_debt = ray_mul(reserve.scaled_debt, U256::from(reserve.borrow_index))?;
    let input = RateInput {
        available: sub(add(reserve.held, added)?, taken)?,
        stable_debt,
        variable_debt,
        average_stable_rate: reserve.stable.average_rate,
        reserve_factor: reserve.params.reserve_factor,
    };
    let rates = rates::calculate(&reserve.curve, &input)?;
    let fit = |value: U256, overflow: AaveV2Error| narrow(value).ok_or(overflow);
    reserve.liquidity_rate = fit(rates.supply, AaveV2Error::LiquidityRateOverflow { value: rates.supply })?;
    reserve.stable_rate = fit(rates.stable, AaveV2Error::StableBorrowRateOverflow { value: rates.stable })?;
    reserve.borrow_rate =
        fit(rates.variable, AaveV2Error::VariableBorrowRateOverflow { value: rates.variable })?;
    Ok(())
}
