use levmine_math::closed::sqrt;
use proptest::prelude::*;
use rust_decimal::{Decimal, dec};

use super::assert_outside;

#[test]
fn known_roots() {
    assert_eq!(sqrt(dec!(2)), Ok(dec!(1.4142135623730950488016887242)));
    assert_eq!(sqrt(dec!(0.5)), Ok(dec!(0.7071067811865475244008443621)));
    assert_eq!(sqrt(dec!(0.01)), Ok(dec!(0.1)));
    assert_eq!(sqrt(dec!(1000000)), Ok(dec!(1000)));
    assert_eq!(sqrt(Decimal::ZERO), Ok(Decimal::ZERO));
    // √1e-28 = 1e-14, the root of the smallest decimal.
    assert_eq!(sqrt(dec!(0.0000000000000000000000000001)), Ok(dec!(0.00000000000001)));
    // √(2^96 − 1) = 2^48 − 1.8e-15, and 14 places fit behind 15 digits.
    assert_eq!(sqrt(Decimal::MAX), Ok(dec!(281474976710656)));
    assert_outside(sqrt(dec!(-0.1)), "radicand");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn squares_come_back_exactly(mantissa in 0..(1_i128 << 48), scale in 0..=14_u32) {
        let root = Decimal::from_i128_with_scale(mantissa, scale);
        prop_assert_eq!(sqrt(root * root), Ok(root));
    }

    /// No neighbour at the root's own number of places is nearer.
    #[test]
    fn the_root_is_the_nearest(mantissa in 1..=(1_i128 << 96) - 1, shift in 0..96_u32, scale in 0..=28_u32) {
        use num_bigint::BigUint;
        let x = Decimal::from_i128_with_scale((mantissa >> shift).max(1), scale);
        let root = sqrt(x).unwrap();
        prop_assert!(root.mantissa() > 0);
        // In units of half a unit of the last place: (2r − 1)² < 4·x·10^(2t) < (2r + 1)².
        let ten = BigUint::from(10_u8);
        let r = BigUint::from(root.mantissa().unsigned_abs()) * 2_u8;
        let x4 = BigUint::from(x.mantissa().unsigned_abs()) * 4_u8 * ten.pow(2 * root.scale());
        let unit = ten.pow(x.scale());
        prop_assert!((&r - 1_u8).pow(2) * &unit <= x4, "√{} is below {}", x, root);
        prop_assert!((&r + 1_u8).pow(2) * &unit >= x4, "√{} is above {}", x, root);
    }

    #[test]
    fn twenty_seven_digits_are_kept(mantissa in 1..=(1_i128 << 96) - 1, scale in 0..=28_u32) {
        let x = Decimal::from_i128_with_scale(mantissa, scale);
        let root = sqrt(x).unwrap();
        let relative = (root * root / x - Decimal::ONE).abs();
        prop_assert!(x < dec!(0.001) || relative < dec!(1e-24), "√{} = {}: {}", x, root, relative);
    }
}
