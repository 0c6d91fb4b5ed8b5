//! Portfolios through the facade: weights, shared venues, what is not accepted.

use std::fs;
use std::path::Path;

use levmine::engine::{Outcome, PortfolioOutcome};
use levmine::market::Cause;
use levmine::report::{PortfolioView, RunView, portfolio_json, portfolio_text, run_json};
use levmine::{
    LoadOptions, Loaded, PortfolioJob, PortfolioRan, Registry, ScenarioFrom, StrategyFrom, load_any,
};
use levmine_tests::{Data, SuiteFiles};
use serde_json::Value;

const BANK: &str = r#"
[venues.bank]
protocol = "aave-v3"
preset = "ethereum"
"#;
const POOL: &str = r#"
[venues.pool]
protocol = "uniswap-v2"
coins = ["WETH", "USDC"]
reserves = ["1500", "3000000"]
"#;

/// The suite's folder, or a folder of its own with these files.
fn loaded(folder: &Path, strategy: &str, scenario: &str) -> Result<Loaded, String> {
    let options = LoadOptions {
        strategy: StrategyFrom::File(strategy.into()),
        scenario: ScenarioFrom::File(scenario.into()),
        ..LoadOptions::default()
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let files = SuiteFiles::new(folder, &Data::Absent);
    runtime.block_on(load_any(&Registry::builtin(), &options, &files)).map_err(|error| error.to_string())
}

fn suite() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/portfolio")
}

fn portfolio(folder: &Path, file: &str, scenario: &str) -> (Box<PortfolioJob>, PortfolioRan) {
    match loaded(folder, file, scenario) {
        Ok(Loaded::Portfolio(job)) => {
            let ran = job.run().unwrap_or_else(|error| panic!("{error}"));
            (job, ran)
        }
        other => panic!("{other:?}"),
    }
}

fn part(outcome: &Outcome, cause: Cause) -> i128 {
    outcome.parts.iter().find(|(known, _)| *known == cause).map_or(0, |(_, part)| *part)
}

fn adds_up(outcome: &PortfolioOutcome) {
    let sum: i128 = outcome.parts.iter().map(|(_, part)| part).sum();
    assert_eq!(sum, outcome.final_equity - outcome.start_equity);
    for part in &outcome.strategies {
        let sum: i128 = part.outcome.parts.iter().map(|(_, part)| part).sum();
        assert_eq!(sum, part.outcome.final_equity - part.outcome.start_equity, "{}", part.name);
    }
}

fn json_of(job: &PortfolioJob, ran: &PortfolioRan) -> Value {
    let view = PortfolioView {
        portfolio: &job.allocation.name,
        scenario: &job.scenario.name,
        notes: &job.scenario.notes,
        outcome: &ran.outcome,
        world: &ran.world,
    };
    assert!(portfolio_text(&view).contains("Together"));
    portfolio_json(&view)
}

#[test]
fn a_portfolio_of_one_strategy_is_its_plain_run_to_the_last_base_unit() {
    let folder = tempfile::tempdir().expect("a folder");
    for file in ["farm.toml", "long.toml", "short.toml", "dip.toml"] {
        fs::copy(suite().join(file), folder.path().join(file)).expect("copied");
    }
    for file in ["farm.toml", "long.toml", "short.toml"] {
        let text = format!(
            "name = \"one\"\ncapital = \"100000 USDC\"\n[[strategy]]\nfile = \"{file}\"\nweight = \"100%\"\n"
        );
        fs::write(folder.path().join("one.toml"), text).expect("written");
        let (job, ran) = portfolio(folder.path(), "one.toml", "dip.toml");
        let Ok(Loaded::Strategy(plain)) = loaded(folder.path(), file, "dip.toml") else {
            panic!("a strategy")
        };
        let alone = plain.run().unwrap_or_else(|error| panic!("{error}"));
        let view = RunView {
            strategy: &plain.strategy.name,
            scenario: &plain.scenario.name,
            notes: &[],
            outcome: &alone.outcome,
            world: &alone.world,
        };
        let together = json_of(&job, &ran);
        assert_eq!(together["strategies"][0]["run"], run_json(&view), "{file}");
        assert_eq!(ran.outcome.parts, alone.outcome.parts, "{file}");
        assert_eq!(ran.outcome.final_equity, alone.outcome.final_equity, "{file}");
    }
}

