//! The conformance suite of lending markets, on a market in dollars and on one in its base asset.

use levmine_compound_v3::CompoundV3Market;
use levmine_testkit::lending::{LendingSetup, conformance};

use crate::markets::{START, WETH, build, prices, small};

/// A debt is read rounded down: who borrows and repays may gain the base unit that his debt was rounded up by before.
const UNITS: u64 = 1;

fn check(market: CompoundV3Market) {
    let base = market.comet().params().base;
    conformance(&LendingSetup::new(Box::new(market), prices(), START).rounding(base, UNITS));
}

#[test]
fn in_dollars() {
    check(small());
}

#[test]
fn in_the_base_asset() {
    check(build(WETH));
}
