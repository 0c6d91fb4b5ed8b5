//! The contracts' fixed-point libraries and checked arithmetic, each with its own reason to fail.

use levmine_math::{Bps, MathError, Ray, Rounding, U256, Wad};

use crate::error::{AaveV2Error, Result, SafeMath};

/// 10^27.
pub(crate) const RAY: U256 = Ray::ONE.raw();
/// 10^18.
pub(crate) const WAD: U256 = Wad::ONE.raw();
/// 100 %.
pub(crate) const PERCENTAGE_FACTOR: u16 = 10_000;

fn library(error: MathError) -> AaveV2Error {
    match error {
        MathError::DivisionByZero { .. } => AaveV2Error::DivisionByZero,
        error => AaveV2Error::MultiplicationOverflow(error),
    }
}

/// `a × b ÷ 10^27`, half up.
///
/// Source: `WadRayMath.rayMul`.
#[inline]
pub(crate) fn ray_mul(a: U256, b: U256) -> Result<U256> {
    Ray::from_raw(b).mul_int(a, Rounding::HalfUp).map_err(library)
}

/// `a × 10^27 ÷ b`, half up.
///
/// Source: `WadRayMath.rayDiv`.
#[inline]
pub(crate) fn ray_div(a: U256, b: U256) -> Result<U256> {
    Ray::from_raw(b).div_int(a, Rounding::HalfUp).map_err(library)
}

/// `a × 10^18 ÷ b`, half up.
///
/// Source: `WadRayMath.wadDiv`.
#[inline]
pub(crate) fn wad_div(a: U256, b: U256) -> Result<U256> {
    Wad::from_raw(b).div_int(a, Rounding::HalfUp).map_err(library)
}

/// A wad as a ray.
///
/// Source: `WadRayMath.wadToRay`.
#[inline]
pub(crate) fn wad_to_ray(wad: U256) -> Result<U256> {
    levmine_math::mul(wad, U256::from(1_000_000_000_u64)).map_err(library)
}

/// `value × percentage ÷ 10,000`, half up.
///
/// Source: `PercentageMath.percentMul`.
#[inline]
pub(crate) fn percent_mul(value: U256, percentage: U256) -> Result<U256> {
    Bps::from_raw(percentage).mul_int(value, Rounding::HalfUp).map_err(library)
}

/// `value × 10,000 ÷ percentage`, half up.
///
/// Source: `PercentageMath.percentDiv`.
#[inline]
pub(crate) fn percent_div(value: U256, percentage: U256) -> Result<U256> {
    Bps::from_raw(percentage).div_int(value, Rounding::HalfUp).map_err(library)
}

/// `a + b`, as `SafeMath` has it.
#[inline]
pub(crate) fn add(a: U256, b: U256) -> Result<U256> {
    a.checked_add(b).ok_or(AaveV2Error::SafeMath { operation: SafeMath::Addition, a, b })
}

/// `a − b`, as `SafeMath` has it.
#[inline]
pub(crate) fn sub(a: U256, b: U256) -> Result<U256> {
    a.checked_sub(b).ok_or(AaveV2Error::SafeMath { operation: SafeMath::Subtraction, a, b })
}

/// `a × b`, as `SafeMath` has it.
#[inline]
pub(crate) fn mul(a: U256, b: U256) -> Result<U256> {
    levmine_math::mul(a, b).map_err(|_| AaveV2Error::SafeMath { operation: SafeMath::Multiplication, a, b })
}

/// `a ÷ b` rounded down, as `SafeMath` has it.
#[inline]
pub(crate) fn div(a: U256, b: U256) -> Result<U256> {
    levmine_math::div(a, b, Rounding::Down).map_err(|_| AaveV2Error::SafeMath {
        operation: SafeMath::Division,
        a,
        b,
    })
}

/// `price × amount ÷ unit`, rounded down: a value in wei of ether.
#[inline]
pub(crate) fn value(price: U256, amount: U256, unit: U256) -> Result<U256> {
    levmine_math::mul_div_narrow(price, amount, unit, Rounding::Down).map_err(|_| {
        let operation = if unit.is_zero() { SafeMath::Division } else { SafeMath::Multiplication };
        AaveV2Error::SafeMath { operation, a: price, b: amount }
    })
}

/// What fits a `uint128`.
#[inline]
pub(crate) fn narrow(value: U256) -> Option<u128> {
    let [low, high, 0, 0] = *value.as_limbs() else { return None };
    Some(u128::from(high) << 64 | u128::from(low))
}
