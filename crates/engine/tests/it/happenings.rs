//! What goes wrong, with numbers that can be followed by hand. The stub's prices: 2000 for WETH; its pool charges 0.3 %.

use levmine_composer::CoverEvent;
use levmine_engine::{Event, EventKind, Outcome};
use levmine_market::{Cause, Outside, Reason};
use levmine_math::U256;

use crate::support::{Setup, part, setup, weth};

const DAY: u64 = 86_400;
const START: u64 = 1_700_000_000;

/// Ten thousand dollars lie in the bank.
const SAVINGS: &str = "[[open]]\ndo = \"supply\"\nat = \"bank\"\namount = \"all USDC\"\n";

/// Five ether of collateral against a debt of 55 % of their worth, which stays in the wallet.
const LOAN: &str = "[[open]]\ndo = \"swap\"\nat = \"pool\"\nfrom = \"all USDC\"\nto = \"WETH\"\n\
    [[open]]\ndo = \"supply\"\nat = \"bank\"\namount = \"all WETH\"\n\
    [[open]]\ndo = \"borrow\"\nat = \"bank\"\namount = \"USDC to ltv 55%\"\n";

fn flat(days: usize, events: &str) -> String {
    format!("{events}\n{}", weth(&vec!["2000"; days]))
}

fn event(what: &str, rest: &str) -> String {
    format!("[[event]]\ndo = \"{what}\"\n{rest}\n")
}

fn texts(outcome: &Outcome) -> Vec<&str> {
    fn text(event: &Event) -> Option<&str> {
        if let EventKind::World { text } = &event.kind { Some(text) } else { None }
    }
    outcome.events.iter().filter_map(text).collect()
}

fn lost_to_exploits(setup: &Setup) -> Vec<(Outside, u128)> {
    let entries = setup.world.journal.entries().iter().filter(|entry| entry.reason == Reason::Exploit);
    entries
        .filter_map(|entry| match entry.to {
            levmine_market::Holder::Outside(outside) => {
                Some((outside, u128::try_from(entry.amount.raw).unwrap()))
            }
            _ => None,
        })
        .collect()
}

#[test]
fn what_an_exploited_venue_pays_is_followed_by_what_is_lost() {
    let scenario = flat(4, &event("exploit bank 40%", "after = \"1d\""));
    let mut setup = setup(SAVINGS, &scenario);
    let outcome = setup.outcome();
    // 10,000 with a day's interest, less 40 %: the last three days' interest counts for 60 %.
    let interest = part(&outcome, Cause::SupplyInterest);
    let lost = -part(&outcome, Cause::Exploit);
    assert!((4_000_000_000..4_000_500_000).contains(&lost), "{lost}");
    assert_eq!(outcome.final_equity - 10_000_000_000 - interest + lost, part(&outcome, Cause::Rounding));
    // The bank paid 10,000 and the interest, and four tenths of it went on.
    let gone = lost_to_exploits(&setup);
    let [(Outside::Loss(_), gone)] = gone.as_slice() else { panic!("{gone:?}") };
    let wallet = u128::try_from(outcome.wallet[0].raw).unwrap();
    assert!((gone * 6).abs_diff(wallet * 4) < 20, "{gone} of {wallet}");
}

#[test]
fn a_second_exploit_takes_its_part_of_the_rest() {
    let events = event("exploit bank 40%", "after = \"1d\"") + &event("exploit bank 50%", "after = \"2d\"");
    let outcome = setup(SAVINGS, &flat(4, &events)).outcome();
    // 60 % of 50 % is left.
    let left = outcome.final_equity;
    assert!((3_000_000_000..3_001_000_000).contains(&left), "{left}");
}

#[test]
fn all_can_be_lost() {
    let outcome = setup(SAVINGS, &flat(3, &event("exploit bank 100%", "after = \"1d\""))).outcome();
    assert_eq!(outcome.final_equity, 0, "{:?}", outcome.parts);
}

#[test]
fn a_debt_stays_when_its_collateral_is_gone() {
    // 5 ether are worth 9,970 or so, the debt 55 % of that; of the ether 30 % is left.
    let outcome = setup(LOAN, &flat(3, &event("exploit bank 70%", "after = \"1d\""))).outcome();
    // The debt is not worth paying: what was borrowed is all there is, and the lender keeps the rest of his loss.
    let kept = outcome.final_equity;
    assert!((5_400_000_000..5_500_000_000).contains(&kept), "{kept} {:?}", outcome.parts);
    assert!(part(&outcome, Cause::BadDebt) > 0);
    assert_eq!(outcome.metrics.liquidations, 0);
}

#[test]
fn nobody_liquidates_what_is_no_longer_there() {
    // At 1,250 the position is beyond its limit, but what could be seized is worth 60 % of what the books say.
    let events = event("exploit bank 40%", "after = \"1d\"");
    let scenario = format!("{events}\n{}", weth(&["2000", "2000", "1250", "1250"]));
    let outcome = setup(LOAN, &scenario).outcome();
    assert_eq!(outcome.metrics.liquidations, 0, "{:#?}", outcome.events);
    let whole = setup(LOAN, &weth(&["2000", "2000", "1250", "1250"])).outcome();
    assert!(whole.metrics.liquidations > 0);
}

