//! The conformance suite of lending markets, in every version.

use levmine_aave_v3::Version;
use levmine_math::Wad;
use levmine_testkit::lending::{LendingSetup, conformance};

use crate::markets::{START, prices, small};

/// Half-up rounding gives and takes a unit at each of the few operations of a round trip.
const UNITS: u64 = 3;

/// Thresholds are averaged in whole basis points up to 3.4: of 7,800 or more, one is lost at most.
const HEALTH_SLACK: Wad = Wad::new(130_000_000_000_000);

fn check(version: &str) {
    let market = small(version);
    let assets: Vec<_> = market.pool().reserves().iter().map(|reserve| reserve.asset).collect();
    let rules = market.pool().rules();
    let mut setup = LendingSetup::new(Box::new(market), prices(), START);
    if rules.version < Version::V3_5 {
        for asset in assets {
            setup = setup.rounding(asset, UNITS);
        }
        setup = setup.health_slack(HEALTH_SLACK);
    }
    conformance(&setup);
}

#[test]
fn version_3_0() {
    check("3.0");
}

#[test]
fn version_3_1() {
    check("3.1");
}

#[test]
fn version_3_2() {
    check("3.2");
}

#[test]
fn version_3_3() {
    check("3.3");
}

#[test]
fn version_3_4() {
    check("3.4");
}

#[test]
fn version_3_5() {
    check("3.5");
}

#[test]
fn version_3_6() {
    check("3.6");
}

#[test]
fn version_3_7() {
    check("3.7");
}
