//! How long the parts take that a simulation runs millions of times: a step, valuing a staker, a loan.

#![allow(clippy::expect_used, missing_docs, reason = "a benchmark")]

use divan::{Bencher, black_box};
use levmine_config::parse_toml;
use levmine_lending::{Amount, Context, LendingMarket};
use levmine_market::{Account, Asset, Assets, BuildContext, Moment, Price, PriceBook, Timestamp};
use levmine_math::{U256, Wad};
use levmine_synthetix::SynthetixMarket;

const ALICE: Account = Account::new(1);
const START: u64 = 1_677_628_800;

fn main() {
    divan::main();
}

fn at(seconds: u64) -> Moment {
    Moment { time: Timestamp(START + seconds), block: 0 }
}

fn asset(symbol: &str) -> Asset {
    Assets::standard().get(symbol).expect("known")
}

fn whole(tokens: u64) -> Amount {
    Amount::Exact(U256::from(tokens) * Wad::ONE.raw())
}

fn prices() -> PriceBook {
    let mut prices = PriceBook::new();
    for (symbol, price) in [("SNX", 3_u64), ("WETH", 1_600), ("sUSD", 1)] {
        prices.set(asset(symbol), Price(Wad::from_raw(U256::from(price) * Wad::ONE.raw())));
    }
    prices
}

/// A staker among `others`.
fn market(others: u32) -> SynthetixMarket {
    let node = parse_toml("venue.toml", "preset = \"ethereum\"\nminimum_stake_time = 0").expect("valid");
    let assets = Assets::standard();
    let ctx = BuildContext { venue: "pool", assets: &assets, now: at(0) };
    let mut market = SynthetixMarket::decode(&mut node.fields().expect("a table"), &ctx).expect("a market");
    let prices = prices();
    let ctx = Context { now: at(0), prices: &prices };
    for owner in (0..others).map(|number| Account::new(100 + number)).chain([ALICE]) {
        market.supply(owner.into(), asset("SNX"), whole(10_000), &ctx).expect("staked");
        market.borrow(owner.into(), asset("sUSD"), whole(4_000), &ctx).expect("minted");
    }
    market
}

/// A step of an hour; each 168th closes a fee period.
#[divan::bench(args = [0, 1_000])]
fn accrue(bencher: Bencher, others: u32) {
    let mut market = market(others);
    let mut seconds = 0;
    bencher.bench_local(|| {
        seconds += 3_600;
        market.accrue(black_box(at(seconds)))
    });
}

/// There is one collateral.
#[divan::bench(args = [0, 1_000])]
fn health(bencher: Bencher, others: u32) {
    let (market, prices) = (market(others), prices());
    let ctx = Context { now: at(3_600), prices: &prices };
    bencher.bench_local(|| market.health(black_box(ALICE), &ctx));
}

/// The oracle's prices and a snapshot of the debt.
#[divan::bench(args = [0, 1_000])]
fn publish(bencher: Bencher, others: u32) {
    let (mut market, prices) = (market(others), prices());
    let mut seconds = 0;
    bencher.bench_local(|| {
        seconds += 3_600;
        market.publish(&Context { now: at(seconds), prices: &prices })
    });
}

/// A loan and its repayment: two operations on copies of the whole storage.
#[divan::bench(args = [0, 1_000])]
fn borrow_and_repay(bencher: Bencher, others: u32) {
    let (mut market, prices) = (market(others), prices());
    let ctx = Context { now: at(0), prices: &prices };
    let susd = asset("sUSD");
    bencher.bench_local(|| {
        market.borrow(ALICE.into(), susd, whole(10), &ctx).expect("minted");
        market.repay(ALICE.into(), susd, whole(10), &ctx).expect("paid")
    });
}
