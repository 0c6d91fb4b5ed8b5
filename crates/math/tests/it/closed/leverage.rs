use levmine_math::closed::{
    kelly_leverage, leverage_from_ltv, loop_iterations, loop_leverage, ltv_from_leverage,
};
use proptest::prelude::*;
use rust_decimal::{Decimal, dec};

use super::{assert_near, assert_outside};

#[test]
fn leverage_and_loan_to_value() {
    // 1 ÷ (1 − 0.8) = 5 and 1 − 1 ÷ 5 = 0.8.
    assert_eq!(leverage_from_ltv(dec!(0.8)), Ok(dec!(5)));
    assert_eq!(ltv_from_leverage(dec!(5)), Ok(dec!(0.8)));
    assert_eq!(leverage_from_ltv(dec!(0)), Ok(dec!(1)));
    assert_eq!(ltv_from_leverage(dec!(1)), Ok(dec!(0)));
    for ltv in [dec!(1), dec!(1.5), dec!(-0.1)] {
        assert_outside(leverage_from_ltv(ltv), "LTV");
        assert_outside(loop_leverage(ltv, 3), "LTV");
        assert_outside(loop_iterations(ltv, dec!(1.1)), "LTV");
    }
    assert_outside(ltv_from_leverage(dec!(0.99)), "leverage");
}

#[test]
fn the_loop_is_a_geometric_series() {
    // 0.8: 1, 1.8, 2.44, 2.952, 3.3616.
    let expected = [dec!(1), dec!(1.8), dec!(2.44), dec!(2.952), dec!(3.3616)];
    for (iterations, leverage) in (0..).zip(expected) {
        assert_eq!(loop_leverage(dec!(0.8), iterations), Ok(leverage));
    }
    assert_eq!(loop_leverage(dec!(0), 7), Ok(dec!(1)));
    // 1 − 0.8^(2^32) is one in 28 places: the limit.
    assert_eq!(loop_leverage(dec!(0.8), u32::MAX), Ok(dec!(5)));
}

#[test]
fn iterations_to_reach_a_leverage() {
    let cases = [
        (dec!(0.8), dec!(1), 0),
        (dec!(0.8), dec!(1.0000001), 1),
        (dec!(0.8), dec!(1.8), 1),
        (dec!(0.8), dec!(1.8000000001), 2),
        (dec!(0.8), dec!(2.44), 2),
        (dec!(0.8), dec!(3.3616), 4),
        // 5·(1 − 0.8^(n+1)) ≥ 4.9: 0.8^(n+1) ≤ 0.02, n + 1 ≥ ln 0.02 ÷ ln 0.8 = 17.53.
        (dec!(0.8), dec!(4.9), 17),
        (dec!(0), dec!(1), 0),
    ];
    for (ltv, target, iterations) in cases {
        assert_eq!(loop_iterations(ltv, target), Ok(iterations), "{target} at {ltv}");
    }
}

#[test]
fn the_limit_of_the_loop_is_not_reached() {
    assert_outside(loop_iterations(dec!(0.8), dec!(5)), "target leverage");
    assert_outside(loop_iterations(dec!(0.8), dec!(6)), "target leverage");
    assert_outside(loop_iterations(dec!(0), dec!(1.1)), "target leverage");
    assert_outside(loop_iterations(dec!(0.8), dec!(0.5)), "leverage");
    // Closer to the limit than 28 places tell is still found, or refused, and never searched for without end.
    assert!(loop_iterations(dec!(0.8), dec!(4.999999999999999999999999999)).is_ok());
}

#[test]
fn kelly() {
    // (0.10 − 0.04) ÷ 0.6² = 0.06 ÷ 0.36 = 1/6; a loss: (0.02 − 0.04) ÷ 0.25 = −0.08.
    assert_near(kelly_leverage(dec!(0.10), dec!(0.04), dec!(0.6)), dec!(1) / dec!(6), dec!(1e-26));
    assert_eq!(kelly_leverage(dec!(0.02), dec!(0.04), dec!(0.5)), Ok(dec!(-0.08)));
    assert_outside(kelly_leverage(dec!(0.1), dec!(0.04), dec!(0)), "volatility");
}

proptest! {
    #[test]
    fn loan_to_value_comes_back(ltv in 0..10_000_u32) {
        let ltv = Decimal::new(ltv.into(), 4);
        let back = leverage_from_ltv(ltv).and_then(ltv_from_leverage).unwrap();
        prop_assert!((back - ltv).abs() < dec!(1e-26));
    }

    #[test]
    fn the_fewest_iterations(ltv in 1..9_900_u32, part in 1..9_999_u32) {
        let ltv = Decimal::new(ltv.into(), 4);
        let limit = leverage_from_ltv(ltv).unwrap();
        let target = Decimal::ONE + (limit - Decimal::ONE) * Decimal::new(part.into(), 4);
        let n = loop_iterations(ltv, target).unwrap();
        prop_assert!(loop_leverage(ltv, n).unwrap() >= target);
        prop_assert!(n == 0 || loop_leverage(ltv, n - 1).unwrap() < target);
    }

    #[test]
    fn the_series_summed_term_by_term(ltv in 0..9_999_u32, iterations in 0..60_u32) {
        let ltv = Decimal::new(ltv.into(), 4);
        let (mut sum, mut term) = (Decimal::ONE, Decimal::ONE);
        for _ in 0..iterations {
            term *= ltv;
            sum += term;
        }
        let closed = loop_leverage(ltv, iterations).unwrap();
        prop_assert!((closed - sum).abs() < dec!(1e-22), "{} against {}", closed, sum);
    }
}
