//! Whole runs: the built-in strategy over a year.

#![allow(clippy::unwrap_used, reason = "a bench that cannot begin has nothing to measure")]

use divan::{Bencher, black_box};
use levmine::composer::read_strategy;
use levmine::config::parse_toml;
use levmine::engine::{PricePath, ScenarioFile, read_scenario};
use levmine::market::{Asset, Assets, Price, Timestamp};
use levmine::math::{U256, Wad};
use levmine::{Job, Registry, STRATEGY};

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

/// Everybody there can be, each by a model.
const EVERYBODY: &str = r#"
name = "bench"
seed = 7
gas = "20 gwei"
prices = { USDC = "1" }
arbitrage = { threshold = "0.1%", gas = true }
liquidators = { gas = true, min_profit = "50 USDC", delay = "10m" }
oracle = { feeds = { default = { deviation = "0.5%", heartbeat = "1h" } } }
[[traders]]
at = "pool"
volume = { per_day = "1000000 USDC", spread = "80%", per_percent = "50%" }
direction = "random"
[[borrowers]]
at = "bank"
asset = "USDC"
utilization = { mean = "85%", spread = "5%", half_life = "3d" }
[[borrowers]]
at = "bank"
asset = "WETH"
utilization = { mean = "70%", spread = "5%", half_life = "3d" }
"#;

fn job(step: u64, steps: u64, policies: bool) -> Job {
    let scenario = ScenarioFile { name: "bench".into(), ..ScenarioFile::default() };
    job_in(scenario, step, steps, policies)
}

fn job_in(scenario: ScenarioFile, step: u64, steps: u64, policies: bool) -> Job {
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

/// 8,760 steps with an arbitrageur who looks at gas, noise traders, other borrowers, liquidators and price feeds.
#[divan::bench]
fn year_of_hours_with_everybody(bencher: Bencher<'_, '_>) {
    let root = parse_toml("bench", EVERYBODY).unwrap();
    let scenario = read_scenario(&root, &Assets::standard()).unwrap();
    let job = job_in(scenario, 3_600, 8_760, true);
    bencher.bench_local(|| black_box(job.run().unwrap()));
}

/// 525,600 steps.
#[divan::bench(sample_count = 3)]
fn year_of_minutes(bencher: Bencher<'_, '_>) {
    let job = job(60, 525_600, true);
    bencher.bench_local(|| black_box(job.run().unwrap()));
}

/// What the opening plan alone costs.
#[divan::bench]
fn opening(bencher: Bencher<'_, '_>) {
    let job = job(3_600, 1, false);
    bencher.bench_local(|| black_box(job.explain().unwrap()));
}
