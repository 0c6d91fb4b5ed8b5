//! Integer powers of fixed-point numbers, in the association of the contracts.

use crate::{Fixed, MathError, Ray, Rounding, Wad};

/// Returns `base^exponent` in ray by squaring, half up at every multiplication.
///
/// Source: Maker `jug.rpow`. Not equal to repeated multiplication nor to another association; 0^0 is one.
///
/// # Errors
///
/// [`MathError::Overflow`] where a product does not fit 256 bits.
pub fn ray_pow(base: Ray, exponent: u64) -> Result<Ray, MathError> {
    pow(base, exponent)
}

/// Returns `base^exponent` in wad by squaring, half up at every multiplication.
///
/// # Errors
///
/// [`MathError::Overflow`] where a product does not fit 256 bits.
pub fn wad_pow(base: Wad, exponent: u64) -> Result<Wad, MathError> {
    pow(base, exponent)
}

fn pow<const D: u8>(base: Fixed<D>, exponent: u64) -> Result<Fixed<D>, MathError> {
    let mut x = base;
    let mut n = exponent;
    let mut z = if n & 1 == 1 { x } else { Fixed::ONE };
    n >>= 1;
    while n > 0 {
        x = x.mul(x, Rounding::HalfUp)?;
        if n & 1 == 1 {
            z = z.mul(x, Rounding::HalfUp)?;
        }
        n >>= 1;
    }
    Ok(z)
}
