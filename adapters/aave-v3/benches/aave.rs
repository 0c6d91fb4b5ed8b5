//! How long the parts take that a simulation runs millions of times: accruing one reserve, valuing a position, a supply.

#![allow(clippy::expect_used, missing_docs, reason = "a benchmark")]

use divan::{Bencher, black_box};
use levmine_aave_v3::AaveV3Market;
use levmine_aave_v3::accrual::sync_indexes;
use levmine_config::parse_toml;
use levmine_lending::{Amount, Context, LendingMarket};
use levmine_market::{Account, Actor, Assets, BuildContext, Moment, Price, PriceBook, Timestamp};
use levmine_math::{U256, pow10};

const ALICE: Account = Account::new(1);
const START: u64 = 1_698_710_400;
const VERSIONS: [&str; 2] = ["3.0", "3.5"];

fn main() {
    divan::main();
}

fn at(seconds: u64) -> Moment {
    Moment { time: Timestamp(START + seconds), block: 0 }
}

fn build(text: &str) -> AaveV3Market {
    let node = parse_toml("venue.toml", text).expect("valid");
    let assets = Assets::standard();
    let ctx = BuildContext { venue: "bank", assets: &assets, now: at(0) };
    AaveV3Market::decode(&mut node.fields().expect("a table"), &ctx).expect("a market")
}

fn ethereum(version: &str) -> AaveV3Market {
    build(&format!("preset = \"ethereum\"\nversion = \"{version}\""))
}

fn one_reserve(version: &str) -> AaveV3Market {
    build(&format!(
        r#"
        version = "{version}"
        [reserves.USDC]
        max_ltv = "77%"
        liquidation_threshold = "80%"
        liquidation_bonus = "4.5%"
        reserve_factor = "10%"
        optimal_utilization = "90%"
        slope1 = "3.5%"
        slope2 = "60%"
        [liquidity.USDC]
        supplied = "344_913_787"
        borrowed = "310_260_140"
        "#
    ))
}

fn prices(market: &AaveV3Market) -> PriceBook {
    let mut prices = PriceBook::new();
    for asset in market.assets() {
        prices.set(asset, Price::from_decimals(U256::from(181_685_499_606_u64), 8).expect("a price"));
    }
    prices
}

/// An operation of no amount on one reserve: indexes, treasury, rates.
#[divan::bench(args = VERSIONS)]
fn accrue_and_reprice_one_reserve(bencher: Bencher, version: &str) {
    let mut market = one_reserve(version);
    let mut seconds = 0;
    bencher.bench_local(|| {
        seconds += 12;
        market.accrue(black_box(at(seconds)))
    });
}

/// Both indexes and the treasury's part of one reserve.
#[divan::bench(args = VERSIONS)]
fn index_update(bencher: Bencher, version: &str) {
    let market = one_reserve(version);
    let reserve = *market.pool().reserves().first().expect("a reserve");
    let rules = market.pool().rules();
    bencher.bench_local(|| {
        let mut reserve = *black_box(&reserve);
        sync_indexes(rules, &mut reserve, START + 3_600).map(|()| reserve)
    });
}

/// All 24 reserves of the preset.
#[divan::bench(args = VERSIONS)]
fn accrue_the_preset(bencher: Bencher, version: &str) {
    let mut market = ethereum(version);
    let mut seconds = 0;
    bencher.bench_local(|| {
        seconds += 12;
        market.accrue(black_box(at(seconds)))
    });
}

/// A position with collateral in so many reserves and one debt.
#[divan::bench(args = [2, 5, 10])]
fn health(bencher: Bencher, reserves: usize) {
    let mut market = ethereum("3.0");
    let prices = prices(&market);
    let now = Context { now: at(0), prices: &prices };
    let open = ["WETH", "wstETH", "WBTC", "USDC", "DAI", "LINK", "cbETH", "USDT", "rETH", "LUSD"];
    for symbol in open.into_iter().take(reserves) {
        let asset = market.assets().into_iter().find(|asset| asset.symbol() == symbol).expect("listed");
        let amount = pow10(asset.decimals().into()).expect("fits");
        market.supply(Actor::from(ALICE), asset, Amount::Exact(amount), &now).expect("supplied");
    }
    let weth = market.assets().into_iter().next().expect("WETH");
    market
        .borrow(Actor::from(ALICE), weth, Amount::Exact(U256::from(1_000_000_u64)), &now)
        .expect("borrowed");
    let later = Context { now: at(3_600), prices: &prices };
    bencher.bench_local(|| market.health(black_box(ALICE), &later));
}

#[divan::bench(args = VERSIONS)]
fn supply(bencher: Bencher, version: &str) {
    let mut market = ethereum(version);
    let prices = prices(&market);
    let weth = market.assets().into_iter().next().expect("WETH");
    let mut seconds = 0;
    bencher.bench_local(|| {
        seconds += 12;
        let ctx = Context { now: at(seconds), prices: &prices };
        market.supply(Actor::from(ALICE), weth, Amount::Exact(black_box(U256::from(1_000_000_u64))), &ctx)
    });
}

#[divan::bench(args = VERSIONS)]
fn debt(bencher: Bencher, version: &str) {
    let market = ethereum(version);
    let weth = market.assets().into_iter().next().expect("WETH");
    bencher.bench_local(|| market.debt(black_box(levmine_aave_v3::CROWD), weth, at(3_600)));
}
