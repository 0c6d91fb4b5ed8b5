//! Whole runs: the built-in strategy over a year, and one that is looked after in a world with everybody in it.

#![allow(clippy::unwrap_used, reason = "a bench that cannot begin has nothing to measure")]

use async_trait::async_trait;
use divan::{Bencher, black_box};
use levmine::composer::read_strategy;
use levmine::config::parse_toml;
use levmine::engine::{PricePath, ScenarioFile};
use levmine::market::{Asset, Price, Timestamp};
use levmine::math::{U256, Wad};
use levmine::source::{
    Files, GasHistory, History, HistorySource, PoolHistory, RateHistory, Request, Shape, SourceError,
    TextSource, VolumeColumn, VolumeHistory, parse_history,
};
use levmine::{Job, LoadOptions, PriceOverride, Registry, STRATEGY, ScenarioFrom, StrategyFrom, load};

fn main() {
    divan::main();
}

/// A random walk of ETH by up to 1 % a step from 2,000 dollars, kept between 1,500 and 4,000, so that the position lives
/// and the pool trades.
fn walk(step: u64, steps: u64) -> Vec<(Timestamp, Price)> {
    let mut state = 42_u64;
    let mut cents: i64 = 200_000;
    let point = |i| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let move_by = i64::try_from((state >> 33) % 201).unwrap() - 100;
        cents = (cents + cents * move_by / 10_000).clamp(150_000, 400_000);
        let wad = U256::from(cents.unsigned_abs()) * U256::from(10_000_000_000_000_000_u64);
        (Timestamp(1_640_995_200 + i * step), Price(Wad::from_raw(wad)))
    };
    (0..=steps).map(point).collect()
}

fn job(step: u64, steps: u64, policies: bool) -> Job {
    let scenario = ScenarioFile { name: "bench".into(), ..ScenarioFile::default() };
    let text = if policies { STRATEGY } else { STRATEGY.split("[[policy]]").next().unwrap() };
    let strategy = read_strategy(&parse_toml("bench", text).unwrap()).unwrap();
    let weth = Asset::new("WETH", 18).unwrap();
    let usdc = Asset::new("USDC", 6).unwrap();
    let prices = vec![PricePath::new(weth, walk(step, steps)), PricePath::constant(usdc, Price::ONE)];
    Job::new(&Registry::builtin(), strategy, scenario, prices, Vec::new(), Vec::new()).unwrap()
}

/// 8,760 steps.
#[divan::bench]
fn year_of_hours(bencher: Bencher<'_, '_>) {
    let job = job(3_600, 8_760, true);
    bencher.bench_local(|| black_box(job.run().unwrap()));
}

/// 525,600 steps.
#[divan::bench(sample_count = 3)]
fn year_of_minutes(bencher: Bencher<'_, '_>) {
    let job = job(60, 525_600, true);
    bencher.bench_local(|| black_box(job.run().unwrap()));
}

/// A farm at three venues with five policies.
const WATCHED: &str = r#"
name = "watched"
capital = "100000 USDC"

[keeper]
delay = "2m"
max_gas = "500 gwei"

[venues]
bank = { protocol = "aave-v3", preset = "ethereum" }
pool = { protocol = "uniswap-v2", preset = "weth-usdc" }
other = { protocol = "compound-v3", preset = "mainnet-usdc" }

[[open]]
do = "swap"
at = "pool"
from = "60%"
to = "WETH"
[[open]]
do = "supply"
at = "bank"
amount = "all WETH"
[[open]]
do = "borrow"
at = "bank"
amount = "USDC to ltv 50%"
[[open]]
do = "supply"
at = "other"
amount = "20000 USDC"
[[open]]
do = "zap"
at = "pool"
amount = "all USDC"

