//! The conformance suite of lending markets.

use levmine_lending::LendingMarket;
use levmine_math::Wad;
use levmine_testkit::lending::{LendingSetup, conformance};

use crate::markets::{START, prices, small};

/// Half-up rounding gives and takes a unit at each of the few operations of a round trip.
const UNITS: u64 = 3;

/// Thresholds are averaged in whole basis points: of 7,500 or more, one is lost at most.
const HEALTH_SLACK: Wad = Wad::new(134_000_000_000_000);

#[test]
fn it_keeps_every_promise() {
    let market = small();
    let assets = market.assets();
    let mut setup = LendingSetup::new(Box::new(market), prices(), START).health_slack(HEALTH_SLACK);
    for asset in assets {
        setup = setup.rounding(asset, UNITS);
    }
    conformance(&setup);
}
