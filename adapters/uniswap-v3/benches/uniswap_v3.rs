//! What the operations of a pool cost.

#![allow(clippy::expect_used, reason = "a benchmark that cannot be set up has nothing to measure")]

use divan::{Bencher, black_box};
use levmine_amm::{Deposit, Pool, PriceRange, Removal, arbitrage};
use levmine_config::parse_toml;
use levmine_market::{
    Account, Asset, Assets, BuildContext, Moment, Price, PriceBook, Timestamp, TokenAmount,
};
use levmine_math::{U256, Wad, parse_units};
use levmine_uniswap_v3::ADAPTER;
use levmine_uniswap_v3::contract::{Core, State, Terms};
use levmine_uniswap_v3::swap_math::Exactly;
use levmine_uniswap_v3::tick_math::{MAX_SQRT_RATIO, MIN_SQRT_RATIO, sqrt_ratio_at_tick, tick_at_sqrt_ratio};
use levmine_uniswap_v3::{Key, Owner};
use smallvec::smallvec;

fn main() {
    divan::main();
}

const NOW: u32 = 1_700_000_000;

fn at(seconds: u64) -> Moment {
    Moment { time: Timestamp(u64::from(NOW) + seconds), block: 18_000_000 }
}

fn preset() -> Box<dyn Pool> {
    let node = parse_toml("bench.toml", "preset = \"weth-usdc-005\"").expect("valid");
    let assets = Assets::standard();
    let context = BuildContext { venue: "pool", assets: &assets, now: at(0) };
    (ADAPTER.build)(&mut node.fields().expect("a table"), &context).expect("a pool")
}

fn coins(pool: &dyn Pool) -> (Asset, Asset) {
    (pool.coins()[0], pool.coins()[1])
}

fn units(text: &str, asset: Asset) -> TokenAmount {
    TokenAmount::new(asset, parse_units(text, asset.decimals()).expect("an amount"))
}

fn prices(pool: &dyn Pool, first: u128) -> PriceBook {
    let (one, other) = coins(pool);
    let mut prices = PriceBook::new();
    prices.set(one, Price(Wad::new(first * 1_000_000_000_000_000_000)));
    prices.set(other, Price::ONE);
    prices
}

/// At the recorded price: the recorded liquidity over all prices, and a little more at each of 400 ticks.
fn ticks() -> Core {
    let mut core = Core::new(Terms::new(500, 10).expect("terms"), State::default());
    let price: U256 = "1668168582300453991725484605093370".parse().expect("digits");
    let tick = core.initialize(price, NOW).expect("a price") / 10 * 10;
    let key = |lower, upper| Key { owner: Owner::Named("others".into()), lower, upper };
    core.mint(&key(-887_270, 887_270), 12_232_064_311_530_570_033, NOW).expect("minted");
    for step in 1..=200 {
        core.mint(&key(tick - 10 * step, tick + 10 * step), 1_000_000_000_000_003, NOW).expect("minted");
    }
    core
}

fn end(zero_for_one: bool) -> U256 {
    if zero_for_one { MIN_SQRT_RATIO + U256::ONE } else { MAX_SQRT_RATIO - U256::ONE }
}

#[divan::bench(args = ["WETH", "USDC"])]
fn quote_within_a_tick(bencher: Bencher<'_, '_>, sold: &str) {
    let core = ticks();
    let (zero_for_one, amount) =
        if sold == "USDC" { (true, 2_469_135_780_u64) } else { (false, 1_034_567_890_123_456_789) };
    let exactly = Exactly::In(U256::from(amount));
    let trade = core.quote(zero_for_one, exactly, end(zero_for_one)).expect("a quote");
    assert_eq!(trade.ticks_crossed, 0);
    bencher.bench_local(|| black_box(&core).quote(zero_for_one, black_box(exactly), end(zero_for_one)));
}

#[divan::bench(args = ["WETH", "USDC"])]
fn quote_exact_out_within_a_tick(bencher: Bencher<'_, '_>, bought: &str) {
    let core = ticks();
    let (zero_for_one, amount) =
        if bought == "USDC" { (false, 2_469_135_780_u64) } else { (true, 1_034_567_890_123_456_789) };
    let exactly = Exactly::Out(U256::from(amount));
    bencher.bench_local(|| black_box(&core).quote(zero_for_one, black_box(exactly), end(zero_for_one)));
}

