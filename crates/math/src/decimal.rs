//! Between exact integers and the decimals that people read and write.

use rust_decimal::Decimal;

use crate::{Fixed, MathError, Rounding, U256, mul_div, pow10, wide};

/// The most places behind the point that a decimal holds.
const PLACES: u32 = Decimal::MAX_SCALE;
/// The largest integer that a decimal holds: 2^96 − 1.
const LARGEST: U256 = U256::from_limbs([u64::MAX, u32::MAX as u64, 0, 0]);

/// Returns `value × 10^decimals` as an integer, rounded as told.
///
/// Exact where `value` has no more than `decimals` places.
///
/// # Errors
///
/// [`MathError::NegativeAmount`]; [`MathError::AmountTooLarge`] above 2^256 − 1.
///
/// # Examples
///
/// ```
/// use levmine_math::{Rounding, U256, units_from_decimal};
/// use rust_decimal::Decimal;
///
/// let value = Decimal::new(1_999_9, 4); // 1.9999
/// assert_eq!(units_from_decimal(value, 3, Rounding::Down)?, U256::from(1_999));
/// assert_eq!(units_from_decimal(value, 3, Rounding::Up)?, U256::from(2_000));
/// # Ok::<(), levmine_math::MathError>(())
/// ```
pub fn units_from_decimal(value: Decimal, decimals: u8, rounding: Rounding) -> Result<U256, MathError> {
    if value.is_zero() {
        return Ok(U256::ZERO);
    }
    if value.is_sign_negative() {
        return Err(MathError::NegativeAmount);
    }
    let mantissa = U256::from(value.mantissa().unsigned_abs());
    let (places, decimals_wide) = (value.scale(), u32::from(decimals));
    if decimals_wide >= places {
        pow10(decimals_wide - places)
            .and_then(|factor| wide::mul(mantissa, factor))
            .map_err(|_| MathError::AmountTooLarge { decimals })
    } else {
        wide::div(mantissa, pow10(places - decimals_wide)?, rounding)
    }
}

/// Returns `raw ÷ 10^decimals`, to the nearest decimal (an exact half goes up), without trailing zeros.
///
/// A decimal holds at most 28 places and 96 bits; as many places are kept as fit. It is for reports and closed
/// forms: use [`format_units`](crate::format_units) where the text must be exact.
///
/// # Errors
///
/// [`MathError::DecimalOverflow`] when the whole part is above 2^96 − 1 (about 7.9e28).
///
/// # Examples
///
/// ```
/// use levmine_math::{U256, units_to_decimal};
///
/// assert_eq!(units_to_decimal(U256::from(1_500_000), 6)?.to_string(), "1.5");
/// # Ok::<(), levmine_math::MathError>(())
/// ```
pub fn units_to_decimal(raw: U256, decimals: u8) -> Result<Decimal, MathError> {
    let decimals = u32::from(decimals);
    // raw ≥ 2^(bits − 1) drops below 2^96 only behind the first d with 10^d > 2^(bits − 97); 0.30102 < log10(2).
    let bits = u32::try_from(raw.bit_len()).unwrap_or(u32::MAX).saturating_sub(97);
    let mut dropped = (bits * 30_102 / 100_000).max(decimals.saturating_sub(PLACES));
    while dropped <= decimals {
        // Above 10^77 everything is dropped: the quotient is below one half.
        let Ok(divisor) = pow10(dropped) else { return Ok(Decimal::ZERO) };
        let kept = mul_div(raw, U256::ONE, divisor, Rounding::HalfUp)?;
        if let Some(decimal) = decimal_from_parts(kept, decimals - dropped) {
            return Ok(decimal.normalize());
        }
        dropped += 1;
    }
    Err(MathError::DecimalOverflow { operation: "conversion" })
}

/// `integer ÷ 10^places` where it fits.
pub(crate) fn decimal_from_parts(integer: U256, places: u32) -> Option<Decimal> {
    if integer > LARGEST {
        return None;
    }
    let integer = i128::try_from(wide::small(integer)?).ok()?;
    Decimal::try_from_i128_with_scale(integer, places).ok()
}

impl<const D: u8> Fixed<D> {
    /// Returns the number nearest to `value` in the direction told.
    ///
    /// Exact where `value` has no more than `D` places.
    ///
    /// # Errors
    ///
    /// [`MathError::NegativeAmount`]; [`MathError::AmountTooLarge`] above 2^256 − 1 raw.
    ///
    /// # Examples
    ///
    /// ```
    /// use levmine_math::{Bps, Rounding};
    /// use rust_decimal::Decimal;
    ///
    /// assert_eq!(Bps::from_decimal(Decimal::new(825, 3), Rounding::Down)?, Bps::new(8_250)); // 82.5 %
    /// # Ok::<(), levmine_math::MathError>(())
    /// ```
    pub fn from_decimal(value: Decimal, rounding: Rounding) -> Result<Self, MathError> {
        units_from_decimal(value, D, rounding).map(Self::from_raw)
    }

    /// Returns the nearest decimal (an exact half goes up), without trailing zeros.
    ///
    /// A decimal holds at most 28 places and 96 bits; as many places are kept as fit. Every [`Bps`](crate::Bps) up
    /// to 7.9e24 converts exactly, a [`Ray`](crate::Ray) only below 79.
    ///
    /// # Errors
    ///
    /// [`MathError::DecimalOverflow`] when the whole part is above 2^96 − 1 (about 7.9e28).
    pub fn to_decimal(self) -> Result<Decimal, MathError> {
        units_to_decimal(self.raw(), D)
    }
}
