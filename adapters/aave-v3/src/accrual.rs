//! Time passing: indexes, the treasury's part, and the rates for what comes next.

use levmine_math::{ConstDivisor, Rounding, U256};

use crate::error::{AaveError, Result};
use crate::integer::{Integer, TooWide};
use crate::rates::{self, RateInput};
use crate::state::Reserve;
use crate::version::{Compounding, Rules};
use crate::wad_ray::{
    self, RAY, RAY_SMALL, add128, narrow, ray_div, ray_mul, ray_mul_small, sub128, to_u128, wide,
};

/// Seconds in a year of 365 days.
const SECONDS: u64 = 31_536_000;
const YEAR: ConstDivisor = ConstDivisor::new(SECONDS);
const YEAR_SQUARED: ConstDivisor = ConstDivisor::new(SECONDS * SECONDS);
const SIX: ConstDivisor = ConstDivisor::new(6);

/// A reserve's numbers as an operation read them when it began: `DataTypes.ReserveCache`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cache {
    liquidity_index: U256,
    pub(crate) next_liquidity_index: U256,
    borrow_index: U256,
    pub(crate) next_borrow_index: U256,
    liquidity_rate: u128,
    borrow_rate: u128,
    pub(crate) scaled_debt: U256,
    pub(crate) next_scaled_debt: U256,
    last_update: u64,
}

impl Cache {
    pub(crate) fn of(reserve: &Reserve) -> Self {
        let (liquidity_index, borrow_index) = (wide(reserve.liquidity_index), wide(reserve.borrow_index));
        Self {
            liquidity_index,
            next_liquidity_index: liquidity_index,
            borrow_index,
            next_borrow_index: borrow_index,
            liquidity_rate: reserve.liquidity_rate,
            borrow_rate: reserve.borrow_rate,
            scaled_debt: reserve.scaled_debt,
            next_scaled_debt: reserve.scaled_debt,
            last_update: reserve.last_update,
        }
    }
}

/// Returns `1 + rate · dt ÷ year` in ray, rounded down.
///
/// Source: `MathUtils.calculateLinearInterest`.
///
/// # Errors
///
/// [`AaveError::Panic`] on overflow.
pub fn linear_interest(rate: U256, dt: u64) -> Result<U256> {
    match narrow(rate).and_then(|rate| linear_within(rate, dt)) {
        Some(factor) => Ok(wide(factor)),
        None => wide_linear(rate, dt),
    }
}

#[cold]
fn wide_linear(rate: U256, dt: u64) -> Result<U256> {
    wad_ray::add(RAY, per_year(rate, dt)?)
}

/// [`linear_interest`] where nothing on the way passes 128 bits.
fn linear_within(rate: u128, dt: u64) -> Option<u128> {
    RAY_SMALL.checked_add(YEAR.floor_small(rate.checked_mul(dt.into())?))
}

/// `rate · dt ÷ year`, rounded down.
fn per_year(rate: U256, dt: u64) -> Result<U256> {
    Ok(YEAR.floor(wad_ray::mul(rate, U256::from(dt))?))
}

/// Returns `(1 + rate ÷ year)^dt` in ray, to three terms.
///
/// Source: `MathUtils.calculateCompoundedInterest`; the binomial series up to 3.3, the Taylor series of the exponential
/// since 3.4.
///
/// # Errors
///
/// [`AaveError::Panic`] or [`AaveError::Library`] on overflow.
pub fn compounded_interest(formula: Compounding, rate: u128, dt: u64) -> Result<U256> {
    if dt == 0 {
        return Ok(RAY);
    }
    let powers = RatePowers::of(formula, rate);
    match powers.and_then(|powers| compounded_within(formula, &powers, dt)) {
        Some(factor) => Ok(wide(factor)),
        None => wide_compounded(formula, rate, dt),
    }
}

/// [`compounded_interest`] over more than no seconds, whatever passes 128 bits.
#[cold]
fn wide_compounded(formula: Compounding, rate: u128, dt: u64) -> Result<U256> {
    let first = per_year(wide(rate), dt)?;
    match formula {
        Compounding::Binomial => {
            let second = YEAR_SQUARED.floor(ray_mul(wide(rate), wide(rate), Rounding::HalfUp)?);
            let third = YEAR.floor(ray_mul(second, wide(rate), Rounding::HalfUp)?);
            let pairs = u128::from(dt) * u128::from(dt - 1);
            let second = wad_ray::mul(wide(pairs), second)? >> 1_usize;
            let triples = wad_ray::mul(wide(pairs), U256::from(dt.saturating_sub(2)))?;
            let third = SIX.floor(wad_ray::mul(triples, third)?);
            wad_ray::add(wad_ray::add(wad_ray::add(RAY, first)?, second)?, third)
        }
        Compounding::Exponential => {
            let third = ray_mul(first, SIX.floor(first), Rounding::HalfUp)?;
            let bracket = wad_ray::add(first >> 1_usize, third)?;
            wad_ray::add(wad_ray::add(RAY, first)?, ray_mul(first, bracket, Rounding::HalfUp)?)
        }
    }
}