/// A quote that ends just beyond so many ticks.
#[divan::bench(args = [(true, 10), (true, 110), (false, 10), (false, 110)])]
fn quote_across_ticks(bencher: Bencher<'_, '_>, (zero_for_one, count): (bool, usize)) {
    let core = ticks();
    let tick = core.state().tick / 10 * 10;
    let by = i32::try_from(count).expect("small") * 10 - if zero_for_one { 15 } else { -5 };
    let limit = sqrt_ratio_at_tick(if zero_for_one { tick - by } else { tick + by }).expect("a tick");
    let most = Exactly::In(U256::MAX >> 1_usize);
    let amount = core.quote(zero_for_one, most, limit).expect("a quote").amount_in;
    let exactly = Exactly::In(amount);
    let trade = core.quote(zero_for_one, exactly, end(zero_for_one)).expect("a quote");
    assert!(trade.ticks_crossed.abs_diff(count) <= 2, "{}", trade.ticks_crossed);
    bencher.bench_local(|| black_box(&core).quote(zero_for_one, black_box(exactly), end(zero_for_one)));
}

#[divan::bench]
fn two_swaps_there_and_back(bencher: Bencher<'_, '_>) {
    let mut core = ticks();
    let amount = U256::from(2_469_135_780_u64);
    let mut now = NOW;
    bencher.bench_local(|| {
        now += 12;
        let there = core.swap(true, Exactly::In(amount), end(true), now).expect("a swap");
        core.swap(false, Exactly::Out(amount), end(false), now).expect("a swap");
        there
    });
}

#[divan::bench]
fn tick_to_square_root(bencher: Bencher<'_, '_>) {
    bencher.bench_local(|| sqrt_ratio_at_tick(black_box(199_108)));
}

#[divan::bench]
fn square_root_to_tick(bencher: Bencher<'_, '_>) {
    let price: U256 = "1668168582300453991725484605093370".parse().expect("digits");
    bencher.bench_local(|| tick_at_sqrt_ratio(black_box(price)));
}

fn around(amounts: [U256; 2]) -> Deposit {
    let price = |whole: u128| Price(Wad::new(whole * 1_000_000_000_000_000_000));
    let range = PriceRange { low: price(1_600), high: price(2_900) };
    Deposit { range: Some(range), ..Deposit::of(smallvec![amounts[0], amounts[1]]) }
}

#[divan::bench]
fn add_and_remove(bencher: Bencher<'_, '_>) {
    let mut pool = preset();
    let (weth, usdc) = coins(&*pool);
    let deposit = around([units("10", weth).raw, units("22000", usdc).raw]);
    let removal = Removal::Proportional { min: smallvec![] };
    bencher.bench_local(|| {
        let added = pool.add_liquidity(Account::new(1), &deposit, at(1)).expect("added");
        pool.remove_liquidity(Account::new(1), added.shares, &removal, at(1)).expect("removed")
    });
}

/// What a run asks of a position in every step.
#[divan::bench(args = ["preview", "earned", "fair value"])]
fn worth_of_a_position(bencher: Bencher<'_, '_>, what: &str) {
    let mut pool = preset();
    let (weth, usdc) = coins(&*pool);
    let deposit = around([units("10", weth).raw, units("22000", usdc).raw]);
    let share = pool.add_liquidity(Account::new(1), &deposit, at(1)).expect("added").shares;
    pool.swap_exact_in(Account::new(2), units("100", weth), usdc, U256::ZERO, at(2)).expect("a swap");
    let book = prices(&*pool, 2_200);
    let pool = &pool;
    match what {
        "preview" => bencher.bench_local(|| black_box(pool).preview_remove(share, at(3)).expect("amounts")),
        "earned" => bencher.bench_local(|| black_box(pool).earned(share.asset, at(3)).expect("fees")),
        _ => bencher.bench_local(|| black_box(pool).fair_value(share, &book, at(3)).expect("a value")),
    }
}

#[divan::bench]
fn zap_one_side(bencher: Bencher<'_, '_>) {
    let pool = preset();
    let (weth, _) = coins(&*pool);
    let deposit = around([units("100", weth).raw, U256::ZERO]);
    bencher.bench_local(|| black_box(&pool).zap_swap_for(black_box(&deposit), at(1)));
}

/// The price swings by 2 % each way, so that every step trades.
#[divan::bench]
fn arbitrage_that_trades(bencher: Bencher<'_, '_>) {
    let mut pool = preset();
    let books = [prices(&*pool, 2_200), prices(&*pool, 2_288)];
    let (mut now, mut turn) = (0, 0);
    bencher.bench_local(|| {
        now += 3_600;
        turn ^= 1;
        let swap = arbitrage(&mut *pool, Account::outsider(1), &books[turn], at(now)).expect("an answer");
        assert!(swap.is_some());
        swap
    });
}