#[test]
fn each_ones_debt_raises_the_rate_that_the_other_pays() {
    let (_, alone) = portfolio(&suite(), "one-farm.toml", "dip.toml");
    let (_, both) = portfolio(&suite(), "two-farms.toml", "dip.toml");
    adds_up(&both.outcome);
    let paid =
        |outcome: &PortfolioOutcome, at: usize| -part(&outcome.strategies[at].outcome, Cause::BorrowInterest);
    for at in 0..2 {
        // A fifth of what there is to borrow is borrowed by each: the rate is a good deal higher.
        let (together, alone) = (paid(&both.outcome, at), paid(&alone.outcome, 0));
        assert!(together * 100 > alone * 120, "{together} against {alone}");
    }
    // Their fees are the pool's, of which each has less; they trade with each other's shares, too.
    let fees =
        |outcome: &PortfolioOutcome, at: usize| part(&outcome.strategies[at].outcome, Cause::TradingFees);
    assert_ne!(fees(&both.outcome, 0), fees(&alone.outcome, 0));
}

#[test]
fn weights_scale_the_capital_and_the_exact_amounts_of_steps() {
    let folder = tempfile::tempdir().expect("a folder");
    let two = format!(
        "name = \"two assets\"\ncapital = [\"6000 USDC\", \"2 WETH\"]\n{BANK}{POOL}\
         [[open]]\ndo = \"supply\"\nat = \"bank\"\namount = \"1.5 WETH\"\n\
         [[open]]\ndo = \"borrow\"\nat = \"bank\"\namount = \"1000 USDC\"\n"
    );
    fs::write(folder.path().join("two.toml"), two).expect("written");
    let text = "name = \"p\"\ncapital = \"10000 USDC\"\n[[strategy]]\nfile = \"two.toml\"\nweight = \"25%\"\n\
                [[strategy]]\nfile = \"two.toml\"\nname = \"again\"\nweight = \"50%\"\n";
    fs::write(folder.path().join("p.toml"), text).expect("written");
    fs::copy(suite().join("dip.toml"), folder.path().join("dip.toml")).expect("copied");
    let (job, ran) = portfolio(folder.path(), "p.toml", "dip.toml");
    adds_up(&ran.outcome);
    // At 2000 dollars the strategy's own capital is worth 10000: a quarter is 1500 USDC and half an ether.
    let capital = |at: usize| {
        let amounts = &job.allocation.parts[at].strategy.capital.amounts;
        amounts.iter().map(|amount| levmine::report::amount(*amount)).collect::<Vec<_>>()
    };
    assert_eq!(capital(0), ["1,500 USDC", "0.5 WETH"]);
    assert_eq!(capital(1), ["3,000 USDC", "1 WETH"]);
    assert_eq!(
        (capital(2), job.allocation.parts[2].strategy.name.as_str()),
        (vec!["2,500 USDC".into()], "cash")
    );
    assert_eq!(ran.outcome.start_equity, 10_000_000_000);
    let steps = &ran.outcome.strategies[0].outcome.opening.steps;
    let moved = |at: usize| {
        levmine::report::amount(*steps[at].paid.iter().chain(&steps[at].received).next().unwrap())
    };
    assert_eq!((moved(0), moved(1)), ("0.375 WETH".into(), "250 USDC".into()));
}

