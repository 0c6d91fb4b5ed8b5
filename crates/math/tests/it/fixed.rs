use levmine_math::{Bps, Fixed, MathError, Rad, Ray, Rounding, U256, Wad, div, mul};
use proptest::prelude::*;

use crate::{
    operands::{ROUNDINGS, factors, operand, rounding, triple},
    oracle,
};

const HALF_RAY: u128 = 500_000_000_000_000_000_000_000_000;

fn int(x: u128) -> U256 {
    U256::from(x)
}

fn ten_to(exponent: u8) -> U256 {
    U256::from(10).pow(U256::from(exponent))
}

/// All products and quotients of a scale against the oracle.
fn check_scale<const D: u8>(a: U256, b: U256, rounding: Rounding) -> Result<(), TestCaseError> {
    let (x, y, one) = (Fixed::<D>::from_raw(a), Fixed::<D>::from_raw(b), ten_to(D));
    let product = oracle::mul_div_narrow(a, b, one, rounding);
    prop_assert_eq!(x.mul(y, rounding).map(Fixed::raw).ok(), product, "{} × {} at {}", a, b, D);
    prop_assert_eq!(y.mul_int(a, rounding).ok(), product);
    let quotient = oracle::mul_div_narrow(a, one, b, rounding);
    prop_assert_eq!(x.div(y, rounding).map(Fixed::raw).ok(), quotient, "{} ÷ {} at {}", a, b, D);
    prop_assert_eq!(y.div_int(a, rounding).ok(), quotient);
    Ok(())
}

/// Around multiples and half multiples of 10^`exponent`, where roundings change.
fn near_multiples(exponent: u8) -> impl Strategy<Value = U256> {
    (operand(), 0..3_u8, -1_i8..=1).prop_map(move |(x, halves, offset)| {
        let unit = ten_to(exponent);
        let multiple = x / unit * unit;
        let base = multiple.saturating_add(unit / int(2) * U256::from(halves));
        if offset < 0 {
            base.saturating_sub(U256::ONE)
        } else {
            base.saturating_add(U256::from(offset as u8))
        }
    })
}

macro_rules! scales {
    ($($name:ident: $decimals:literal),* $(,)?) => {
        $(proptest! {
            #![proptest_config(ProptestConfig::with_cases(1_500))]

            #[test]
            fn $name(
                (a, b) in factors(),
                (c, e, _) in triple(),
                multiple in near_multiples($decimals),
                rounding in rounding(),
            ) {
                check_scale::<$decimals>(a, b, rounding)?;
                check_scale::<$decimals>(c, e, rounding)?;
                // Times one unit: the product is the multiple itself, and its division meets every edge.
                check_scale::<$decimals>(multiple, U256::ONE, rounding)?;
            }
        })*
    };
}

// Every way that a power of ten is divided by: not at all, by a limb shifted left, by one not shifted, by one shifted
// right, and by more than a limb.
scales! {
    scale_0: 0, scale_1: 1, scale_4: 4, scale_6: 6, scale_8: 8, scale_13: 13, scale_18: 18, scale_19: 19,
    scale_20: 20, scale_26: 26, scale_27: 27, scale_28: 28, scale_45: 45, scale_77: 77,
}

proptest! {
    #[test]
    fn rescaling_is_a_product_or_a_quotient(x in operand(), multiple in near_multiples(27), rounding in rounding()) {
        for x in [x, multiple] {
            let down = |scale| div(x, ten_to(scale), rounding).ok();
            let up = |scale| mul(x, ten_to(scale)).ok();
            prop_assert_eq!(Rad::from_raw(x).rescale::<18>(rounding).ok().map(Fixed::raw), down(27));
            prop_assert_eq!(Ray::from_raw(x).rescale::<18>(rounding).ok().map(Fixed::raw), down(9));
            prop_assert_eq!(Fixed::<60>::from_raw(x).rescale::<4>(rounding).ok().map(Fixed::raw), down(56));
            prop_assert_eq!(Wad::from_raw(x).rescale::<27>(rounding).ok().map(Fixed::raw), up(9));
            prop_assert_eq!(Bps::from_raw(x).rescale::<45>(rounding).ok().map(Fixed::raw), up(41));
            prop_assert_eq!(Wad::from_raw(x).rescale::<18>(rounding), Ok(Wad::from_raw(x)));
        }
    }

    #[test]
    fn sums_and_differences_come_back(a in operand(), b in operand()) {
        let (x, y) = (Wad::from_raw(a), Wad::from_raw(b));
        if let Ok(sum) = x.add(y) {
            prop_assert_eq!(sum.sub(y), Ok(x));
        } else {
            prop_assert!(a.checked_add(b).is_none());
        }
        prop_assert_eq!(x.sub(y).is_err(), a < b);
    }
}

