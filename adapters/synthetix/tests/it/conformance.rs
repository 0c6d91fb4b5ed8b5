//! The conformance suite of lending markets.

use levmine_testkit::lending::{LendingSetup, conformance};

use crate::markets::{POOL, START, build, prices};

fn setup(venue: &str) -> LendingSetup {
    LendingSetup::new(Box::new(build(venue)), prices("3", "2000"), START)
}

/// A pool in which it is not far from the largest loan to the flag: every check, flags and liquidations among them.
#[test]
fn a_narrow_pool() {
    let venue = POOL.replace("\"500%\"", "\"200%\"");
    conformance(&setup(&venue));
}

/// The same with a delay so short that the flagged are liquidated at the next step.
#[test]
fn a_narrow_pool_without_patience() {
    let venue = POOL.replace("\"500%\"", "\"200%\"").replace("\"12h\"", "\"1s\"");
    conformance(&setup(&venue));
}

/// From 500 % to 150 % a price must fall to 30 % of what it was, and that is the deepest fall the suite tries.
#[test]
fn a_preset() {
    let reason = "a position at the suite's 95% of its limit has a c-ratio of 526%, and is flagged at 150% only when the \
                  price has fallen to 28%; the suite stops at 30%";
    let setup = setup("preset = \"ethereum\"\nminimum_stake_time = 0")
        .except("random_life_is_lively", reason)
        .except("liquidation_conserves_and_reports_bad_debt", reason);
    conformance(&setup);
}