#[test]
fn pool_shares_lose_their_part_wherever_they_lie() {
    let farm = "[[open]]\ndo = \"zap\"\nat = \"pool\"\namount = \"all USDC\"\n";
    let mut setup = setup(farm, &flat(4, &event("exploit pool 25%", "after = \"1d\"")));
    let outcome = setup.outcome();
    let lost = -part(&outcome, Cause::Exploit);
    assert!((2_490_000_000..2_500_000_000).contains(&lost), "{lost}");
    // Both coins were followed by their lost quarter.
    assert_eq!(lost_to_exploits(&setup).len(), 2);
}

#[test]
fn a_cover_pays_what_was_lost_less_the_excess_after_three_days() {
    // 2.6 % a year of 5,000 for 90 days: 130 · 90 ÷ 365 = 32.054794.
    let cover = "[[cover]]\nvenue = \"bank\"\namount = \"5000 USDC\"\nrate = \"2.6%\"\nperiod = \"90d\"\nexcess = \"5%\"\n";
    let scenario = flat(9, &event("exploit bank 40%", "after = \"1d\""));
    let outcome = setup(&format!("{cover}{SAVINGS}"), &scenario).outcome();
    assert_eq!(part(&outcome, Cause::CoverPremium), -32_054_794);
    // 40 % of 9,967.945206 and a day's interest was lost; 5 % of 5,000 is borne.
    let (lost, paid) = (-part(&outcome, Cause::Exploit), part(&outcome, Cause::CoverPayout));
    assert!((lost - 250_000_000 - paid).abs() <= 1, "{lost} {paid}");
    assert!((3_987_178_082..3_988_000_000).contains(&lost), "{lost}");
    let covers: Vec<(u64, &CoverEvent)> = outcome
        .events
        .iter()
        .filter_map(|event| {
            if let EventKind::Cover(news) = &event.kind { Some((event.time.0, &news.what)) } else { None }
        })
        .collect();
    assert!(
        matches!(
            covers.as_slice(),
            [(START, CoverEvent::Bought { .. }), (claimed, CoverEvent::Claimed { .. }), (paid, CoverEvent::Paid { .. })]
                if *claimed == START + DAY && *paid == START + 4 * DAY
        ),
        "{covers:?}"
    );
}

#[test]
fn a_cover_pays_no_more_than_its_amount_less_the_excess() {
    let cover = "[[cover]]\nvenue = \"bank\"\namount = \"1000 USDC\"\nrate = \"2.6%\"\nperiod = \"90d\"\nexcess = \"5%\"\n";
    let scenario = flat(9, &event("exploit bank 40%", "after = \"1d\""));
    let outcome = setup(&format!("{cover}{SAVINGS}"), &scenario).outcome();
    assert_eq!(part(&outcome, Cause::CoverPayout), 950_000_000);
    // An exploit of another venue, or after the period, is none of its business.
    let other = flat(9, &event("exploit pool 40%", "after = \"1d\""));
    assert_eq!(part(&setup(&format!("{cover}{SAVINGS}"), &other).outcome(), Cause::CoverPayout), 0);
    let short = cover.replace("90d", "2d").replace("excess", "renew = false\nexcess");
    let late = flat(9, &event("exploit bank 40%", "after = \"3d\""));
    assert_eq!(part(&setup(&format!("{short}{SAVINGS}"), &late).outcome(), Cause::CoverPayout), 0);
}

#[test]
fn a_premium_by_time_is_due_until_there_is_money() {
    let cover = "[[cover]]\nvenue = \"bank\"\namount = \"10000 USDC\"\nrate = \"3.65%\"\nperiod = \"90d\"\npay = \"by time\"\n";
    // A dollar a day; the wallet is empty until the end.
    let outcome = setup(&format!("{cover}{SAVINGS}"), &flat(11, "")).outcome();
    let premium = part(&outcome, Cause::CoverPremium);
    assert!((-10_000_010..=-9_999_990).contains(&premium), "{premium}");
    assert!(outcome.samples[5].equity < outcome.samples[0].equity + 1_000_000_000_000);
}

#[test]
fn a_paused_bank_lets_nobody_rescue_or_liquidate() {
    let policy = "[[policy]]\nwhen = \"health_factor < 1.3\"\ndo = \"deleverage to 1.5\"\n";
    let events = event("pause bank", "after = \"1d\"\nfor = \"2d\"");
    let prices = weth(&["2000", "2000", "1250", "1250", "1250"]);
    let outcome = setup(&format!("{LOAN}{policy}"), &format!("{events}{prices}")).outcome();
    let (paused_until, failures) = (START + 3 * DAY, outcome.metrics.policy_failures);
    assert!(failures >= 1, "{:#?}", outcome.events);
    let failed = outcome.events.iter().find_map(|event| match &event.kind {
        EventKind::PolicyFailed { reason, .. } => Some(reason.as_str()),
        _ => None,
    });
    assert_eq!(failed, Some("`bank` is paused"), "{:#?}", outcome.events);
    for event in &outcome.events {
        let acts = matches!(event.kind, EventKind::Liquidation { .. } | EventKind::Policy { .. });
        assert!(!acts || event.time.0 >= paused_until, "{event:?}");
    }
    // Without the pause the policy acts when the price has fallen.
    let open = setup(&format!("{LOAN}{policy}"), &prices).outcome();
    assert!(open.metrics.policy_acts >= 1 && open.metrics.policy_failures == 0, "{:#?}", open.events);
}

