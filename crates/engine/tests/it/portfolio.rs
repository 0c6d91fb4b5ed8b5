//! Several strategies in one world.

use levmine_engine::{
    Allocation, EngineError, EventKind, Limit, Measured, Outcome, PortfolioOutcome, Weighted, run,
    run_portfolio,
};
use levmine_market::Cause;
use levmine_testkit::stub;
use rust_decimal::Decimal;

use crate::support::{Setup, holds, setup, weth};

const FARM: &str = r#"
[[open]]
do = "swap"
at = "pool"
from = "60%"
to = "WETH"
[[open]]
do = "supply"
at = "bank"
amount = "all WETH"
[[open]]
do = "borrow"
at = "bank"
amount = "USDC to ltv 55%"
[[open]]
do = "zap"
at = "pool"
amount = "all USDC"
[[policy]]
every = "2d"
do = "compound"
[[policy]]
when = "health_factor < 1.2"
do = "deleverage to 1.4"
"#;

/// Ether as collateral, and next to no room before it is liquidated.
const TIGHT: &str = r#"
[[open]]
do = "swap"
at = "pool"
from = "100%"
to = "WETH"
[[open]]
do = "supply"
at = "bank"
amount = "all WETH"
[[open]]
do = "borrow"
at = "bank"
amount = "USDC to ltv 74%"
"#;

const LONG: &str = r#"
[[open]]
do = "swap"
at = "pool"
from = "100%"
to = "WETH"
"#;

const SHORT: &str = r#"
[[open]]
do = "supply"
at = "bank"
amount = "all USDC"
[[open]]
do = "borrow"
at = "bank"
amount = "WETH to ltv 50%"
[[open]]
do = "swap"
at = "pool"
from = "all WETH"
to = "USDC"
"#;

const DOWN: [&str; 6] = ["2000", "1900", "1950", "1700", "1500", "1600"];

/// Strategies with equal weights in one world.
fn together(strategies: &[&str], prices: &[&str], limits: &[Limit]) -> (Setup, Allocation) {
    let all: Vec<Setup> = strategies.iter().map(|strategy| setup(strategy, &weth(prices))).collect();
    let weight = Decimal::ONE / Decimal::from(strategies.len());
    let parts = all.iter().map(|one| Weighted { strategy: one.strategy.clone(), weight }).collect();
    let allocation = Allocation { name: "test".into(), asset: stub::usdc(), parts, limits: limits.to_vec() };
    let mut first = all.into_iter().next().unwrap();
    first.world.gas_asset = Some(stub::weth());
    (first, allocation)
}

fn ran(strategies: &[&str], prices: &[&str], limits: &[Limit]) -> Result<PortfolioOutcome, EngineError> {
    let (mut setup, allocation) = together(strategies, prices, limits);
    let outcome = run_portfolio(&mut setup.world, &allocation, &setup.scenario)?;
    for part in &outcome.strategies {
        holds(&part.outcome);
    }
    let sum: i128 = outcome.parts.iter().map(|(_, part)| part).sum();
    assert_eq!(sum, outcome.final_equity - outcome.start_equity, "{:?}", outcome.parts);
    let (_, rounding) = outcome.parts.last().unwrap();
    assert!(rounding.abs() < 500, "{:?}", outcome.parts);
    let sum =
        |part: fn(&levmine_engine::PartOutcome) -> i128| outcome.strategies.iter().map(part).sum::<i128>();
    assert!((sum(|part| part.start_equity) - outcome.start_equity).abs() < 10);
    assert!((sum(|part| part.final_equity) - outcome.final_equity).abs() < 10);
    Ok(outcome)
}

fn alone(strategy: &str, prices: &[&str]) -> Outcome {
    let mut setup = setup(strategy, &weth(prices));
    setup.world.gas_asset = Some(stub::weth());
    run(&mut setup.world, &setup.strategy, &setup.scenario).unwrap()
}

fn limit(of: Measured, name: Option<&str>, percent: u32) -> Limit {
    let place =
        levmine_config::Place { file: "p.toml".into(), line: 9, path: format!("limits.{}", of.name()) };
    Limit { of, name: name.map(String::from), most: percent * 10_000, place }
}

/// All that an outcome says.
fn told(outcome: &Outcome) -> String {
    format!("{outcome:?}")
}

#[test]
fn a_portfolio_of_one_strategy_is_its_plain_run() {
    for strategy in [FARM, TIGHT, LONG, SHORT] {
        let outcome = ran(&[strategy], &DOWN, &[]).unwrap();
        let plain = alone(strategy, &DOWN);
        assert_eq!(told(&outcome.strategies[0].outcome), told(&plain));
        assert_eq!((outcome.start_equity, outcome.final_equity), (plain.start_equity, plain.final_equity));
        assert_eq!(outcome.parts, plain.parts);
        assert_eq!(outcome.max_drawdown, plain.metrics.max_drawdown);
        assert_eq!(outcome.audit, plain.audit);
        assert_eq!(outcome.correlation, [[Some(1.0)]]);
        let marks: Vec<_> = plain.samples.iter().map(|sample| (sample.time, sample.equity)).collect();
        assert_eq!(outcome.series, marks);
    }
}

