//! The conformance suite of lending markets, without and with rewards.

use levmine_alpha_homora::AlphaHomoraMarket;
use levmine_testkit::lending::{LendingSetup, conformance};

use crate::markets::{PLAIN, STAKED, START, decode, market, prices};

fn setup(market: AlphaHomoraMarket) -> LendingSetup {
    LendingSetup::new(Box::new(market), prices(), START)
}

#[test]
fn plain() {
    conformance(&setup(market(PLAIN)));
}

#[test]
fn staked() {
    conformance(&setup(market(STAKED)));
}

#[test]
fn all_banks_of_the_preset() {
    let text = "lp = \"pool-LP\"\npreset = \"ethereum-2021-02\"\nblock_time = \"13s\"\nfee = \"20%\"";
    conformance(&setup(decode(text).expect("a market")));
}
