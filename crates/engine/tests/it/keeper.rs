//! When policies act: for how long a trigger must hold, how long they rest, how late their keeper is, what it refuses, and
//! who gives way to whom.

use levmine_engine::{EngineError, EventKind, Lateness, Outcome};
use levmine_market::Cause;

use crate::support::{FARM, part, setup};

// The farm has a health factor of 1.545 at the beginning: 1.4 lies at 1,812 dollars, 1.25 at 1,618, liquidation at 1,294.

const START: u64 = 1_700_000_000;

/// WETH at these prices, an hour apart.
fn hours(prices: &[u32]) -> String {
    spaced(prices, 3_600)
}

fn spaced(prices: &[u32], seconds: u64) -> String {
    let point = |(i, p): (u64, &u32)| format!("[\"{}\", \"{p}\"]", START + i * seconds);
    let points: Vec<String> = (0..).zip(prices).map(point).collect();
    format!("[prices]\nUSDC = \"1\"\nWBTC = \"40000\"\nWETH = {{ points = [{}] }}\n", points.join(", "))
}

fn run(policies: &str, scenario: &str) -> Outcome {
    setup(&format!("{FARM}{policies}"), scenario).outcome()
}

/// What happened, with the hours since the beginning.
fn told(outcome: &Outcome) -> Vec<(u64, &'static str)> {
    let kind = |kind: &EventKind| match kind {
        EventKind::Policy { .. } => "acted",
        EventKind::PolicyFailed { .. } => "failed",
        EventKind::PolicyDecided { .. } => "decided",
        EventKind::PolicyDropped { .. } => "dropped",
        EventKind::PolicyLate { .. } => "late",
        EventKind::PolicyGaveWay { .. } => "gave way",
        EventKind::Liquidation { .. } => "liquidated",
        _ => "another",
    };
    outcome.events.iter().map(|event| ((event.time.0 - START) / 3_600, kind(&event.kind))).collect()
}

#[test]
fn a_trigger_must_hold_for_as_long_as_it_says_without_interruption() {
    let policy = "[[policy]]\nwhen = \"health_factor < 1.4\"\nfor = \"3h\"\ndo = \"deleverage to 1.6\"\n";
    let dip_and_slump = hours(&[2000, 1750, 1750, 1750, 1900, 1750, 1750, 1750, 1750, 1750]);
    // Three hours from one to four are cut off at four; from five on three hours are over at eight.
    assert_eq!(told(&run(policy, &dip_and_slump)), [(8, "acted")]);
    let at_once = policy.replace("for = \"3h\"\n", "");
    assert_eq!(told(&run(&at_once, &dip_and_slump)), [(1, "acted")]);
}

#[test]
fn a_policy_that_has_acted_rests_for_its_cooldown() {
    // Each hour a fall that brings the health factor below 1.45 again, from a target just above.
    let policy =
        "[[policy]]\nwhen = \"health_factor < 1.45\"\ncooldown = \"4h\"\ndo = \"deleverage to 1.46\"\n";
    let slide = hours(&[2000, 1850, 1830, 1810, 1790, 1770, 1750, 1730, 1710, 1690]);
    assert_eq!(told(&run(policy, &slide)), [(1, "acted"), (5, "acted"), (9, "acted")]);
    let restless = policy.replace("cooldown = \"4h\"\n", "");
    assert_eq!(told(&run(&restless, &slide)).len(), 9);
}

#[test]
fn a_keeper_that_is_slow_acts_later_or_not_at_all() {
    let policy = "[[policy]]\nwhen = \"health_factor < 1.4\"\ndelay = \"90m\"\ndo = \"deleverage to 1.6\"\n";
    // Decided at one, an hour and a half later is between two and three.
    let slump = run(policy, &hours(&[2000, 1750, 1750, 1750, 1750]));
    assert_eq!(told(&slump), [(1, "decided"), (3, "acted")]);
    let dip = run(policy, &hours(&[2000, 1750, 2000, 2000, 1750, 1750, 1750]));
    assert_eq!(told(&dip), [(1, "decided"), (2, "dropped"), (4, "decided"), (6, "acted")]);
    assert_eq!((dip.metrics.policy_decisions, dip.metrics.policy_drops, dip.metrics.policy_acts), (2, 1, 1));
}

