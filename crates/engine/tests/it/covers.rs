//! Covers over several periods, and what their pools can cover.

use levmine_composer::{CoverEnd, CoverEvent, News, Paid, Plan, read_strategy};
use levmine_config::parse_toml;
use levmine_engine::{EventKind, Outcome};
use levmine_market::{Cause, Price, Timestamp, TokenAmount};
use levmine_math::U256;
use levmine_testkit::stub;

use crate::support::{Setup, part, setup, weth};

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
    assert_eq!(ends(&outcome), [12, 24, 36, 48, 60, 72]);
    // A dollar a day: six halves before their periods.
    assert_eq!(part(&outcome, Cause::CoverPremium), -3_000_000);
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

/// What became of covers, in hours and words.
fn told(outcome: &Outcome) -> Vec<(u64, &CoverEvent)> {
    let news = outcome.events.iter().filter_map(|event| match &event.kind {
        EventKind::Cover(news) => Some(((event.time.0 - START) / HOUR, &news.what)),
        _ => None,
    });
    news.collect()
}

/// A debt of three quarters of the ether that it has bought half of, and the rest of the money in the pool.
const LEVERED: &str = r#"
[[open]]
do = "zap"
at = "pool"
amount = "500 USDC"
[[open]]
do = "swap"
at = "pool"
from = "all USDC"
to = "WETH"
[[open]]
do = "supply"
at = "bank"
amount = "all WETH"
[[open]]
do = "borrow"
at = "bank"
amount = "USDC to ltv 75%"
[[open]]
do = "swap"
at = "pool"
from = "all USDC"
to = "WETH"
[[open]]
do = "supply"
at = "bank"
amount = "all WETH"
"#;

/// A dollar a day for a cover by time on a venue, and ether that falls to 600 dollars at hour 48.
fn ruined(venue: &str, steps: &str, events: &str) -> Setup {
    let cover = format!(
        "[[cover]]\nvenue = \"{venue}\"\namount = \"10000 USDC\"\nrate = \"3.65%\"\nperiod = \"24h\"\npay = \"by time\"\n"
    );
    let prices = weth(&["2000", "2000", "600", "600", "600", "600"]);
    setup(&(cover + steps), &(events.to_string() + &prices))
}

#[test]
fn nobody_covers_a_ruined_farm_on_credit() {
    // The shares in the pool are still worth insuring, but more is owed than they are worth, which nobody can liquidate, and
    // the wallet is empty.
    let outcome = ruined("pool", LEVERED, &event("pause bank", "after = \"47h\"")).outcome();
    assert_eq!(ends(&outcome), [24, 48, 72]);
    // Prices move after covers are renewed, so the fall is felt at hour 72.
    let premium = TokenAmount::new(stub::usdc(), U256::from(1_000_000));
    let lapsed = (72, &CoverEvent::Lapsed { premium, paid: Paid::ByTime });
    assert_eq!(told(&outcome).last(), Some(&lapsed));
    // What the shares bring pays for what was insured.
    assert_eq!(part(&outcome, Cause::CoverPremium), -3_000_000);
    assert!(outcome.settlement.unpaid_premium.is_zero());
}

#[test]
fn a_premium_that_stays_unpaid_is_told() {
    // Nothing is in the wallet, and everything in the bank is lost.
    let outcome = ruined("bank", &LEVERED[LEVERED.find("[[open]]\ndo = \"swap\"").unwrap()..], "").outcome();
    assert_eq!(ends(&outcome), [24, 48, 72]);
    assert_eq!((outcome.final_equity, part(&outcome, Cause::CoverPremium)), (0, 0));
    assert_eq!(outcome.settlement.unpaid_premium, U256::from(3_000_000));
}

#[test]
fn a_premium_by_time_is_not_promised_beyond_the_capital() {
    // A year costs 11,000 dollars, and there are 10,000.
    let cover = "[[cover]]\nvenue = \"bank\"\namount = \"11000 USDC\"\nrate = \"100%\"\nperiod = \"365d\"\npay = \"by time\"\n";
    let error = setup(cover, &days(3, "")).run().unwrap_err().to_string();
    assert!(
        error.ends_with("its premium is 11000 USDC, and neither the wallet nor the equity stands for that"),
        "{error}"
    );
    assert!(setup(&cover.replace("11000", "10000"), &days(3, "")).run().is_ok());
}

