//! Some hundreds of operations of every protocol against the contracts' bytecode. Where the contracts are not installed
//! the tests say so, and compare nothing.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "in a test a broken expectation is a failure, and what was skipped or counted is told"
)]

mod documented;
mod found;
mod recorded;
mod replays;

use std::io::Write;

use levmine_parity::driver::{Settings, run};
use levmine_parity::{SUBJECTS, artifact};

/// Whether there is something to compare with; prints one line where there is not.
fn is_installed(test: &str) -> bool {
    let is = artifact::is_installed();
    if !is {
        // Not by `println!`, which the test harness keeps to itself where a test passes.
        let why = "the contracts are not installed (`cargo xtask parity` fetches them)";
        let _ = writeln!(std::io::stdout(), "skipped: {test}: {why}");
    }
    is
}

/// How many operations every adapter is compared over, each time the tests run.
const OPERATIONS: u64 = 5_000;

/// Compares and expects no difference, and that both sides refused something too.
fn compare(protocol: &str, integers_each: u64, reasons: usize) {
    if !is_installed(protocol) {
        return;
    }
    let subject = SUBJECTS.iter().find(|subject| subject.protocol == protocol).expect("a subject");
    let settings =
        Settings { operations: OPERATIONS, sequence: 150, seed: 20_231_031, mismatches: 1, threads: 1 };
    let report = run(subject.make, &settings).unwrap_or_else(|error| panic!("{error}"));
    println!(
        "{subject:?}: {} operations, {} integers compared, {} refusals agreed, {} mismatches",
        report.operations,
        report.integers,
        report.refusals,
        report.mismatches.len()
    );
    if let Some(mismatch) = report.mismatches.first() {
        panic!("{:#?}\n{:#}", mismatch.differences, mismatch.replay);
    }
    assert_eq!(report.operations, OPERATIONS);
    assert!(report.integers > OPERATIONS * integers_each, "{} integers are too few", report.integers);
    assert!(report.refusals > OPERATIONS / 20, "{} refusals are too few", report.refusals);
    assert!(report.reasons.len() >= reasons, "{} reasons are too few", report.reasons.len());
}

#[test]
fn every_subject_has_a_test() {
    let source = include_str!("main.rs");
    for subject in SUBJECTS {
        assert!(source.contains(&format!("compare(\"{}\"", subject.protocol)), "{subject:?}");
    }
}

#[test]
fn curve_stableswap_equals_its_contracts() {
    compare("curve-stableswap", 15, 4);
}

#[test]
fn uniswap_v2_equals_its_contracts() {
    compare("uniswap-v2", 12, 12);
}

#[test]
fn uniswap_v3_equals_its_contracts() {
    compare("uniswap-v3", 60, 14);
}

#[test]
fn aave_v2_equals_its_contracts() {
    compare("aave-v2", 150, 20);
}

#[test]
fn aave_v3_equals_its_contracts() {
    compare("aave-v3", 200, 12);
}

#[test]
fn compound_v2_equals_its_contracts() {
    compare("compound-v2", 200, 25);
}

#[test]
fn erc4626_equals_its_contract() {
    compare("erc4626", 8, 8);
}

#[test]
fn maker_equals_its_contracts() {
    compare("maker", 100, 12);
}

#[test]
fn masterchef_equals_its_contracts() {
    compare("masterchef", 40, 8);
}

#[test]
fn morpho_blue_equals_its_contract() {
    compare("morpho-blue", 40, 16);
}

#[test]
fn yearn_equals_its_contract() {
    compare("yearn", 45, 1);
}