#[test]
fn a_policy_may_be_faster_than_its_strategys_keeper() {
    let policies = "[[policy]]\nwhen = \"health_factor < 1.4\"\ndelay = \"0s\"\ndo = \"deleverage to 1.6\"\n\
        [keeper]\ndelay = \"2h\"\n";
    let slump = hours(&[2000, 1750, 1750, 1750]);
    assert_eq!(told(&run(policies, &slump)), [(1, "acted")]);
    let slow = policies.replace("delay = \"0s\"\n", "");
    assert_eq!(told(&run(&slow, &slump)), [(1, "decided"), (3, "acted")]);
}

#[test]
fn a_crash_is_faster_than_a_slow_keeper() {
    let policy = "[[policy]]\nwhen = \"health_factor < 1.4\"\ndelay = \"2h\"\ndo = \"deleverage to 1.6\"\n";
    let crash = hours(&[2000, 1750, 1250, 1250]);
    let late = run(policy, &crash);
    let first = told(&late).iter().position(|(_, kind)| *kind == "late").unwrap();
    assert_eq!(told(&late)[..2], [(1, "decided"), (2, "liquidated")]);
    assert!(matches!(
        &late.events[first].kind,
        EventKind::PolicyLate { why: Lateness::Delayed { decided }, .. } if decided.0 == START + 3_600
    ));
    assert_eq!(late.metrics.policy_late, 1);
    let fast = run(&policy.replace("delay = \"2h\"\n", ""), &crash);
    assert!(fast.metrics.liquidations == 0 && fast.final_equity > late.final_equity, "{:#?}", fast.events);
}

#[test]
fn whatever_kept_a_rescue_from_coming_is_told() {
    let crash = hours(&[2000, 1800, 1250, 1250]);
    for (key, why) in [("for = \"5h\"", Lateness::Holding), ("cooldown = \"5h\"", Lateness::Resting)] {
        let policy =
            format!("[[policy]]\nwhen = \"health_factor < 1.4\"\n{key}\ndo = \"deleverage to 1.41\"\n");
        let outcome = run(&policy, &crash);
        let told = outcome.events.iter().find_map(|event| match &event.kind {
            EventKind::PolicyLate { why, .. } => Some(*why),
            _ => None,
        });
        assert_eq!(told, Some(why), "{:#?}", outcome.events);
    }
    // What pays no debt back rescues nothing, and is not late.
    let idle = run("[[policy]]\nwhen = \"health_factor < 1.4\"\nfor = \"5h\"\ndo = \"compound\"\n", &crash);
    assert!(idle.metrics.liquidations > 0 && idle.metrics.policy_late == 0, "{:#?}", idle.events);
}

/// A gas price of 20 gwei, and these from the first hour on.
fn with_gas(gwei: &[u32], prices: &str) -> String {
    let point = |(i, gwei): (u64, &u32)| format!("[\"{}\", \"{gwei} gwei\"]", START + i * 3_600);
    let points: Vec<String> = (1..).zip(gwei).map(point).collect();
    format!("gas = [[\"{START}\", \"20 gwei\"], {}]\n{prices}", points.join(", "))
}

#[test]
fn above_its_cap_gas_is_not_paid_and_the_keeper_tries_again() {
    let policies = "[[policy]]\nwhen = \"health_factor < 1.4\"\ndo = \"deleverage to 1.6\"\n\
        [keeper]\nmax_gas = \"300 gwei\"\n";
    let slump = with_gas(&[500, 501, 1502, 300], &hours(&[2000, 1750, 1750, 1750, 1750, 1750]));
    let outcome = run(policies, &slump);
    // Three attempts, told once though the figure changes.
    assert_eq!(told(&outcome), [(1, "failed"), (4, "acted")]);
    assert_eq!(outcome.metrics.policy_failures, 3);
    let EventKind::PolicyFailed { reason, .. } = &outcome.events[0].kind else {
        panic!("{:?}", outcome.events)
    };
    assert_eq!(reason, "gas costs 500 gwei, and the keeper pays at most 300 gwei");
}

#[test]
fn a_rescue_that_gas_forbids_ends_in_liquidation() {
    let policy =
        "[[policy]]\nwhen = \"health_factor < 1.4\"\nmax_gas = \"300 gwei\"\ndo = \"deleverage to 1.6\"\n";
    let outcome = run(policy, &with_gas(&[500], &hours(&[2000, 1750, 1250, 1250])));
    assert_eq!(told(&outcome)[..2], [(1, "failed"), (2, "liquidated")]);
    let failed = |kind: &EventKind| matches!(kind, EventKind::PolicyLate { why: Lateness::Failed, .. });
    assert!(outcome.events.iter().any(|event| failed(&event.kind)), "{:#?}", outcome.events);
}

