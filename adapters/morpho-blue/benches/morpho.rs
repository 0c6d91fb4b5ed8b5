//! How long the parts take that a simulation runs millions of times: accruing, valuing a position, a supply.

#![allow(clippy::expect_used, missing_docs, reason = "a benchmark")]

use divan::{Bencher, black_box};
use levmine_config::parse_toml;
use levmine_lending::{Amount, Context, LendingMarket};
use levmine_market::{Account, Actor, Assets, BuildContext, Moment, Price, PriceBook, Timestamp};
use levmine_math::{U256, pow10};
use levmine_morpho_blue::{MorphoBlueMarket, accrual};

const ALICE: Account = Account::new(1);
const START: u64 = 1_705_211_148;

fn main() {
    divan::main();
}

fn at(seconds: u64) -> Moment {
    Moment { time: Timestamp(START + seconds), block: 0 }
}

/// wstETH against WETH at 80 % utilization with a fee.
fn market() -> MorphoBlueMarket {
    let text = r#"
        preset = "wsteth-weth"
        fee = "10%"
        [liquidity]
        supplied = "50_000"
        borrowed = "40_000"
        collateral = "45_000"
    "#;
    let node = parse_toml("venue.toml", text).expect("valid");
    let assets = Assets::standard();
    let ctx = BuildContext { venue: "bank", assets: &assets, now: at(0) };
    MorphoBlueMarket::decode(&mut node.fields().expect("a table"), &ctx).expect("a market")
}

fn prices(market: &MorphoBlueMarket) -> PriceBook {
    let mut prices = PriceBook::new();
    for (asset, cents) in market.assets().into_iter().zip([252_446_u64, 291_617]) {
        prices.set(asset, Price::from_decimals(U256::from(cents), 2).expect("a price"));
    }
    prices
}

/// The rate, its adaptation, interest and fee: the formulas alone.
#[divan::bench]
fn accrual_of_the_totals(bencher: Bencher) {
    let market = market();
    let (params, totals) = (market.state().params, market.state().totals);
    bencher.bench_local(|| {
        let mut totals = *black_box(&totals);
        accrual::accrue(&params, &mut totals, START + 3_600).map(|_| totals)
    });
}

/// The same as an operation.
#[divan::bench]
fn accrue(bencher: Bencher) {
    let mut market = market();
    let mut seconds = 0;
    bencher.bench_local(|| {
        seconds += 12;
        market.accrue(black_box(at(seconds)))
    });
}

/// A position has one collateral, the most the protocol allows; interest for an hour is included.
#[divan::bench]
fn health(bencher: Bencher) {
    let mut market = market();
    let prices = prices(&market);
    let now = Context { now: at(0), prices: &prices };
    let (weth, wsteth) = (market.assets()[0], market.assets()[1]);
    let actor = Actor::from(ALICE);
    let ether = |whole: u64| Amount::Exact(U256::from(whole) * pow10(18).expect("fits"));
    market.supply(actor, wsteth, ether(100), &now).expect("supplied");
    market.borrow(actor, weth, ether(90), &now).expect("borrowed");
    let later = Context { now: at(3_600), prices: &prices };
    bencher.bench_local(|| market.health(black_box(ALICE), &later));
}

/// The same of a market that is accrued already, as in a step loop.
#[divan::bench]
fn health_after_accrual(bencher: Bencher) {
    let market = market();
    let prices = prices(&market);
    let now = Context { now: at(0), prices: &prices };
    bencher.bench_local(|| market.health(black_box(levmine_morpho_blue::BORROWERS), &now));
}

#[divan::bench]
fn supply(bencher: Bencher) {
    let mut market = market();
    let prices = prices(&market);
    let weth = market.assets()[0];
    let mut seconds = 0;
    bencher.bench_local(|| {
        seconds += 12;
        let ctx = Context { now: at(seconds), prices: &prices };
        market.supply(Actor::from(ALICE), weth, Amount::Exact(black_box(U256::from(1_000_000_u64))), &ctx)
    });
}
