use levmine_math::closed::{
    collateral_liquidation_price, collateral_liquidation_ratio, debt_liquidation_price,
    debt_liquidation_ratio, drop_to_liquidation, health_factor, rise_to_liquidation,
};
use proptest::prelude::*;
use rust_decimal::{Decimal, dec};

use super::assert_outside;

#[test]
fn the_health_factor() {
    // 10 ETH at 2,000, threshold 82.5 %, 11,000 owed: 16,500 ÷ 11,000.
    assert_eq!(health_factor(dec!(20_000), dec!(0.825), dec!(11_000)), Ok(Some(dec!(1.5))));
    assert_eq!(health_factor(dec!(0), dec!(0.825), dec!(11_000)), Ok(Some(dec!(0))));
    assert_eq!(health_factor(dec!(20_000), dec!(0.825), dec!(0)), Ok(None));
    assert_outside(health_factor(dec!(-1), dec!(0.8), dec!(1)), "collateral value");
    assert_outside(health_factor(dec!(1), dec!(1.2), dec!(1)), "liquidation threshold");
    assert_outside(health_factor(dec!(1), dec!(0), dec!(1)), "liquidation threshold");
    assert_outside(health_factor(dec!(1), dec!(0.8), dec!(-1)), "debt value");
}

#[test]
fn liquidation_prices() {
    // The same position: 11,000 ÷ (10·0.825) = 1,333.33…; of a short of 4 ETH against 10,000 at 80 %: 8,000 ÷ 4.
    let falls = collateral_liquidation_price(dec!(11_000), dec!(10), dec!(0.825)).unwrap();
    assert_eq!(falls.round_dp(20), dec!(1333.33333333333333333333));
    assert_eq!(debt_liquidation_price(dec!(10_000), dec!(0.8), dec!(4)), Ok(dec!(2_000)));
    assert_eq!(collateral_liquidation_price(dec!(0), dec!(10), dec!(0.8)), Ok(dec!(0)));
    assert_outside(collateral_liquidation_price(dec!(1), dec!(0), dec!(0.8)), "collateral amount");
    assert_outside(collateral_liquidation_price(dec!(-1), dec!(1), dec!(0.8)), "debt value");
    assert_outside(debt_liquidation_price(dec!(1), dec!(0.8), dec!(0)), "debt amount");
    assert_outside(debt_liquidation_price(dec!(-1), dec!(0.8), dec!(1)), "collateral value");
}

#[test]
fn the_way_to_liquidation() {
    // HF 1.6: the collateral may fall to 1 ÷ 1.6 = 0.625 of its price, by 37.5 %; the debt's asset may rise by 60 %.
    assert_eq!(collateral_liquidation_ratio(dec!(1.6)), Ok(dec!(0.625)));
    assert_eq!(drop_to_liquidation(dec!(1.6)), Ok(dec!(0.375)));
    assert_eq!(debt_liquidation_ratio(dec!(1.6)), Ok(dec!(1.6)));
    assert_eq!(rise_to_liquidation(dec!(1.6)), Ok(dec!(0.6)));
    // HF 0.8 is past it: 1 − 1.25.
    assert_eq!(drop_to_liquidation(dec!(0.8)), Ok(dec!(-0.25)));
    assert_eq!(rise_to_liquidation(dec!(0.8)), Ok(dec!(-0.2)));
    assert_outside(drop_to_liquidation(dec!(0)), "health factor");
    assert_outside(rise_to_liquidation(dec!(-1)), "health factor");
}

proptest! {
    /// At the liquidation price the health factor is one, for a long and for a short.
    #[test]
    fn prices_and_health_agree(
        price in 1..1_000_000_u32, amount in 1..1_000_000_u32, threshold in 1..=100_u32, debt in 1..1_000_000_u32,
    ) {
        let (price, amount) = (Decimal::new(price.into(), 2), Decimal::new(amount.into(), 3));
        let (threshold, debt) = (Decimal::new(threshold.into(), 2), Decimal::new(debt.into(), 2));
        let value = price * amount;

        let falls = collateral_liquidation_price(debt, amount, threshold).unwrap();
        let there = health_factor(falls * amount, threshold, debt).unwrap().unwrap();
        prop_assert!((there - Decimal::ONE).abs() < dec!(1e-18));

        let now = health_factor(value, threshold, debt).unwrap().unwrap();
        let ratio = collateral_liquidation_ratio(now).unwrap();
        prop_assert!((ratio * price - falls).abs() <= falls * dec!(1e-15));

        // `debt` read as tokens of the borrowed asset.
        let rises = debt_liquidation_price(value, threshold, debt).unwrap();
        let there = health_factor(value, threshold, rises * debt).unwrap().unwrap();
        prop_assert!((there - Decimal::ONE).abs() < dec!(1e-18));
    }
}
