use levmine_math::closed::{
    impermanent_loss, leveraged_lp_break_even, leveraged_lp_equity, leveraged_lp_equity_after_costs,
    leveraged_lp_liquidation,
};
use proptest::prelude::*;
use rust_decimal::{Decimal, dec};

use super::{assert_near, assert_outside};

const TOLERANCE: Decimal = dec!(1e-24);

#[test]
fn impermanent_loss_at_known_ratios() {
    // 2·√0.5 ÷ 1.5 − 1 = 1.41421356237309504880168872 ÷ 1.5 − 1.
    let at_half = dec!(-0.0571909584179366341322075172);
    assert_near(impermanent_loss(dec!(0.5)), at_half, TOLERANCE);
    assert_near(impermanent_loss(dec!(2)), at_half, TOLERANCE);
    assert_eq!(impermanent_loss(dec!(2)).unwrap().round_dp(11), dec!(-0.05719095842));
    // 2·√1.25 ÷ 2.25 − 1 = 2.2360679774997896964 ÷ 2.25 − 1.
    assert_eq!(impermanent_loss(dec!(1.25)).unwrap().round_dp(11), dec!(-0.00619201000));
    assert_eq!(impermanent_loss(dec!(0.8)).unwrap().round_dp(11), dec!(-0.00619201000));
    // 2·2 ÷ 5 − 1, 2·0.5 ÷ 1.25 − 1 and 2·10 ÷ 101 − 1.
    assert_eq!(impermanent_loss(dec!(4)), Ok(dec!(-0.2)));
    assert_eq!(impermanent_loss(dec!(0.25)), Ok(dec!(-0.2)));
    assert_near(impermanent_loss(dec!(100)), dec!(20) / dec!(101) - dec!(1), TOLERANCE);
}

#[test]
fn impermanent_loss_at_its_ends() {
    assert_eq!(impermanent_loss(Decimal::ONE), Ok(Decimal::ZERO));
    assert_eq!(impermanent_loss(Decimal::ZERO), Ok(dec!(-1)));
    assert_outside(impermanent_loss(dec!(-1)), "price ratio");
}

#[test]
fn equity_of_a_leveraged_position() {
    // 1x is the pool itself: √k. 3x at k = 1.44: 3·1.2 − 2; at k = 0.25: 3·0.5 − 2.
    assert_eq!(leveraged_lp_equity(dec!(1), dec!(2.25)), Ok(dec!(1.5)));
    assert_eq!(leveraged_lp_equity(dec!(3), dec!(1.44)), Ok(dec!(1.6)));
    assert_eq!(leveraged_lp_equity(dec!(3), dec!(0.25)), Ok(dec!(-0.5)));
    assert_eq!(leveraged_lp_equity(dec!(3), dec!(1)), Ok(dec!(1)));
    assert_outside(leveraged_lp_equity(dec!(0.9), dec!(1)), "leverage");
    assert_outside(leveraged_lp_equity(dec!(2), dec!(-1)), "price ratio");
}

#[test]
fn equity_after_costs() {
    // 3·0.9·1.1 − 2·1.05 = 2.97 − 2.1.
    assert_eq!(leveraged_lp_equity_after_costs(dec!(3), dec!(0.81), dec!(0.1), dec!(0.05)), Ok(dec!(0.87)));
    assert_outside(leveraged_lp_equity_after_costs(dec!(3), dec!(1), dec!(-0.1), dec!(0)), "fees");
    assert_outside(leveraged_lp_equity_after_costs(dec!(3), dec!(1), dec!(0), dec!(-0.1)), "interest");
}

#[test]
fn break_even_after_interest_and_fees() {
    // ((1 + 2·1.05) ÷ (3·1.1))² = (3.1 ÷ 3.3)² = 9.61 ÷ 10.89.
    let expected = dec!(9.61) / dec!(10.89);
    assert_near(leveraged_lp_break_even(dec!(3), dec!(0.1), dec!(0.05)), expected, TOLERANCE);
    // Without costs or fees nothing may change: (λ ÷ λ)².
    assert_eq!(leveraged_lp_break_even(dec!(5), dec!(0), dec!(0)), Ok(Decimal::ONE));
    // Only interest: ((1 + 1·1.2) ÷ 2)² = 1.21.
    assert_eq!(leveraged_lp_break_even(dec!(2), dec!(0), dec!(0.2)), Ok(dec!(1.21)));
    assert_outside(leveraged_lp_break_even(dec!(0), dec!(0), dec!(0)), "leverage");
}

#[test]
fn liquidation_of_the_shares() {
    // (2 ÷ (3·0.8))² = (5 ÷ 6)² = 25 ÷ 36; without debt never.
    assert_near(leveraged_lp_liquidation(dec!(3), dec!(0.8)), dec!(25) / dec!(36), TOLERANCE);
    assert_eq!(leveraged_lp_liquidation(dec!(1), dec!(0.8)), Ok(Decimal::ZERO));
    assert_outside(leveraged_lp_liquidation(dec!(3), dec!(0)), "liquidation threshold");
    assert_outside(leveraged_lp_liquidation(dec!(3), dec!(1.01)), "liquidation threshold");
}

proptest! {
    #[test]
    fn impermanent_loss_is_a_loss_and_symmetric(ratio in 1..1_000_000_u32) {
        let k = Decimal::from(ratio) / dec!(1000);
        let loss = impermanent_loss(k).unwrap();
        prop_assert!(loss <= Decimal::ZERO && loss > dec!(-1));
        let mirrored = impermanent_loss(Decimal::ONE / k).unwrap();
        prop_assert!((loss - mirrored).abs() < dec!(1e-24));
    }

    #[test]
    fn at_break_even_the_equity_is_back(leverage in 100..1_000_u32, fees in 0..5_000_u32, interest in 0..5_000_u32) {
        let (leverage, fees, interest) =
            (Decimal::new(leverage.into(), 2), Decimal::new(fees.into(), 4), Decimal::new(interest.into(), 4));
        let ratio = leveraged_lp_break_even(leverage, fees, interest).unwrap();
        let equity = leveraged_lp_equity_after_costs(leverage, ratio, fees, interest).unwrap();
        prop_assert!((equity - Decimal::ONE).abs() < dec!(1e-24), "{}", equity);
    }

    /// λ·√k·threshold is λ − 1 there.
    #[test]
    fn at_liquidation_the_health_factor_is_one(leverage in 101..1_000_u32, threshold in 1..=100_u32) {
        let (leverage, threshold) = (Decimal::new(leverage.into(), 2), Decimal::new(threshold.into(), 2));
        let ratio = leveraged_lp_liquidation(leverage, threshold).unwrap();
        let debt = leverage - Decimal::ONE;
        let equity = leveraged_lp_equity(leverage, ratio).unwrap();
        prop_assert!(((equity + debt) * threshold / debt - Decimal::ONE).abs() < dec!(1e-22));
    }
}
