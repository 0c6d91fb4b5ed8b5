//! The last base unit costs what it brings, whatever the curve.

use levmine_amm::{Pool, arbitrage};
use levmine_market::{Account, Moment, Price, PriceBook, TokenAmount};
use levmine_math::{U256, Wad};
use proptest::prelude::*;

use crate::toy::{Curve, Toy};

const ROBOT: Account = Account::outsider(1);

fn book(pool: &dyn Pool, prices: &[u128]) -> PriceBook {
    let mut book = PriceBook::new();
    for (coin, price) in pool.coins().iter().zip(prices) {
        book.set(*coin, Price(Wad::new(*price)));
    }
    book
}

/// The gain of a trade in the numeraire, 18 decimals; negative for a loss. All coins of the toys have 18 decimals.
fn gain(pool: &dyn Pool, prices: &[u128], from: usize, to: usize, sold: U256) -> Option<i128> {
    let (sell, buy) = (TokenAmount::new(pool.coins()[from], sold), pool.coins()[to]);
    let quote = pool.quote_exact_in(sell, buy, Moment::default()).ok()?;
    let worth = |raw: U256, at: usize| {
        i128::try_from(raw * U256::from(prices[at]) / U256::from(1_000_000_000_000_000_000_u64))
            .expect("a value")
    };
    Some(worth(quote.buy.raw, to) - worth(sold, from))
}

/// The best gain over amounts of all magnitudes, in every direction.
fn best_gain(pool: &dyn Pool, prices: &[u128]) -> i128 {
    let mut best = 0;
    for from in 0..pool.coins().len() {
        for to in (0..pool.coins().len()).filter(|to| *to != from) {
            let mut amount = pool.reserves()[from] << 3_usize;
            while !amount.is_zero() {
                best = best.max(gain(pool, prices, from, to, amount).unwrap_or(0));
                amount -= (amount >> 2_usize).max(U256::ONE);
            }
        }
    }
    best
}

const WAD: u128 = 1_000_000_000_000_000_000;

fn two(curve: impl Strategy<Value = Curve>) -> impl Strategy<Value = (Toy, Vec<u128>)> {
    (1_000..1_000_000_000_u128, 1_000..1_000_000_000_u128, 10..10_000_u128, curve).prop_map(
        |(one, other, off, curve)| {
            let pool = Toy::new(&[("ONE", 18), ("TWO", 18)], &[one * WAD, other * WAD], curve);
            // From a hundredth of the pool's price to ten times it.
            let double = if curve == Curve::Weighted { 2 } else { 1 };
            let price = 1_000 * WAD / 1_000 * one / other * off / double;
            (pool, vec![1_000 * WAD, price.max(1)])
        },
    )
}

fn check(mut pool: Toy, prices: &[u128]) -> Result<(), TestCaseError> {
    let book = book(&pool, prices);
    let before = best_gain(&pool, prices);
    let start = pool.clone();
    let swap = arbitrage(&mut pool, ROBOT, &book, Moment::default()).expect("an answer");
    let Some(swap) = swap else {
        prop_assert_eq!(before, 0);
        prop_assert_eq!(start, pool);
        return Ok(());
    };
    let place = |asset| start.coins.iter().position(|coin| *coin == asset).expect("a coin");
    let (from, to) = (place(swap.quote.sell.asset), place(swap.quote.buy.asset));
    let gained = gain(&start, prices, from, to, swap.quote.sell.raw).expect("a gain");
    prop_assert!(gained >= 0);
    // No sampled amount is better by more than a millionth of a millionth.
    prop_assert!(gained + gained / 1_000_000_000_000 + 1_000 >= before, "{gained} of {before}");
    // And less than a millionth is left.
    let left = best_gain(&pool, prices);
    prop_assert!(left <= gained / 1_000_000 + 1_000, "{left} is left after {gained}");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_000) })]

    #[test]
    fn on_a_weighted_curve((pool, prices) in two(Just(Curve::Weighted))) {
        check(pool, &prices)?;
    }

    #[test]
    fn on_a_concentrated_curve((pool, prices) in two((2..2_000_u64).prop_map(Curve::Concentrated))) {
        check(pool, &prices)?;
    }

    #[test]
    fn between_many_coins(
        reserves in prop::collection::vec(1_000..1_000_000_u128, 3..5),
        off in prop::collection::vec(900..1_100_u128, 4),
        factor in 2..200_u64,
    ) {
        let names = [("ONE", 18), ("TWO", 18), ("TRI", 18), ("FOR", 18)];
        let raw: Vec<u128> = reserves.iter().map(|reserve| reserve * WAD).collect();
        let mut pool = Toy::new(&names[..reserves.len()], &raw, Curve::Concentrated(factor));
        let prices: Vec<u128> =
            reserves.iter().zip(&off).map(|(reserve, off)| WAD * 1_000 / reserve * off).collect();
        let book = book(&pool, &prices);
        let (start, before) = (pool.clone(), best_gain(&pool, &prices));
        let swap = arbitrage(&mut pool, ROBOT, &book, Moment::default()).expect("an answer");
        // The transfers of all trades together lead to the reserves, and to a gain no smaller than the best single one.
        let mut total = 0_i128;
        for (at, coin) in start.coins.iter().enumerate() {
            let (mut paid, mut received) = (U256::ZERO, U256::ZERO);
            for transfer in swap.iter().flat_map(|swap| &swap.transfers).filter(|transfer| transfer.amount.asset == *coin) {
                let is_paid = transfer.from == levmine_market::Party::Account(ROBOT);
                *(if is_paid { &mut paid } else { &mut received }) += transfer.amount.raw;
            }
            prop_assert_eq!(pool.reserves[at], start.reserves[at] + paid - received);
            let worth = |raw: U256| i128::try_from(raw * U256::from(prices[at]) / U256::from(WAD)).expect("a value");
            total += worth(received) - worth(paid);
        }
        prop_assert!(total + 1_000_000 >= before, "{total} of {before}");
        // The trades end when none gains a millionth of what the first one did; what `best_gain` finds is a little less.
        let place = |asset| start.coins.iter().position(|coin| *coin == asset).expect("a coin");
        let first = swap.as_ref().map_or(0, |swap| {
            let (from, to) = (place(swap.quote.sell.asset), place(swap.quote.buy.asset));
            gain(&start, &prices, from, to, swap.quote.sell.raw).expect("a gain")
        });
        let left = best_gain(&pool, &prices);
        prop_assert!(left <= first / 1_000_000 + 1_000, "{left} is left after {first}");
    }
}
