//! What happens by itself.

use levmine_market::{Party, Transfers};
use levmine_math::{Bps, U256};
use levmine_vault::Vault;

use crate::support::{ALICE, asset, at, build, number, shares, special, units, vault};

const DAY: u64 = 86_400;

/// What came into the vault from outside.
fn earned(transfers: &Transfers) -> U256 {
    let into = transfers
        .iter()
        .filter(|one| one.to == Party::Venue && matches!(one.from, Party::Account(who) if who.is_outsider()));
    into.fold(U256::ZERO, |sum, one| sum + one.amount.raw)
}

/// 9,500,000 USDC at 5% a year for a day: 9,500,000e6 · 5% · 86,400 ÷ 31,556,952.
#[test]
fn strategies_earn_simply_on_their_debt() {
    let mut vault = build("preset = \"v2-2023-01\"\nharvest_every = \"never\"").expect("a vault");
    let day = vault.accrue(at(DAY)).expect("time passes");
    assert_eq!(earned(&day), units(1_300_505_828));
    let another = vault.accrue(at(2 * DAY)).expect("time passes");
    // Simple: nothing is earned on what is not lent.
    assert_eq!(earned(&another), units(1_300_505_828));
}

#[test]
fn it_makes_no_difference_how_often_one_looks() {
    for preset in ["v2-2021-03", "v2-2021-09", "v2-2023-01", "v3-2024-10", "tokenized-2024-10"] {
        let mut often = build(&format!("preset = {preset:?}")).expect("a vault");
        let mut seldom = often.fork();
        for step in 1..=100 {
            often.accrue(at(step * 7_001)).expect("time passes");
        }
        seldom.accrue(at(700_100)).expect("time passes");
        assert_eq!(often.dump(), seldom.dump(), "{preset}");
    }
}

#[test]
fn harvests_come_when_they_are_due() {
    let mut vault = build("preset = \"tokenized-2024-10\"\nasset = \"DAI\"").expect("a vault");
    let before = vault.issued();
    vault.accrue(at(DAY - 1)).expect("time passes");
    assert_eq!(vault.issued(), before);
    vault.accrue(at(DAY)).expect("time passes");
    assert_ne!(vault.issued(), before);
    assert_eq!(number(&vault.dump(), "last_report"), U256::from(1_700_000_000 + DAY));
}

/// The price does not jump at a report, and rises afterwards.
#[test]
fn v3_profit_unlocks() {
    let mut vault = build("preset = \"v3-2024-10\"\nharvest_every = \"never\"").expect("a vault");
    let one = shares(&*vault, 1_000_000_000);
    vault.accrue(at(30 * DAY)).expect("time passes");
    let before = vault.value(one, at(30 * DAY)).expect("a value");
    let harvested = vault.harvest(ALICE, at(30 * DAY)).expect("a harvest");
    assert_eq!(harvested.gain, units(39_015_174_849));
    assert_eq!(harvested.fees, units(3_901_517_484));
    assert_eq!(vault.value(one, at(30 * DAY)).expect("a value"), before);
    let later = vault.value(one, at(40 * DAY)).expect("a value");
    assert!(later.raw > before.raw + units(3_000_000), "{later}");
}

#[test]
fn a_v3_keeper_lends_what_was_deposited() {
    let mut vault = build("preset = \"v3-2024-10\"").expect("a vault");
    let amount = asset(&*vault, 1_000_000_000_000);
    vault.deposit(ALICE, amount, at(10)).expect("a deposit");
    let idle = number(&vault.dump(), "total_idle");
    vault.accrue(at(DAY)).expect("time passes");
    let after = number(&vault.dump(), "total_idle");
    assert_eq!(idle, units(1_500_000_000_000));
    // 5% of 11,000,000 and of what was earned
    assert_eq!(after, units(550_065_025_292));
}

#[test]
fn a_loss_is_told_at_the_next_report() {
    let mut vault = build("preset = \"v2-2023-01\"\nyield = \"0%\"").expect("a vault");
    let one = shares(&*vault, 1_000_000);
    special(&mut *vault, "lose", "{\"amount\": \"100000000000\"}", at(10)).expect("a loss");
    assert_eq!(vault.value(one, at(10)).expect("a value").raw, units(1_000_000));
    let done = vault.harvest(ALICE, at(20)).expect("a harvest");
    assert_eq!((done.gain, done.loss), (U256::ZERO, units(100_000_000_000)));
    assert_eq!(vault.value(one, at(20)).expect("a value").raw, units(990_000));
    // A second report in the same second is refused.
    let error = vault.harvest(ALICE, at(20)).expect_err("too early");
    assert_eq!(error.code(), Some("no data"));
    assert_eq!(error.refusal(), Some(levmine_vault::Refusal::TooEarly));
}

/// A keeper who was away for ages does not keep anybody waiting.
#[test]
fn ages_pass_quickly() {
    let mut vault = vault("preset = \"v3-2024-10\"\nyield = \"1%\"\nharvest_every = \"1s\"");
    vault.accrue(at(100_000_000)).expect("time passes");
    let amount = shares(&vault, 1_000_000);
    let done = vault.redeem(ALICE, amount, Bps::ONE, at(100_000_001)).expect("a redemption");
    assert!(done.received.raw > units(1_000_000));
}