#[test]
fn ray_mul_rounds_a_half_up() {
    // Aave V3 WadRayMath: (1 · 5e26 + 5e26) ÷ 1e27 = 1, and one less is 0.
    assert_eq!(Ray::new(HALF_RAY).mul_int(U256::ONE, Rounding::HalfUp), Ok(U256::ONE));
    assert_eq!(Ray::new(HALF_RAY - 1).mul_int(U256::ONE, Rounding::HalfUp), Ok(U256::ZERO));
    assert_eq!(Ray::new(HALF_RAY - 1).mul_int(U256::ONE, Rounding::Up), Ok(U256::ONE));
    assert_eq!(Ray::new(HALF_RAY).mul_int(U256::ONE, Rounding::Down), Ok(U256::ZERO));
}

#[test]
fn percent_mul_rounds_a_half_up() {
    // Aave V3 PercentageMath: (1 · 5000 + 5000) ÷ 10000 = 1, and one less is 0.
    assert_eq!(Bps::new(5_000).mul_int(U256::ONE, Rounding::HalfUp), Ok(U256::ONE));
    assert_eq!(Bps::new(4_999).mul_int(U256::ONE, Rounding::HalfUp), Ok(U256::ZERO));
}

#[test]
fn ray_div_adds_the_floored_half_of_the_divisor() {
    // 1 · 1e27 ÷ 3e27: ⌊3e27 ÷ 2⌋ = 1.5e27; (1e27 + 1.5e27) ÷ 3e27 = 0. And 2: (2e27 + 1.5e27) ÷ 3e27 = 1.
    let three = Ray::new(3_000_000_000_000_000_000_000_000_000);
    assert_eq!(three.div_int(int(1), Rounding::HalfUp), Ok(int(0)));
    assert_eq!(three.div_int(int(2), Rounding::HalfUp), Ok(int(1)));
    assert_eq!(
        three.div(Ray::ZERO, Rounding::Down),
        Err(MathError::DivisionByZero { a: int(3_000_000_000_000_000_000_000_000_000) })
    );
}

#[test]
fn the_product_overflows_where_the_contract_reverts() {
    // WadRayMath: a ≤ (2^256 − 1 − 5e26) ÷ b. With b = 1 raw the last a is MAX − 5e26.
    let last = U256::MAX - int(HALF_RAY);
    let unit = Ray::new(1);
    assert!(unit.mul_int(last, Rounding::HalfUp).is_ok());
    assert_eq!(
        unit.mul_int(last + U256::ONE, Rounding::HalfUp),
        Err(MathError::Overflow { operation: "product", a: last + U256::ONE, b: U256::ONE })
    );
    assert!(unit.mul_int(U256::MAX, Rounding::Down).is_ok());
    assert!(unit.mul_int(U256::MAX, Rounding::Up).is_ok());
}

#[test]
fn constants_and_their_text() {
    assert_eq!(Bps::ONE, Bps::new(10_000));
    assert_eq!(Wad::ONE.raw(), ten_to(18));
    assert_eq!(Ray::ONE.raw(), ten_to(27));
    assert_eq!(Rad::ONE.raw(), ten_to(45));
    assert_eq!(Wad::MAX.raw(), U256::MAX);
    assert!(Wad::ZERO.is_zero() && !Wad::new(1).is_zero());
    assert_eq!(Wad::new(u128::MAX).raw(), int(u128::MAX));

    assert_eq!(Wad::new(1_500_000_000_000_000_000).to_string(), "1.5");
    assert_eq!(Wad::new(1).to_string(), "0.000000000000000001");
    assert_eq!(Bps::new(120_000).to_string(), "12");
    assert_eq!(format!("{:?}", Bps::new(8_250)), "Fixed<4>(0.825)");
    assert_eq!(Fixed::<0>::new(120).to_string(), "120");
}

#[test]
fn one_is_neutral_in_every_rounding() {
    let x = Ray::new(1_234_567_890_123_456_789_012_345_678);
    for rounding in ROUNDINGS {
        assert_eq!(x.mul(Ray::ONE, rounding), Ok(x));
        assert_eq!(x.div(Ray::ONE, rounding), Ok(x));
    }
}
