//! The contracts' fixed point: `SafeMath` and `SafeDecimalMath`, with their reasons.
//!
//! Products are 256 bits wide, as on chain: what does not fit is refused.

use levmine_math::{Ray, U256, Wad};

use crate::error::{Result, SynthetixError};

/// 10^18, the unit of amounts, prices and ratios.
pub(crate) const UNIT: U256 = Wad::ONE.raw();
/// 10^27, the unit of the debt ratio.
pub(crate) const PRECISE_UNIT: U256 = Ray::ONE.raw();
/// 10^9, from a unit to a precise one.
const TO_PRECISE: U256 = U256::from_limbs([1_000_000_000, 0, 0, 0]);
const TEN: U256 = U256::from_limbs([10, 0, 0, 0]);
const FIVE: U256 = U256::from_limbs([5, 0, 0, 0]);

/// `a + b`.
pub(crate) fn add(a: U256, b: U256) -> Result<U256> {
    a.checked_add(b).ok_or(SynthetixError::AdditionOverflow { a, b })
}

/// `a − b`.
pub(crate) fn sub(a: U256, b: U256) -> Result<U256> {
    a.checked_sub(b).ok_or(SynthetixError::SubtractionOverflow { a, b })
}

/// `a × b`.
pub(crate) fn mul(a: U256, b: U256) -> Result<U256> {
    a.checked_mul(b).ok_or(SynthetixError::MultiplicationOverflow { a, b })
}

/// `a ÷ b`, down.
pub(crate) fn div(a: U256, b: U256) -> Result<U256> {
    a.checked_div(b).ok_or(SynthetixError::DivisionByZero { a })
}

/// Without the last digit, half up. Source: `_multiplyDecimalRound`, `_divideDecimalRound`.
fn round(times_ten: U256) -> U256 {
    let (whole, digit) = times_ten.div_rem(TEN);
    if digit >= FIVE { whole.saturating_add(U256::ONE) } else { whole }
}

/// `x × y ÷ 10^18`, down. Source: `multiplyDecimal`.
pub(crate) fn multiply(x: U256, y: U256) -> Result<U256> {
    Ok(mul(x, y)? / UNIT)
}

/// `x × y ÷ 10^18`, half up. Source: `multiplyDecimalRound`.
pub(crate) fn multiply_round(x: U256, y: U256) -> Result<U256> {
    Ok(round(mul(x, y)? / (UNIT / TEN)))
}

/// `x × y ÷ 10^27`, half up. Source: `multiplyDecimalRoundPrecise`.
pub(crate) fn multiply_round_precise(x: U256, y: U256) -> Result<U256> {
    Ok(round(mul(x, y)? / (PRECISE_UNIT / TEN)))
}

/// `x × 10^18 ÷ y`, down. Source: `divideDecimal`.
pub(crate) fn divide(x: U256, y: U256) -> Result<U256> {
    div(mul(x, UNIT)?, y)
}

/// `x × 10^18 ÷ y`, half up after one more digit. Source: `divideDecimalRound`.
pub(crate) fn divide_round(x: U256, y: U256) -> Result<U256> {
    Ok(round(div(mul(x, UNIT.saturating_mul(TEN))?, y)?))
}

/// `x × 10^27 ÷ y`, half up after one more digit. Source: `divideDecimalRoundPrecise`.
pub(crate) fn divide_round_precise(x: U256, y: U256) -> Result<U256> {
    Ok(round(div(mul(x, PRECISE_UNIT.saturating_mul(TEN))?, y)?))
}

/// From 18 to 27 decimals. Source: `decimalToPreciseDecimal`.
pub(crate) fn precise(x: U256) -> Result<U256> {
    mul(x, TO_PRECISE)
}

/// What is left of a number in 128 bits. Source: the contracts' plain casts to `uint128`.
pub(crate) fn low_128(x: U256) -> U256 {
    x & U256::from(u128::MAX)
}

/// That a number fits an `int256`. Source: `SafeCast.toInt256`.
pub(crate) fn to_int256(value: U256) -> Result<U256> {
    if value.bit_len() < 256 { Ok(value) } else { Err(SynthetixError::NoInt256 { value }) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::*;

    fn big(digits: &str) -> U256 {
        U256::from_str_radix(digits, 10).unwrap()
    }

    #[test]
    fn rounding_looks_at_one_more_digit() {
        // 1 ÷ 3 × 10^18 = 333…3.3, 2 ÷ 3 × 10^18 = 666…6.6.
        let three = U256::from(3);
        assert_eq!(divide_round(U256::ONE, three).unwrap(), big("333333333333333333"));
        assert_eq!(divide_round(U256::from(2), three).unwrap(), big("666666666666666667"));
        assert_eq!(divide(U256::from(2), three).unwrap(), big("666666666666666666"));
        // 0.49 of a unit has 4 as its first digit, so it is dropped, although two digits would not round up either.
        let x = big("499999999999999999");
        assert_eq!(multiply_round(x, U256::ONE).unwrap(), U256::ZERO);
        assert_eq!(multiply_round(big("500000000000000000"), U256::ONE).unwrap(), U256::ONE);
        assert_eq!(multiply(big("999999999999999999"), U256::ONE).unwrap(), U256::ZERO);
        assert_eq!(multiply_round_precise(big("500000000000000000000000000"), U256::ONE).unwrap(), U256::ONE);
    }

    #[test]
    fn what_does_not_fit_is_refused_with_the_contracts_words() {
        let code = |result: Result<U256>| result.unwrap_err().code();
        assert_eq!(code(add(U256::MAX, U256::ONE)), "SafeMath: addition overflow");
        assert_eq!(code(sub(U256::ZERO, U256::ONE)), "SafeMath: subtraction overflow");
        assert_eq!(code(mul(U256::MAX, U256::from(2))), "SafeMath: multiplication overflow");
        assert_eq!(code(div(U256::ONE, U256::ZERO)), "SafeMath: division by zero");
        assert_eq!(code(divide_round_precise(U256::MAX, U256::ONE)), "SafeMath: multiplication overflow");
        assert_eq!(code(to_int256(U256::MAX)), "SafeCast: value doesn't fit in an int256");
        assert_eq!(low_128(U256::MAX), U256::from(u128::MAX));
    }
}