#[test]
fn a_span_of_time_stays_due_until_it_is_done() {
    let policy = "[[policy]]\nevery = \"2h\"\nmax_gas = \"300 gwei\"\ndo = \"deleverage to 1.6\"\n";
    let slide = hours(&[2000, 1990, 1980, 1970, 1960, 1950, 1940]);
    // Due at two, done at three; due again two hours after it came due, not after it was done.
    let outcome = run(policy, &with_gas(&[500, 500, 20], &slide));
    assert_eq!(told(&outcome), [(2, "failed"), (3, "acted"), (4, "acted"), (6, "acted")]);
}

#[test]
fn a_keepers_own_gas_is_paid_and_booked() {
    let policy = "[[policy]]\nwhen = \"health_factor < 1.4\"\ndo = \"deleverage to 1.6\"\n";
    let slump = with_gas(&[50], &hours(&[2000, 1750, 1750]));
    let without = run(policy, &slump);
    let with = run(&format!("{policy}[keeper]\ngas = 1000000\n"), &slump);
    assert_eq!(told(&with), [(1, "acted")]);
    // 1,000,000 units at 50 gwei are 0.05 ether: 87.5 dollars at 1,750. Each payment is rounded up by a base unit.
    let more = part(&without, Cause::Gas) - part(&with, Cause::Gas);
    assert!((more - 87_500_000).abs() <= 2, "{more}");
}

#[test]
fn a_swap_that_loses_too_much_takes_the_whole_action_back() {
    let policy =
        "[[policy]]\nwhen = \"price WETH > 2100\"\nmax_slippage = \"0.5%\"\ndo = \"deleverage to 2.5\"\n";
    let rise = hours(&[2000, 2200]);
    // The arbitrageur leaves the pool by its fee of 0.3 % below the market, and selling there costs the fee once more.
    let refused = run(policy, &rise);
    assert_eq!(told(&refused), [(1, "failed")]);
    let EventKind::PolicyFailed { reason, .. } = &refused.events[0].kind else {
        panic!("{:?}", refused.events)
    };
    assert!(reason.contains("more than the 0.5% allowed"), "{reason}");
    let done = run(&policy.replace("0.5%", "0.7%"), &rise);
    assert_eq!(told(&done), [(1, "acted")]);
}

#[test]
fn one_whose_trigger_an_earlier_one_has_cured_gives_way() {
    let policies = "[[policy]]\nwhen = \"health_factor < 1.4\"\ndo = \"deleverage to 1.6\"\n\
        [[policy]]\nwhen = \"ltv > 60%\"\ndo = \"close\"\n";
    let outcome = run(policies, &hours(&[2000, 1750, 1750]));
    assert_eq!(told(&outcome), [(1, "acted"), (1, "gave way")]);
    let EventKind::PolicyGaveWay { policy, to, opposes, .. } = outcome.events[1].kind else {
        panic!("{:?}", outcome.events)
    };
    assert_eq!((policy, to, opposes), (1, 0, false));
}

#[test]
fn nothing_is_done_after_the_position_is_closed() {
    let policies = "[[policy]]\nwhen = \"health_factor < 1.3\"\ndelay = \"5h\"\ndo = \"deleverage to 1.6\"\n\
        [[policy]]\nwhen = \"ltv > 60%\"\ndo = \"close\"\n\
        [[policy]]\nevery = \"1h\"\ndo = \"compound\"\n";
    let outcome = run(policies, &hours(&[2000, 1600, 1500, 1400]));
    // The deleveraging that was decided gives way; there was nothing to compound.
    assert_eq!(told(&outcome), [(1, "decided"), (1, "acted"), (1, "gave way")]);
    assert!(matches!(
        outcome.events[2].kind,
        EventKind::PolicyGaveWay { policy: 0, to: 1, opposes: true, .. }
    ));
}

#[test]
fn a_window_that_is_not_full_is_not_judged() {
    let policy = "[[policy]]\nwhen = \"net_apy 3h < 0%\"\ndo = \"close\"\n";
    let slide = hours(&[2000, 1990, 1980, 1970, 1960]);
    assert_eq!(told(&run(policy, &slide)), [(3, "acted")]);
    assert!(told(&run(policy, &hours(&[2000, 2010, 2020, 2030, 2040]))).is_empty());
}

#[test]
fn a_price_that_is_never_there_is_refused() {
    let policy = "[[policy]]\nwhen = \"price DAI < 0.9\"\ndo = \"close\"\n";
    let error = setup(&format!("{FARM}{policy}"), &hours(&[2000, 2000])).run().expect_err("must be refused");
    assert!(matches!(error, EngineError::NoPrice { asset } if asset.symbol() == "DAI"), "{error}");
}