#[test]
fn an_outage_delays_the_rescue_and_the_liquidation() {
    let policy = "[[policy]]\nwhen = \"health_factor < 1.3\"\ndo = \"deleverage to 1.5\"\n";
    let prices = weth(&["2000", "2000", "1500", "1300", "1300", "1300"]);
    let outage = event("outage", "after = \"36h\"\nfor = \"36h\"");
    let calm = setup(&format!("{LOAN}{policy}"), &prices).outcome();
    let acted = |outcome: &Outcome| {
        let acts = |event: &&Event| matches!(event.kind, EventKind::Policy { .. });
        outcome.events.iter().find(acts).map(|event| event.time.0)
    };
    assert_eq!(acted(&calm), Some(START + 2 * DAY));
    let halted = setup(&format!("{LOAN}{policy}"), &format!("{outage}{prices}")).outcome();
    assert_eq!(acted(&halted), Some(START + 3 * DAY), "{:#?}", halted.events);
    // Nobody saw a price in between: the health factor of the second day is that of the first but for its interest.
    let at = |time| halted.samples.iter().find(|sample| sample.time.0 == time).unwrap();
    let (before, within) = (at(START + DAY).health, at(START + 2 * DAY).health);
    let levmine_lending::HealthFactor::Of(before) = before else { panic!() };
    let levmine_lending::HealthFactor::Of(within) = within else { panic!() };
    assert!(
        within <= before
            && within.raw()
                > before.raw() * levmine_math::U256::from(999_u64) / levmine_math::U256::from(1000_u64)
    );
}

#[test]
fn grace_after_an_outage_shelters_who_is_not_hopeless() {
    // A debt of 55 % against a threshold of 80 % or so: at 1,250 liquidatable, but above 0.95.
    let prices = weth(&["2000", "1250", "1250", "1250", "1250"]);
    let calm = setup(LOAN, &prices).outcome();
    let first = |outcome: &Outcome| {
        let call = |event: &&Event| matches!(event.kind, EventKind::Liquidation { .. });
        outcome.events.iter().find(call).map(|event| event.time.0)
    };
    let health = calm.metrics.lowest_health.unwrap().0;
    let one = levmine_lending::HealthFactor::Of(levmine_math::Wad::ONE);
    assert!(
        health < one
            && health > levmine_lending::HealthFactor::Of(levmine_math::Wad::new(950_000_000_000_000_000)),
        "{health}"
    );
    assert_eq!(first(&calm), Some(START + DAY));
    let outage = event("outage", "after = \"12h\"\nfor = \"24h\"\ngrace = \"24h\"");
    let sheltered = setup(LOAN, &format!("{outage}{prices}")).outcome();
    assert_eq!(first(&sheltered), Some(START + 5 * DAY / 2), "{:#?}", sheltered.events);
}

#[test]
fn a_shock_moves_the_price_at_its_moment_and_back() {
    let scenario = flat(3, &event("shock WETH -30%", "after = \"6h\"\nfor = \"6h\""));
    let hold = "[[open]]\ndo = \"swap\"\nat = \"pool\"\nfrom = \"all USDC\"\nto = \"WETH\"\n";
    let outcome = setup(hold, &scenario).outcome();
    let equity =
        |time| outcome.samples.iter().find(|sample| sample.time.0 == time).map(|sample| sample.equity);
    let before = equity(START).unwrap();
    let within = equity(START + 6 * 3_600).expect("a step at the shock");
    assert!((within * 10 - before * 7).abs() < 100_000_000, "{within} of {before}");
    assert_eq!(equity(START + 12 * 3_600), Some(before));
    assert_eq!(texts(&outcome).len(), 2, "{:#?}", outcome.events);
}

#[test]
fn a_lost_peg_is_the_price_that_is_said() {
    let scenario = flat(3, &event("depeg USDC to 0.88", "after = \"1d\""));
    let outcome = setup("", &scenario).outcome();
    // Equity is counted in USDC: it does not know.
    assert_eq!(outcome.final_equity, outcome.start_equity);
    let scenario = flat(3, &event("depeg WBTC to 10 WETH", "after = \"1d\""));
    let mut setup = setup("", &scenario);
    setup.outcome();
    let price = setup.world.market.find(levmine_testkit::stub::wbtc()).unwrap();
    assert_eq!(price.0.raw(), levmine_math::Wad::ONE.raw() * levmine_math::U256::from(20_000_u64));
}