#[test]
fn a_period_that_would_begin_when_the_run_ends_is_not_bought() {
    let outcome = setup(&covered("48h", ""), &days(5, "")).outcome();
    assert_eq!(ends(&outcome), [48, 96]);
    assert_eq!(told(&outcome).last(), Some(&(96, &CoverEvent::Ended { why: CoverEnd::RunEnds })));
    assert_eq!(part(&outcome, Cause::CoverPremium), -4_000_000);
    // Nor where the chain goes on at the end.
    let outage = event("outage", "after = \"40h\"\nfor = \"56h\"");
    assert_eq!(ends(&setup(&covered("48h", ""), &days(5, &outage)).outcome()), [48]);
}

#[test]
fn a_venue_that_has_lost_everything_is_insured_no_more() {
    let exploit = event("exploit bank 100%", "after = \"30h\"");
    let outcome = setup(&covered("24h", ""), &days(6, &exploit)).outcome();
    assert_eq!(ends(&outcome), [24, 48]);
    let ended = (48, &CoverEvent::Ended { why: CoverEnd::NothingThere });
    assert!(told(&outcome).contains(&ended), "{:?}", told(&outcome));
    // What a part is left of goes on being insured.
    let exploit = event("exploit bank 99%", "after = \"30h\"");
    let outcome = setup(&covered("24h", ""), &days(4, &exploit)).outcome();
    assert_eq!(ends(&outcome), [24, 48, 72]);
    // Where all that was the farmer's own is lost, there is nothing to insure above his debts.
    let outcome = ruined("bank", LEVERED, "").outcome();
    assert_eq!(ends(&outcome), [24, 48, 72]);
}

#[test]
fn cover_is_bought_again_where_something_comes_to_be_insured() {
    let Setup { strategy, mut world, .. } = setup(&covered("24h", ""), &days(3, ""));
    let prices = [(stub::usdc(), Price::ONE), (stub::weth(), Price::ONE), (stub::wbtc(), Price::ONE)];
    world.move_prices(prices).unwrap();
    world.publish_oracle().unwrap();
    world.fund(&strategy.capital.amounts).unwrap();
    world.buy_covers(&strategy.covers).unwrap();
    let mut after = |hours: u64, plan: Option<&Plan>| {
        world.pass_time(Timestamp(START + hours * HOUR)).unwrap();
        world.keep_covers().unwrap();
        world.tend_covers().unwrap();
        plan.map(|plan| world.transact(plan).unwrap());
        let news = world.take_news().into_iter().map(|news| match news {
            News::Cover(news) => match news.what {
                CoverEvent::Bought { until, .. } => Some((until.0 - START) / HOUR),
                CoverEvent::Ended { why } => {
                    assert_eq!(why, CoverEnd::NothingThere);
                    None
                }
                other => panic!("{other:?}"),
            },
            News::Sandwich(other) => panic!("{other:?}"),
        });
        news.collect::<Vec<_>>()
    };
    // The first period is bought before the opening, so it needs nothing that is there.
    assert_eq!(after(24, None), [Some(24), None]);
    assert_eq!(after(30, Some(&strategy.open)), []);
    assert_eq!(after(31, None), [Some(31 + 24)]);
    assert_eq!(after(55, None), [Some(55 + 24)]);
}

#[test]
fn what_is_bought_when_the_chain_goes_on_pays_no_loss_of_that_moment() {
    // The period ends at hour 36. What waits while the chain stands strikes before anybody can buy the next one.
    let paid = |exploit: &str, outage: &str| {
        let events = event("exploit bank 40%", &format!("after = \"{exploit}\""))
            + &event("outage", &format!("after = \"30h\"\nfor = \"{outage}\""));
        let outcome = setup(&covered("36h", "claim_delay = \"1h\""), &days(5, &events)).outcome();
        (ends(&outcome)[1], part(&outcome, Cause::CoverPayout) > 0)
    };
    assert_eq!(paid("32h", "24h"), (54 + 36, false));
    assert_eq!(paid("54h", "24h"), (54 + 36, false));
    assert_eq!(paid("55h", "24h"), (54 + 36, true));
    // Where the chain goes on when the period ends, or before, there is no hole.
    assert_eq!(paid("32h", "6h"), (36 + 36, true));
    assert_eq!(paid("32h", "5h"), (36 + 36, true));
}
