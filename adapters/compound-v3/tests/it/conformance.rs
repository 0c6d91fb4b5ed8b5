//! The conformance suite of lending markets, on a market in dollars and on one in its base asset.

use levmine_compound_v3::CompoundV3Market;
use levmine_testkit::lending::{LendingSetup, conformance};

use crate::markets::{START, WETH, build, prices, small};

fn check(market: CompoundV3Market) {
    conformance(&LendingSetup::new(Box::new(market), prices(), START));
}

#[test]
fn in_dollars() {
    check(small());
}

#[test]
fn in_the_base_asset() {
    check(build(WETH));
}
