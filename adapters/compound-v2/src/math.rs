//! The contracts' arithmetic on mantissas: numbers with 18 decimals in 256 bits. Every product must fit.
//!
//! Source: `CarefulMath`, `Exponential`, `ExponentialNoError`.

use levmine_math::{MathError, Rounding, U256, Wad};

pub(crate) use levmine_math::{add, mul, sub};

/// One, with 18 decimals.
pub(crate) const ONE: u64 = 1_000_000_000_000_000_000;

/// One as an index of rewards has it, with 36 decimals.
pub(crate) const DOUBLE: u128 = 1_000_000_000_000_000_000_000_000_000_000_000_000;

/// `a × b ÷ 10^18`, rounded down.
#[inline]
pub(crate) fn mul_exp(a: U256, b: U256) -> Result<U256, MathError> {
    Wad::from_raw(a).mul_int(b, Rounding::Down)
}

/// `a × 10^18 ÷ b`, rounded down; the product comes first, as in the contracts.
#[inline]
pub(crate) fn div_exp(a: U256, b: U256) -> Result<U256, MathError> {
    div(mul(a, U256::from(ONE))?, b)
}

/// `a ÷ b`, rounded down.
#[inline]
pub(crate) fn div(a: U256, b: U256) -> Result<U256, MathError> {
    levmine_math::div(a, b, Rounding::Down)
}

/// `a × b ÷ 10^18 + c`, the quotient rounded down. In most markets that are entered nothing is owed.
#[inline]
pub(crate) fn mul_exp_add(a: U256, b: U256, c: U256) -> Result<U256, MathError> {
    if b.is_zero() { Ok(c) } else { add(mul_exp(a, b)?, c) }
}