#[test]
fn nobody_of_a_portfolio_leaves_while_the_chain_stands() {
    let (mut setup, allocation) = together(&[FARM, LONG], &DOWN, &[]);
    let outage = levmine_engine::Happening {
        begin: levmine_engine::When::After(3 * 86_400),
        end: Some(levmine_engine::When::After(30 * 86_400)),
        what: levmine_engine::What::Outage(0),
        text: "outage".into(),
    };
    setup.scenario.events.push(outage);
    let outcome = run_portfolio(&mut setup.world, &allocation, &setup.scenario).unwrap();
    for part in &outcome.strategies {
        holds(&part.outcome);
        assert!(part.outcome.unwinding.is_empty());
        let marked = part.outcome.samples.last().unwrap().equity / 1_000_000;
        assert!((part.outcome.final_equity - marked).abs() <= 1, "{} {marked}", part.outcome.final_equity);
    }
}

#[test]
fn two_farms_in_one_pool_feel_each_other() {
    let two = ran(&[FARM, FARM], &DOWN, &[]).unwrap();
    let one = alone(FARM, &DOWN);
    let [first, second] = two.strategies.as_slice() else { panic!("two strategies") };
    assert_ne!(told(&first.outcome), told(&one));
    // Beside somebody who does nothing all is as alone.
    let idle = ran(&[FARM, "open = []"], &DOWN, &[]).unwrap();
    let mut beside = idle.strategies.into_iter().next().unwrap().outcome;
    beside.audit = one.audit;
    assert_eq!(told(&beside), told(&one));
    let (first, second) = (&first.outcome, &second.outcome);
    assert_ne!(first.final_equity, second.final_equity);
    // Both go the same way.
    assert!(two.correlation[0][1].unwrap() > 0.999);
    let parts: f64 = two.strategies.iter().map(|part| part.contribution.unwrap()).sum();
    assert!((parts - 1.0).abs() < 1e-9, "{parts}");
}

#[test]
fn a_liquidation_of_one_is_not_the_others() {
    let crash = ["2000", "1800", "1500", "1400"];
    let two = ran(&[TIGHT, LONG], &crash, &[]).unwrap();
    let [tight, long] = two.strategies.as_slice() else { panic!("two strategies") };
    assert!(tight.outcome.metrics.liquidations > 0);
    let by_policy = |outcome: &Outcome| {
        outcome.events.iter().filter(|event| matches!(event.kind, EventKind::Liquidation { .. })).count()
    };
    assert!(by_policy(&tight.outcome) > 0);
    assert_eq!((long.outcome.metrics.liquidations, by_policy(&long.outcome)), (0, 0));
    assert_eq!(long.outcome.attribution.part(Cause::LiquidationPenalty), 0);
    // What the second loses is what it loses alone, but for the price at which it bought after the first.
    let plain = alone(LONG, &crash);
    let price = |outcome: &Outcome| outcome.attribution.part(Cause::Price) as f64;
    assert!((price(&long.outcome) / price(&plain) - 1.0).abs() < 0.01);
}

#[test]
fn a_hedge_moves_against_what_it_hedges() {
    let pair = ran(&[LONG, SHORT], &DOWN, &[]).unwrap();
    assert!(pair.correlation[0][1].unwrap() < -0.99, "{:?}", pair.correlation);
    assert_eq!(pair.correlation[0][1], pair.correlation[1][0]);
    assert!(pair.strategies[1].contribution.unwrap() < 0.0, "it takes risk away");
    let long = &pair.strategies[0];
    assert!(pair.volatility.unwrap() < long.volatility.unwrap());
    assert!(pair.max_drawdown.0 < long.outcome.metrics.max_drawdown.0);
}

#[test]
fn a_limit_that_the_openings_exceed_is_refused_with_the_figures() {
    // All of the first's 10000 USDC become ether: half of all assets.
    let error = ran(&[LONG, "open = []"], &DOWN, &[limit(Measured::Asset, Some("WETH"), 40)]).unwrap_err();
    let EngineError::OverLimit { name, reached, .. } = &error else { panic!("{error}") };
    assert_eq!(name, "WETH");
    assert!((490_000..500_000).contains(reached), "{reached}");
    let text = error.to_string();
    assert!(
        text.starts_with("p.toml:9: limits.asset: at the opening 49.") && text.contains("at most 40%"),
        "{text}"
    );
    assert!(error.is_input());
    // A limit that just holds is none.
    ran(&[LONG, "open = []"], &["2000", "1900"], &[limit(Measured::Asset, Some("WETH"), 50)]).unwrap();
}

