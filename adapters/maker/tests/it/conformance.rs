//! The conformance suite of lending markets, for each version, also with a collateral of 8 decimals.

use levmine_testkit::lending::{LendingSetup, conformance};

use crate::markets::{START, asset, build, prices};

/// The debt reads `art × rate` rounded up to a whole wad; what it takes to pay it is less what was drawn too much and
/// still is inside, up to two wei.
const DRAWN_TOO_MUCH: u64 = 2;

fn check(venue: &str) {
    let market = build(venue);
    conformance(
        &LendingSetup::new(Box::new(market), prices(2_000), START).rounding(asset("DAI"), DRAWN_TOO_MUCH),
    );
}

const TERMS: &str = r#"
    liquidation_ratio = "150%"
    stability_fee = "5%"
    savings_rate = "3%"
    debt_floor = 100
    debt_ceiling = 1_000_000_000
"#;

#[test]
fn version_2_0() {
    check(&format!(
        "version = \"2.0\"\ncollateral = \"WETH\"\n{TERMS}outsiders = {{ collateral = 200_000, debt = 100_000_000 }}"
    ));
}

#[test]
fn version_2_0_with_8_decimals() {
    check(&format!(
        "collateral = \"WBTC\"\n{TERMS}outsiders = {{ collateral = 20_000, debt = 100_000_000 }}\n\
         auction = {{ shape = \"linear\", tau = 21600, cusp = \"0%\" }}"
    ));
}

#[test]
fn version_1_2_8() {
    check(&format!(
        "version = \"1.2.8\"\ncollateral = \"WETH\"\n{TERMS}outsiders = {{ collateral = 200_000, debt = 100_000_000 }}"
    ));
}

#[test]
fn version_1_0_2() {
    check(&format!(
        "version = \"1.0.2\"\ncollateral = \"WETH\"\n{TERMS}outsiders = {{ collateral = 200_000, debt = 100_000_000 }}"
    ));
}

#[test]
fn a_preset() {
    check("preset = \"eth-a-2022-11-09\"");
}