#[test]
fn a_peg_in_another_asset_moves_with_all_that_moves_that() {
    use levmine_testkit::stub::{usdc, wbtc, weth as ether};
    // The dollar is a ten-thousandth of a bitcoin.
    let peg = event("depeg USDC to 0.0001 WBTC", "after = \"1d\"");
    let dollar = |follows: bool, events: &str, prices: &[&str]| {
        let mut setup = setup("", &format!("{peg}{events}{}", weth(prices)));
        if follows {
            // 20 ether, as a price given `in = "WETH"` would have it.
            setup.scenario.follows = vec![(wbtc(), ether())];
        }
        setup.outcome();
        let cents = setup.world.market.find(usdc()).unwrap().0.raw() / U256::from(10_u64.pow(16));
        u64::try_from(cents).unwrap()
    };
    let flat = ["2000", "2000", "2000"];
    assert_eq!(dollar(false, "", &flat), 400);
    // Bitcoin follows ether, which loses half.
    let shock = event("shock WETH -50%", "after = \"1d\"");
    assert_eq!(dollar(true, &shock, &flat), 200);
    assert_eq!(dollar(false, &shock, &flat), 400);
    // Bitcoin is pegged itself, to an asset that goes on moving.
    let ten = event("depeg WBTC to 10 WETH", "after = \"1d\"");
    assert_eq!(dollar(false, &ten, &flat), 200);
    assert_eq!(dollar(false, &ten, &["2000", "2000", "1000"]), 100);
    assert_eq!(dollar(false, &format!("{ten}{shock}"), &flat), 100);
}

#[test]
fn pegs_that_lead_in_a_circle_are_refused_where_they_stand() {
    use levmine_config::parse_toml;
    use levmine_engine::{read_events, read_scenario};
    use levmine_testkit::stub::{usdc, wbtc, weth as ether};
    let read = |events: &[(&str, &str)]| {
        let events: Vec<String> = events.iter().map(|(sentence, when)| event(sentence, when)).collect();
        let text = format!("name = \"x\"\n{}\n{}", events.concat(), flat(4, ""));
        let assets = levmine_market::Assets::standard();
        let read = read_scenario(&parse_toml("s.toml", &text).unwrap(), &assets).unwrap();
        let world = setup(SAVINGS, &flat(4, "")).world;
        let prices = [usdc(), wbtc(), ether()];
        let done = read_events(&read.events.unwrap(), &world, &assets, &prices, None);
        done.err().map(|error| error.to_string())
    };
    let (dollar, bitcoin) = ("depeg USDC to 0.0001 WBTC", "depeg WBTC to 30000 USDC");
    let message = read(&[(dollar, "after = \"1d\""), (bitcoin, "after = \"2d\"")]).unwrap();
    assert!(message.starts_with("s.toml:"), "{message}");
    assert!(message.contains("event[1].do: read \"depeg WBTC to 30000 USDC\""), "{message}");
    assert!(message.contains("with \"depeg USDC to 0.0001 WBTC\" (line "), "{message}");
    assert!(message.contains("it is a circle, WBTC in USDC in WBTC,"), "{message}");
    // Of three, where two that meet are not enough.
    let (to_ether, to_dollar) = ("depeg WBTC to 15 WETH", "depeg WETH to 2000 USDC");
    let three = [(dollar, "after = \"1d\""), (to_ether, "after = \"1d\""), (to_dollar, "after = \"1d\"")];
    assert!(read(&three).unwrap().contains("WETH in USDC in WBTC in WETH"));
    assert_eq!(read(&three[..2]), None);
    // One is over when the other begins, or another peg of the same asset counts instead of it.
    assert_eq!(read(&[(dollar, "after = \"1d\"\nfor = \"1d\""), (bitcoin, "after = \"2d\"")]), None);
    let over = (bitcoin, "after = \"2d\"");
    assert_eq!(read(&[(dollar, "after = \"1d\""), ("depeg USDC to 1", "after = \"1d\""), over]), None);
    // Until that one ends.
    let for_a_while = ("depeg USDC to 1", "after = \"1d\"\nfor = \"2d\"");
    assert!(read(&[(dollar, "after = \"1d\""), for_a_while, over]).is_some());
}

#[test]
fn an_oracle_that_is_stuck_late_or_wrong_says_so() {
    let prices = weth(&["2000", "1900", "1800", "1700", "1600"]);
    let oracle = |events: &str| {
        let mut setup = setup(LOAN, &format!("{events}{prices}"));
        setup.outcome();
        let said = setup.world.oracle.find(levmine_testkit::stub::weth()).unwrap();
        u64::try_from(said.0.raw() / levmine_math::Wad::ONE.raw()).unwrap()
    };
    assert_eq!(oracle(""), 1600);
    assert_eq!(oracle(&event("oracle stuck WETH", "after = \"2d\"")), 1900);
    assert_eq!(oracle(&event("oracle stuck", "after = \"2d\"\nfor = \"1d\"")), 1600);
    assert_eq!(oracle(&event("oracle lags 1d", "after = \"1d\"")), 1700);
    assert_eq!(oracle(&event("oracle lags 36h WETH", "after = \"0h\"").replace("\"0h\"", "\"1h\"")), 1800);
    assert_eq!(oracle(&event("oracle wrong WETH -25%", "after = \"1d\"")), 1200);
}

#[test]
fn an_oracle_is_late_of_what_it_says_and_not_of_the_market() {
    let prices = weth(&["2000", "1200", "1200", "1200", "1200"]);
    let ether = levmine_testkit::stub::weth();
    let said = levmine_market::Price(levmine_math::Wad::new(2_000 * 1_000_000_000_000_000_000));
    for lags in ["oracle lags 1d", "oracle lags 1d WETH"] {
        let mut setup = setup(LOAN, &format!("{}{prices}", event(lags, "after = \"1d\"")));
        // A price of its own, that does not move: no lag can change it.
        setup.scenario.oracle_views = vec![levmine_composer::OracleView::At(ether, said)];
        let outcome = setup.outcome();
        assert_eq!(setup.world.oracle.find(ether), Some(said), "{lags}");
        assert_eq!(outcome.metrics.liquidations, 0, "{lags}");
    }
}

