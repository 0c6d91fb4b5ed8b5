//! The contracts' checked arithmetic, and what the bank adds to it.
//!
//! Source: OpenZeppelin `SafeMath` 3.4, `HomoraMath`, `HomoraSafeMath`.

use levmine_math::{Rounding, U256, sqrt_floor};

use crate::error::{HomoraError, Result};

/// 2^112: the scale of prices and of wrappers' rates.
pub const Q112: U256 = U256::from_limbs([0, 1 << 48, 0, 0]);

/// One of a factor: 10,000 basis points.
pub(crate) const BPS: u64 = 10_000;

/// One, with 18 decimals.
pub(crate) const ONE: u64 = 1_000_000_000_000_000_000;

#[inline]
pub(crate) fn add(a: U256, b: U256) -> Result<U256> {
    a.checked_add(b).ok_or(HomoraError::AddOverflow { a, b })
}

#[inline]
pub(crate) fn sub(a: U256, b: U256) -> Result<U256> {
    a.checked_sub(b).ok_or(HomoraError::SubUnderflow { a, b })
}

#[inline]
pub(crate) fn mul(a: U256, b: U256) -> Result<U256> {
    levmine_math::mul(a, b).map_err(|_| HomoraError::MulOverflow { a, b })
}

/// `a ÷ b`, rounded down.
#[inline]
pub(crate) fn div(a: U256, b: U256) -> Result<U256> {
    levmine_math::div(a, b, Rounding::Down).map_err(|_| HomoraError::ZeroDivision { a })
}

/// `a × b ÷ d`, rounded down; the product must fit.
#[inline]
pub(crate) fn mul_div(a: U256, b: U256, d: U256) -> Result<U256> {
    match levmine_math::mul_div_narrow(a, b, d, Rounding::Down) {
        Ok(quotient) => Ok(quotient),
        Err(_) => div(mul(a, b)?, d),
    }
}

/// `a × b ÷ 2^112`, rounded down; the product must fit.
#[inline]
pub(crate) fn mul_q112(a: U256, b: U256) -> Result<U256> {
    Ok(mul(a, b)? >> 112_usize)
}

/// `a ÷ b`, rounded up, as `(a + b − 1) ÷ b`: nothing by nothing is an underflow.
///
/// Source: `HomoraSafeMath.ceilDiv`, `HomoraMath.divCeil`.
#[inline]
pub(crate) fn ceil_div(a: U256, b: U256) -> Result<U256> {
    div(sub(add(a, b)?, U256::ONE)?, b)
}

/// The root, rounded down.
///
/// Source: `HomoraMath.sqrt`, whose seven steps of Newton reach the floor.
#[inline]
pub(crate) fn sqrt(x: U256) -> U256 {
    sqrt_floor(x)
}
