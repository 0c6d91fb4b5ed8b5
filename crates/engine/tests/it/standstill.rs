//! What cannot be done while a venue is paused or the chain stands, and when it is done after all.

use levmine_engine::{Event, EventKind, Outcome};
use levmine_market::{Cause, VenueId};
use levmine_testkit::stub;

use crate::support::{FARM, Setup, part, setup, weth};

const HOUR: u64 = 3_600;
const START: u64 = 1_700_000_000;

/// Ten thousand dollars lie in the bank.
const SAVINGS: &str = "[[open]]\ndo = \"supply\"\nat = \"bank\"\namount = \"all USDC\"\n";

fn flat(days: usize, events: &str) -> String {
    format!("step = \"6h\"\n{events}\n{}", weth(&vec!["2000"; days]))
}

fn event(what: &str, rest: &str) -> String {
    format!("[[event]]\ndo = \"{what}\"\n{rest}\n")
}

fn told(outcome: &Outcome) -> Vec<(u64, &str)> {
    let text = |event: &Event| event.time.0.saturating_sub(START) / HOUR;
    let texts = outcome.events.iter().filter_map(|event| match &event.kind {
        EventKind::World { text: words } => Some((text(event), words.as_str())),
        _ => None,
    });
    texts.collect()
}

/// What the bank has left of the dollars that were supplied.
fn available(setup: &Setup) -> u128 {
    let bank = setup.world.lending(VenueId(0)).unwrap();
    u128::try_from(bank.rates(stub::usdc(), setup.world.now).unwrap().available).unwrap()
}

#[test]
fn what_was_taken_comes_back_when_the_pause_is_over() {
    let squeeze = event("utilization bank USDC 100%", "after = \"6h\"\nuntil = \"1700086400\"");
    let pause = event("pause bank", "after = \"12h\"\nfor = \"1d\"");
    let mut calm = setup("", &flat(4, &squeeze));
    calm.outcome();
    let mut late = setup("", &flat(4, &format!("{squeeze}{pause}")));
    let outcome = late.outcome();
    assert_eq!(
        told(&outcome),
        [
            (6, "utilization bank USDC 100%, until 2023-11-15T22:13:20Z"),
            (12, "pause bank, until 2023-11-16T10:13:20Z"),
            (24, "utilization bank USDC 100% is over"),
            (24, "utilization bank USDC 100%: what was taken cannot be brought back yet: `bank` is paused"),
            (36, "pause bank is over"),
            (36, "utilization bank USDC 100%: what was taken is brought back"),
        ]
    );
    assert!(available(&late) >= available(&calm), "{} {}", available(&late), available(&calm));
}

#[test]
fn nobody_brings_anything_back_to_a_market_that_was_robbed() {
    let squeeze = event("utilization bank USDC 100%", "after = \"6h\"\nuntil = \"1700086400\"");
    let exploit = event("exploit bank 30%", "after = \"12h\"");
    let mut setup = setup("", &flat(3, &format!("{squeeze}{exploit}")));
    let outcome = setup.outcome();
    let told = told(&outcome);
    let stays = (24, "utilization bank USDC 100%: what was taken stays out: the market was robbed");
    assert!(told.contains(&stays), "{told:?}");
    assert!(told.iter().any(|(_, text)| text.contains("was never brought back: ")), "{told:?}");
    assert_eq!(available(&setup), 0);
}

#[test]
fn nobody_brings_anything_back_while_the_chain_stands() {
    let squeeze = event("utilization bank USDC 100%", "after = \"6h\"\nuntil = \"1700086400\"");
    let outage = event("outage", "after = \"12h\"\nfor = \"1d\"");
    let run = |hours: u64| {
        let end = format!("to = \"{}\"\n", START + hours * HOUR);
        let mut setup = setup("", &flat(4, &format!("{end}{squeeze}{outage}")));
        let outcome = setup.outcome();
        let told: Vec<String> =
            told(&outcome).into_iter().map(|(hour, text)| format!("{hour}: {text}")).collect();
        (told, available(&setup))
    };
    let back = "36: utilization bank USDC 100%: what was taken is brought back".to_string();
    let (told, left) = run(36);
    assert_eq!(told.last(), Some(&back));
    assert!(left > 0);
    let (told, left) = run(30);
    assert!(
        told.iter().any(|text| text.starts_with("30: ") && text.contains("was never brought back: ")),
        "{told:?}"
    );
    assert_eq!(left, 0);
}