#[test]
fn what_is_no_portfolio_is_answered_with_its_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let strategy = |venues: &str| format!("name = \"s\"\ncapital = \"10000 USDC\"\n{venues}");
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("written");
    write("a.toml", &strategy(&format!("{BANK}{POOL}")));
    write("cash.toml", &strategy(&format!("{BANK}{POOL}")).replacen("name = \"s\"", "name = \"Cash\"", 1));
    write("b.toml", &strategy(&POOL.replace("\"1500\"", "\"1501\"")));
    write("c.toml", &strategy(&format!("[assets]\nFOO = 6\n{POOL}")));
    write("d.toml", &strategy(&format!("[assets]\nFOO = 8\n{POOL}")));
    write("e.toml", &strategy(&POOL.replace("venues.pool", "venues.other")));
    let part = |file: &str, weight: &str| format!("[[strategy]]\nfile = \"{file}\"\nweight = \"{weight}\"\n");
    let head = "name = \"p\"\ncapital = \"10000 USDC\"\n";
    write("nested.toml", &format!("{head}{}", part("a.toml", "50%")));
    fs::copy(suite().join("dip.toml"), folder.path().join("dip.toml")).expect("copied");
    let pair = |one: &str, other: &str| format!("{head}{}{}", part(one, "50%"), part(other, "50%"));
    let limited = |limits: &str| format!("{}[limits]\n{limits}\n", pair("a.toml", "a.toml"));
    let cases: &[(String, &str)] = &[
        (
            format!("{head}{}{}", part("a.toml", "70%"), part("a.toml", "40%")),
            "p.toml:8: strategy[1].weight: read \"40%\"; accepted: weights of at most 100% together; with this one they are 110%",
        ),
        (
            format!("{head}{}", part("a.toml", "0%")),
            "p.toml:5: strategy[0].weight: read \"0%\"; accepted: a part of the capital above 0%",
        ),
        (
            format!("{head}{}", part("no.toml", "10%")),
            "p.toml:4: strategy[0].file: read \"no.toml\"; accepted: a strategy file that can be read",
        ),
        (
            format!("{head}{}", part("nested.toml", "10%")),
            "p.toml:4: strategy[0].file: read \"nested.toml\"; accepted: a strategy, not another portfolio",
        ),
        (
            format!("{head}{}name = \"cash\"\n", part("a.toml", "10%")),
            "p.toml:6: strategy[0].name: read \"cash\"; accepted: another name: \"cash\" is what no strategy has been given",
        ),
        (
            format!("{head}{}", part("cash.toml", "10%")),
            "p.toml:4: strategy[0].file: read \"cash.toml\", whose name is \"Cash\"; accepted: another name: \"cash\" is what no",
        ),
        (
            format!(
                "{0}name = \"x\"\n{1}name = \"X\"\n",
                head.to_string() + &part("a.toml", "10%"),
                part("a.toml", "20%")
            ),
            "p.toml:10: strategy[1].name: read \"X\"; accepted: a name that no other strategy has; that of number 1 is the same",
        ),
        (
            format!("{head}{}name = \"S\"\n{}", part("a.toml", "10%"), part("a.toml", "20%")),
            "p.toml:8: strategy[1].file: read \"s\"; accepted: a name that no other strategy has; that of number 1 is the same",
        ),
        (
            format!("{head}strategy = []\n"),
            "p.toml:3: strategy: read a list of 0; accepted: 1 to 64 strategies",
        ),
        (
            head.replace("10000 USDC", "10000 USDD") + &part("a.toml", "10%"),
            "p.toml:2: capital: read \"10000 USDD\"; accepted: the symbol of a known asset",
        ),
        (
            pair("a.toml", "b.toml"),
            "b.toml:4: venues.pool: read a table with 3 keys; accepted: the same table as at a.toml:8: venues.pool",
        ),
        (
            pair("c.toml", "d.toml"),
            "d.toml: assets.FOO: read 8 decimals; accepted: the 6 decimals that FOO has",
        ),
        (
            limited("venue = \"0%\""),
            "p.toml:10: limits.venue: read \"0%\"; accepted: a part of all assets above 0%",
        ),
        (
            limited("venue = { bnk = \"10%\" }"),
            "p.toml:10: limits.venue.bnk: read \"bnk\"; accepted: bank, pool, each (did you mean \"bank\"?)",
        ),
        (
            limited("protocol = { aave = \"10%\" }"),
            "p.toml:10: limits.protocol.aave: read \"aave\"; accepted: aave-v3, uniswap-v2, each",
        ),
        (limited("leverage = 2"), "p.toml:10: limits: unknown key `leverage`"),
        (
            format!("{head}{}", part("a.toml", "0.000000001%")),
            "p.toml:4: strategy[0].file: read 0.000000001% of the capital; accepted: a weight with which",
        ),
    ];
    for (text, message) in cases {
        write("p.toml", text);
        let error = match loaded(folder.path(), "p.toml", "dip.toml") {
            Err(error) => error,
            Ok(_) => panic!("accepted: {text}"),
        };
        assert!(error.starts_with(message), "{error}\nexpected {message}");
    }
    // Two names are two venues, which is worth a word.
    write("p.toml", &pair("a.toml", "e.toml"));
    let Ok(Loaded::Portfolio(job)) = loaded(folder.path(), "p.toml", "dip.toml") else { panic!("accepted") };
    assert_eq!(job.world().venues().len(), 3);
    let note = "pool and other have equal tables but are two venues, which do not move each other";
    assert_eq!(job.scenario.notes, [note]);
}
