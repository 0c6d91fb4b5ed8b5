//! How long the parts take that a simulation runs millions of times: accrual, the health of a position, a
//! supply.

#![allow(clippy::expect_used, missing_docs, reason = "a benchmark")]

use divan::{Bencher, black_box};
use levmine_compound_v3::CompoundV3Market;
use levmine_compound_v3::accrual::accrued;
use levmine_config::parse_toml;
use levmine_lending::{Amount, Context, LendingMarket};
use levmine_market::{Account, Actor, Asset, Assets, BuildContext, Moment, Price, PriceBook, Timestamp};
use levmine_math::{U256, pow10};

const ALICE: Account = Account::new(1);
const START: u64 = 1_704_067_200;

/// As many collaterals as the contract has slots for.
const SLOTS: usize = 15;

fn main() {
    divan::main();
}

fn at(seconds: u64) -> Moment {
    Moment { time: Timestamp(START + seconds), block: 0 }
}

fn build(text: &str, assets: &Assets) -> CompoundV3Market {
    let node = parse_toml("venue.toml", text).expect("valid");
    let ctx = BuildContext { venue: "comet", assets, now: at(0) };
    CompoundV3Market::decode(&mut node.fields().expect("a table"), &ctx).expect("a market")
}

fn usdc() -> CompoundV3Market {
    build("preset = \"mainnet-usdc\"", &Assets::standard())
}

/// The USDC market with every slot taken.
fn full() -> CompoundV3Market {
    let mut assets = Assets::standard();
    let mut text = String::from("preset = \"mainnet-usdc\"\n");
    for number in 5..SLOTS {
        let symbol = format!("T{number}");
        assets.insert(Asset::new(&symbol, 18).expect("an asset"));
        text += &format!(
            "[collaterals.{symbol}]\nborrow_collateral_factor = \"70%\"\nliquidate_collateral_factor = \"75%\"\n\
             liquidation_factor = \"93%\"\nsupply_cap = 1_000_000\n"
        );
    }
    text += "[collaterals.COMP]\nsupply_cap = 1_000_000\n";
    build(&text, &assets)
}

fn prices(market: &CompoundV3Market) -> PriceBook {
    let mut prices = PriceBook::new();
    for asset in market.assets() {
        prices.set(asset, Price::from_decimals(U256::from(228_012_345_678_u64), 8).expect("a price"));
    }
    prices.set(
        market.comet().params().base,
        Price::from_decimals(U256::from(99_990_000_u64), 8).expect("a price"),
    );
    prices
}

/// Both indexes and both tracking indexes.
#[divan::bench]
fn accrual(bencher: Bencher) {
    let market = build("preset = \"mainnet-usdt\"", &Assets::standard());
    let (params, totals) = (market.comet().params(), *market.comet().totals());
    bencher.bench_local(|| accrued(params, black_box(&totals), START + 3_600));
}

#[divan::bench]
fn accrue(bencher: Bencher) {
    let mut market = usdc();
    let mut seconds = 0;
    bencher.bench_local(|| {
        seconds += 12;
        market.accrue(black_box(at(seconds)))
    });
}

/// A debt against so many collaterals, an hour after the last accrual.
#[divan::bench(args = [1, 5, 15])]
fn health(bencher: Bencher, collaterals: usize) {
    let mut market = full();
    let prices = prices(&market);
    let now = Context { now: at(0), prices: &prices };
    for asset in market.assets().into_iter().skip(1).take(collaterals) {
        let amount = pow10(asset.decimals().into()).expect("fits");
        market.supply(Actor::from(ALICE), asset, Amount::Exact(amount), &now).expect("supplied");
    }
    let base = market.comet().params().base;
    market
        .borrow(Actor::from(ALICE), base, Amount::Exact(U256::from(100_000_000_u64)), &now)
        .expect("borrowed");
    let later = Context { now: at(3_600), prices: &prices };
    bencher.bench_local(|| market.health(black_box(ALICE), &later));
}

#[divan::bench]
fn supply(bencher: Bencher) {
    let mut market = usdc();
    let (prices, base) = (prices(&market), market.comet().params().base);
    let mut seconds = 0;
    bencher.bench_local(|| {
        seconds += 12;
        let ctx = Context { now: at(seconds), prices: &prices };
        market.supply(Actor::from(ALICE), base, Amount::Exact(black_box(U256::from(1_000_000_u64))), &ctx)
    });
}

#[divan::bench]
fn debt(bencher: Bencher) {
    let market = usdc();
    let base = market.comet().params().base;
    bencher.bench_local(|| market.debt(black_box(levmine_compound_v3::BORROWERS), base, at(3_600)));
}
