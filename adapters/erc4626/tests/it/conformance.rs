//! The suite that every vault passes.

use levmine_market::Dump;
use levmine_testkit::vault::{Rebuild, VaultSetup, conformance};
use levmine_vault::Vault;

use crate::support::{at, build, state_table};

const SDAI: &str = "preset = \"sdai\"";
const LIMITED: &str = "asset = \"USDC\"\ndeposits = \"3000000\"\nshares = \"2500000\"\nlimit = \"5000000\"";
const OFFSET: &str = "asset = \"WBTC\"\ndecimals_offset = 6\ndeposits = \"12.5\"\nyield = \"0.5%\"";
const EMPTY: &str = "asset = \"WETH\"\ndeposits = \"0\"\nyield = \"1000%\"";
const DUST: &str = "asset = \"USDC\"\ndeposits = \"0.000007\"\nshares = \"0.000003\"";

fn check(table: &str, rebuild: Rebuild) {
    let vault: Box<dyn Vault> = build(table).expect("a vault");
    let report = conformance(&VaultSetup::new(vault, at(1)).rebuilt_by(rebuild));
    let skipped: Vec<_> = report.skipped().collect();
    // Nothing is skipped but what an ERC-4626 vault does not have.
    assert_eq!(
        skipped,
        [
            "harvest_lowers_no_price_but_by_loss_and_fees",
            "the_queue_conserves",
            "claims_pay_what_was_claimable",
            "strangers_earn_nothing",
            "the_ledger_sums_up",
            "rebases_are_shared"
        ]
    );
}

/// A vault of this table with the state of a dump.
fn again(table: &str, dump: &Dump) -> Result<Box<dyn Vault>, String> {
    let kept: Vec<&str> =
        table.lines().filter(|line| !line.starts_with("deposits") && !line.starts_with("shares")).collect();
    let table = format!("{}\n[state]\n{}", kept.join("\n"), state_table(dump));
    build(&table).map_err(|error| error.to_string())
}

#[test]
fn savings_dai() {
    check(SDAI, |dump| again(SDAI, dump));
}

#[test]
fn a_limit() {
    check(LIMITED, |dump| again(LIMITED, dump));
}

#[test]
fn an_offset_of_decimals() {
    check(OFFSET, |dump| again(OFFSET, dump));
}

#[test]
fn an_empty_vault() {
    check(EMPTY, |dump| again(EMPTY, dump));
}

#[test]
fn dust() {
    check(DUST, |dump| again(DUST, dump));
}