/// A borrow rate and what the formula needs of its powers, however long it is compounded; in ray.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RatePowers {
    /// The rate, per year.
    pub(crate) rate: u128,
    second: u64,
    third: u64,
}

impl RatePowers {
    /// Of no rate.
    pub const OF_ZERO: Self = Self { rate: 0, second: 0, third: 0 };

    /// Of a rate, per second, rounded as the formula does; the exponential needs none. `None` from some hundred thousand
    /// percents on, where they do not fit a limb.
    pub(crate) fn of(formula: Compounding, rate: u128) -> Option<Self> {
        let (second, third) = match formula {
            Compounding::Binomial => {
                let second = YEAR_SQUARED.floor_small(ray_mul_small(rate, rate, Rounding::HalfUp)?);
                (second, YEAR.floor_small(ray_mul_small(second, rate, Rounding::HalfUp)?))
            }
            Compounding::Exponential => (0, 0),
        };
        Some(Self { rate, second: second.try_into().ok()?, third: third.try_into().ok()? })
    }
}

/// [`compounded_interest`] where nothing on the way passes 128 bits: over less than 2^21 seconds, which are 24 days,
/// so that their third power fits a limb.
fn compounded_within(formula: Compounding, powers: &RatePowers, dt: u64) -> Option<u128> {
    if dt >= 1 << 21 {
        return None;
    }
    let first = YEAR.floor_small(powers.rate.checked_mul(dt.into())?);
    let more = match formula {
        Compounding::Binomial => {
            let pairs = dt * dt.saturating_sub(1);
            let triples = pairs * dt.saturating_sub(2);
            let second = (u128::from(pairs) * u128::from(powers.second)) >> 1;
            second.checked_add(SIX.floor_small(u128::from(triples) * u128::from(powers.third)))?
        }
        Compounding::Exponential => {
            let third = ray_mul_small(first, SIX.floor_small(first), Rounding::HalfUp)?;
            ray_mul_small(first, (first >> 1).checked_add(third)?, Rounding::HalfUp)?
        }
    };
    RAY_SMALL.checked_add(first)?.checked_add(more)
}

/// What one scaled unit of supply is worth at `now`, in ray, without changing anything.
///
/// Source: `ReserveLogic.getNormalizedIncome`.
///
/// # Errors
///
/// [`AaveError::Panic`] or [`AaveError::Library`] on overflow.
pub fn normalized_income(reserve: &Reserve, now: u64) -> Result<U256> {
    match income_within(reserve, now) {
        Some(index) => Ok(wide(index)),
        None => wide_income(reserve, now),
    }
}

#[cold]
fn wide_income(reserve: &Reserve, now: u64) -> Result<U256> {
    let dt = now.saturating_sub(reserve.last_update);
    income_after(wide(reserve.liquidity_index), reserve.liquidity_rate, dt)
}

/// [`normalized_income`] where nothing on the way passes 128 bits.
#[inline(never)]
pub(crate) fn income_within(reserve: &Reserve, now: u64) -> Option<u128> {
    if reserve.follows && reserve.seen.income.at == now {
        return Some(reserve.seen.income.index);
    }
    let dt = now.saturating_sub(reserve.last_update);
    if dt == 0 || reserve.liquidity_rate == 0 {
        return Some(reserve.liquidity_index);
    }
    ray_mul_small(linear_within(reserve.liquidity_rate, dt)?, reserve.liquidity_index, Rounding::HalfUp)
}

/// A supply index `dt` seconds later.
pub(crate) fn income_after(index: U256, rate: u128, dt: u64) -> Result<U256> {
    if dt == 0 || rate == 0 {
        // Without a rate the factor is exactly one.
        return Ok(index);
    }
    ray_mul(linear_interest(wide(rate), dt)?, index, Rounding::HalfUp)
}

