//! Covers over several periods, and what their pools can cover.

use levmine_composer::{CoverEvent, read_strategy};
use levmine_config::parse_toml;
use levmine_engine::{EventKind, Outcome};
use levmine_market::Cause;

use crate::support::{part, setup, weth};

const HOUR: u64 = 3_600;
const START: u64 = 1_700_000_000;

/// Half of ten thousand dollars lies in the bank, covered; the rest pays premiums.
fn covered(period: &str, rest: &str) -> String {
    format!(
        "[[cover]]\nvenue = \"bank\"\namount = \"10000 USDC\"\nrate = \"3.65%\"\nperiod = \"{period}\"\n{rest}\n\
         [[open]]\ndo = \"supply\"\nat = \"bank\"\namount = \"5000 USDC\"\n"
    )
}

/// A step a day.
fn days(days: usize, events: &str) -> String {
    format!("{events}\n{}", weth(&vec!["2000"; days]))
}

fn event(what: &str, rest: &str) -> String {
    format!("[[event]]\ndo = \"{what}\"\n{rest}\n")
}

/// When the periods that were bought end, in hours.
fn ends(outcome: &Outcome) -> Vec<u64> {
    let until = outcome.events.iter().filter_map(|event| match &event.kind {
        EventKind::Cover(news) => match news.what {
            CoverEvent::Bought { until, .. } => Some((until.0 - START) / HOUR),
            _ => None,
        },
        _ => None,
    });
    until.collect()
}

#[test]
fn a_renewed_cover_has_no_hole() {
    // The period ends between two steps, or with one of them; what then befalls the bank is covered.
    for (period, exploited) in [("36h", "48h"), ("48h", "48h"), ("36h", "36h"), ("36h", "40h")] {
        let exploit = event("exploit bank 40%", &format!("after = \"{exploited}\""));
        let outcome = setup(&covered(period, "claim_delay = \"1h\""), &days(5, &exploit)).outcome();
        let (lost, paid) = (-part(&outcome, Cause::Exploit), part(&outcome, Cause::CoverPayout));
        assert!(lost > 1_990_000_000 && (lost - paid).abs() <= 1, "{period} {exploited}: {lost} {paid}");
    }
}

#[test]
fn a_period_begins_when_the_last_one_ends() {
    let outcome = setup(&covered("36h", ""), &days(5, "")).outcome();
    // The third ends at hour 108, which no step comes after.
    assert_eq!(ends(&outcome), [36, 72, 108]);
}

#[test]
fn every_period_of_a_long_step_is_paid() {
    let outcome = setup(&covered("12h", ""), &days(4, "")).outcome();
    assert_eq!(ends(&outcome), [12, 24, 36, 48, 60, 72, 84]);
    // A dollar a day: seven halves before their periods.
    assert_eq!(part(&outcome, Cause::CoverPremium), -3_500_000);
    let outcome = setup(&covered("12h", "pay = \"by time\""), &days(4, "")).outcome();
    assert_eq!(part(&outcome, Cause::CoverPremium), -3_000_000);
}

#[test]
fn nobody_renews_while_the_chain_stands() {
    let outage = event("outage", "after = \"30h\"\nfor = \"24h\"");
    let outcome = setup(&covered("36h", ""), &days(5, &outage)).outcome();
    assert_eq!(ends(&outcome), [36, 54 + 36, 90 + 36]);
}

#[test]
fn pools_cover_no_more_than_they_can() {
    let nexus = |amount: &str, used: &str| {
        format!(
            "[[cover]]\nvenue = \"bank\"\namount = \"{amount} USDC\"\nperiod = \"30d\"\n\
             nexus = {{ target = \"3%\", capacity = \"100 NXM\", token = \"60 USDC\"{used} }}\n"
        )
    };
    // 100 NXM at 60 dollars: 6,000 dollars.
    let read = |covers: String| {
        let head = "name = \"x\"\ncapital = \"10000 USDC\"\nvenues = { bank = {} }\n";
        let file = read_strategy(&parse_toml("s.toml", &format!("{head}{covers}")).unwrap()).unwrap();
        let names = ["bank".to_string()];
        file.resolve(&names, &file.assets).map(|_| ()).map_err(|error| error.to_string())
    };
    assert_eq!(read(nexus("6000", "")), Ok(()));
    assert_eq!(
        read(nexus("6000.01", "")).unwrap_err(),
        "s.toml:6: cover[0].amount: read \"6000.01 USDC\"; accepted: an amount within what the pools can still cover, \
         100 NXM; this is 100.01 NXM"
    );
    assert_eq!(read(nexus("3000", ", used = \"50 NXM\"")), Ok(()));
    assert!(read(nexus("3000", ", used = \"50.01 NXM\"")).is_err());
    assert!(read(nexus("3000", ", used = \"200 NXM\"")).is_err());
    // Together no more than one alone.
    let two = |second: &str| setup(&(nexus("4000", "") + &nexus(second, "")), &days(3, "")).run();
    assert!(two("1999").is_ok());
    let error = two("2000").unwrap_err().to_string();
    assert!(
        error.ends_with("the cover on `bank` takes 33.34 NXM, and the pools can still cover 33.33 NXM"),
        "{error}"
    );
}

#[test]
fn whoever_buys_next_pays_the_price_that_the_last_one_left() {
    let nexus = |target: &str| {
        format!(
            "[[cover]]\nvenue = \"bank\"\namount = \"3000 USDC\"\nperiod = \"3d\"\n\
             nexus = {{ target = \"{target}\", capacity = \"200 NXM\", token = \"60 USDC\" }}\n"
        )
    };
    let premiums = |covers: String| {
        let supply = "[[open]]\ndo = \"supply\"\nat = \"bank\"\namount = \"5000 USDC\"\n";
        let outcome = setup(&(covers + supply), &days(5, "")).outcome();
        let premium = outcome.events.iter().filter_map(|event| match &event.kind {
            EventKind::Cover(news) => match news.what {
                CoverEvent::Bought { premium, .. } => Some(u128::try_from(premium.raw).unwrap()),
                _ => None,
            },
            _ => None,
        });
        premium.collect::<Vec<_>>()
    };
    // 50 NXM at 3 % for three days: 90 · 3 ÷ 365 = 0.739726 dollars. A quarter of the capacity raises the price by 1.25
    // points: 4.25 % for the second one. Three days later both prices have come back.
    assert_eq!(premiums(nexus("3%") + &nexus("3%")), [739_726, 1_047_945, 739_726, 1_047_945]);
    // Periods that end within one step are renewed in their order: at hours 8 and 16 the shorter one, at 20 the longer one, at
    // 24 the shorter one again, at 4.84, 5.43, 6.35 and 7.27 %.
    let long = premiums(nexus("3%").replace("3d", "20h") + &nexus("3%").replace("3d", "8h"));
    assert_eq!(long[..6], [205_479, 116_438, 132_602, 148_767, 434_931, 199_178]);
    // Another target is another product.
    assert_eq!(premiums(nexus("3%") + &nexus("2%")), [739_726, 493_150, 739_726, 493_150]);
}