#[test]
fn nobody_takes_anything_out_while_the_chain_stands() {
    let squeeze = event("utilization bank USDC 100%", "after = \"12h\"");
    let outage = event("outage", "after = \"6h\"\nfor = \"18h\"");
    let left = |hours: u64| {
        let end = format!("to = \"{}\"\n", START + hours * HOUR);
        let mut setup = setup("", &flat(4, &format!("{end}{squeeze}{outage}")));
        setup.outcome();
        available(&setup)
    };
    assert!(left(18) > 0);
    assert_eq!(left(24), 0);
}

#[test]
fn what_was_never_brought_back_is_told_at_the_end() {
    let squeeze = event("utilization bank USDC 100%", "after = \"6h\"\nfor = \"6h\"");
    let pause = event("pause bank", "after = \"11h\"");
    let mut setup = setup("", &flat(3, &format!("{squeeze}{pause}")));
    let outcome = setup.outcome();
    let (hour, last) = *told(&outcome).last().unwrap();
    assert_eq!(hour, 48);
    assert!(
        last.starts_with("utilization bank USDC 100%: what was taken was never brought back: "),
        "{last}"
    );
    assert_eq!(available(&setup), 0);
}

#[test]
fn nobody_leaves_while_the_chain_stands() {
    let outage = event("outage", "after = \"30h\"\nfor = \"9d\"");
    let mut setup = setup(FARM, &flat(3, &outage));
    let outcome = setup.outcome();
    // Nothing was taken apart and nothing is lost: the equity is what it was worth in the last step.
    assert!(outcome.unwinding.is_empty(), "{:?}", outcome.unwinding);
    let marked = outcome.samples.last().unwrap().equity / 1_000_000;
    assert!((outcome.final_equity - marked).abs() <= 1, "{} {marked}", outcome.final_equity);
    assert_eq!((part(&outcome, Cause::Stranded), part(&outcome, Cause::BadDebt)), (0, 0));
    assert!(outcome.settlement.bad_debt.is_empty());
    let why = |(_, reason): &(VenueId, String)| reason == "the chain stands, and nobody can transact";
    assert!(outcome.settlement.reasons.len() == 2 && outcome.settlement.reasons.iter().all(why));
    assert_eq!(outcome.settlement.owed.len(), 1);
    // Collateral and pool shares are still there.
    assert_eq!(outcome.settlement.stranded.len(), 2, "{:?}", outcome.settlement);
    let (hour, last) = *told(&outcome).last().unwrap();
    assert_eq!(
        (hour, last),
        (
            48,
            "the chain stands at the end: nothing can be taken apart, and what is in venues counts at market prices"
        )
    );
    let moved = setup.world.journal.entries().iter().map(|entry| entry.at.0).filter(|time| *time > START);
    assert_eq!(moved.filter(|time| *time >= START + 30 * HOUR).count(), 0);
}

#[test]
fn a_debt_beyond_its_collateral_is_no_debt_of_the_farmer_when_the_chain_stands() {
    let outage = event("outage", "after = \"1h\"\nfor = \"9d\"");
    let loan = FARM.split("[[open]]\ndo = \"zap\"").next().unwrap();
    // The market falls by two thirds, which no oracle tells and nobody can act upon.
    let crash = format!("step = \"6h\"\n{outage}\n{}", weth(&["2000", "600", "600"]));
    let outcome = setup(loan, &crash).outcome();
    assert!(
        part(&outcome, Cause::BadDebt) > 0 && part(&outcome, Cause::Stranded) == 0,
        "{:?}",
        outcome.parts
    );
    let wallet: u128 = outcome.wallet.iter().map(|amount| u128::try_from(amount.raw).unwrap()).sum();
    assert_eq!(u128::try_from(outcome.final_equity).unwrap(), wallet);
}

#[test]
fn nobody_begins_while_the_chain_stands() {
    let outage = event("outage", "at = \"2023-11-01\"\nuntil = \"2023-12-01\"");
    let error = setup(SAVINGS, &flat(3, &outage)).run().unwrap_err().to_string();
    assert!(error.ends_with("the chain stands, and nobody can transact"), "{error}");
}

#[test]
fn who_robs_a_venue_waits_for_the_chain() {
    let exploit = event("exploit bank 40%", "after = \"12h\"");
    let outage = event("outage", "after = \"6h\"\nfor = \"18h\"");
    let outcome = setup(SAVINGS, &flat(4, &format!("{exploit}{outage}"))).outcome();
    let robbed = |event: &&Event| matches!(event.kind, EventKind::Exploit { .. });
    let hours: Vec<u64> =
        outcome.events.iter().filter(robbed).map(|event| (event.time.0 - START) / HOUR).collect();
    assert_eq!(hours, [24]);
    assert!(part(&outcome, Cause::Exploit) < -3_900_000_000);
}