#[test]
fn gas_spikes_lie_over_what_is_published() {
    let gas = "gas = [[\"1700000000\", \"10 gwei\"], [\"1700129600\", \"30 gwei\"]]\n";
    let events = event("gas x20", "after = \"1d\"\nfor = \"1d\"")
        + &event("gas 700 gwei", "after = \"3d\"\nfor = \"1d\"");
    let policy = "[[policy]]\nevery = \"1d\"\ndo = \"compound\"\n";
    let mut setup = setup(&format!("{SAVINGS}{policy}"), &format!("{gas}{}", flat(6, &events)));
    let outcome = setup.outcome();
    // What holds at the end is what was published last.
    assert_eq!(setup.world.gas_price, levmine_math::U256::from(30_000_000_000_u64));
    assert_eq!(texts(&outcome).len(), 4);
}

#[test]
fn a_sandwich_never_takes_more_than_the_tolerance() {
    // A tenth of the pool's dollars are sold: without anybody around it loses 0.3 % of fee and a tenth or so of slippage.
    let open = |tolerance: &str| {
        format!("[[open]]\ndo = \"swap\"\nat = \"pool\"\nfrom = \"all USDC\"\nto = \"WETH\"\n{tolerance}\n")
            .replace("10000", "2000000")
    };
    let cost = |tolerance: &str, events: &str| {
        let text = open(tolerance);
        let mut setup = crate::support::setup_with("2000000 USDC", &text, &flat(2, events));
        let outcome = setup.outcome();
        let sandwich = outcome.events.iter().find_map(|event| match &event.kind {
            EventKind::Sandwich(sandwich) => Some(sandwich.cost),
            _ => None,
        });
        let got = outcome.opening.steps[0].received[0].raw;
        (u128::try_from(got).unwrap(), sandwich)
    };
    let watched = event("sandwich", "after = \"1s\"").replace("after = \"1s\"", "at = \"2023-11-01\"");
    let fair = cost("", "").0;
    assert_eq!(cost("", "").1, None);
    for percent in [10_u128, 12, 15, 25] {
        let (got, sandwich) = cost(&format!("max_slippage = \"{percent}%\""), &watched);
        // 1,000 ether would be no loss at all.
        let least = 1_000 * (100 - percent) * 10_u128.pow(16);
        assert!(got >= least, "{percent} %: {got} of {least}");
        assert!(got < fair && sandwich.is_some(), "{percent} %: {got} of {fair}");
        if percent == 10 || percent == 12 {
            // All of the tolerance is taken, to a part in ten thousand.
            assert!(got - least < least / 10_000, "{percent} %: {got} of {least}");
        }
    }
    let (open, sandwich) = cost("", &watched);
    assert!(open < cost("max_slippage = \"12%\"", &watched).0 && sandwich.is_some());
}

#[test]
fn the_unwinding_is_sandwiched_within_the_keepers_tolerance() {
    // About nine hundred ether are sold at the end into a pool of ten thousand, which loses a tenth or so by itself.
    let run = |keeper: &str, watched: bool| {
        let text =
            format!("[[open]]\ndo = \"swap\"\nat = \"pool\"\nfrom = \"all USDC\"\nto = \"WETH\"\n{keeper}");
        let events = if watched { event("sandwich", "after = \"1d\"") } else { String::new() };
        crate::support::setup_with("2000000 USDC", &text, &flat(3, &events)).outcome()
    };
    let sold = |outcome: &Outcome| {
        let swap = &outcome.unwinding.last().unwrap().steps[0];
        (u128::try_from(swap.paid[0].raw).unwrap(), u128::try_from(swap.received[0].raw).unwrap())
    };
    // Dollars of 6 places for ether of 18 at 2,000, in millionths of what that is worth.
    let kept = |outcome: &Outcome| sold(outcome).1 * 1_000_000 / (sold(outcome).0 * 2_000 / 10_u128.pow(12));
    let fair = kept(&run("", false));
    assert!((880_000..930_000).contains(&fair), "{fair}");
    let bounded = kept(&run("[keeper]\nmax_slippage = \"15%\"\n", true));
    assert!((850_000..850_100).contains(&bounded), "{bounded}");
    // Four percent are not enough, nor are eight; sixteen are.
    let widened = kept(&run("[keeper]\nmax_slippage = \"4%\"\n", true));
    assert!((840_000..840_100).contains(&widened), "{widened}");
    let open = kept(&run("", true));
    assert!(open < 700_000, "{open}");
}

#[test]
fn what_the_unwinding_costs_and_what_stays_is_a_part_of_the_largest_loss() {
    // Nothing moves but by the farmer's own swaps: what he has lost in the end is the largest loss.
    let text = "[[open]]\ndo = \"swap\"\nat = \"pool\"\nfrom = \"all USDC\"\nto = \"WETH\"\n";
    let outcome = crate::support::setup_with("2000000 USDC", text, &flat(3, "")).outcome();
    let lost = (outcome.start_equity - outcome.final_equity) * 1_000_000 / outcome.start_equity;
    assert!(lost > 150_000, "{lost}");
    assert!((i128::from(outcome.metrics.max_drawdown.0) - lost).abs() <= 1, "{:?}", outcome.metrics);
    // Everything is lent out in the end.
    let squeeze = event("utilization bank USDC 100%", "after = \"12h\"");
    let stuck = setup(SAVINGS, &flat(3, &squeeze)).outcome();
    assert_eq!((stuck.final_equity, stuck.metrics.max_drawdown.0), (0, 1_000_000));
}

