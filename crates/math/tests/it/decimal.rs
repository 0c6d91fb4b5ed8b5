use levmine_math::{
    Bps, Fixed, MathError, Ray, Rounding, U256, Wad, parse_units, units_from_decimal, units_to_decimal,
};
use num_bigint::BigUint;
use proptest::prelude::*;
use rust_decimal::{Decimal, dec};

use crate::{
    operands::{operand, rounding},
    oracle::{self, big, fit},
};

#[test]
fn from_decimal_rounds_what_does_not_fit() {
    // 1.23455 in basis points: 12345.5.
    let value = dec!(1.23455);
    assert_eq!(Bps::from_decimal(value, Rounding::Down), Ok(Bps::new(12_345)));
    assert_eq!(Bps::from_decimal(value, Rounding::Up), Ok(Bps::new(12_346)));
    assert_eq!(Bps::from_decimal(value, Rounding::HalfUp), Ok(Bps::new(12_346)));
    assert_eq!(Bps::from_decimal(dec!(1.23454), Rounding::HalfUp), Ok(Bps::new(12_345)));
    assert_eq!(
        Ray::from_decimal(dec!(1.05), Rounding::Down),
        Ok(Ray::new(1_050_000_000_000_000_000_000_000_000))
    );
}

#[test]
fn from_decimal_refuses_what_is_below_zero_or_too_large() {
    assert_eq!(Wad::from_decimal(dec!(-1), Rounding::Up), Err(MathError::NegativeAmount));
    assert_eq!(Wad::from_decimal(-Decimal::ZERO, Rounding::Up), Ok(Wad::ZERO));
    // 2^96 · 10^45 < 2^246 fits, with 10^77 it does not.
    assert!(Fixed::<45>::from_decimal(Decimal::MAX, Rounding::Down).is_ok());
    let too_large = Err(MathError::AmountTooLarge { decimals: 77 });
    assert_eq!(units_from_decimal(Decimal::MAX, 77, Rounding::Down), too_large);
    assert_eq!(
        units_from_decimal(Decimal::ONE, 78, Rounding::Down),
        Err(MathError::AmountTooLarge { decimals: 78 })
    );
    assert_eq!(units_from_decimal(Decimal::ZERO, 255, Rounding::Down), Ok(U256::ZERO));
}

#[test]
fn to_decimal_is_exact_where_it_fits() {
    assert_eq!(Bps::new(8_250).to_decimal(), Ok(dec!(0.825)));
    assert_eq!(Bps::new(8_250).to_decimal().unwrap().to_string(), "0.825");
    assert_eq!(Wad::new(1).to_decimal(), Ok(dec!(0.000000000000000001)));
    assert_eq!(units_to_decimal(U256::ZERO, 255), Ok(Decimal::ZERO));
    assert_eq!(units_to_decimal((U256::ONE << 96) - U256::ONE, 0), Ok(Decimal::MAX));
}

#[test]
fn to_decimal_keeps_as_many_places_as_fit() {
    // 80 with 27 places needs 97 bits: one place goes, and here it was a zero.
    assert_eq!(Ray::new(80_000_000_000_000_000_000_000_000_000).to_decimal(), Ok(dec!(80)));
    // 80.000000000000000000000000005: the half goes up into the 26th place.
    let just_above = Ray::new(80_000_000_000_000_000_000_000_000_005).to_decimal();
    assert_eq!(just_above, Ok(dec!(80.00000000000000000000000001)));
    // 29 places are one too many.
    assert_eq!(units_to_decimal(U256::from(5), 29), Ok(dec!(0.0000000000000000000000000001)));
    assert_eq!(units_to_decimal(U256::from(4), 29), Ok(Decimal::ZERO));
    assert_eq!(units_to_decimal(U256::MAX, 255), Ok(Decimal::ZERO));
}

#[test]
fn to_decimal_refuses_a_whole_part_above_96_bits() {
    let overflow = Err(MathError::DecimalOverflow { operation: "conversion" });
    assert_eq!(units_to_decimal(U256::ONE << 96, 0), overflow);
    assert_eq!(Wad::MAX.to_decimal(), overflow);
    // (2^96 − ½) rounds to 2^96, which does not fit.
    let raw = (U256::ONE << 96) * U256::from(10) - U256::from(5);
    assert_eq!(units_to_decimal(raw, 1), overflow);
    assert_eq!(units_to_decimal(raw - U256::ONE, 1), Ok(Decimal::MAX));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// The result is the nearest with its number of places, and one more place would not fit.
    #[test]
    fn to_decimal_is_the_nearest(raw in operand(), decimals in 0..=77_u8) {
        let ten = BigUint::from(10_u8);
        let candidates = (0..=u32::from(decimals).min(28)).rev().map(|places| {
            let dropped = ten.pow(u32::from(decimals) - places);
            (oracle::quotient(&big(raw), &dropped, Rounding::HalfUp), places)
        });
        let expected = candidates
            .filter(|(kept, _)| kept.bits() <= 96)
            .map(|(kept, places)| Decimal::from_i128_with_scale(kept.try_into().unwrap(), places))
            .next();
        prop_assert_eq!(units_to_decimal(raw, decimals).ok(), expected);
    }

    #[test]
    fn from_decimal_is_that_of_the_oracle(
        mantissa in 0..=(1_i128 << 96) - 1, shift in 0..96_u32, scale in 0..=28_u32, decimals in 0..=80_u8, rounding in rounding(),
    ) {
        let mantissa = mantissa >> shift;
        let value = Decimal::from_i128_with_scale(mantissa, scale);
        let ten = BigUint::from(10_u8);
        let n = BigUint::from(mantissa.unsigned_abs()) * ten.pow(u32::from(decimals));
        let expected = fit(&oracle::quotient(&n, &ten.pow(scale), rounding));
        prop_assert_eq!(units_from_decimal(value, decimals, rounding).ok(), expected);
    }

    #[test]
    fn a_decimal_reads_as_its_text_does(mantissa in 0..=(1_i128 << 96) - 1, shift in 0..96_u32, scale in 0..=18_u32) {
        let value = Decimal::from_i128_with_scale(mantissa >> shift, scale);
        let raw = Wad::from_decimal(value, Rounding::Down).map(Fixed::raw);
        prop_assert_eq!(raw, parse_units(&value.to_string(), 18));
    }
}
