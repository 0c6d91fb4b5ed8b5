use rust_decimal::Decimal;

use super::{checked::Answer, domain};
use crate::{MathError, U256, decimal::decimal_from_parts, pow10, sqrt_floor, wide};

/// Returns `√x` to the nearest in the last of its places: 27 digits at least, or 28 places behind the point where
/// those are fewer. A root that is a decimal is exact.
///
/// Computed through the integer root. The library's own `sqrt` is ten times slower and stops the program where a
/// step overflows, near the largest decimal.
///
/// # Errors
///
/// [`MathError::Domain`] below zero.
///
/// # Examples
///
/// ```
/// use levmine_math::closed::sqrt;
/// use rust_decimal::Decimal;
///
/// assert_eq!(sqrt(Decimal::new(225, 2))?, Decimal::new(15, 1)); // √2.25 = 1.5
/// # Ok::<(), levmine_math::MathError>(())
/// ```
pub fn sqrt(x: Decimal) -> Answer {
    domain::not_negative("radicand", x)?;
    let mantissa = x.mantissa().unsigned_abs();
    let scale = x.scale();
    // √(m · 10^(2t − s)) · 10^−t, with the largest t ≤ 28 that keeps the radicand below 2^192, the root below 2^96.
    // 3.33 > log2(10); 192 bits less 96 leave room for 28 digits, so 2t ≥ s always.
    let free_bits = 192 - (128 - mantissa.leading_zeros());
    let places = ((free_bits * 100 / 333 + scale) / 2).min(Decimal::MAX_SCALE);
    let radicand = wide::mul(U256::from(mantissa), pow10((2 * places).saturating_sub(scale))?)?;
    let root = sqrt_floor(radicand);
    // (r + ½)² = r² + r + ¼, so the nearest integer is the next one when the rest is above r.
    let rest = radicand.wrapping_sub(root.wrapping_mul(root));
    let nearest = if rest > root { root.wrapping_add(U256::ONE) } else { root };
    decimal_from_parts(nearest, places)
        .map(|root| root.normalize())
        .ok_or(MathError::DecimalOverflow { operation: "square root" })
}