#[test]
fn a_keeper_that_changes_its_mind_all_the_time_does_not_fill_the_memory() {
    let policy = "[[policy]]\nwhen = \"price WETH < 2000\"\ndelay = \"90s\"\ndo = \"compound\"\n";
    let prices: Vec<u32> = (0..12_001).map(|minute| if minute % 2 == 0 { 2000 } else { 1990 }).collect();
    let outcome = run(policy, &spaced(&prices, 60));
    assert_eq!((outcome.metrics.policy_decisions, outcome.metrics.policy_drops), (6_000, 6_000));
    assert_eq!((outcome.events.len(), outcome.metrics.events_left_out), (10_000, 2_000));
}

#[test]
fn what_was_paid_back_is_not_borrowed_again_in_the_same_step() {
    // The first brings the health factor above what the second wants to use.
    let policies = "[[policy]]\nwhen = \"health_factor < 1.4\"\ndo = \"deleverage to 1.8\"\n\
        [[policy]]\nwhen = \"health_factor > 1.7\"\ncooldown = \"1w\"\ndo = \"releverage to 1.5\"\n";
    let outcome = run(policies, &hours(&[2000, 1750, 1750, 1750]));
    assert_eq!(told(&outcome), [(1, "acted"), (1, "gave way"), (2, "acted")]);
    assert!(matches!(
        outcome.events[1].kind,
        EventKind::PolicyGaveWay { policy: 1, to: 0, opposes: true, .. }
    ));
}

#[test]
fn an_alert_is_told_once_for_as_long_as_its_trigger_holds() {
    let policy = "[[policy]]\nwhen = \"health_factor < 1.4\"\ndo = \"alert 'low'\"\n\
        [keeper]\ndelay = \"1h\"\nmax_gas = \"1 gwei\"\n";
    let twice = with_gas(&[20], &hours(&[2000, 1750, 1750, 1750, 2000, 1750, 1750]));
    // Neither the keeper's delay nor its cap keeps somebody from being told.
    assert_eq!(told(&run(policy, &twice)), [(1, "acted"), (5, "acted")]);
    let nagging = policy.replace("do =", "cooldown = \"2h\"\ndo =");
    assert_eq!(told(&run(&nagging, &twice)), [(1, "acted"), (3, "acted"), (5, "acted")]);
}

#[test]
fn a_decision_that_found_nothing_to_do_is_made_anew_and_waits_again() {
    // Deleveraging has nothing to do above its target.
    let policy = "[[policy]]\nwhen = \"price WETH < 1990\"\ndelay = \"2h\"\ndo = \"deleverage to 1.4\"\n";
    let slide = hours(&[2000, 1980, 1980, 1980, 1980, 1700, 1700]);
    // Decided at one, nothing to do at three; decided again at four without a word, nothing to do would be at six, where the
    // fall of hour five is found. Without a new decision it would have acted at five.
    let found = run(policy, &slide);
    assert_eq!(told(&found), [(1, "decided"), (3, "dropped"), (6, "acted")]);
    assert!(
        matches!(found.events[1].kind, EventKind::PolicyDropped { idle: true, .. }),
        "{:#?}",
        found.events
    );
    assert_eq!((found.metrics.policy_decisions, found.metrics.policy_drops), (1, 1));
}

#[test]
fn each_decision_of_a_period_that_finds_nothing_to_do_came_to_nothing() {
    // There are no rewards to claim.
    let policy = "[[policy]]\nevery = \"3h\"\ndelay = \"1h\"\ndo = \"claim\"\n";
    let idle = told(&run(policy, &hours(&[2000; 9])));
    let twice = [(3, "decided"), (4, "dropped"), (7, "decided"), (8, "dropped")];
    assert!(
        idle == twice || idle == [(3, "decided"), (4, "dropped"), (6, "decided"), (7, "dropped")],
        "{idle:?}"
    );
}

#[test]
fn a_decision_that_a_close_leaves_without_work_came_to_nothing() {
    let policies = "[[policy]]\nwhen = \"ltv > 60%\"\ndo = \"close\"\n\
        [[policy]]\nevery = \"1h\"\ndelay = \"2h\"\ndo = \"claim\"\n";
    let outcome = run(policies, &hours(&[2000, 1600, 1600, 1600]));
    assert_eq!(told(&outcome), [(1, "decided"), (1, "acted"), (1, "dropped")]);
}

