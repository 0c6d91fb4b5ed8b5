//! The contract's fixed point: 18 decimals, checked 256-bit products.
//!
//! Source: Morpho Blue 1.0.0, `MathLib`, `UtilsLib`.

use levmine_math::{Rounding, U256, add, div, mul, sub};

use crate::error::{MorphoError, Result};

/// One, with 18 decimals.
pub const WAD: U256 = U256::from_limbs([WAD_U64, 0, 0, 0]);

/// One, with 18 decimals.
pub const WAD_U64: u64 = 1_000_000_000_000_000_000;

const TWO_WAD: U256 = U256::from_limbs([2 * WAD_U64, 0, 0, 0]);
const THREE_WAD: U256 = U256::from_limbs([3 * WAD_U64, 0, 0, 0]);

/// Returns `x · y ÷ d`, rounded down.
///
/// Source: `MathLib.mulDivDown`.
///
/// # Errors
///
/// [`MorphoError::Panic`]: the product does not fit 256 bits; then, that `d` is zero.
pub fn mul_div_down(x: U256, y: U256, d: U256) -> Result<U256> {
    Ok(div(mul(x, y)?, d, Rounding::Down)?)
}

/// Returns `x · y ÷ d`, rounded up, as `(x · y + (d − 1)) ÷ d`.
///
/// Source: `MathLib.mulDivUp`.
///
/// # Errors
///
/// [`MorphoError::Panic`]: the product, or it and `d − 1`, does not fit 256 bits; `d` is zero (an underflow).
pub fn mul_div_up(x: U256, y: U256, d: U256) -> Result<U256> {
    let sum = add(mul(x, y)?, sub(d, U256::ONE)?)?;
    Ok(div(sum, d, Rounding::Down)?)
}

/// Returns `x · y` with `y` in wad, rounded down.
///
/// # Errors
///
/// As [`mul_div_down`].
pub fn w_mul_down(x: U256, y: U256) -> Result<U256> {
    mul_div_down(x, y, WAD)
}

/// Returns `x ÷ y` in wad, rounded down.
///
/// # Errors
///
/// As [`mul_div_down`].
pub fn w_div_down(x: U256, y: U256) -> Result<U256> {
    mul_div_down(x, WAD, y)
}

/// Returns `x ÷ y` in wad, rounded up.
///
/// # Errors
///
/// As [`mul_div_up`].
pub fn w_div_up(x: U256, y: U256) -> Result<U256> {
    mul_div_up(x, WAD, y)
}

/// Returns the interest on one, in wad, of `seconds` at `rate` (wad per second): three terms of the exponential series,
/// each rounded down.
///
/// Source: `MathLib.wTaylorCompounded`.
///
/// # Errors
///
/// [`MorphoError::Panic`] beyond 256 bits.
pub fn taylor_compounded(rate: U256, seconds: u64) -> Result<U256> {
    let first = mul(rate, U256::from(seconds))?;
    let second = mul_div_down(first, first, TWO_WAD)?;
    let third = mul_div_down(second, first, THREE_WAD)?;
    Ok(add(add(first, second)?, third)?)
}

/// Returns `x` as the contract's `uint128`.
///
/// Source: `UtilsLib.toUint128`.
///
/// # Errors
///
/// [`MorphoError::MaxUint128Exceeded`].
pub fn to_u128(x: U256) -> Result<u128> {
    u128::try_from(x).map_err(|_| MorphoError::MaxUint128Exceeded { value: x })
}

/// Returns `a + b` as checked 128-bit arithmetic.
///
/// # Errors
///
/// [`MorphoError::Panic`].
pub fn add128(a: u128, b: u128) -> Result<u128> {
    let wide =
        || levmine_math::MathError::Overflow { operation: "128-bit sum", a: U256::from(a), b: U256::from(b) };
    a.checked_add(b).ok_or_else(|| wide().into())
}

/// Returns `a − b` as checked 128-bit arithmetic.
///
/// # Errors
///
/// [`MorphoError::Panic`].
pub fn sub128(a: u128, b: u128) -> Result<u128> {
    let wide = || levmine_math::MathError::Underflow { a: U256::from(a), b: U256::from(b) };
    a.checked_sub(b).ok_or_else(|| wide().into())
}
