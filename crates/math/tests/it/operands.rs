//! Operands that crowd around the boundaries.

use levmine_math::{Rounding, U256};
use num_bigint::BigUint;
use proptest::prelude::*;

use crate::oracle::{big, fit};

pub(crate) const ROUNDINGS: [Rounding; 3] = [Rounding::Down, Rounding::Up, Rounding::HalfUp];

pub(crate) fn rounding() -> impl Strategy<Value = Rounding> {
    prop::sample::select(&ROUNDINGS)
}

/// The neighbours of `x`, wrapping around: below zero comes the largest integer, which is a boundary too.
fn near(x: U256, offset: i8) -> U256 {
    let distance = U256::from(offset.unsigned_abs());
    if offset < 0 { x.wrapping_sub(distance) } else { x.wrapping_add(distance) }
}

/// 0, 1, 2^k ± 2, 10^k ± 2 and the largest; limbs of zeros and ones; and any integer of any length.
pub(crate) fn operand() -> impl Strategy<Value = U256> {
    let limb = prop_oneof![Just(0), Just(1), Just(u64::MAX), Just(1 << 63), any::<u64>()];
    prop_oneof![
        1 => prop::sample::select(vec![U256::ZERO, U256::ONE, U256::MAX, U256::MAX - U256::ONE]),
        2 => (prop::sample::select(vec![63_usize, 64, 65, 127, 128, 129, 191, 192, 193, 255]), -2_i8..=2)
            .prop_map(|(k, offset)| near(U256::ONE << k, offset)),
        2 => (0..=77_u64, -2_i8..=2)
            .prop_map(|(k, offset)| near(U256::from(10).pow(U256::from(k)), offset)),
        2 => prop::array::uniform4(limb).prop_map(U256::from_limbs),
        3 => (prop::array::uniform4(any::<u64>()), 0..256_usize)
            .prop_map(|(limbs, shift)| U256::from_limbs(limbs) >> shift),
    ]
}

/// Two factors: any, or with their product within a few units of a multiple of 2^256.
pub(crate) fn factors() -> impl Strategy<Value = (U256, U256)> {
    let at_limit = (operand(), -2_i8..=2).prop_map(|(a, offset)| {
        let limit = BigUint::from(1_u8) << 256_u32;
        let b = fit(&(limit / big(a.max(U256::ONE)))).unwrap_or(U256::MAX);
        (a, near(b, offset))
    });
    prop_oneof![2 => (operand(), operand()), 1 => at_limit]
}

/// Two factors and a divisor: any, one that puts the quotient at 2^256, one whose half does that to the sum, or one
/// that makes an exact half.
pub(crate) fn triple() -> impl Strategy<Value = (U256, U256, U256)> {
    (factors(), operand(), -2_i8..=2, 0..5_u8).prop_map(|((a, b), any, offset, kind)| {
        let product = big(a) * big(b);
        let limit = BigUint::from(1_u8) << 256_u32;
        let d = match kind {
            0 => fit(&(&product >> 256_u32)).map(|d| near(d, offset)),
            1 if product < limit => fit(&((&limit - &product) * 2_u8)).map(|d| near(d, offset)),
            2 => fit(&(&product * 2_u8 / (big(any) * 2_u8 + 1_u8))).map(|d| near(d, offset)),
            _ => None,
        };
        (a, b, d.unwrap_or(any))
    })
}
