//! Moving a pair to an outside price.

use levmine_amm::{Pool, arbitrage};
use levmine_market::{Account, PriceBook, TokenAmount};
use levmine_math::U256;
use levmine_uniswap_v2::{SwapFee, UniswapV2Pool};
use proptest::prelude::*;
use ruint_free::exceeds;

use crate::support::{at, book, cases, coin, custom, integer, weth_usdc};

const ROBOT: Account = Account::outsider(7);

/// Comparisons of products that may pass 256 bits, apart from those of the code under test.
mod ruint_free {
    use levmine_math::U256;

    /// Whether `a·b > c·d`.
    pub(super) fn exceeds((a, b): (U256, U256), (c, d): (U256, U256)) -> bool {
        compare(a, b, c, d) == std::cmp::Ordering::Greater
    }

    /// By continued fractions: `a ÷ c` against `d ÷ b`.
    fn compare(a: U256, b: U256, c: U256, d: U256) -> std::cmp::Ordering {
        use std::cmp::Ordering;
        match (a.is_zero() || b.is_zero(), c.is_zero() || d.is_zero()) {
            (true, true) => return Ordering::Equal,
            (true, false) => return Ordering::Less,
            (false, true) => return Ordering::Greater,
            (false, false) => {}
        }
        let ((q1, r1), (q2, r2)) = (a.div_rem(c), d.div_rem(b));
        match q1.cmp(&q2) {
            Ordering::Equal => match (r1.is_zero(), r2.is_zero()) {
                (true, true) => Ordering::Equal,
                (true, false) => Ordering::Less,
                (false, true) => Ordering::Greater,
                // r1/c against r2/b is c/r1 against b/r2, turned round.
                (false, false) => compare(b, r1, r2, c),
            },
            other => other,
        }
    }
}

/// Values of one base unit of each coin on one scale.
fn units(pool: &dyn Pool, prices: [u128; 2]) -> [U256; 2] {
    let decimals = [coin(pool, 0).decimals(), coin(pool, 1).decimals()];
    let most = decimals[0].max(decimals[1]);
    [0, 1].map(|at| U256::from(prices[at]) * U256::from(10).pow(U256::from(most - decimals[at])))
}

/// Whether selling `sold` of coin `from` gains more than the rounding: one base unit of each coin.
///
/// Less than that can remain. Around the optimum the gain is flatter than the steps by which quotes are rounded, so that
/// of two amounts either can be the better one.
fn gains(pool: &dyn Pool, units: [U256; 2], from: usize, sold: U256) -> bool {
    let sell = TokenAmount::new(coin(pool, from), sold);
    match pool.quote_exact_in(sell, coin(pool, 1 - from), at(0)) {
        Ok(quote) => is_gain(quote.buy.raw, sold, units, from),
        Err(_) => false,
    }
}

fn is_gain(bought: U256, sold: U256, units: [U256; 2], from: usize) -> bool {
    exceeds((bought.saturating_sub(U256::ONE), units[1 - from]), (sold + U256::ONE, units[from]))
}

/// Amounts of all magnitudes around which something could still be gained.
fn amounts_to_try(reserve: U256, traded: U256) -> Vec<U256> {
    let mut amounts: Vec<U256> = (1..=64_u64).map(U256::from).collect();
    for start in [reserve, traded] {
        let mut amount = start << 2_usize;
        while amount > U256::from(64) {
            amounts.extend([amount, amount / U256::from(3) * U256::from(2)]);
            amount >>= 1_usize;
        }
    }
    amounts
}

fn check(mut pool: UniswapV2Pool, prices: [u128; 2]) -> Result<(), TestCaseError> {
    let (units, book) = (units(&pool, prices), book(&pool, prices));
    let before = pool.clone();
    let swap = arbitrage(&mut pool, ROBOT, &book, at(0)).expect("an answer");
    let traded = match &swap {
        None => {
            prop_assert_eq!(before.dump(), pool.dump());
            U256::ZERO
        }
        Some(swap) => {
            let from = usize::from(swap.quote.sell.asset != coin(&pool, 0));
            let (sold, bought) = (swap.quote.sell.raw, swap.quote.buy.raw);
            prop_assert!(exceeds((bought, units[1 - from]), (sold, units[from])), "a loss: {swap:?}");
            // No other amount would have been clearly better: by more than a base unit of either coin.
            for other in amounts_to_try(sold, sold) {
                let sell = TokenAmount::new(coin(&pool, from), other);
                if let Ok(quote) = before.quote_exact_in(sell, coin(&pool, 1 - from), at(0)) {
                    let slack = U256::ONE + (bought >> 40_usize);
                    let better = if other > sold {
                        exceeds(
                            (quote.buy.raw.saturating_sub(bought + slack), units[1 - from]),
                            (other - sold + U256::ONE, units[from]),
                        )
                    } else {
                        exceeds(
                            (sold.saturating_sub(other + U256::ONE), units[from]),
                            ((bought + slack).saturating_sub(quote.buy.raw), units[1 - from]),
                        )
                    };
                    prop_assert!(!better, "{other} is better than {sold}: {} {bought}", quote.buy.raw);
                }
            }
            sold
        }
    };
    for from in [0, 1] {
        let reserve = pool.reserves()[from];
        for amount in amounts_to_try(reserve, traded) {
            prop_assert!(
                !gains(&pool, units, from, amount),
                "selling {amount} of coin {from} still gains after {traded}: {:?}",
                pool.reserves()
            );
        }
    }
    let again = arbitrage(&mut pool, ROBOT, &book, at(0)).expect("an answer");
    if let Some(swap) = again {
        let from = usize::from(swap.quote.sell.asset != coin(&pool, 0));
        prop_assert!(!is_gain(swap.quote.buy.raw, swap.quote.sell.raw, units, from), "{swap:?}");
    }
    Ok(())
}

