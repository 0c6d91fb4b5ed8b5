//! The conformance suite of lending markets.

use levmine_morpho_blue::MorphoBlueMarket;
use levmine_testkit::lending::{LendingSetup, conformance};

use crate::markets::{START, bitcoin, prices, staked, still};

/// Every rounding is against who acts: no allowance.
fn check(market: MorphoBlueMarket) {
    conformance(&LendingSetup::new(Box::new(market), prices(), START));
}

#[test]
fn two_tokens_of_18_decimals() {
    check(staked());
}

#[test]
fn tokens_of_6_and_8_decimals() {
    check(bitcoin());
}

#[test]
fn no_interest_and_2_decimals() {
    check(still());
}
