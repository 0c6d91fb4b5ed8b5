//! What the operations of a pair cost.

#![allow(clippy::expect_used, reason = "a benchmark that cannot be set up has nothing to measure")]

use divan::{Bencher, black_box};
use levmine_amm::{Deposit, Pool, Removal, arbitrage};
use levmine_config::parse_toml;
use levmine_market::{
    Account, Asset, Assets, BuildContext, Moment, Price, PriceBook, Timestamp, TokenAmount,
};
use levmine_math::{U256, Wad, parse_units};
use levmine_uniswap_v2::ADAPTER;
use smallvec::smallvec;

fn main() {
    divan::main();
}

fn at(seconds: u64) -> Moment {
    Moment { time: Timestamp(1_700_000_000 + seconds), block: 18_000_000 }
}

fn pool(table: &str) -> Box<dyn Pool> {
    let node = parse_toml("bench.toml", table).expect("valid");
    let assets = Assets::standard();
    let context = BuildContext { venue: "pool", assets: &assets, now: at(0) };
    (ADAPTER.build)(&mut node.fields().expect("a table"), &context).expect("a pool")
}

fn weth_usdc() -> Box<dyn Pool> {
    pool("coins = [\"WETH\", \"USDC\"]\nreserves = [\"5000\", \"10000000\"]")
}

fn coins(pool: &dyn Pool) -> (Asset, Asset) {
    (pool.coins()[0], pool.coins()[1])
}

fn prices(pool: &dyn Pool, first: u128) -> PriceBook {
    let (one, other) = coins(pool);
    let mut prices = PriceBook::new();
    prices.set(one, Price(Wad::new(first)));
    prices.set(other, Price::ONE);
    prices
}

fn units(text: &str, asset: Asset) -> TokenAmount {
    TokenAmount::new(asset, parse_units(text, asset.decimals()).expect("an amount"))
}

#[divan::bench(args = ["WETH", "USDC"])]
fn quote_exact_in(bencher: Bencher<'_, '_>, sold: &str) {
    let pool = weth_usdc();
    let (weth, usdc) = coins(&*pool);
    let (sell, buy) = if sold == "WETH" {
        (units("1.234567890123456789", weth), usdc)
    } else {
        (units("2469.135780", usdc), weth)
    };
    bencher.bench_local(|| black_box(&pool).quote_exact_in(black_box(sell), buy, at(1)));
}

#[divan::bench]
fn quote_exact_in_18_18(bencher: Bencher<'_, '_>) {
    let pool = pool("preset = \"weth-dai\"");
    let (dai, weth) = coins(&*pool);
    let sell = units("2469.1357802469135780", dai);
    bencher.bench_local(|| black_box(&pool).quote_exact_in(black_box(sell), weth, at(1)));
}

#[divan::bench]
fn quote_exact_in_with_protocol_fee(bencher: Bencher<'_, '_>) {
    let pool = pool("preset = \"sushi-weth-usdc\"");
    let (usdc, weth) = coins(&*pool);
    let sell = units("1.234567890123456789", weth);
    bencher.bench_local(|| black_box(&pool).quote_exact_in(black_box(sell), usdc, at(1)));
}

#[divan::bench]
fn quote_exact_out(bencher: Bencher<'_, '_>) {
    let pool = weth_usdc();
    let (weth, usdc) = coins(&*pool);
    let buy = units("2469.135780", usdc);
    bencher.bench_local(|| black_box(&pool).quote_exact_out(weth, black_box(buy), at(1)));
}

#[divan::bench(args = [0, 3_600])]
fn two_swaps_there_and_back(bencher: Bencher<'_, '_>, seconds: u64) {
    let mut pool = weth_usdc();
    let (weth, usdc) = coins(&*pool);
    let sell = units("1", weth);
    let mut now = 0;
    bencher.bench_local(|| {
        now += seconds;
        let there = pool.swap_exact_in(Account::new(1), sell, usdc, U256::ZERO, at(now)).expect("a swap");
        pool.swap_exact_out(Account::new(1), usdc, U256::MAX, sell, at(now)).expect("a swap");
        there
    });
}

#[divan::bench]
fn zap_one_side(bencher: Bencher<'_, '_>) {
    let pool = weth_usdc();
    let (weth, _) = coins(&*pool);
    let amounts = smallvec![units("100", weth).raw, U256::ZERO];
    bencher.bench_local(|| black_box(&pool).zap_swap(black_box(&amounts), at(1)));
}

#[divan::bench]
fn add_and_remove(bencher: Bencher<'_, '_>) {
    let mut pool = weth_usdc();
    let (weth, usdc) = coins(&*pool);
    let deposit = Deposit::of(smallvec![units("10", weth).raw, units("20000", usdc).raw]);
    let removal = Removal::Proportional { min: smallvec![] };
    bencher.bench_local(|| {
        let added = pool.add_liquidity(Account::new(1), &deposit, at(1)).expect("added");
        pool.remove_liquidity(Account::new(1), added.shares, &removal, at(1)).expect("removed")
    });
}

#[divan::bench]
fn fair_value(bencher: Bencher<'_, '_>) {
    let pool = weth_usdc();
    let prices = prices(&*pool, 2_100_000_000_000_000_000_000);
    let shares = TokenAmount::new(pool.share().expect("a share"), U256::from(1_000_000_000_000_u64));
    bencher.bench_local(|| black_box(&pool).fair_value(black_box(shares), &prices, at(1)));
}

#[divan::bench]
fn arbitrage_within_the_fee(bencher: Bencher<'_, '_>) {
    let mut pool = weth_usdc();
    let prices = prices(&*pool, 2_004_000_000_000_000_000_000);
    bencher.bench_local(|| arbitrage(&mut *pool, Account::outsider(1), black_box(&prices), at(1)));
}

/// The price swings by 2 % each way, so that every step trades, an hour after the last.
#[divan::bench(args = [0, 3_600])]
fn arbitrage_that_trades(bencher: Bencher<'_, '_>, seconds: u64) {
    let mut pool = weth_usdc();
    let books =
        [prices(&*pool, 2_040_000_000_000_000_000_000), prices(&*pool, 1_960_000_000_000_000_000_000)];
    let mut now = 0;
    let mut turn = 0;
    bencher.bench_local(|| {
        now += seconds;
        turn ^= 1;
        let swap = arbitrage(&mut *pool, Account::outsider(1), &books[turn], at(now)).expect("an answer");
        assert!(swap.is_some());
        swap
    });
}
