//! The contract's integers: casts with an error of their own, and checked arithmetic in fewer than 256 bits.
//!
//! Source: `CometMath`, `CometCore` and `Comet` (`mulFactor`, `mulPrice`, `divPrice`).

use levmine_math::{ConstDivisor, MathError, Rounding, U256, mul, mul_div_narrow};

use crate::error::{Cast, CometError, Result};

/// One, where factors, rates and utilization are concerned: 18 decimals.
pub const FACTOR_SCALE: u64 = 1_000_000_000_000_000_000;
/// One, where the supply and borrow indexes are concerned: 15 decimals.
pub const BASE_INDEX_SCALE: u64 = 1_000_000_000_000_000;
/// One reward unit as accounts accrue it: 6 decimals.
pub const BASE_ACCRUAL_SCALE: u64 = 1_000_000;

const FACTOR: ConstDivisor = ConstDivisor::new(FACTOR_SCALE);
const INDEX: ConstDivisor = ConstDivisor::new(BASE_INDEX_SCALE);

const UINT104_MAX: u128 = (1 << 104) - 1;
pub(crate) const INT104_MAX: u128 = (1 << 103) - 1;

/// 2^255: one more than the largest `int256`.
pub(crate) const INT256_LIMIT: U256 = U256::from_limbs([0, 0, 0, 1 << 63]);

const fn does_not_fit(cast: Cast, value: U256) -> CometError {
    CometError::DoesNotFit { cast, value }
}

pub(crate) fn safe64(value: U256) -> Result<u64> {
    u64::try_from(value).map_err(|_| does_not_fit(Cast::UInt64, value))
}

pub(crate) fn safe104(value: U256) -> Result<u128> {
    let fits = u128::try_from(value).ok().filter(|value| *value <= UINT104_MAX);
    fits.ok_or(does_not_fit(Cast::UInt104, value))
}

pub(crate) fn safe128(value: U256) -> Result<u128> {
    u128::try_from(value).map_err(|_| does_not_fit(Cast::UInt128, value))
}

pub(crate) fn signed104(value: u128) -> Result<i128> {
    let fits = i128::try_from(value).ok().filter(|_| value <= INT104_MAX);
    fits.ok_or(does_not_fit(Cast::Int104, U256::from(value)))
}

/// The value, where it fits an `int256`.
pub(crate) fn signed256(value: U256) -> Result<U256> {
    if value < INT256_LIMIT { Ok(value) } else { Err(does_not_fit(Cast::Int256, value)) }
}

fn overflow(a: u128, b: u128) -> CometError {
    MathError::Overflow { operation: "sum", a: U256::from(a), b: U256::from(b) }.into()
}

fn underflow(a: u128, b: u128) -> CometError {
    MathError::Underflow { a: U256::from(a), b: U256::from(b) }.into()
}

pub(crate) fn add64(a: u64, b: u64) -> Result<u64> {
    a.checked_add(b).ok_or_else(|| overflow(a.into(), b.into()))
}

pub(crate) fn sub64(a: u64, b: u64) -> Result<u64> {
    a.checked_sub(b).ok_or_else(|| underflow(a.into(), b.into()))
}

pub(crate) fn add104(a: u128, b: u128) -> Result<u128> {
    a.checked_add(b).filter(|sum| *sum <= UINT104_MAX).ok_or_else(|| overflow(a, b))
}

/// Also for 128 bits: what is left fits where the minuend did.
pub(crate) fn sub128(a: u128, b: u128) -> Result<u128> {
    a.checked_sub(b).ok_or_else(|| underflow(a, b))
}

pub(crate) fn add128(a: u128, b: u128) -> Result<u128> {
    a.checked_add(b).ok_or_else(|| overflow(a, b))
}

/// `n × factor ÷ 10^18`, rounded down.
pub(crate) fn mul_factor(n: U256, factor: U256) -> Result<U256> {
    Ok(FACTOR.floor(mul(n, factor)?))
}

/// `n × index ÷ 10^15`, rounded down.
pub(crate) fn mul_index(n: U256, index: U256) -> Result<U256> {
    Ok(INDEX.floor(mul(n, index)?))
}

/// `n × m ÷ d`, rounded down, where the product must fit 256 bits.
pub(crate) fn mul_div(n: U256, m: U256, d: U256) -> Result<U256> {
    Ok(mul_div_narrow(n, m, d, Rounding::Down)?)
}

/// `n ÷ d`, rounded down.
pub(crate) fn div(n: U256, d: U256) -> Result<U256> {
    Ok(levmine_math::div(n, d, Rounding::Down)?)
}
