//! How long the parts take that a simulation runs millions of times: accruing one market, valuing a position, a supply.

#![allow(clippy::expect_used, missing_docs, reason = "a benchmark")]

use divan::{Bencher, black_box};
use levmine_compound_v2::CompoundV2Market;
use levmine_compound_v2::accrual::accrue_interest;
use levmine_config::parse_toml;
use levmine_lending::{Amount, Context, LendingMarket};
use levmine_market::{Account, Actor, Assets, BuildContext, Moment, Price, PriceBook, Timestamp};
use levmine_math::{U256, Wad, pow10};

const ALICE: Account = Account::new(1);
const START: u64 = 1_661_990_400;
const BLOCK: u64 = 15_450_000;

fn main() {
    divan::main();
}

fn at(blocks: u64) -> Moment {
    Moment { time: Timestamp(START + blocks * 12), block: BLOCK + blocks }
}

fn ethereum() -> CompoundV2Market {
    let node = parse_toml("venue.toml", "preset = \"ethereum-2022-09\"").expect("valid");
    let assets = Assets::standard();
    let ctx = BuildContext { venue: "bank", assets: &assets, now: at(0) };
    CompoundV2Market::decode(&mut node.fields().expect("a table"), &ctx).expect("a market")
}

fn prices(market: &CompoundV2Market) -> PriceBook {
    let mut prices = PriceBook::new();
    for asset in market.assets() {
        prices.set(asset, Price(Wad::new(1_554_123_456_789_012_345_678)));
    }
    prices
}

/// Interest, index and reserves of one market: the first has a kinked model, the third the legacy one.
#[divan::bench(args = [0, 2])]
fn accrue_one_market(bencher: Bencher, market: usize) {
    let venue = ethereum();
    let market = *venue.pool().markets().get(market).expect("a market");
    bencher.bench_local(|| {
        let mut market = *black_box(&market);
        accrue_interest(&mut market, BLOCK + 300).map(|()| market)
    });
}

/// All 8 markets of the preset.
#[divan::bench]
fn accrue_the_preset(bencher: Bencher) {
    let mut market = ethereum();
    let mut blocks = 0;
    bencher.bench_local(|| {
        blocks += 1;
        market.accrue(black_box(at(blocks)))
    });
}

/// A position with collateral in so many markets and one debt, with interest that nobody has accrued.
#[divan::bench(args = [2, 5, 8])]
fn health(bencher: Bencher, markets: usize) {
    let mut market = ethereum();
    let prices = prices(&market);
    let now = Context { now: at(0), prices: &prices };
    for asset in market.assets().into_iter().take(markets) {
        let amount = pow10(asset.decimals().into()).expect("fits");
        market.supply(Actor::from(ALICE), asset, Amount::Exact(amount), &now).expect("supplied");
        market.set_collateral(ALICE, asset, true, &now).expect("entered");
    }
    let usdc = market.assets().into_iter().next().expect("USDC");
    market.borrow(Actor::from(ALICE), usdc, Amount::Exact(U256::from(1_000_u64)), &now).expect("borrowed");
    let later = Context { now: at(300), prices: &prices };
    bencher.bench_local(|| market.health(black_box(ALICE), &later));
}

#[divan::bench]
fn supply(bencher: Bencher) {
    let mut market = ethereum();
    let prices = prices(&market);
    let usdc = market.assets().into_iter().next().expect("USDC");
    let mut blocks = 0;
    bencher.bench_local(|| {
        blocks += 1;
        let ctx = Context { now: at(blocks), prices: &prices };
        market.supply(Actor::from(ALICE), usdc, Amount::Exact(black_box(U256::from(1_000_000_u64))), &ctx)
    });
}

#[divan::bench]
fn debt(bencher: Bencher) {
    let market = ethereum();
    let usdc = market.assets().into_iter().next().expect("USDC");
    bencher.bench_local(|| market.debt(black_box(levmine_compound_v2::CROWD), usdc, at(300)));
}
