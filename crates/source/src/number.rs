//! Decimal texts as scaled integers, exactly.

/// A number in units of 10^−places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Scaled {
    pub(crate) value: u128,
    /// Whether nothing was cut off behind the last place.
    pub(crate) exact: bool,
}

/// Why a text is no number that can be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NumberFault {
    Empty,
    Malformed,
    Negative,
    TooLarge,
}

/// Returns the number in `field` in units of 10^−`places`; what is finer is cut off, which [`Scaled::exact`] tells.
///
/// Digits with at most one point and at most one exponent, as in `1234.5`, `.5`, `6.1e-05`.
#[inline]
pub(crate) fn scaled(field: &[u8], places: u32) -> Result<Scaled, NumberFault> {
    let negative = field.first() == Some(&b'-');
    let text = if negative { field.get(1..).unwrap_or_default() } else { field };
    if text.is_empty() {
        return Err(if negative { NumberFault::Malformed } else { NumberFault::Empty });
    }
    let mut mantissa = Mantissa::default();
    let mut exponent = 0;
    for (at, byte) in text.iter().enumerate() {
        match byte {
            b'0'..=b'9' => mantissa.push(byte - b'0')?,
            b'.' if !mantissa.pointed => mantissa.pointed = true,
            b'e' | b'E' => {
                exponent = parse_exponent(text.get(at + 1..).unwrap_or_default())?;
                break;
            }
            _ => return Err(NumberFault::Malformed),
        }
    }
    if !mantissa.any {
        return Err(NumberFault::Malformed);
    }
    let (value, exact) = mantissa.shift(i64::from(places) + exponent)?;
    if negative && (value > 0 || !exact) {
        return Err(NumberFault::Negative);
    }
    Ok(Scaled { value, exact })
}

/// The digits read so far. The first 18 are gathered in one machine word, which is what nearly all fields need.
#[derive(Default)]
struct Mantissa {
    short: u64,
    digits: u32,
    long: u128,
    fraction: i64,
    pointed: bool,
    any: bool,
    full: bool,
    cut: bool,
}

impl Mantissa {
    const SHORT: u32 = 18;

    #[inline]
    fn push(&mut self, digit: u8) -> Result<(), NumberFault> {
        self.any = true;
        if self.digits < Self::SHORT {
            self.short = self.short * 10 + u64::from(digit);
            self.digits += 1;
            self.fraction += i64::from(self.pointed);
            return Ok(());
        }
        if self.digits == Self::SHORT {
            self.long = u128::from(self.short);
            self.digits += 1;
        }
        let longer = self.long.checked_mul(10).and_then(|long| long.checked_add(u128::from(digit)));
        match longer.filter(|_| !self.full) {
            Some(longer) => {
                self.long = longer;
                self.fraction += i64::from(self.pointed);
                Ok(())
            }
            // Once a digit found no room, no later one may take its place.
            None if self.pointed => {
                self.full = true;
                self.cut |= digit > 0;
                Ok(())
            }
            None => Err(NumberFault::TooLarge),
        }
    }

    #[inline]
    fn shift(&self, places: i64) -> Result<(u128, bool), NumberFault> {
        let value = if self.digits > Self::SHORT { self.long } else { u128::from(self.short) };
        let shift = places - self.fraction;
        let power = u32::try_from(shift.unsigned_abs()).ok().and_then(|by| 10_u128.checked_pow(by));
        match (shift >= 0, power) {
            _ if value == 0 => Ok((0, !self.cut)),
            (true, Some(power)) => {
                value.checked_mul(power).map(|value| (value, !self.cut)).ok_or(NumberFault::TooLarge)
            }
            (true, None) => Err(NumberFault::TooLarge),
            (false, Some(power)) => Ok((value / power, !self.cut && value % power == 0)),
            (false, None) => Ok((0, false)),
        }
    }
}

