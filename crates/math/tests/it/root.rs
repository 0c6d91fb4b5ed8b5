use levmine_math::{U256, sqrt_ceil, sqrt_floor};
use proptest::prelude::*;

use crate::{operands::operand, oracle::big};

/// r² ≤ x < (r + 1)², and the ceiling beside it.
fn check(x: U256) {
    let (floor, ceiling) = (sqrt_floor(x), sqrt_ceil(x));
    let square = |root: U256| big(root) * big(root);
    assert!(square(floor) <= big(x) && square(floor + U256::ONE) > big(x), "⌊√{x}⌋ is not {floor}");
    let expected = if square(floor) == big(x) { floor } else { floor + U256::ONE };
    assert_eq!(ceiling, expected, "⌈√{x}⌉");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    #[test]
    fn any_integer(x in operand()) {
        check(x);
    }

    #[test]
    fn around_any_perfect_square(root in operand(), shift in 0..128_usize) {
        let root = (root >> 128_usize) >> shift;
        let square = root * root;
        check(square);
        check(square.saturating_sub(U256::ONE));
        check(square.saturating_add(U256::ONE));
        // The last integer with this root.
        check(square.saturating_add(root << 1));
    }
}

#[test]
fn around_every_power_of_two_and_its_square() {
    for bits in 0..256_usize {
        let power = U256::ONE << bits;
        check(power - U256::ONE);
        check(power);
        check(power + U256::ONE);
        if bits <= 128 {
            let root = power.min(U256::from(u128::MAX));
            for root in [root - U256::ONE, root] {
                let square = root * root;
                check(square.saturating_sub(U256::ONE));
                check(square);
                check(square + U256::ONE);
            }
        }
    }
}

#[test]
fn the_largest_integers() {
    let root = U256::from(u128::MAX); // (2^128 − 1)² = 2^256 − 2^129 + 1
    assert_eq!(sqrt_floor(U256::MAX), root);
    assert_eq!(sqrt_ceil(U256::MAX), U256::ONE << 128);
    assert_eq!(sqrt_floor(root * root), root);
    assert_eq!(sqrt_ceil(root * root), root);
    assert_eq!(sqrt_floor(root * root - U256::ONE), root - U256::ONE);
    assert_eq!(sqrt_ceil(root * root - U256::ONE), root);
}

#[test]
fn the_first_mint_of_a_pair() {
    // Uniswap V2: 5,000 WETH and 10,000,000 USDC; √(5e21 · 1e13) = √(5e34).
    let product = U256::from(5_000_000_000_000_000_000_000_u128) * U256::from(10_000_000_000_000_u128);
    assert_eq!(sqrt_floor(product), U256::from(223_606_797_749_978_969_u128));
}
