//! Yearly fees as the contracts' factors per second.

use levmine_math::{Ray, Rounding, U256};
use rust_decimal::Decimal;

use crate::math::RAY;

/// Seconds of a year in the contracts' fees.
pub(crate) const YEAR: u64 = 31_536_000;

/// 10^10: extra digits in between.
const MORE: u64 = 10_000_000_000;

/// The factor per second for a yearly rate, ray: `e^(ln(1 + rate) ÷ 31,536,000)`.
///
/// Logarithm, quotient and power are each cut to 27 decimals, as in the table of rates that governance files from: so
/// 5 % is 1.000000001547125957863212448 and not …449. `None` for a negative rate or one above 100 %.
pub(crate) fn per_second(rate: Decimal) -> Option<U256> {
    if rate.is_sign_negative() || rate > Decimal::ONE {
        return None;
    }
    let rate = Ray::from_decimal(rate, Rounding::Down).ok()?.raw();
    let one = RAY.checked_mul(U256::from(MORE))?;
    let logarithm = ln(rate.checked_mul(U256::from(MORE))?, one)? / U256::from(MORE);
    let x = (logarithm / U256::from(YEAR)).checked_mul(U256::from(MORE))?;
    // e^x for x below 10^-7: four terms reach beyond 27 decimals.
    let (mut sum, mut term) = (one, one);
    for n in 1_u64..=4 {
        term = term.checked_mul(x)? / one / U256::from(n);
        sum = sum.checked_add(term)?;
    }
    Some(sum / U256::from(MORE))
}

/// The natural logarithm of `one + rate`, both and the answer in units of `one`: 2 artanh(rate ÷ (2 + rate)).
fn ln(rate: U256, one: U256) -> Option<U256> {
    let z = rate.checked_mul(one)? / one.checked_mul(U256::from(2))?.checked_add(rate)?;
    let square = z.checked_mul(z)? / one;
    let (mut sum, mut power) = (U256::ZERO, z);
    for n in 0_u64..64 {
        sum = sum.checked_add(power / U256::from(2 * n + 1))?;
        power = power.checked_mul(square)? / one;
        if power.is_zero() {
            break;
        }
    }
    sum.checked_mul(U256::from(2))
}

/// What a factor per second costs or earns in a year without compounding, ray; nothing for a factor below one.
pub(crate) fn per_year(factor: U256) -> Ray {
    Ray::from_raw(factor.saturating_sub(RAY).saturating_mul(U256::from(YEAR)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::*;

    /// Factors that were filed on chain: of the recorded runs (8, 2.25, 2, 0.01 %) and of the facts (5 %).
    #[test]
    fn factors_are_those_on_chain() {
        for (rate, factor) in [
            (Decimal::new(500, 4), 1_000_000_001_547_125_957_863_212_448_u128),
            (Decimal::new(800, 4), 1_000_000_002_440_418_608_258_400_030),
            (Decimal::new(225, 4), 1_000_000_000_705_562_181_084_137_268),
            (Decimal::new(200, 4), 1_000_000_000_627_937_192_491_029_810),
            (Decimal::new(1, 4), 1_000_000_000_003_170_820_659_990_704),
            (Decimal::new(0, 4), 1_000_000_000_000_000_000_000_000_000),
        ] {
            assert_eq!(per_second(rate), Some(U256::from(factor)), "{rate}");
        }
        assert_eq!(per_second(Decimal::new(-100, 4)), None);
        assert_eq!(per_second(Decimal::new(10100, 4)), None);
    }
}