#[test]
fn a_limit_that_is_exceeded_later_is_told_from_when_until_when() {
    let limits = [limit(Measured::Asset, None, 100), limit(Measured::Asset, Some("WETH"), 55)];
    let prices = ["2000", "2400", "3000", "2700", "2000", "2600"];
    let outcome = ran(&[LONG, "open = []"], &prices, &limits).unwrap();
    let [first, second] = outcome.breaches.as_slice() else { panic!("{:?}", outcome.breaches) };
    let day = |time: levmine_market::Timestamp| (time.0 - 1_700_000_000) / 86_400;
    // At 2400 ether is 54.5 % of all, at 3000 it is 60 %, at 2700 57.4 %, at 2000 half, at 2600 56.5 %.
    assert_eq!((day(first.from), first.to.map(day), day(first.at)), (2, Some(4), 2));
    assert!((598_000..600_000).contains(&first.highest), "{}", first.highest);
    assert_eq!((day(second.from), second.to), (5, None));
    let used = &outcome.limits[1];
    assert_eq!((used.steps_above, used.highest.as_ref().unwrap().0), (3, first.highest));
    assert_eq!(outcome.limits[0].steps_above, 0, "the other limit is not WETH's");
}

#[test]
fn exposures_of_a_farm_are_what_it_holds() {
    let outcome = ran(&[FARM], &["2000", "2000"], &[]).unwrap();
    let find = |of: Measured, name: &str| {
        let found = outcome.concentration.iter().find(|one| one.of == of && one.name == name);
        f64::from(found.unwrap_or_else(|| panic!("{name}")).opening) / 1e4
    };
    // 6000 in ether as collateral, 3300 borrowed against it; 7300 in the pool, half of it ether.
    let all = 6_000.0 + 4_000.0 + 3_300.0;
    assert!((find(Measured::Venue, "bank") - 6_000.0 / all * 100.0).abs() < 0.3);
    assert!((find(Measured::Venue, "pool") - 7_300.0 / all * 100.0).abs() < 0.3);
    assert!((find(Measured::Asset, "WETH") - (6_000.0 + 3_650.0) / all * 100.0).abs() < 0.3);
    let sum = find(Measured::Asset, "WETH") + find(Measured::Asset, "USDC");
    assert!((sum - 100.0).abs() < 0.001, "{sum}");
    let owed = outcome.tokens.iter().find(|token| token.asset == stub::usdc()).unwrap().owed;
    assert!((owed / 1_000_000 - 3_300_000_000).abs() < 20_000_000, "{owed}");
}

#[test]
fn a_strategy_counts_in_its_own_asset_and_the_whole_in_the_portfolios() {
    let (mut first, mut allocation) = together(&[LONG, "open = []"], &DOWN, &[]);
    // Five ether that do nothing.
    let idle = &mut allocation.parts[1].strategy;
    idle.capital.amounts =
        vec![levmine_market::TokenAmount::new(stub::weth(), stub::tokens(stub::weth(), 5))];
    let outcome = run_portfolio(&mut first.world, &allocation, &first.scenario).unwrap();
    let idle = &outcome.strategies[1];
    assert_eq!(idle.outcome.quote, stub::weth());
    assert_eq!(idle.outcome.final_equity, idle.outcome.start_equity, "in ether nothing happened");
    assert_eq!((idle.start_equity, idle.final_equity), (10_000_000_000, 8_000_000_000), "in dollars it did");
    assert_eq!(outcome.start_equity, 20_000_000_000);
    let sum: i128 = outcome.parts.iter().map(|(_, part)| part).sum();
    assert_eq!(sum, outcome.final_equity - outcome.start_equity);
    let price = outcome.parts.iter().find(|(cause, _)| *cause == Cause::Price).unwrap().1;
    assert!(price < -3_900_000_000, "the fall of both: {price}");
}

#[test]
fn each_hears_of_the_world_with_its_own_equity() {
    const SAVINGS: &str = "[[open]]\ndo = \"supply\"\nat = \"bank\"\namount = \"all USDC\"\n";
    // Only the first has anything at the bank, and two events come at once.
    let events = "[[event]]\nafter = \"1d\"\ndo = \"exploit bank 40%\"\n[[event]]\nafter = \"1d\"\ndo = \"pause pool\"\n";
    let (mut first, allocation) = together(&[SAVINGS, ""], &["2000", "2000", "2000"], &[]);
    first.scenario = setup(SAVINGS, &format!("{events}{}", weth(&["2000", "2000", "2000"]))).scenario;
    let outcome = run_portfolio(&mut first.world, &allocation, &first.scenario).unwrap();
    let heard = |at: usize| -> Vec<i128> {
        outcome.strategies[at].outcome.events.iter().map(|event| event.equity / 1_000_000_000_000).collect()
    };
    // 60 % of 10,000 dollars with a day's interest, twice; and all of it, twice.
    assert_eq!(heard(0), [6_000; 2]);
    // Who does nothing anywhere hears of the pause alone.
    assert_eq!(heard(1), [10_000]);
}
