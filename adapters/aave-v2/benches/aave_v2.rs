//! How long the parts take that a simulation runs millions of times: accruing one reserve, valuing a position, a supply.

#![allow(clippy::expect_used, missing_docs, reason = "a benchmark")]

use divan::{Bencher, black_box};
use levmine_aave_v2::AaveV2Market;
use levmine_aave_v2::accrual::update_state;
use levmine_config::parse_toml;
use levmine_lending::{Amount, Context, LendingMarket};
use levmine_market::{Account, Actor, Assets, BuildContext, Moment, Price, PriceBook, Timestamp};
use levmine_math::{U256, pow10};

const ALICE: Account = Account::new(1);
const START: u64 = 1_698_969_600;

fn main() {
    divan::main();
}

fn at(seconds: u64) -> Moment {
    Moment { time: Timestamp(START + seconds), block: 0 }
}

/// The preset with some depth.
fn polygon() -> AaveV2Market {
    let text = r#"
        preset = "polygon"
        [liquidity.USDC]
        supplied = "40_000_000"
        borrowed = "30_000_000"
        [liquidity.WETH]
        supplied = "20_000"
        borrowed = "5_000"
    "#;
    let node = parse_toml("venue.toml", text).expect("valid");
    let assets = Assets::standard();
    let ctx = BuildContext { venue: "bank", assets: &assets, now: at(0) };
    AaveV2Market::decode(&mut node.fields().expect("a table"), &ctx).expect("a market")
}

fn prices(market: &AaveV2Market) -> PriceBook {
    let mut prices = PriceBook::new();
    for asset in market.assets() {
        prices.set(asset, Price::from_decimals(U256::from(181_685_499_606_u64), 8).expect("a price"));
    }
    prices
}

fn find(market: &AaveV2Market, symbol: &str) -> levmine_market::Asset {
    market.assets().into_iter().find(|asset| asset.symbol() == symbol).expect("listed")
}

/// Both indexes and the treasury's part of one reserve.
#[divan::bench]
fn index_update(bencher: Bencher) {
    let market = polygon();
    let id = market.pool().reserve_id(find(&market, "USDC")).expect("listed");
    let reserve = *market.pool().reserve(id).expect("listed");
    bencher.bench_local(|| {
        let mut reserve = *black_box(&reserve);
        update_state(&mut reserve, START + 3_600).map(|()| reserve)
    });
}

/// All 13 reserves of the preset: indexes, treasury, rates.
#[divan::bench]
fn accrue_the_preset(bencher: Bencher) {
    let mut market = polygon();
    let mut seconds = 0;
    bencher.bench_local(|| {
        seconds += 12;
        market.accrue(black_box(at(seconds)))
    });
}

/// A position with collateral in so many reserves and one debt.
#[divan::bench(args = [2, 5])]
fn health(bencher: Bencher, reserves: usize) {
    let mut market = polygon();
    let prices = prices(&market);
    let now = Context { now: at(0), prices: &prices };
    for symbol in ["WETH", "USDC", "WBTC", "AAVE", "WMATIC"].into_iter().take(reserves) {
        let asset = find(&market, symbol);
        let amount = pow10(asset.decimals().into()).expect("fits");
        market.supply(Actor::from(ALICE), asset, Amount::Exact(amount), &now).expect("supplied");
    }
    let weth = find(&market, "WETH");
    market
        .borrow(Actor::from(ALICE), weth, Amount::Exact(U256::from(1_000_000_u64)), &now)
        .expect("borrowed");
    let later = Context { now: at(3_600), prices: &prices };
    bencher.bench_local(|| market.health(black_box(ALICE), &later));
}

#[divan::bench]
fn supply(bencher: Bencher) {
    let mut market = polygon();
    let prices = prices(&market);
    let weth = find(&market, "WETH");
    let mut seconds = 0;
    bencher.bench_local(|| {
        seconds += 12;
        let ctx = Context { now: at(seconds), prices: &prices };
        market.supply(Actor::from(ALICE), weth, Amount::Exact(black_box(U256::from(1_000_000_u64))), &ctx)
    });
}