fn decimals() -> impl Strategy<Value = [u8; 2]> {
    prop::array::uniform2(prop_oneof![Just(6_u8), Just(8), Just(18)])
}

/// Reserves from a few tokens to billions, in whole and broken numbers.
fn reserve(decimals: u8) -> impl Strategy<Value = u128> {
    (0..9_u32, 1..u64::MAX).prop_map(move |(magnitude, noise)| {
        let unit = 10_u128.pow(u32::from(decimals)) * 10_u128.pow(magnitude);
        (unit + unit / 7 * u128::from(noise % 60)).min((1 << 111) - 1)
    })
}

proptest! {
    #![proptest_config(cases(2_000))]

    #[test]
    fn nothing_is_left_and_nothing_is_lost(
        (decimals, reserves) in decimals()
            .prop_flat_map(|decimals| (Just(decimals), [reserve(decimals[0]), reserve(decimals[1])])),
        off in 1..40_000_u128,
        fee in prop_oneof![Just(30_u128), Just(30), Just(25), Just(5), Just(100), Just(0)],
    ) {
        // An outside price from a fortieth to forty times the pool's.
        let fee = SwapFee::from_bps(levmine_math::Bps::new(fee)).expect("a fee");
        let pool = custom(reserves, decimals, fee, None);
        let price0 = 1_000_000_000_000_000_000_000_u128;
        let scale = |at: usize| U256::from(reserves[at]) * U256::from(10).pow(U256::from(18 - decimals[at]));
        let price1 = U256::from(price0) * scale(0) / scale(1) * U256::from(off) / U256::from(1_000);
        let Ok(price1) = u128::try_from(price1) else { return Ok(()) };
        if price1 == 0 {
            return Ok(());
        }
        check(pool, [price0, price1])?;
    }

    #[test]
    fn near_the_fee_too(
        reserves in [1_000_000_000_000_u128..1 << 90, 1_000_000_000_000_u128..1 << 90],
        off in 0..20_000_u128,
    ) {
        // Within a percent of the pool's price: mostly inside the fee, or just beyond it.
        let pool = custom(reserves, [18, 18], SwapFee::UNISWAP, None);
        let price0 = U256::from(1_000_000_000_000_000_000_000_000_u128);
        let price1 = price0 * U256::from(reserves[0]) / U256::from(reserves[1]) * U256::from(990_000 + off)
            / U256::from(1_000_000);
        let Ok(price1) = u128::try_from(price1) else { return Ok(()) };
        check(pool, [1_000_000_000_000_000_000_000_000, price1.max(1)])?;
    }

    #[test]
    fn any_pair_at_any_price_never_loses_nor_hangs(
        reserves in prop::array::uniform2((0..112_u32, any::<u128>()).prop_map(|(bits, noise)| (noise >> (128 - bits.max(1))) | 1)),
        prices in prop::array::uniform2((0..100_u32, any::<u128>()).prop_map(|(bits, noise)| (noise >> (128 - bits.max(1))) | 1)),
        decimals in decimals(),
    ) {
        let mut pool = custom(reserves, decimals, SwapFee::UNISWAP, None);
        let (units, book) = (units(&pool, prices), book(&pool, prices));
        for _ in 0..3 {
            if let Some(swap) = arbitrage(&mut pool, ROBOT, &book, at(0)).expect("an answer") {
                let from = usize::from(swap.quote.sell.asset != coin(&pool, 0));
                prop_assert!(exceeds((swap.quote.buy.raw, units[1 - from]), (swap.quote.sell.raw, units[from])));
            }
        }
    }
}

#[test]
fn the_first_jump_is_the_textbook_optimum() {
    // x = (√(997·1000·R0·R1·p1/p0) − 1000·R0) ÷ 997, sold of WETH at 1900 into a pool at 2000.
    let mut pool = weth_usdc();
    let prices = book(&*pool, [1_900_000_000_000_000_000_000, 1_000_000_000_000_000_000]);
    let swap = arbitrage(&mut *pool, ROBOT, &prices, at(0)).expect("an answer").expect("a trade");
    let (r0, r1) = (integer("5000000000000000000000"), integer("10000000000000"));
    // p1/p0 in base units: 10^12 ÷ 1900.
    let inner = U256::from(997_000) * r0 * r1 * U256::from(10).pow(U256::from(12)) / U256::from(1_900);
    let best = (levmine_math::sqrt_floor(inner) - U256::from(1_000) * r0) / U256::from(997);
    let apart = swap.quote.sell.raw.abs_diff(best);
    assert!(apart < best >> 24_usize, "{} is {apart} from {best}", swap.quote.sell);
}

#[test]
fn prices_that_are_missing_or_nothing() {
    let mut pool = weth_usdc();
    assert!(arbitrage(&mut *pool, ROBOT, &PriceBook::new(), at(0)).is_err());
    let worthless = book(&*pool, [0, 1_000_000_000_000_000_000]);
    assert_eq!(arbitrage(&mut *pool, ROBOT, &worthless, at(0)).expect("an answer"), None);
    let mut empty = custom([0, 0], [18, 6], SwapFee::UNISWAP, None);
    let prices = book(&empty, [1, 1]);
    assert_eq!(arbitrage(&mut empty, ROBOT, &prices, at(0)).expect("an answer"), None);
}
