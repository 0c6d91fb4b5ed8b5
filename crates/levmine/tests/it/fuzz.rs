//! No text makes the program panic or hang, and every refusal says something.

use levmine::{LevmineError, SCENARIO, STARTER, STRATEGY};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::mutate::{Change, change, deep_change, spoil};
use crate::support::{Case, ask};

/// Every step, every form of an amount, a market and a pool of one's own.
const EVERYTHING: &str = include_str!("everything.toml");
/// Points, candles and a file, gas over time, traders.
const WORLD: &str = include_str!("world.toml");
const HISTORY: &str = "time,price\n1700000000,2000\n1700003600,2010\n1700007200,1990\n1700010800,1400\n";
const REPLAYS: &[&str] = &[
    include_str!("../../../../examples/replay/aave-v3.json"),
    include_str!("../../../../examples/replay/compound-v3.toml"),
    include_str!("../../../../examples/replay/masterchef.json"),
    include_str!("../../../../examples/replay/erc4626.toml"),
    include_str!("../../../../examples/replay/morpho-blue.json"),
    include_str!("../../../../examples/replay/synthetix.toml"),
    include_str!("../../../../examples/replay/uniswap-v2.toml"),
    include_str!("../../../../examples/replay/uniswap-v3.toml"),
    include_str!("../../../../examples/replay/yearn.toml"),
];

/// As many cases as a few seconds allow; `PROPTEST_CASES` asks for more.
const CASES: u32 = 400;

pub(crate) fn check(cases: impl Strategy<Value = Case>, seed: u8) {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    let config = Config { cases: asked.unwrap_or(CASES), failure_persistence: None, ..Config::default() };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let done = runner.run(&cases, |case| {
        if let Err(error) = ask(&case) {
            let message = error.to_string();
            prop_assert!(!message.trim().is_empty());
            prop_assert!(
                !matches!(error, LevmineError::Engine(levmine::engine::EngineError::Audit(_))),
                "{}",
                message
            );
        }
        Ok(())
    });
    if let Err(error) = done {
        panic!("{error}");
    }
}

/// Either what a text falls apart from, or what it survives.
fn changes() -> impl Strategy<Value = Vec<Change>> {
    prop_oneof![
        1 => prop::collection::vec(change(), 1..5),
        3 => prop::collection::vec(deep_change(), 1..6),
    ]
}

#[test]
fn the_texts_are_accepted_as_they_are() {
    for (strategy, scenario) in [(STRATEGY, SCENARIO), (STARTER, SCENARIO), (EVERYTHING, WORLD)] {
        let case = Case::Run {
            strategy: strategy.into(),
            scenario: Some(scenario.into()),
            prices: Vec::new(),
            history: HISTORY.into(),
        };
        ask(&case).unwrap_or_else(|error| panic!("{error}"));
    }
    for text in REPLAYS {
        ask(&Case::Replay((*text).into())).unwrap_or_else(|error| panic!("{error}"));
    }
}

#[test]
fn strategies_are_run_or_refused() {
    let texts = prop::sample::select(vec![(STRATEGY, SCENARIO), (STARTER, SCENARIO), (EVERYTHING, WORLD)]);
    let cases = (texts, changes()).prop_map(|((strategy, scenario), changes)| Case::Run {
        strategy: spoil(strategy, &changes),
        scenario: Some(scenario.into()),
        prices: Vec::new(),
        history: HISTORY.into(),
    });
    check(cases, 1);
}

#[test]
fn scenarios_are_run_or_refused() {
    let texts = prop::sample::select(vec![(STRATEGY, SCENARIO), (EVERYTHING, WORLD)]);
    let cases = (texts, changes(), changes()).prop_map(|((strategy, scenario), changes, others)| Case::Run {
        strategy: strategy.into(),
        scenario: Some(spoil(scenario, &changes)),
        prices: Vec::new(),
        history: if others.len() > 2 { spoil(HISTORY, &others) } else { HISTORY.into() },
    });
    check(cases, 2);
}

#[test]
fn prices_beside_are_run_or_refused() {
    let value = prop_oneof![
        Just("p.csv"),
        Just("p.csv#price"),
        Just("1"),
        Just("1e90"),
        Just("-1"),
        Just(""),
        Just("0")
    ];
    let prices =
        prop::collection::vec((prop::sample::select(vec!["WETH", "ETH", "USDC", "", "é"]), value), 1..4);
    let cases = (prices, changes()).prop_map(|(prices, changes)| Case::Run {
        strategy: STARTER.into(),
        scenario: None,
        prices: prices.into_iter().map(|(symbol, value)| (symbol.into(), value.into())).collect(),
        history: spoil(HISTORY, &changes),
    });
    check(cases, 3);
}

#[test]
fn replays_are_done_or_refused() {
    let texts = prop::sample::select(REPLAYS);
    check((texts, changes()).prop_map(|(text, changes)| Case::Replay(spoil(text, &changes))), 4);
}
