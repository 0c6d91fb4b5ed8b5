//! The contracts' fixed-point libraries and checked arithmetic, with their two ways to fail.
//!
//! `WadRayMath`, `PercentageMath` and `MathUtils` revert without a reason ([`AaveError::Library`]); Solidity's own
//! checked arithmetic panics ([`AaveError::Panic`]).

use levmine_math::{Bps, ConstDivisor, MathError, Ray, Rounding, U256, Wad, mul_div_narrow};

use crate::error::{AaveError, Result};

/// 10^27.
pub(crate) const RAY: U256 = Ray::ONE.raw();
/// 10^27, in 128 bits.
pub(crate) const RAY_SMALL: u128 = 1_000_000_000_000_000_000_000_000_000;
/// 10^18.
pub(crate) const WAD: U256 = Wad::ONE.raw();
/// 10^18, in 64 bits.
pub(crate) const WAD_SMALL: u64 = 1_000_000_000_000_000_000;
/// 100 %.
pub(crate) const PERCENTAGE_FACTOR: u16 = 10_000;

// Kept out of the way of what succeeds.

#[cold]
fn library(error: MathError) -> AaveError {
    AaveError::Library(error)
}

#[cold]
fn panic(error: MathError) -> AaveError {
    AaveError::Panic(error)
}

#[cold]
fn does_not_fit(bits: u32, value: U256) -> AaveError {
    AaveError::DoesNotFit { bits, value }
}

/// A `uint128` as a `uint256`.
#[inline(always)]
pub(crate) const fn wide(value: u128) -> U256 {
    U256::from_limbs([value as u64, (value >> 64) as u64, 0, 0])
}

/// The `uint128` that a number is, where it is one, as nearly every amount, price and index is.
#[inline(always)]
pub(crate) const fn narrow(value: U256) -> Option<u128> {
    match *value.as_limbs() {
        [low, high, 0, 0] => Some((high as u128) << 64 | low as u128),
        _ => None,
    }
}

/// `a × b ÷ 10^27`.
#[inline]
pub(crate) fn ray_mul(a: U256, b: U256, rounding: Rounding) -> Result<U256> {
    if let (Some(a), Some(b)) = (narrow(a), narrow(b))
        && let Some(product) = ray_mul_small(a, b, rounding)
    {
        return Ok(wide(product));
    }
    ray_mul_wide(a, b, rounding)
}

/// [`ray_mul`] of what [`Ray::mul_small`] knows. Not inlined: one copy of it stays in the instruction cache.
#[inline(never)]
pub(crate) fn ray_mul_small(a: u128, b: u128, rounding: Rounding) -> Option<u128> {
    Ray::mul_small(a, b, rounding)
}

#[cold]
fn ray_mul_wide(a: U256, b: U256, rounding: Rounding) -> Result<U256> {
    Ray::from_raw(b).mul_int(a, rounding).map_err(library)
}

/// `a × 10^27 ÷ b`.
#[inline]
pub(crate) fn ray_div(a: U256, b: U256, rounding: Rounding) -> Result<U256> {
    Ray::from_raw(b).div_int(a, rounding).map_err(library)
}

/// `a × 10^18 ÷ b`, half up.
#[inline]
pub(crate) fn wad_div(a: U256, b: U256) -> Result<U256> {
    Wad::from_raw(b).div_int(a, Rounding::HalfUp).map_err(library)
}

/// `value × percentage ÷ 10,000`.
#[inline]
pub(crate) fn percent_mul(value: U256, percentage: U256, rounding: Rounding) -> Result<U256> {
    Bps::from_raw(percentage).mul_int(value, rounding).map_err(library)
}

/// [`percent_mul`] where the product fits 128 bits.
pub(crate) fn percent_mul_small(value: u128, percentage: u128, rounding: Rounding) -> Option<u128> {
    const FACTOR: ConstDivisor = ConstDivisor::new(PERCENTAGE_FACTOR as u64);
    let added = match rounding {
        Rounding::Down => 0,
        Rounding::HalfUp => PERCENTAGE_FACTOR / 2,
        Rounding::Up => PERCENTAGE_FACTOR - 1,
    };
    value.checked_mul(percentage)?.checked_add(added.into()).map(|sum| FACTOR.floor_small(sum))
}

/// `value × 10,000 ÷ percentage`.
#[inline]
pub(crate) fn percent_div(value: U256, percentage: U256, rounding: Rounding) -> Result<U256> {
    Bps::from_raw(percentage).div_int(value, rounding).map_err(library)
}

/// `value × price ÷ unit`: a plain product that panics where it overflows when rounded down, `MathUtils.mulDivCeil`
/// when rounded up.
#[inline]
pub(crate) fn in_base_currency(amount: U256, price: U256, unit: U256, rounding: Rounding) -> Result<U256> {
    let fail = if rounding == Rounding::Up { library } else { panic };
    mul_div_narrow(amount, price, unit, rounding).map_err(fail)
}

/// [`in_base_currency`] for a unit of `10^decimals`, which takes no division where it rounds down.
#[inline]
pub(crate) fn value_of(amount: U256, price: U256, decimals: u8, rounding: Rounding) -> Result<U256> {
    if rounding == Rounding::Down {
        return Ok(levmine_math::div_pow10(mul(amount, price)?, decimals.into()));
    }
    in_base_currency(amount, price, levmine_math::pow10(decimals.into()).map_err(library)?, rounding)
}

/// `a + b`, checked.
#[inline]
pub(crate) fn add(a: U256, b: U256) -> Result<U256> {
    levmine_math::add(a, b).map_err(panic)
}

/// `a − b`, checked.
#[inline]
pub(crate) fn sub(a: U256, b: U256) -> Result<U256> {
    levmine_math::sub(a, b).map_err(panic)
}

/// `a × b`, checked.
#[inline]
pub(crate) fn mul(a: U256, b: U256) -> Result<U256> {
    levmine_math::mul(a, b).map_err(panic)
}

/// `a ÷ b`, rounded down, checked.
#[inline]
pub(crate) fn div(a: U256, b: U256) -> Result<U256> {
    levmine_math::div(a, b, Rounding::Down).map_err(panic)
}

/// `a + b` of two `uint128`, checked.
#[inline]
pub(crate) fn add128(a: u128, b: u128) -> Result<u128> {
    a.checked_add(b).ok_or_else(|| {
        AaveError::Panic(MathError::Overflow { operation: "sum", a: U256::from(a), b: U256::from(b) })
    })
}

/// `a − b` of two `uint128`, checked.
#[inline]
pub(crate) fn sub128(a: u128, b: u128) -> Result<u128> {
    a.checked_sub(b)
        .ok_or_else(|| AaveError::Panic(MathError::Underflow { a: U256::from(a), b: U256::from(b) }))
}

/// `SafeCast.toUint128`.
#[inline]
pub(crate) fn to_u128(value: U256) -> Result<u128> {
    narrow(value).ok_or_else(|| does_not_fit(128, value))
}

/// `SafeCast.toUint128` or `toUint120`.
#[inline]
pub(crate) fn to_balance(value: U256, bits: u32) -> Result<u128> {
    let narrow = to_u128(value)?;
    if 128 - narrow.leading_zeros() <= bits { Ok(narrow) } else { Err(does_not_fit(bits, value)) }
}
