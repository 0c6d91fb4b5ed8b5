use levmine_math::{
    MathError, Rounding, U256, add, div, mul, mul_div, mul_div_narrow, mul_shift, pow10, sub,
};
use proptest::prelude::*;

use crate::{
    operands::{ROUNDINGS, factors, operand, rounding, triple},
    oracle::{self, big, fit},
};

fn int(x: u128) -> U256 {
    U256::from(x)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn sums_are_those_of_the_oracle((a, b) in factors()) {
        prop_assert_eq!(add(a, b).ok(), fit(&(big(a) + big(b))));
    }

    #[test]
    fn differences_are_those_of_the_oracle((a, b) in factors()) {
        let expected = if a >= b { fit(&(big(a) - big(b))) } else { None };
        prop_assert_eq!(sub(a, b).ok(), expected);
    }

    #[test]
    fn products_are_those_of_the_oracle((a, b) in factors()) {
        prop_assert_eq!(mul(a, b).ok(), fit(&(big(a) * big(b))));
    }

    #[test]
    fn quotients_are_those_of_the_oracle(a in operand(), b in operand(), rounding in rounding()) {
        prop_assert_eq!(div(a, b, rounding).ok(), oracle::mul_div_narrow(a, U256::ONE, b, rounding));
    }

    #[test]
    fn mul_div_is_that_of_the_oracle((a, b, d) in triple(), rounding in rounding()) {
        prop_assert_eq!(mul_div(a, b, d, rounding).ok(), oracle::mul_div(a, b, d, rounding));
    }

    #[test]
    fn mul_div_narrow_is_that_of_the_oracle((a, b, d) in triple(), rounding in rounding()) {
        prop_assert_eq!(mul_div_narrow(a, b, d, rounding).ok(), oracle::mul_div_narrow(a, b, d, rounding));
    }

    #[test]
    fn mul_shift_is_that_of_the_oracle((a, b) in factors(), bits in 0_u8.., rounding in rounding()) {
        let expected = oracle::mul_div(a, b, U256::ONE << usize::from(bits), rounding);
        prop_assert_eq!(mul_shift(a, b, bits, rounding).ok(), expected);
    }

    /// Where both answer, they answer the same.
    #[test]
    fn the_narrow_form_is_the_wide_one_where_it_exists((a, b, d) in triple(), rounding in rounding()) {
        if let Ok(narrow) = mul_div_narrow(a, b, d, rounding) {
            prop_assert_eq!(mul_div(a, b, d, rounding), Ok(narrow));
        }
    }
}

#[test]
fn the_three_roundings_of_seven_halves_and_thirds() {
    // 7 ÷ 2 = 3.5, 7 ÷ 3 = 2.33, 8 ÷ 3 = 2.67, 6 ÷ 3 = 2.
    let cases = [(7, 2, [3, 4, 4]), (7, 3, [2, 3, 2]), (8, 3, [2, 3, 3]), (6, 3, [2, 2, 2])];
    for (n, d, expected) in cases {
        for (rounding, expected) in ROUNDINGS.into_iter().zip(expected) {
            assert_eq!(div(int(n), int(d), rounding), Ok(int(expected)), "{n} ÷ {d} {rounding:?}");
            assert_eq!(mul_div(int(n), U256::ONE, int(d), rounding), Ok(int(expected)));
            assert_eq!(mul_div_narrow(int(n), U256::ONE, int(d), rounding), Ok(int(expected)));
        }
    }
}

#[test]
fn the_half_is_floored_before_it_is_added() {
    // d = 3: ⌊3 ÷ 2⌋ = 1. (MAX − 1) + 1 still fits and is 3 · (2^256 − 1) ÷ 3; MAX + 1 does not fit.
    let third = U256::MAX / int(3);
    let fits = U256::MAX - U256::ONE;
    assert_eq!(mul_div_narrow(fits, U256::ONE, int(3), Rounding::HalfUp), Ok(third));
    assert!(matches!(
        mul_div_narrow(U256::MAX, U256::ONE, int(3), Rounding::HalfUp),
        Err(MathError::Overflow { operation: "product", .. })
    ));
    // The wide form has room for the half.
    assert_eq!(mul_div(U256::MAX, U256::ONE, int(3), Rounding::HalfUp), Ok(third));
}

#[test]
fn the_wide_quotient_fits_up_to_the_last_unit() {
    let (max, one) = (U256::MAX, U256::ONE);
    // (2^256 − 1)² ÷ (2^256 − 1).
    assert_eq!(mul_div(max, max, max, Rounding::Up), Ok(max));
    // (2^256 − 1)² = 2^512 − 2^257 + 1; divided by 2^256 − 2 it is 2^256 + 1 / (2^256 − 2): just too large.
    assert!(mul_div(max, max, max - one, Rounding::Down).is_err());
    // (2^256 − 1) · 2^255 ÷ 2^255.
    let half = one << 255;
    assert_eq!(mul_div(max, half, half, Rounding::Down), Ok(max));
    // 2^257 − 1 = 535006138814359 · 1155685395246619182673033 · 374550598501810936581776630096313181393, and half of
    // it is 2^256 − ½: it fits only when rounded down.
    let large: U256 = "374550598501810936581776630096313181393".parse().unwrap();
    let rest = int(1_155_685_395_246_619_182_673_033) * large;
    assert_eq!(mul_div(int(535_006_138_814_359), rest, int(2), Rounding::Down), Ok(max));
    assert!(mul_div(int(535_006_138_814_359), rest, int(2), Rounding::Up).is_err());
    assert!(mul_div(int(535_006_138_814_359), rest, int(2), Rounding::HalfUp).is_err());
}

#[test]
fn a_zero_divisor_is_named_before_an_overflow() {
    let max = U256::MAX;
    for rounding in ROUNDINGS {
        assert_eq!(mul_div(max, max, U256::ZERO, rounding), Err(MathError::DivisionByZero { a: max }));
        assert_eq!(mul_div_narrow(max, max, U256::ZERO, rounding), Err(MathError::DivisionByZero { a: max }));
        assert_eq!(div(max, U256::ZERO, rounding), Err(MathError::DivisionByZero { a: max }));
    }
}

#[test]
fn errors_carry_the_operands() {
    let (max, one, two) = (U256::MAX, U256::ONE, int(2));
    assert_eq!(add(max, one), Err(MathError::Overflow { operation: "sum", a: max, b: one }));
    assert_eq!(sub(one, two), Err(MathError::Underflow { a: one, b: two }));
    assert_eq!(mul(max, two), Err(MathError::Overflow { operation: "product", a: max, b: two }));
    assert_eq!(
        mul_div_narrow(max, two, one, Rounding::Down),
        Err(MathError::Overflow { operation: "product", a: max, b: two })
    );
    assert_eq!(
        mul_div(max, two, one, Rounding::Down),
        Err(MathError::Overflow { operation: "product and quotient", a: max, b: two })
    );
}

#[test]
fn powers_of_ten_end_at_77() {
    let mut expected = U256::ONE;
    for exponent in 0..=77 {
        assert_eq!(pow10(exponent), Ok(expected), "10^{exponent}");
        expected = expected.wrapping_mul(int(10));
    }
    for exponent in [78, 79, 256, u32::MAX] {
        assert_eq!(
            pow10(exponent),
            Err(MathError::Overflow { operation: "power", a: int(10), b: U256::from(exponent) })
        );
    }
}