/// What one scaled unit of debt is worth at `now`, in ray, without changing anything.
///
/// Source: `ReserveLogic.getNormalizedDebt`. Unlike [`sync_indexes`] it compounds a base rate that nobody owes.
///
/// # Errors
///
/// [`AaveError::Panic`] or [`AaveError::Library`] on overflow.
pub fn normalized_debt(rules: &Rules, reserve: &Reserve, now: u64) -> Result<U256> {
    match debt_within(rules, reserve, now) {
        Some(index) => Ok(wide(index)),
        None => wide_debt(rules, reserve, now),
    }
}

#[cold]
fn wide_debt(rules: &Rules, reserve: &Reserve, now: u64) -> Result<U256> {
    let dt = now.saturating_sub(reserve.last_update);
    debt_after(rules, wide(reserve.borrow_index), reserve.borrow_rate, dt)
}

/// [`normalized_debt`] where nothing on the way passes 128 bits.
#[inline(never)]
pub(crate) fn debt_within(rules: &Rules, reserve: &Reserve, now: u64) -> Option<u128> {
    if reserve.follows && reserve.seen.debt.at == now {
        return Some(reserve.seen.debt.index);
    }
    let dt = now.saturating_sub(reserve.last_update);
    if dt == 0 || reserve.borrow_rate == 0 {
        return Some(reserve.borrow_index);
    }
    let mut powers = reserve.seen.powers;
    if powers.rate != reserve.borrow_rate {
        powers = RatePowers::of(rules.compounding, reserve.borrow_rate)?;
    }
    let factor = compounded_within(rules.compounding, &powers, dt)?;
    ray_mul_small(factor, reserve.borrow_index, Rounding::HalfUp)
}

/// A debt index `dt` seconds later.
pub(crate) fn debt_after(rules: &Rules, index: U256, rate: u128, dt: u64) -> Result<U256> {
    if dt == 0 || rate == 0 {
        return Ok(index);
    }
    ray_mul(compounded_interest(rules.compounding, rate, dt)?, index, Rounding::HalfUp)
}

/// Brings both indexes and the treasury's part of one reserve to `now`; the rates stay.
///
/// Rounding follows the version; the last place of an index is half up, so neither side is favoured.
///
/// Source: `PoolLogic.executeSyncIndexesState` (3.1 and later), which every operation begins with.
///
/// # Errors
///
/// [`AaveError::Panic`], [`AaveError::Library`] or [`AaveError::DoesNotFit`] on overflow; `reserve` may then be changed
/// in part.
pub fn sync_indexes(rules: &Rules, reserve: &mut Reserve, now: u64) -> Result<()> {
    let mut cache = Cache::of(reserve);
    update_state(rules, reserve, &mut cache, now)
}

/// Brings the indexes and the treasury's part to `now`; does nothing where no time has passed.
///
/// Source: `ReserveLogic.updateState`.
pub(crate) fn update_state(rules: &Rules, reserve: &mut Reserve, cache: &mut Cache, now: u64) -> Result<()> {
    if now <= cache.last_update {
        return Ok(());
    }
    if reserve.follows {
        // An operation sees the indexes of the moment; only the record moves them.
        cache.next_liquidity_index = normalized_income(reserve, now)?;
        cache.next_borrow_index = normalized_debt(rules, reserve, now)?;
        return Ok(());
    }
    let dt = now - cache.last_update;
    if cache.liquidity_rate != 0 {
        let factor = linear_interest(wide(cache.liquidity_rate), dt)?;
        cache.next_liquidity_index = ray_mul(factor, cache.liquidity_index, Rounding::HalfUp)?;
        reserve.liquidity_index = to_u128(cache.next_liquidity_index)?;
    }
    // A base rate that nobody owes does not move the index.
    if !cache.scaled_debt.is_zero() {
        let factor = compounded_interest(rules.compounding, cache.borrow_rate, dt)?;
        cache.next_borrow_index = ray_mul(factor, cache.borrow_index, Rounding::HalfUp)?;
        reserve.borrow_index = to_u128(cache.next_borrow_index)?;
        let indexes = [cache.borrow_index, cache.next_borrow_index];
        accrue_to_treasury(rules, reserve, cache.scaled_debt, indexes, cache.next_liquidity_index)?;
    }
    reserve.last_update = now;
    cache.last_update = now;
    Ok(())
}