#[test]
fn others_leave_a_pool_with_their_part_only() {
    let farm = "[[open]]\ndo = \"zap\"\nat = \"pool\"\namount = \"all USDC\"\n";
    let mut setup = setup(farm, &flat(3, &event("drain pool 90%", "after = \"1d\"")));
    let outcome = setup.outcome();
    assert_eq!(part(&outcome, Cause::Exploit), 0);
    // A tenth of 20,000,000 is left, and the farmer has gone, too.
    let reserves = setup.world.pool(setup.world.find("pool").unwrap()).unwrap().reserves();
    let dollars = u128::try_from(reserves[1]).unwrap();
    assert!((1_990_000_000_000..2_010_000_000_000).contains(&dollars), "{dollars}");
}

#[test]
fn what_others_have_taken_out_nobody_else_can_until_they_bring_it_back() {
    let squeeze = |lasts: &str| event("utilization bank USDC 100%", &format!("after = \"12h\"\n{lasts}"));
    let mut stuck = setup(SAVINGS, &flat(3, &squeeze("")));
    let outcome = stuck.outcome();
    assert_eq!(outcome.settlement.stranded.len(), 1, "{:?}", outcome.settlement);
    assert_eq!(outcome.final_equity, 0);
    let bank = stuck.world.lending(stuck.world.find("bank").unwrap()).unwrap();
    assert!(bank.rates(levmine_testkit::stub::usdc(), stuck.world.now).unwrap().available.is_zero());
    let outcome = setup(SAVINGS, &flat(4, &squeeze("for = \"1d\""))).outcome();
    assert!(outcome.settlement.stranded.is_empty());
    // Three quarters of what is there leave a quarter of the utilization's complement: nobody is hindered.
    let part = event("utilization bank USDC 75%", "after = \"12h\"");
    let mut some = setup("", &flat(3, &part));
    some.outcome();
    let bank = some.world.lending(some.world.find("bank").unwrap()).unwrap();
    let rates = bank.rates(levmine_testkit::stub::usdc(), some.world.now).unwrap();
    let all = rates.available + rates.borrowed;
    let parts = rates.borrowed * levmine_math::U256::from(10_000_u64) / all;
    assert!((7_499..=7_501).contains(&u64::try_from(parts).unwrap()), "{parts}");
}

#[test]
fn a_hazard_strikes_by_the_seed() {
    // 500 % a year: in ten days e^(−0.137) = 87 % of the seeds see nothing.
    let scenario = |seed: u32| {
        format!(
            "seed = {seed}\n[hazard]\nbank = {{ rate = \"500%\", loss = \"30%\" }}\n{}",
            weth(&["2000"; 11])
        )
    };
    let struck = (0..60).filter(|seed| {
        let outcome = setup(SAVINGS, &scenario(*seed)).outcome();
        let lost = part(&outcome, Cause::Exploit);
        let exploits =
            outcome.events.iter().filter(|event| matches!(event.kind, EventKind::Exploit { .. })).count();
        assert_eq!(lost < 0, exploits > 0);
        exploits > 0
    });
    let struck = struck.count();
    assert!((2..16).contains(&struck), "{struck} of 60");
}