#[test]
fn a_periodic_alert_is_told_each_time() {
    let policy = "[[policy]]\nevery = \"1h\"\ndo = \"alert 'tick'\"\n";
    let told_each = told(&run(policy, &hours(&[2000, 2000, 2000, 2000])));
    assert_eq!(told_each, [(1, "acted"), (2, "acted"), (3, "acted")]);
    // Steps that are longer than the period are told once each.
    let half = policy.replace("1h", "30m");
    assert_eq!(told(&run(&half, &hours(&[2000, 2000, 2000]))), [(1, "acted"), (2, "acted")]);
    let every_other = policy.replace("1h", "2h");
    assert_eq!(
        told(&run(&every_other, &hours(&[2000, 2000, 2000, 2000, 2000]))),
        [(2, "acted"), (4, "acted")]
    );
}

#[test]
fn only_what_had_something_to_do_gives_way() {
    // An alert is told beside the close, and a claim of nothing is silent.
    let policies = "[[policy]]\nwhen = \"ltv > 60%\"\ndo = \"close\"\n\
        [[policy]]\nwhen = \"ltv > 60%\"\ndo = \"alert 'high'\"\n\
        [[policy]]\nevery = \"1h\"\ndo = \"claim\"\n\
        [[policy]]\nwhen = \"ltv > 60%\"\ndo = \"deleverage to 1.6\"\n";
    let outcome = run(policies, &hours(&[2000, 1600, 1600]));
    let who = |kind: &EventKind| match kind {
        EventKind::Policy { policy, .. } => (*policy, "acted"),
        EventKind::PolicyGaveWay { policy, .. } => (*policy, "gave way"),
        other => panic!("{other:?}"),
    };
    let told: Vec<_> = outcome.events.iter().map(|event| who(&event.kind)).collect();
    assert_eq!(told, [(0, "acted"), (3, "gave way"), (1, "acted")]);
}

#[test]
fn an_alert_is_told_where_an_earlier_policy_has_cured_what_it_is_about() {
    let policies = "[[policy]]\nwhen = \"health_factor < 1.4\"\ndo = \"deleverage to 1.6\"\n\
        [[policy]]\nwhen = \"health_factor < 1.4\"\ndo = \"alert 'low'\"\n";
    let outcome = run(policies, &hours(&[2000, 1750, 1750]));
    assert_eq!(told(&outcome), [(1, "acted"), (1, "acted")]);
    // What has been said already is not said again by that.
    let later = policies.replacen("1.4", "1.3", 1);
    assert_eq!(told(&run(&later, &hours(&[2000, 1750, 1650, 1650]))), [(1, "acted"), (2, "acted")]);
}

const CALM: &str = "[[policy]]\nevery = \"1h\"\ndo = \"rebalance to ltv 55% at 80% volatility over 4h\"\n";

#[test]
fn a_window_of_fewer_than_two_returns_is_refused_before_the_run() {
    let scenario =
        |step: &str| format!("step = \"{step}\"\n{}", hours(&[2000, 1900, 2000, 1900, 2000, 1900, 2000]));
    let error = setup(&format!("{FARM}{CALM}"), &scenario("3h")).run().expect_err("must be refused");
    assert!(matches!(error, EngineError::ShortWindow { window: 14_400, step: 10_800, .. }), "{error}");
    assert!(error.is_input());
    let message = error.to_string();
    assert!(message.starts_with("strategy.toml:"), "{message}");
    assert!(message.ends_with("accepted: at least 6h of window, or steps of at most 2h"), "{message}");
    setup(&format!("{FARM}{CALM}"), &scenario("2h")).outcome();
}

#[test]
fn that_no_volatility_is_known_yet_is_told_once() {
    let outcome = run(CALM, &hours(&[2000, 2001, 2000, 2001, 2000]));
    let blind = |kind: &EventKind| matches!(kind, EventKind::VolatilityUnknown { policy: 0, .. });
    let when: Vec<u64> = outcome
        .events
        .iter()
        .filter(|event| blind(&event.kind))
        .map(|event| (event.time.0 - START) / 3_600)
        .collect();
    assert_eq!(when, [1]);
    // Histories alone, and far apart: with the price at the opening two returns of 10 % are known after a day, and debt is paid
    // back.
    let patient = CALM.replace("over 4h", "over 4h band 10%");
    let wild = run(&patient, &spaced(&[2000, 1800, 2000, 1800, 2000], 43_200));
    assert!(told(&wild).contains(&(24, "acted")), "{:#?}", wild.events);
}