[[policy]]
when = "health_factor < 1.2"
do = "deleverage to 1.5"
[[policy]]
when = ["health_factor > 2.2", "gas < 40 gwei"]
for = "6h"
cooldown = "7d"
do = "releverage to 1.9"
[[policy]]
when = "drawdown > 60%"
do = "close"
[[policy]]
every = "7d"
do = "compound above 3x cost"
[[policy]]
when = "net_apy 7d < -90%"
cooldown = "30d"
do = "alert \"losing\""
"#;

/// A world with everybody in it.
const CROWD: &str = r#"
name = "everybody"
seed = 7
gas = { model = "eip-1559", base = "20 gwei", tip = "1 gwei", crash = 20 }

[prices]
USDC = "1"

[arbitrage]
threshold = "0.3%"
gas = true

[[traders]]
at = "pool"
volume = { per_day = "1000000 USDC", spread = "80%", per_percent = "50%" }

[[borrowers]]
at = "bank"
asset = "USDC"
utilization = { mean = "80%", spread = "5%", half_life = "3d" }

[[borrowers]]
at = "other"
asset = "USDC"
utilization = { mean = "85%", spread = "4%", half_life = "3d" }

[liquidators]
gas = true
min_profit = "50 USDC"

[oracle.feeds]
default = { deviation = "0.5%", heartbeat = "1h" }

[[event]]
after = "60d"
do = "gas x5"
for = "1d"
[[event]]
after = "120d"
do = "oracle stuck WETH"
for = "2h"
"#;

/// The same texts as files.
struct Texts {
    prices: String,
}

#[async_trait]
impl TextSource for Texts {
    async fn text(&self, _: &str) -> Result<String, SourceError> {
        Ok(WATCHED.into())
    }
}

#[async_trait]
impl HistorySource for Texts {
    async fn history(&self, request: &Request) -> Result<History, SourceError> {
        parse_history(&request.file, self.prices.as_bytes(), &Shape::default(), &request.reading)
    }

    async fn rates(&self, request: &Request) -> Result<RateHistory, SourceError> {
        Files::new().rates(request).await
    }

    async fn gas(&self, request: &Request) -> Result<GasHistory, SourceError> {
        Files::new().gas(request).await
    }

    async fn volumes(
        &self,
        request: &Request,
        columns: &[VolumeColumn],
    ) -> Result<VolumeHistory, SourceError> {
        Files::new().volumes(request, columns).await
    }

    async fn pool(&self, request: &Request) -> Result<PoolHistory, SourceError> {
        Files::new().pool(request).await
    }
}

fn crowded(step: u64, steps: u64) -> Job {
    let mut prices = String::from("ts,price\n");
    for (time, price) in walk(step, steps) {
        prices.push_str(&format!("{},{}\n", time.0, price.0));
    }
    let options = LoadOptions {
        strategy: StrategyFrom::File("watched.toml".into()),
        scenario: ScenarioFrom::Text { name: "everybody.toml".into(), text: CROWD.into() },
        prices: vec![PriceOverride { symbol: "WETH".into(), value: "walk.csv".into() }],
        ..LoadOptions::default()
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(load(&Registry::builtin(), &options, &Texts { prices })).unwrap()
}

/// 8,760 steps with all agents, three venues, five policies.
#[divan::bench]
fn crowded_year_of_hours(bencher: Bencher<'_, '_>) {
    let job = crowded(3_600, 8_760);
    bencher.bench_local(|| black_box(job.run().unwrap()));
}

/// 525,600 steps with all agents, three venues, five policies.
#[divan::bench(sample_count = 2)]
fn crowded_year_of_minutes(bencher: Bencher<'_, '_>) {
    let job = crowded(60, 525_600);
    bencher.bench_local(|| black_box(job.run().unwrap()));
}

/// What the opening plan alone costs.
#[divan::bench]
fn opening(bencher: Bencher<'_, '_>) {
    let job = job(3_600, 1, false);
    bencher.bench_local(|| black_box(job.explain().unwrap()));
}