fn parse_exponent(text: &[u8]) -> Result<i64, NumberFault> {
    let (sign, digits) = match text.split_first() {
        Some((b'-', digits)) => (-1, digits),
        Some((b'+', digits)) => (1, digits),
        _ => (1, text),
    };
    if digits.is_empty() || digits.len() > 4 {
        return Err(NumberFault::Malformed);
    }
    let value = digits.iter().try_fold(0, |value, byte| match byte {
        b'0'..=b'9' => Ok(value * 10 + i64::from(byte - b'0')),
        _ => Err(NumberFault::Malformed),
    })?;
    Ok(sign * value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, places: u32) -> Result<(u128, bool), NumberFault> {
        scaled(text.as_bytes(), places).map(|scaled| (scaled.value, scaled.exact))
    }

    #[test]
    fn digits_are_kept_exactly() {
        assert_eq!(read("2061.43", 18), Ok((2_061_430_000_000_000_000_000, true)));
        assert_eq!(read("133.357707335", 18), Ok((133_357_707_335_000_000_000, true)));
        assert_eq!(read("732.0868622834124", 18), Ok((732_086_862_283_412_400_000, true)));
        assert_eq!(read("0.000000000000000001", 18), Ok((1, true)));
        assert_eq!(
            read("1023969313696843928663736399", 0),
            Ok((1_023_969_313_696_843_928_663_736_399, true))
        );
        assert_eq!(read("340282366920938463463374607431768211455", 0), Ok((u128::MAX, true)));
        assert_eq!(read("00000000000000000000000000000000000000000001", 0), Ok((1, true)));
        assert_eq!(read(".5", 1), Ok((5, true)));
        assert_eq!(read("5.", 1), Ok((50, true)));
    }

    #[test]
    fn numbers_of_every_length_are_read() {
        let (mut text, mut value) = (String::new(), 0);
        for length in 1..=38 {
            let digit = length % 9 + 1;
            text += &digit.to_string();
            value = value * 10 + digit;
            assert_eq!(read(&text, 0), Ok((value, true)));
            assert_eq!(read(&format!("0.{text}"), length as u32), Ok((value, true)));
        }
    }

    #[test]
    fn exponents_move_the_point() {
        assert_eq!(read("6.1e-05", 6), Ok((61, true)));
        assert_eq!(read("1E+3", 0), Ok((1_000, true)));
        assert_eq!(read("0e9999", 18), Ok((0, true)));
        assert_eq!(read("1e-9999", 18), Ok((0, false)));
        assert_eq!(read("1e39", 0), Err(NumberFault::TooLarge));
        assert_eq!(read("1e9999", 0), Err(NumberFault::TooLarge));
        for bad in ["1e", "1e+", "1e1.5", "1e99999", "1ee1"] {
            assert_eq!(read(bad, 0), Err(NumberFault::Malformed), "{bad}");
        }
    }

    #[test]
    fn what_is_cut_off_is_told() {
        assert_eq!(read("1.29", 1), Ok((12, false)));
        assert_eq!(read("1.20", 1), Ok((12, true)));
        assert_eq!(read("0.1234567890123456789", 18), Ok((123_456_789_012_345_678, false)));
        // The last 9 finds no room in 128 bits; the zeros after it must not be taken in its place.
        let text = "3.40282366920938463463374607431768211459";
        let kept = 340_282_366_920_938_463_463_374_607_431_768_211_450;
        assert_eq!(read(text, 38), Ok((kept, false)));
        assert_eq!(read(&format!("{text}0000001"), 38), Ok((kept, false)));
        assert_eq!(read("1.000000000000000000000000000000000000000000", 0), Ok((1, true)));
    }

    #[test]
    fn what_is_no_number_is_refused() {
        assert_eq!(read("", 0), Err(NumberFault::Empty));
        assert_eq!(read("-1", 0), Err(NumberFault::Negative));
        assert_eq!(read("-0.04", 1), Err(NumberFault::Negative));
        assert_eq!(read("-0.0", 1), Ok((0, true)));
        for bad in
            ["-", ".", "nan", "inf", "1,5", "1.2.3", "0x10", "+1", "1_000", "--1", "1 2", "e5", "\u{661}"]
        {
            assert_eq!(read(bad, 0), Err(NumberFault::Malformed), "{bad}");
        }
        assert_eq!(read("340282366920938463463374607431768211456", 0), Err(NumberFault::TooLarge));
        assert_eq!(read("340282366920938463464", 18), Err(NumberFault::TooLarge));
    }
}
