//! Amounts as people write them, to and from base units.

use crate::{MathError, U256};

/// Returns the base units of the amount written in `text`, for a token with `decimals` decimals.
///
/// Exact: nothing is rounded, so more places than `decimals` are an error, even zeros. The text is digits with at
/// most one point, which has a digit on both sides; single underscores may group digits. No sign, exponent or space.
///
/// # Errors
///
/// [`MathError::MalformedAmount`], [`MathError::NegativeAmount`], [`MathError::TooManyPlaces`],
/// [`MathError::AmountTooLarge`], in this order.
///
/// # Examples
///
/// ```
/// use levmine_math::{MathError, U256, parse_units};
///
/// assert_eq!(parse_units("1_234.5678", 6)?, U256::from(1_234_567_800));
/// assert_eq!(parse_units("1.23", 1), Err(MathError::TooManyPlaces { places: 2, decimals: 1 }));
/// # Ok::<(), MathError>(())
/// ```
pub fn parse_units(text: &str, decimals: u8) -> Result<U256, MathError> {
    let unsigned = text.strip_prefix('-');
    check_form(unsigned.unwrap_or(text), if unsigned.is_some() { 2 } else { 1 })?;
    if unsigned.is_some() {
        return Err(MathError::NegativeAmount);
    }
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let places = fraction.bytes().filter(u8::is_ascii_digit).count();
    let missing = usize::from(decimals).checked_sub(places);
    let missing = missing.ok_or(MathError::TooManyPlaces { places, decimals })?;

    let digits = whole.chars().chain(fraction.chars()).filter_map(|c| c.to_digit(10));
    // Zeros stand for the places not written: at most 255 of them.
    digits
        .chain(std::iter::repeat_n(0, missing))
        .try_fold(U256::ZERO, append)
        .ok_or(MathError::AmountTooLarge { decimals })
}

/// `number` with one more decimal digit.
fn append(number: U256, digit: u32) -> Option<U256> {
    number.checked_mul(U256::from(10))?.checked_add(U256::from(digit))
}

/// Whether every point and underscore stands between two digits, with one point at most.
fn check_form(text: &str, first_position: usize) -> Result<(), MathError> {
    let mut after_digit = false;
    let mut after_point = false;
    let mut position = first_position;
    for c in text.chars() {
        let fits = match c {
            '0'..='9' => true,
            '_' => after_digit,
            '.' => after_digit && !after_point,
            _ => false,
        };
        if !fits {
            return Err(MathError::MalformedAmount { position });
        }
        after_digit = c.is_ascii_digit();
        after_point |= c == '.';
        position += 1;
    }
    if after_digit { Ok(()) } else { Err(MathError::MalformedAmount { position }) }
}

/// Returns `raw ÷ 10^decimals` in digits: exact, without trailing zeros and without a point for whole numbers.
///
/// [`parse_units`] reads it back.
///
/// # Examples
///
/// ```
/// use levmine_math::{U256, format_units};
///
/// assert_eq!(format_units(U256::from(1_234_567_800), 6), "1234.5678");
/// assert_eq!(format_units(U256::from(5_000_000), 6), "5");
/// ```
#[must_use]
pub fn format_units(raw: U256, decimals: u8) -> String {
    let places = usize::from(decimals);
    let mut digits = format!("{raw:0>width$}", width = places + 1);
    if places == 0 {
        return digits;
    }
    digits.insert(digits.len() - places, '.');
    digits.truncate(digits.trim_end_matches('0').trim_end_matches('.').len());
    digits
}