#[test]
fn bad_events_are_answered_with_what_is_accepted() {
    use levmine_config::parse_toml;
    use levmine_engine::{read_events, read_scenario};
    let refused = |event: &str| {
        let text = format!("name = \"x\"\n[prices]\nUSDC = \"1\"\nWETH = \"2000\"\n[[event]]\n{event}\n");
        let assets = levmine_market::Assets::standard();
        let read = read_scenario(&parse_toml("s.toml", &text).unwrap(), &assets).unwrap();
        let world = setup(SAVINGS, &flat(2, "")).world;
        let prices = [levmine_testkit::stub::usdc(), levmine_testkit::stub::weth()];
        let done = read_events(&read.events.unwrap(), &world, &assets, &prices, None);
        done.expect_err(event).to_string()
    };
    for (event, message) in [
        (
            "at = \"2023-01-01\"",
            "s.toml:5: event[0]: `do` is missing; accepted: a sentence that begins with shock, depeg,",
        ),
        (
            "do = \"pause bank\"",
            "s.toml:5: event[0]: read a table with 1 keys; accepted: exactly one of `at`, a time, and `after`, like \"30d\"",
        ),
        (
            "do = \"shok WETH -3%\"\nafter = \"1d\"",
            "s.toml:6: event[0].do: read \"shok\"; accepted: shock, depeg, gas, oracle, pause, exploit, drain, rewards, govern, utilization, outage, sandwich (did you mean \"shock\"?)",
        ),
        (
            "do = \"shock WETH\"\nafter = \"1d\"",
            "s.toml:6: event[0].do: read \"shock WETH\"; accepted: \"shock WETH -30%\"",
        ),
        (
            "do = \"shock WETH -100%\"\nafter = \"1d\"",
            "s.toml:6: event[0].do: read \"shock WETH -100%\"; accepted: a change in percent, like -30%, above -100%",
        ),
        (
            "do = \"shock LINK -10%\"\nafter = \"1d\"",
            "s.toml:6: event[0].do: read \"shock LINK -10%\"; accepted: an asset with a price in the scenario, which LINK has not",
        ),
        (
            "do = \"pause bnak\"\nafter = \"1d\"",
            "s.toml:6: event[0].do: read \"bnak\"; accepted: bank, pool (did you mean \"bank\"?)",
        ),
        (
            "do = \"exploit bank 120%\"\nafter = \"1d\"",
            "s.toml:6: event[0].do: read \"exploit bank 120%\"; accepted: a part above 0% and at most 100%",
        ),
        ("do = \"drain bank 10%\"\nafter = \"1d\"", "s.toml:6: event[0].do: read \"bank\"; accepted: pool"),
        (
            "do = \"outage\"\nafter = \"1d\"",
            "s.toml:5: event[0]: read a table with 2 keys; accepted: an outage that ends: with `until` or `for`",
        ),
        (
            "do = \"exploit bank 10%\"\nafter = \"1d\"\nfor = \"1d\"",
            "s.toml:8: event[0].for: read \"1d\"; accepted: nothing: this event does not end",
        ),
        (
            "do = \"pause bank\"\nat = \"2023-01-02\"\nuntil = \"2023-01-01\"",
            "s.toml:8: event[0].until: read \"2023-01-01\"; accepted: a time after the event's beginning, 2023-01-02T00:00:00Z",
        ),
        (
            "do = \"pause bank\"\nafter = \"1d\"\ngrace = \"1h\"",
            "s.toml:8: event[0].grace: read \"1h\"; accepted: nothing: only an outage has a time of grace",
        ),
        (
            "do = \"exploit bank 10%\"\nat = \"2023-01-01\"",
            "s.toml:7: event[0].at: read \"2023-01-01\"; accepted: a time from the beginning of the run on, 2023-11-14T22:13:20Z; \"exploit bank 10%\" happens once",
        ),
        (
            "do = \"drain pool 10%\"\nat = \"2023-11-14T22:13:19Z\"",
            "s.toml:7: event[0].at: read \"2023-11-14T22:13:19Z\"; accepted: a time from the beginning of the run on, 2023-11-14",
        ),
        (
            "do = \"pause bank\"\nafter = \"1d\"\nfor = \"0s\"",
            "s.toml:8: event[0].for: read \"0s\"; accepted: a duration above zero like 30s, 15m, 1h, 7d or 2w",
        ),
        (
            "do = \"pause bank\"\nafter = \"0x\"",
            "s.toml:7: event[0].after: read \"0x\"; accepted: a duration like 30s, 15m, 1h, 7d or 2w, or 0s for at once",
        ),
        (
            "do = \"gas x-2\"\nafter = \"1d\"",
            "s.toml:6: event[0].do: read \"gas x-2\"; accepted: a multiple like x20 or x0.5, at most x1000000",
        ),
        (
            "do = \"govern bank WETH liquidation_treshold 70%\"\nafter = \"1d\"",
            "s.toml:6: event[0].do: read \"liquidation_treshold\"; accepted: liquidation_threshold,",
        ),
        (
            "do = \"govern bank WETH borrow_cap 5\"\nafter = \"1d\"",
            "s.toml:6: event[0].do: read \"govern bank WETH borrow_cap 5\"; accepted: a change that the venue can make; pooled-stub does not support borrow_cap",
        ),
    ] {
        let error = refused(event);
        assert!(error.starts_with(message), "{event}\n{error}\n{message}");
    }
}

#[test]
fn what_began_before_the_run_holds_from_its_first_step() {
    let hold = "[[open]]\ndo = \"swap\"\nat = \"pool\"\nfrom = \"all USDC\"\nto = \"WETH\"\n";
    let price = |events: &str| {
        let mut setup = setup(hold, &flat(2, events));
        let outcome = setup.outcome();
        let price = setup.world.market.find(levmine_testkit::stub::weth()).unwrap();
        let told: Vec<String> = texts(&outcome).into_iter().map(String::from).collect();
        (u64::try_from(price.0.raw() / levmine_math::Wad::ONE.raw()).unwrap(), told)
    };
    let (lasting, told) = price(&event("shock WETH -30%", "at = \"2023-11-01\""));
    assert_eq!((lasting, told), (1400, vec!["shock WETH -30%, since 2023-11-01T00:00:00Z".to_string()]));
    // What was over before is not there.
    let over = event("shock WETH -30%", "at = \"2023-11-01\"\nuntil = \"2023-11-14T22:13:20Z\"");
    assert_eq!(price(&over), (2000, Vec::new()));
    // In the order in which it began, whatever the order of the file.
    let later = event("depeg WETH to 1700", "at = \"2023-11-03\"");
    let earlier = event("depeg WETH to 1500", "at = \"2023-11-02\"");
    let (_, told) = price(&format!("{later}{earlier}"));
    assert_eq!(
        told,
        [
            "depeg WETH to 1500, since 2023-11-02T00:00:00Z".to_string(),
            "depeg WETH to 1700, since 2023-11-03T00:00:00Z".to_string()
        ]
    );
}

