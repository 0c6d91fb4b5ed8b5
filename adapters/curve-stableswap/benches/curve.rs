//! What the operations of a pool cost.

#![allow(clippy::expect_used, reason = "a benchmark that cannot be set up has nothing to measure")]

use divan::{Bencher, black_box};
use levmine_amm::{Deposit, Pool, Removal, arbitrage};
use levmine_config::parse_toml;
use levmine_curve_stableswap::ADAPTER;
use levmine_market::{Account, Assets, BuildContext, Moment, Price, PriceBook, Timestamp, TokenAmount};
use levmine_math::{U256, Wad};

fn main() {
    divan::main();
}

const POOLS: [&str; 4] = ["fraxbp", "3pool", "susd", "gusd"];

fn at(seconds: u64) -> Moment {
    Moment { time: Timestamp(1_700_000_000 + seconds), block: 18_000_000 }
}

fn pool(table: &str) -> Box<dyn Pool> {
    let node = parse_toml("bench.toml", table).expect("valid");
    let assets = Assets::standard();
    let context = BuildContext { venue: "pool", assets: &assets, now: at(0) };
    (ADAPTER.build)(&mut node.fields().expect("a table"), &context).expect("a pool")
}

fn preset(name: &str) -> Box<dyn Pool> {
    pool(&format!("preset = \"{name}\""))
}

fn prices(pool: &dyn Pool, first: u128) -> PriceBook {
    let mut prices = PriceBook::new();
    for coin in pool.coins() {
        prices.set(*coin, Price::ONE);
    }
    prices.set(pool.coins()[0], Price(Wad::new(first)));
    prices
}

fn some(pool: &dyn Pool, coin: usize) -> TokenAmount {
    TokenAmount::new(pool.coins()[coin], pool.reserves()[coin] / U256::from(1_003))
}

#[divan::bench(args = POOLS)]
fn quote_exact_in(bencher: Bencher<'_, '_>, name: &str) {
    let pool = preset(name);
    let (sell, buy) = (some(&*pool, 0), pool.coins()[1]);
    bencher.bench_local(|| black_box(&pool).quote_exact_in(black_box(sell), buy, at(1)));
}

/// There and back: two swaps.
#[divan::bench(args = POOLS)]
fn two_swaps(bencher: Bencher<'_, '_>, name: &str) {
    let mut pool = preset(name);
    let (there, back) = (some(&*pool, 0), some(&*pool, 1));
    bencher.bench_local(|| {
        pool.swap_exact_in(Account::new(1), there, back.asset, U256::ZERO, at(1)).expect("a swap");
        pool.swap_exact_in(Account::new(1), back, there.asset, U256::ZERO, at(1)).expect("a swap")
    });
}

#[divan::bench]
fn two_swaps_of_the_newest(bencher: Bencher<'_, '_>) {
    let mut pool = pool(
        "version = \"ng-7.0.0\"\ncoins = [\"DAI\", \"USDC\", \"USDT\"]\nbalances = [\"1000000\", \"2000000\", \"1500000\"]\nA = 200\noffpeg_fee_multiplier = \"5\"",
    );
    let (there, back) = (some(&*pool, 0), some(&*pool, 1));
    let mut now = 0;
    bencher.bench_local(|| {
        now += 12;
        pool.swap_exact_in(Account::new(1), there, back.asset, U256::ZERO, at(now)).expect("a swap");
        pool.swap_exact_in(Account::new(1), back, there.asset, U256::ZERO, at(now)).expect("a swap")
    });
}

#[divan::bench(args = POOLS)]
fn add_and_remove(bencher: Bencher<'_, '_>, name: &str) {
    let mut pool = preset(name);
    let amounts = pool.reserves().iter().map(|reserve| reserve / U256::from(1_003)).collect();
    let (deposit, removal) = (Deposit::of(amounts), Removal::Proportional { min: Default::default() });
    bencher.bench_local(|| {
        let added = pool.add_liquidity(Account::new(1), &deposit, at(1)).expect("added");
        pool.remove_liquidity(Account::new(1), added.shares, &removal, at(1)).expect("removed")
    });
}

#[divan::bench(args = POOLS)]
fn fair_value(bencher: Bencher<'_, '_>, name: &str) {
    let pool = preset(name);
    let prices = prices(&*pool, 1_000_000_000_000_000_000);
    let shares = TokenAmount::new(pool.share().expect("a share"), U256::from(1_000_000_000_000_u64));
    bencher.bench_local(|| black_box(&pool).fair_value(black_box(shares), &prices, at(1)));
}

#[divan::bench(args = POOLS)]
fn spot_rate(bencher: Bencher<'_, '_>, name: &str) {
    let pool = preset(name);
    let (sell, buy) = (pool.coins()[0], pool.coins()[1]);
    bencher.bench_local(|| black_box(&pool).spot_rate(sell, buy, at(1)));
}

/// The price swings, so that every step trades.
#[divan::bench(args = POOLS)]
fn arbitrage_that_trades(bencher: Bencher<'_, '_>, name: &str) {
    let mut pool = preset(name);
    let books = [prices(&*pool, 1_003_000_000_000_000_000), prices(&*pool, 997_000_000_000_000_000)];
    let mut turn = 0;
    bencher.bench_local(|| {
        turn ^= 1;
        arbitrage(&mut *pool, Account::outsider(1), &books[turn], at(1)).expect("an answer")
    });
}
