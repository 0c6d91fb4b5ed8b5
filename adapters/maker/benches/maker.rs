//! How long the parts take that a simulation runs millions of times: a drip, valuing a vault, a draw.

#![allow(clippy::expect_used, missing_docs, reason = "a benchmark")]

use divan::{Bencher, black_box};
use levmine_config::parse_toml;
use levmine_lending::{Amount, Context, LendingMarket};
use levmine_maker::MakerMarket;
use levmine_market::{Account, Asset, Assets, BuildContext, Moment, Price, PriceBook, Timestamp};
use levmine_math::{U256, Wad, pow10};

const ALICE: Account = Account::new(1);
const START: u64 = 1_668_000_000;

fn main() {
    divan::main();
}

fn at(seconds: u64) -> Moment {
    Moment { time: Timestamp(START + seconds), block: 0 }
}

fn asset(symbol: &str) -> Asset {
    Assets::standard().get(symbol).expect("known")
}

fn units(asset: Asset, whole: u64) -> Amount {
    Amount::Exact(U256::from(whole) * pow10(asset.decimals().into()).expect("a unit"))
}

fn prices() -> PriceBook {
    let mut prices = PriceBook::new();
    for (symbol, price) in [("WETH", 1_200_u64), ("DAI", 1)] {
        prices.set(asset(symbol), Price(Wad::from_raw(U256::from(price) * Wad::ONE.raw())));
    }
    prices
}

/// A vault and savings among `others` vaults of other people.
fn market(others: u32) -> MakerMarket {
    let node = parse_toml("venue.toml", "preset = \"eth-a-2022-11-09\"").expect("valid");
    let assets = Assets::standard();
    let ctx = BuildContext { venue: "bank", assets: &assets, now: at(0) };
    let mut market = MakerMarket::decode(&mut node.fields().expect("a table"), &ctx).expect("a market");
    let prices = prices();
    let ctx = Context { now: at(0), prices: &prices };
    let (weth, dai) = (asset("WETH"), asset("DAI"));
    for owner in (0..others).map(|number| Account::new(100 + number)).chain([ALICE]) {
        market.supply(owner.into(), weth, units(weth, 100), &ctx).expect("locked");
        market.borrow(owner.into(), dai, units(dai, 50_000), &ctx).expect("drawn");
        market.supply(owner.into(), dai, units(dai, 10_000), &ctx).expect("saved");
    }
    market
}

/// Both rates, as in each step of a run.
#[divan::bench(args = [0, 1_000])]
fn accrue(bencher: Bencher, others: u32) {
    let mut market = market(others);
    let mut seconds = 0;
    bencher.bench_local(|| {
        seconds += 3_600;
        market.accrue(black_box(at(seconds)))
    });
}

/// The stability fee alone, as for somebody without savings.
#[divan::bench]
fn accrue_for_a_vault(bencher: Bencher) {
    let mut market = market(0);
    let all = asset("DAI");
    let prices = prices();
    market.withdraw(ALICE.into(), all, Amount::All, &Context { now: at(0), prices: &prices }).expect("taken");
    let mut seconds = 0;
    bencher.bench_local(|| {
        seconds += 3_600;
        market.accrue_for(ALICE, black_box(at(seconds)))
    });
}

/// With interest of an hour; a vault has one collateral.
#[divan::bench(args = [0, 1_000])]
fn health(bencher: Bencher, others: u32) {
    let (market, prices) = (market(others), prices());
    let ctx = Context { now: at(3_600), prices: &prices };
    bencher.bench_local(|| market.health(black_box(ALICE), &ctx));
}

#[divan::bench]
fn health_in_the_same_second(bencher: Bencher) {
    let (mut market, prices) = (market(0), prices());
    market.accrue(at(3_600)).expect("accrued");
    let ctx = Context { now: at(3_600), prices: &prices };
    bencher.bench_local(|| market.health(black_box(ALICE), &ctx));
}

/// A draw and its repayment: two operations on copies of the whole storage.
#[divan::bench(args = [0, 1_000])]
fn borrow_and_repay(bencher: Bencher, others: u32) {
    let (mut market, prices) = (market(others), prices());
    let ctx = Context { now: at(0), prices: &prices };
    let dai = asset("DAI");
    bencher.bench_local(|| {
        market.borrow(ALICE.into(), dai, units(dai, 10), &ctx).expect("drawn");
        market.repay(ALICE.into(), dai, units(dai, 10), &ctx).expect("paid")
    });
}
