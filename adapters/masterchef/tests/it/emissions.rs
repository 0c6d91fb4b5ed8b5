//! Rates that change at known dates.

use levmine_masterchef::{Emission, MasterChefVault};
use levmine_math::U256;
use levmine_vault::Vault;
use serde_json::json;

use crate::chefs::{ALICE, START, at, claimable, decode, lp, special, units};

/// A day of blocks.
const DAY: u64 = 7_200;

fn falling() -> MasterChefVault {
    let mut chef = decode(
        r#"
        per_block = "10"
        pools = [{ stake = "pool-LP", alloc = 1 }]
        emissions = [{ from = "2021-03-02", per_day = "36_000" }, { from = "2021-03-03", per_block = "1" }]
        "#,
    )
    .expect("a chef");
    chef.deposit(ALICE, lp(1_000_000), START).expect("a deposit");
    chef
}

#[test]
fn rates_change_in_their_blocks() {
    let mut chef = falling();
    assert_eq!(claimable(&chef, ALICE, at(DAY)), units("72_000"));
    assert_eq!(claimable(&chef, ALICE, at(DAY + 1)), units("72_005"));
    assert_eq!(claimable(&chef, ALICE, at(2 * DAY)), units("108_000"));
    assert_eq!(claimable(&chef, ALICE, at(3 * DAY)), units("115_200"));
    // As often as anybody looks in between, or never.
    let mut patient = chef.clone();
    for day in 1..=6 {
        chef.accrue(at(day * DAY / 2)).expect("accrued");
    }
    assert_eq!(claimable(&chef, ALICE, at(3 * DAY)), units("115_200"));
    let early = chef.claim(ALICE, at(3 * DAY)).expect("rewards");
    let late = patient.claim(ALICE, at(3 * DAY)).expect("rewards");
    assert_eq!(early.received, late.received);
    assert_eq!(chef.dump(), patient.dump());
    assert_eq!(chef.chef().per_block(), units("1"));
}

/// It is what a fork's owner does: update all pools, then change the rate.
#[test]
fn a_known_change_is_the_owners_operation() {
    let mut known = falling();
    let mut by_hand =
        decode("per_block = \"10\"\npools = [{ stake = \"pool-LP\", alloc = 1 }]").expect("a chef");
    by_hand.deposit(ALICE, lp(1_000_000), START).expect("a deposit");
    for (day, rate) in [(1, "5000000000000000000"), (2, "1000000000000000000")] {
        let arguments = json!({ "by": "gov", "sushiPerBlock": rate });
        special(&mut by_hand, "setSushiPerBlock", &arguments, at(day * DAY)).expect("done");
    }
    let transfers = known.accrue(at(2 * DAY)).expect("accrued");
    assert_eq!(known.dump(), by_hand.dump());
    // Two updates of one pool: the developers' part and the chef's.
    assert_eq!(transfers.len(), 4);
}

#[test]
fn a_refused_operation_leaves_the_change_to_come() {
    let mut chef = falling();
    let before = chef.dump();
    chef.redeem(ALICE, lp(2_000_000), levmine_math::Bps::ONE, at(3 * DAY)).expect_err("more than there is");
    assert_eq!(chef.dump(), before);
}

/// A change that the contract would refuse does not happen, and those after it do.
#[test]
fn a_change_that_cannot_be_done_is_left_out() {
    let mut chef = falling();
    let nothing = json!({ "by": "gov", "pid": "0", "allocPoint": "0" });
    special(&mut chef, "set", &nothing, START).expect("done");
    chef.accrue(at(DAY)).expect("accrued");
    assert_eq!(chef.chef().per_block(), units("10"));
    let again = json!({ "by": "gov", "pid": "0", "allocPoint": "1" });
    special(&mut chef, "set", &again, at(DAY)).expect("done");
    chef.accrue(at(2 * DAY)).expect("accrued");
    assert_eq!(chef.chef().per_block(), units("1"));
}

#[test]
fn changes_of_the_past_are_done() {
    let chef = decode(
        r#"
        pools = [{ stake = "pool-LP", alloc = 1 }]
        emissions = [
            { from = "2020-09-01", per_block = "3" },
            { from = "2021-02-01", per_block = "2" },
            { from = "2021-04-01", per_block = "1" },
        ]
        "#,
    )
    .expect("a chef");
    assert_eq!(chef.chef().per_block(), units("2"));
    // 31 days of 7,200 blocks.
    let left = Emission { block: START.block + 31 * DAY, per_block: units("1") };
    assert!(crate::chefs::value(&chef.dump())["emissions"][0]["block"] == json!(left.block.to_string()));
    // With nothing said for the time before the first, there is nothing.
    let later = "pools = [{ stake = \"pool-LP\", alloc = 1 }]\nemissions = [{ from = \"2022-01-01\", per_block = \"3\" }]";
    assert_eq!(decode(later).expect("a chef").chef().per_block(), U256::ZERO);
}
