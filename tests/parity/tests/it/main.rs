//! Some hundreds of operations of every protocol against the contracts' bytecode. Where the contracts are not installed
//! the tests say so, and compare nothing.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "in a test a broken expectation is a failure, and what was skipped or counted is told"
)]

mod found;
mod replays;

use levmine_parity::aave_v3::AaveV3Twin;
use levmine_parity::artifact;
use levmine_parity::driver::{Make, Settings, run};
use levmine_parity::uniswap_v2::UniswapV2Twin;

/// Whether there is something to compare with; prints one line where there is not.
fn is_installed(test: &str) -> bool {
    let is = artifact::is_installed();
    if !is {
        println!("skipped: {test}: the contracts are not installed (`parity --install` fetches them)");
    }
    is
}

/// Compares and expects no difference, and that both sides refused something too.
fn compare(name: &str, make: &Make, operations: u64, integers_each: u64) {
    if !is_installed(name) {
        return;
    }
    let settings = Settings { operations, sequence: 150, seed: 20_231_031, mismatches: 1 };
    let report = run(make, &settings).unwrap_or_else(|error| panic!("{error}"));
    println!(
        "{name}: {} operations, {} integers compared, {} refusals agreed, {} mismatches",
        report.operations,
        report.integers,
        report.refusals,
        report.mismatches.len()
    );
    if let Some(mismatch) = report.mismatches.first() {
        panic!("{:#?}\n{:#}", mismatch.differences, mismatch.replay);
    }
    assert_eq!(report.operations, operations);
    assert!(report.integers > operations * integers_each, "{} integers are too few", report.integers);
    assert!(report.refusals > operations / 20, "{} refusals are too few", report.refusals);
    assert!(report.reasons.len() > 12, "{} reasons are too few", report.reasons.len());
}

#[test]
fn uniswap_v2_equals_its_contracts() {
    compare("uniswap-v2", &|seed| Ok(Box::new(UniswapV2Twin::new(seed)?)), 900, 12);
}

#[test]
fn aave_v3_equals_its_contracts() {
    compare("aave-v3", &|seed| Ok(Box::new(AaveV3Twin::new(seed)?)), 600, 200);
}
