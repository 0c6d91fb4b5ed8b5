use levmine_math::{Fixed, MathError, Ray, Rounding, U256, Wad, ray_pow, wad_pow};
use num_bigint::BigUint;
use proptest::prelude::*;

use crate::{
    operands::operand,
    oracle::{big, fit},
};

/// Maker's fee for 5 % a year, per second.
const FEE: u128 = 1_000_000_001_547_125_957_863_212_448;

/// `Jug.rpow`, line by line, in integers without a limit; `None` where the contract reverts.
fn rpow(mut x: BigUint, mut n: u64, base: &BigUint) -> Option<BigUint> {
    let multiply = |a: &BigUint, b: &BigUint| fit(&(a * b + base / 2_u8)).map(|sum| big(sum) / base);
    let mut z = if n % 2 == 1 { x.clone() } else { base.clone() };
    n /= 2;
    while n > 0 {
        x = multiply(&x, &x)?;
        if n % 2 == 1 {
            z = multiply(&z, &x)?;
        }
        n /= 2;
    }
    Some(z)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn powers_are_those_of_the_contract(base in operand(), near_one in 0..1_000_000_000_000_u64, n in any::<u64>(), shift in 0..64) {
        let n = n >> shift;
        let (ray, wad) = (big(Ray::ONE.raw()), big(Wad::ONE.raw()));
        for base in [base, Ray::ONE.raw() + U256::from(near_one), Ray::ONE.raw() - U256::from(near_one)] {
            let expected = rpow(big(base), n, &ray).and_then(|z| fit(&z));
            prop_assert_eq!(ray_pow(Ray::from_raw(base), n).ok().map(Fixed::raw), expected);
            let expected = rpow(big(base), n, &wad).and_then(|z| fit(&z));
            prop_assert_eq!(wad_pow(Wad::from_raw(base), n).ok().map(Fixed::raw), expected);
        }
    }
}

#[test]
fn a_year_of_seconds() {
    let expected = [
        (1, FEE),
        (2, 1_000_000_003_094_251_918_120_023_625),
        (86_400, 1_000_133_680_617_113_440_350_406_888),
        (31_536_000, 1_049_999_999_999_999_999_961_070_145),
    ];
    for (seconds, raw) in expected {
        assert_eq!(ray_pow(Ray::new(FEE), seconds), Ok(Ray::new(raw)), "{seconds} s");
    }
}

#[test]
fn it_is_not_repeated_multiplication() {
    let mut repeated = Ray::ONE;
    for _ in 0..1_000 {
        repeated = repeated.mul(Ray::new(FEE), Rounding::HalfUp).unwrap();
    }
    assert_ne!(ray_pow(Ray::new(FEE), 1_000), Ok(repeated));
}

#[test]
fn the_price_of_an_auction_falls_by_one_percent_a_step() {
    // Maker clip, cut 0.99: 20 steps, then 2160 (in ray) times it, down.
    let factor = ray_pow(Ray::new(990_000_000_000_000_000_000_000_000), 20).unwrap();
    let top = U256::from(2_160_000_000_000_000_000_000_000_000_000_u128);
    let price = factor.mul_int(top, Rounding::Down);
    assert_eq!(price, Ok(U256::from(1_766_678_985_210_018_681_120_669_107_760_u128)));
}

#[test]
fn zero_and_one() {
    assert_eq!(ray_pow(Ray::ZERO, 0), Ok(Ray::ONE));
    assert_eq!(ray_pow(Ray::ZERO, 1), Ok(Ray::ZERO));
    assert_eq!(ray_pow(Ray::ZERO, 2), Ok(Ray::ZERO));
    assert_eq!(ray_pow(Ray::ONE, u64::MAX), Ok(Ray::ONE));
    assert_eq!(wad_pow(Wad::new(1_100_000_000_000_000_000), 2), Ok(Wad::new(1_210_000_000_000_000_000)));
}

#[test]
fn a_base_of_2_to_128_reverts_on_squaring() {
    let last = Ray::new(u128::MAX);
    let first = Ray::from_raw(U256::ONE << 128);
    assert!(ray_pow(last, 2).is_ok());
    assert_eq!(ray_pow(first, 1), Ok(first));
    assert!(matches!(ray_pow(first, 2), Err(MathError::Overflow { operation: "product", .. })));
}
