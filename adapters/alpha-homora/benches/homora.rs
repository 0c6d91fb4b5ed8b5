//! How long the parts take that a simulation runs millions of times: accruing, valuing a position, the fair price.

#![allow(clippy::expect_used, clippy::indexing_slicing, missing_docs, reason = "a benchmark")]

use divan::{Bencher, black_box};
use levmine_alpha_homora::AlphaHomoraMarket;
use levmine_alpha_homora::oracle::fair_lp_px;
use levmine_config::parse_toml;
use levmine_lending::{Amount, Context, LendingMarket};
use levmine_market::{Account, Actor, Asset, Assets, BuildContext, Moment, Price, PriceBook, Timestamp};
use levmine_math::{U256, pow10};

const ALICE: Account = Account::new(1);
const START: u64 = 1_614_556_800;

fn main() {
    divan::main();
}

fn at(seconds: u64) -> Moment {
    Moment { time: Timestamp(START + seconds), block: 11_950_000 + seconds / 12 }
}

fn lp() -> Asset {
    Asset::new("pool-LP", 18).expect("an asset")
}

/// Five banks, and the LP token staked.
fn market() -> AlphaHomoraMarket {
    let text = r#"
        lp = "pool-LP"
        preset = "ethereum-2021-02"
        rewards = { token = "SUSHI", per_day = "5_000", others_staked = "3_000" }
    "#;
    let node = parse_toml("venue.toml", text).expect("valid");
    let mut assets = Assets::standard();
    assets.insert(lp());
    let ctx = BuildContext { venue: "homora", assets: &assets, now: at(0) };
    AlphaHomoraMarket::decode(&mut node.fields().expect("a table"), &ctx).expect("a market")
}

fn prices(market: &AlphaHomoraMarket) -> PriceBook {
    let mut prices = PriceBook::new();
    let cents = [7_000_000_u64, 150_000, 100, 100, 100, 4_700_000];
    for (asset, cents) in market.assets().into_iter().zip(cents) {
        prices.set(asset, Price::from_decimals(U256::from(cents), 2).expect("a price"));
    }
    prices
}

/// A position that owes in all five banks: the most that this venue has.
fn opened(prices: &PriceBook) -> AlphaHomoraMarket {
    let mut market = market();
    let now = Context { now: at(0), prices };
    let actor = Actor::from(ALICE);
    let units = |asset: Asset, whole: u64| {
        Amount::Exact(U256::from(whole) * pow10(asset.decimals().into()).expect("fits"))
    };
    let assets = market.assets();
    market.supply(actor, assets[0], units(assets[0], 10), &now).expect("supplied");
    for (asset, whole) in assets[1..].iter().zip([50, 50_000, 50_000, 50_000, 1]) {
        market.borrow(actor, *asset, units(*asset, whole), &now).expect("borrowed");
    }
    market
}

/// One bank: the lender's interest, and the fee that is borrowed.
#[divan::bench]
fn accrual_of_a_bank(bencher: Bencher) {
    let market = market();
    let prices = prices(&market);
    let bank = *opened(&prices).state().bank(0).expect("a bank");
    bencher.bench_local(|| {
        let mut bank = *black_box(&bank);
        bank.accrue(1_000, 11_950_300).map(|()| bank.total_debt)
    });
}

/// All five banks, as an operation.
#[divan::bench]
fn accrue_five_banks(bencher: Bencher) {
    let mut market = market();
    let mut seconds = 0;
    bencher.bench_local(|| {
        seconds += 12;
        market.accrue(black_box(at(seconds)))
    });
}

/// Five debts and a collateral; interest for an hour is included.
#[divan::bench]
fn health(bencher: Bencher) {
    let prices = prices(&market());
    let market = opened(&prices);
    let later = Context { now: at(3_600), prices: &prices };
    bencher.bench_local(|| market.health(black_box(ALICE), &later));
}

/// The same of banks that are accrued already, as in a step loop.
#[divan::bench]
fn health_after_accrual(bencher: Bencher) {
    let prices = prices(&market());
    let market = opened(&prices);
    let now = Context { now: at(0), prices: &prices };
    bencher.bench_local(|| market.health(black_box(ALICE), &now));
}

#[divan::bench]
fn fair_price_of_an_lp_token(bencher: Bencher) {
    let reserves = [10_000_000_000_000_u128, 5_000_000_000_000_000_000_000].map(U256::from);
    let supply = U256::from(223_606_797_749_978_969_u64);
    let px = [(U256::ONE << 112_usize) * U256::from(500_000_000), U256::ONE << 112_usize];
    bencher.bench_local(|| fair_lp_px(black_box(reserves), black_box(supply), black_box(px)));
}

/// Collateral comes out of the chef and goes in again.
#[divan::bench]
fn supply(bencher: Bencher) {
    let prices = prices(&market());
    let mut market = opened(&prices);
    let mut seconds = 0;
    bencher.bench_local(|| {
        seconds += 12;
        let ctx = Context { now: at(seconds), prices: &prices };
        market.supply(Actor::from(ALICE), lp(), Amount::Exact(black_box(U256::from(1_000_000_u64))), &ctx)
    });
}
