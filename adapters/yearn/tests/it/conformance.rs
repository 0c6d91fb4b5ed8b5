//! The suite that every vault passes.

use levmine_market::Dump;
use levmine_testkit::vault::{Rebuild, VaultSetup, conformance};
use levmine_vault::Vault;

use crate::support::{at, build, build_json, json, with_state};

fn rebuilt(version: &str, asset: &str, dump: &Dump) -> Result<Box<dyn Vault>, String> {
    build_json(&with_state(version, asset, &json(dump))).map_err(|error| error.to_string())
}

fn check(table: &str, rebuild: Rebuild) {
    let vault = build(table).expect("a vault");
    conformance(&VaultSetup::new(vault, at(1)).rebuilt_by(rebuild));
}

#[test]
fn v2_0_3_4() {
    check("preset = \"v2-2021-03\"\nharvest_every = \"30d\"", |dump| rebuilt("0.3.4", "USDC", dump));
}

#[test]
fn v2_0_4_3() {
    check(
        "preset = \"v2-2021-09\"\nasset = \"WETH\"\ndeposits = \"5000\"\nharvest_every = \"30d\"",
        |dump| rebuilt("0.4.3", "WETH", dump),
    );
}

#[test]
fn v2_0_4_6_with_several_strategies() {
    let table = "preset = \"v2-2023-01\"\nasset = \"WBTC\"\ndeposits = \"500\"\ndeposit_limit = \"100000\"\n\
                 harvest_every = \"40d\"\n\
                 strategies = [{ part = \"40%\", fee = \"10%\" }, { part = \"30%\" }, { part = \"20%\" }]";
    check(table, |dump| rebuilt("0.4.6", "WBTC", dump));
}

#[test]
fn v3() {
    check("preset = \"v3-2024-10\"\nharvest_every = \"30d\"", |dump| rebuilt("3.0.4", "USDC", dump));
}

#[test]
fn v3_with_several_strategies() {
    let table = "preset = \"v3-2024-10\"\nasset = \"DAI\"\ndeposits = \"2000000\"\nprotocol_fee = \"10%\"\n\
                 strategies = [{ part = \"60%\" }, { part = \"35%\" }]\nunlock = \"7d\"\nharvest_every = \"20d\"";
    check(table, |dump| rebuilt("3.0.4", "DAI", dump));
}

#[test]
fn tokenized_strategy() {
    check("preset = \"tokenized-2024-10\"\nharvest_every = \"30d\"", |dump| {
        rebuilt("tokenized-3.0.4", "USDC", dump)
    });
}

#[test]
fn nobody_else_and_no_yield() {
    let table = "version = \"0.4.6\"\nasset = \"USDC\"\ndeposits = \"0.01\"";
    check(table, |dump| rebuilt("0.4.6", "USDC", dump));
}