/// Books the treasury's part of what `scaled_debt` has grown by while its index went from the first to the second of
/// `borrow_indexes`, at the new index of supply.
///
/// Source: `ReserveLogic._accrueToTreasury`.
pub(crate) fn accrue_to_treasury(
    rules: &Rules,
    reserve: &mut Reserve,
    scaled_debt: U256,
    borrow_indexes: [U256; 2],
    next_liquidity_index: U256,
) -> Result<()> {
    if reserve.params.reserve_factor == 0 || scaled_debt.is_zero() {
        return Ok(());
    }
    let factor = reserve.params.reserve_factor;
    let mint = match treasury_part::<u128>(rules, scaled_debt, borrow_indexes, factor) {
        Ok(mint) => wide(mint),
        Err(TooWide) => wide_treasury_part(rules, scaled_debt, borrow_indexes, factor)?,
    };
    if !mint.is_zero() {
        let scaled = ray_div(mint, next_liquidity_index, rules.scaled.supply_mint)?;
        reserve.accrued_to_treasury = add128(reserve.accrued_to_treasury, to_u128(scaled)?)?;
    }
    Ok(())
}

#[cold]
fn wide_treasury_part(
    rules: &Rules,
    scaled_debt: U256,
    borrow_indexes: [U256; 2],
    factor: u16,
) -> Result<U256> {
    treasury_part(rules, scaled_debt, borrow_indexes, factor)
}

fn treasury_part<N: Integer>(
    rules: &Rules,
    scaled_debt: U256,
    [before, after]: [U256; 2],
    reserve_factor: u16,
) -> Result<N, N::Error> {
    let (scaled_debt, before, after) = (N::of(Ok(scaled_debt))?, N::of(Ok(before))?, N::of(Ok(after))?);
    let accrued = if rules.accrues_on_index_difference {
        // Down: the treasury, not the suppliers, does without the lost fraction.
        scaled_debt.ray_mul(after.minus(before)?, Rounding::Down)?
    } else {
        let debt_at = |index| scaled_debt.ray_mul(index, Rounding::HalfUp);
        debt_at(after)?.minus(debt_at(before)?)?
    };
    accrued.percent_mul(N::of_u128(reserve_factor.into()), Rounding::HalfUp)
}

/// Sets the rates for what comes next, and books the liquidity that the operation adds and takes.
///
/// Source: `ReserveLogic.updateInterestRates` 3.0, `updateInterestRatesAndVirtualBalance` since 3.1.
pub(crate) fn update_rates(
    rules: &Rules,
    reserve: &mut Reserve,
    cache: &Cache,
    added: U256,
    taken: U256,
) -> Result<()> {
    let liquidity = rates::liquidity(rules, reserve);
    let lacking = || AaveError::InsufficientLiquidity {
        asset: reserve.asset,
        available: liquidity.saturating_add(added),
        needed: taken,
    };
    let total_debt = ray_mul(cache.next_scaled_debt, cache.next_borrow_index, rules.scaled.debt_balance)?;
    // Said with its values here; it is the underflow of the strategy, or of the virtual balance.
    if liquidity.saturating_add(added) < taken && (rules.virtual_balance || !total_debt.is_zero()) {
        return Err(lacking());
    }
    let unbacked = if rules.deficits { wide(reserve.deficit) } else { U256::ZERO };
    let input = RateInput {
        total_debt,
        liquidity,
        added,
        taken,
        unbacked,
        reserve_factor: reserve.params.reserve_factor,
    };
    if !reserve.follows {
        let output = rates::calculate(rules, &reserve.curve, &input)?;
        reserve.liquidity_rate = to_u128(output.supply)?;
        reserve.borrow_rate = to_u128(output.borrow)?;
    }
    if rules.virtual_balance {
        if !added.is_zero() {
            reserve.virtual_balance = add128(reserve.virtual_balance, to_u128(added)?)?;
        }
        if !taken.is_zero() {
            reserve.virtual_balance = sub128(reserve.virtual_balance, to_u128(taken)?)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        #[test]
        fn interest_in_128_bits_is_interest(
            rate: u128,
            zeros in 0_u32..128,
            dt in prop_oneof![0_u64..200, 0_u64..3_000_000, any::<u64>()],
            exponential: bool,
        ) {
            let rate = rate >> zeros;
            let formula = if exponential { Compounding::Exponential } else { Compounding::Binomial };
            let within = RatePowers::of(formula, rate).and_then(|powers| compounded_within(formula, &powers, dt));
            if let Some(factor) = within {
                let whole = if dt == 0 { Ok(RAY) } else { wide_compounded(formula, rate, dt) };
                prop_assert_eq!(whole, Ok(wide(factor)));
            }
            if let Some(factor) = linear_within(rate, dt) {
                prop_assert_eq!(wide_linear(wide(rate), dt), Ok(wide(factor)));
            }
        }
    }
}
