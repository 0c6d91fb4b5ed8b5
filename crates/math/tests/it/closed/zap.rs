use levmine_math::closed::{Zap, optimal_zap, optimal_zap_two_sided};
use proptest::prelude::*;
use rust_decimal::{Decimal, dec};

use super::{assert_near, assert_outside};

const FEE: Decimal = dec!(0.003);

#[test]
fn one_sided() {
    // 100 WETH into 5,000 WETH / 10,000,000 USDC. The integer form of Uniswap V2 gives 49827210549979131119 wei.
    assert_near(optimal_zap(dec!(100), dec!(5000), FEE), dec!(49.827210549979131119), dec!(1e-17));
    // By hand, without a fee: x² + 2x − 0.44 = 0, x = 0.2; of 100: 20.
    assert_near(optimal_zap(dec!(44), dec!(100), dec!(0)), dec!(20), dec!(1e-24));
    // With a fee of one half, γ = 0.5: 0.5·x² + 1.5·x − 3.5 = 0, x = (√(2.25 + 7) − 1.5) ÷ 1 = √9.25 − 1.5.
    let root = levmine_math::closed::sqrt(dec!(9.25)).unwrap();
    assert_near(optimal_zap(dec!(35), dec!(10), dec!(0.5)), (root - dec!(1.5)) * dec!(10), dec!(1e-24));
    assert_eq!(optimal_zap(dec!(0), dec!(10), FEE), Ok(dec!(0)));
}

#[test]
fn two_sided() {
    // The same pool, 100 WETH and 50,000 USDC: the integer form gives 37231079970196199501 wei.
    let sold = |a, b| optimal_zap_two_sided(a, b, dec!(5_000), dec!(10_000_000), FEE).unwrap();
    match sold(dec!(100), dec!(50_000)) {
        Zap::SellA(amount) => assert_near(Ok(amount), dec!(37.231079970196199501), dec!(1e-17)),
        other => panic!("{other:?}"),
    }
    // Mirrored, the other side is sold.
    let mirrored =
        optimal_zap_two_sided(dec!(50_000), dec!(100), dec!(10_000_000), dec!(5_000), FEE).unwrap();
    match mirrored {
        Zap::SellB(amount) => assert_near(Ok(amount), dec!(37.231079970196199501), dec!(1e-17)),
        other => panic!("{other:?}"),
    }
    // 25 and 50,000 are in proportion; and so is nothing.
    assert_eq!(sold(dec!(25), dec!(50_000)), Zap::Balanced);
    assert_eq!(sold(dec!(0), dec!(0)), Zap::Balanced);
    // Without any B it is the one-sided zap.
    assert_eq!(sold(dec!(100), dec!(0)), Zap::SellA(optimal_zap(dec!(100), dec!(5_000), FEE).unwrap()));
}

#[test]
fn outside_of_the_domain() {
    let one = Decimal::ONE;
    assert_outside(optimal_zap(dec!(-1), one, FEE), "amount");
    assert_outside(optimal_zap(one, dec!(0), FEE), "reserve");
    assert_outside(optimal_zap(one, one, one), "fee");
    assert_outside(optimal_zap(one, one, dec!(-0.1)), "fee");
    assert_outside(optimal_zap_two_sided(dec!(-1), one, one, one, FEE), "amount of A");
    assert_outside(optimal_zap_two_sided(one, dec!(-1), one, one, FEE), "amount of B");
    assert_outside(optimal_zap_two_sided(one, one, dec!(0), one, FEE), "reserve of A");
    assert_outside(optimal_zap_two_sided(one, one, one, dec!(0), FEE), "reserve of B");
    // Also where nothing needs to be sold.
    assert_outside(optimal_zap_two_sided(one, one, one, one, dec!(2)), "fee");
}

proptest! {
    /// After the swap, what is left and what came back are in the pool's new proportion.
    #[test]
    fn nothing_is_left_over(
        a in 0..1_000_000_u32, b in 0..1_000_000_u32, reserve_a in 1..1_000_000_u32, reserve_b in 1..1_000_000_u32, fee in 0..2_000_u32,
    ) {
        let [a, b, reserve_a, reserve_b] = [a, b, reserve_a, reserve_b].map(|x| Decimal::new(x.into(), 2));
        let fee = Decimal::new(fee.into(), 4);
        let (sold, kept, other, from, to) = match optimal_zap_two_sided(a, b, reserve_a, reserve_b, fee).unwrap() {
            Zap::SellA(sold) => (sold, a, b, reserve_a, reserve_b),
            Zap::SellB(sold) => (sold, b, a, reserve_b, reserve_a),
            Zap::Balanced => (Decimal::ZERO, a, b, reserve_a, reserve_b),
        };
        prop_assert!(sold >= Decimal::ZERO && sold <= kept);
        let paid = sold * (Decimal::ONE - fee);
        let received = to * paid / (from + paid);
        let left = (kept - sold) / (from + sold);
        let right = (other + received) / (to - received);
        prop_assert!((left - right).abs() <= (left + Decimal::ONE) * dec!(1e-18), "{} {}", left, right);
    }
}
