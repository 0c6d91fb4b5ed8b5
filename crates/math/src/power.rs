//! Integer powers of fixed-point numbers, in the association of the contracts.

use crate::{Fixed, MathError, Ray, Rounding, Wad};

/// Returns `base^exponent` in ray by squaring, half up at every multiplication.
///
/// Source: Maker `Jug.rpow` (the same in `Pot` and the abaci). Not equal to repeated multiplication nor to another
/// association; 0^0 is one.
///
/// # Errors
///
/// [`MathError::Overflow`] where a product does not fit 256 bits, as when squaring 2^128 or more.
///
/// # Examples
///
/// ```
/// use levmine_math::{Ray, ray_pow};
///
/// // 5 % a year, per second: one day.
/// let fee = Ray::new(1_000_000_001_547_125_957_863_212_448);
/// assert_eq!(ray_pow(fee, 86_400)?, Ray::new(1_000_133_680_617_113_440_350_406_888));
/// # Ok::<(), levmine_math::MathError>(())
/// ```
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