#[test]
fn governance_before_the_run_counts_in_its_order() {
    let govern = |percent: u8, day: u8| {
        event(&format!("govern bank WETH max_ltv {percent}%"), &format!("at = \"2023-11-0{day}\""))
    };
    let allowed = |events: &str| {
        let mut setup = setup(SAVINGS, &flat(2, events));
        setup.outcome();
        let bank = setup.world.lending(levmine_market::VenueId(0)).unwrap();
        bank.listing(levmine_testkit::stub::weth()).unwrap().max_ltv.unwrap().raw()
    };
    assert_eq!(allowed(&(govern(40, 1) + &govern(50, 2))), U256::from(5_000_u64));
    assert_eq!(allowed(&(govern(50, 2) + &govern(40, 1))), U256::from(5_000_u64));
}

#[test]
fn an_event_may_come_at_once_and_a_claim_be_paid_at_once() {
    let hold = "[[open]]\ndo = \"swap\"\nat = \"pool\"\nfrom = \"all USDC\"\nto = \"WETH\"\n";
    let outcome = setup(hold, &flat(2, &event("shock WETH -30%", "after = \"0s\""))).outcome();
    assert_eq!(outcome.events[0].time.0, START);
    assert_eq!(texts(&outcome), ["shock WETH -30%"]);
    let cover = "[[cover]]\nvenue = \"bank\"\namount = \"5000 USDC\"\nrate = \"2.6%\"\nperiod = \"90d\"\nclaim_delay = \"0s\"\n";
    let scenario = flat(3, &event("exploit bank 40%", "after = \"1d\""));
    let outcome = setup(&format!("{cover}{SAVINGS}"), &scenario).outcome();
    let paid = outcome.events.iter().find_map(|event| match &event.kind {
        EventKind::Cover(news) if matches!(news.what, CoverEvent::Paid { .. }) => Some(event.time.0),
        _ => None,
    });
    assert_eq!(paid, Some(START + DAY));
}

#[test]
fn a_lower_threshold_liquidates() {
    let first = |events: &str| {
        let outcome = setup(LOAN, &flat(4, events)).outcome();
        let call = |event: &&Event| matches!(event.kind, EventKind::Liquidation { .. });
        outcome.events.iter().find(call).map(|event| event.time.0)
    };
    // A debt of 55 % is safe above 56 % and not below 54 %.
    let threshold = |percent: u8, after: &str| {
        event("govern bank WETH max_ltv 40%", "after = \"1h\"")
            + &event(
                &format!("govern bank WETH liquidation_threshold {percent}%"),
                &format!("after = \"{after}\""),
            )
    };
    assert_eq!(first(&threshold(56, "30h")), None);
    assert_eq!(first(&threshold(54, "30h")), Some(START + 30 * 3_600));
}

#[test]
fn a_cover_pays_what_the_farmer_had_and_not_what_he_can_leave() {
    // More than half of the collateral is borrowed against: of an exploit of 90 % only what was his own is claimed.
    let cover = "[[cover]]\nvenue = \"bank\"\namount = \"9000 USDC\"\nrate = \"2.6%\"\nperiod = \"90d\"\n";
    let scenario = flat(9, &event("exploit bank 90%", "after = \"1d\""));
    let outcome = setup(&format!("{cover}{LOAN}"), &scenario).outcome();
    let (lost, paid) = (-part(&outcome, Cause::Exploit), part(&outcome, Cause::CoverPayout));
    assert!((8_900_000_000..9_000_000_000).contains(&lost), "{lost}");
    // 45 % of what was put in.
    assert!((4_440_000_000..4_490_000_000).contains(&paid), "{paid}");
    // The debt is left, so he ends where he began, less the premium, the fee and the spread.
    let short = 10_000_000_000 - outcome.final_equity;
    assert!((0..200_000_000).contains(&short), "{short} {:?}", outcome.parts);
}

#[test]
fn a_loss_is_not_handed_on_to_the_lender_of_a_robbed_market() {
    // All of it in ether, a quarter borrowed against; two fifths are stolen, and the ether that is left cannot be sold.
    let open = "[[open]]\ndo = \"swap\"\nat = \"pool\"\nfrom = \"all USDC\"\nto = \"WETH\"\n\
                [[open]]\ndo = \"supply\"\nat = \"bank\"\namount = \"all WETH\"\n\
                [[open]]\ndo = \"borrow\"\nat = \"bank\"\namount = \"USDC to ltv 25%\"\n";
    for wallet in ["", "[[open]]\ndo = \"swap\"\nat = \"pool\"\nfrom = \"all USDC\"\nto = \"WETH\"\n"] {
        let events = "[[event]]\nafter = \"1d\"\ndo = \"exploit bank 40%\"\n\
                      [[event]]\nafter = \"36h\"\ndo = \"pause pool\"\n";
        let outcome = setup(&format!("{open}{wallet}"), &flat(3, events)).outcome();
        let before = outcome.samples.last().unwrap().equity / 1_000_000;
        assert!(
            outcome.final_equity <= before && outcome.final_equity > before * 99 / 100,
            "{} after {before}: {:?}",
            outcome.final_equity,
            outcome.settlement
        );
        assert!(outcome.settlement.bad_debt.is_empty(), "{:?}", outcome.settlement);
    }
}
