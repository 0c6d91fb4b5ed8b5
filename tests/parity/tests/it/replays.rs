//! What is printed for a mismatch is a replay file: `levmine replay` comes to the same state.

use levmine_market::Dump;
use levmine_parity::aave_v3::AaveV3Twin;
use levmine_parity::compound_v2::CompoundV2Twin;
use levmine_parity::curve_stableswap::CurveTwin;
use levmine_parity::morpho_blue::MorphoBlueTwin;
use levmine_parity::random::Random;
use levmine_parity::uniswap_v2::UniswapV2Twin;
use levmine_parity::uniswap_v3::UniswapV3Twin;
use levmine_parity::{Twin, replay_file};

use crate::is_installed;

/// Runs a twin, and returns its last state beside that of the replay.
fn both_ends(twin: &mut dyn Twin, operations: usize) -> [Dump; 2] {
    let mut random = Random::new(5);
    let mut drawn = Vec::new();
    for _ in 0..operations {
        let operation = twin.draw(&mut random).expect("an operation");
        let found = twin.apply(&operation).expect("a comparison");
        assert!(found.differences.is_empty(), "{:?}", found.differences);
        // A replay knows no wallets.
        if !found.by_wallet {
            drawn.push(operation);
        }
    }
    let file = replay_file(&twin.beginning(), &drawn).to_string();
    let steps = levmine::replay(&levmine::Registry::builtin(), "parity.json", &file)
        .unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(steps.len(), drawn.len());
    let replayed = steps.into_iter().next_back().expect("a step").state;
    [twin.state(), replayed]
}

#[test]
fn curve_stableswap_sequences_replay() {
    if !is_installed("replays of curve-stableswap") {
        return;
    }
    let mut twin = CurveTwin::new(3).expect("twins");
    let [ours, replayed] = both_ends(&mut twin, 120);
    assert_eq!(ours, replayed);
}

#[test]
fn uniswap_v2_sequences_replay() {
    if !is_installed("replays of uniswap-v2") {
        return;
    }
    let mut twin = UniswapV2Twin::new(3).expect("twins");
    let [ours, replayed] = both_ends(&mut twin, 120);
    assert_eq!(ours, replayed);
}

#[test]
fn uniswap_v3_sequences_replay() {
    if !is_installed("replays of uniswap-v3") {
        return;
    }
    let mut twin = UniswapV3Twin::new(3).expect("twins");
    let [ours, replayed] = both_ends(&mut twin, 120);
    assert_eq!(ours, replayed);
}

#[test]
fn aave_v3_sequences_replay() {
    if !is_installed("replays of aave-v3") {
        return;
    }
    let mut twin = AaveV3Twin::new(3).expect("twins");
    let [ours, replayed] = both_ends(&mut twin, 120);
    // A replay numbers its accounts by itself, so only the reserves have the same names.
    assert!(ours.get("reserves").is_some());
    assert_eq!(ours.get("reserves"), replayed.get("reserves"));
}

#[test]
fn compound_v2_sequences_replay() {
    if !is_installed("replays of compound-v2") {
        return;
    }
    let mut twin = CompoundV2Twin::new(3).expect("twins");
    let [ours, replayed] = both_ends(&mut twin, 120);
    // A replay numbers its accounts by itself, so only the markets have the same names.
    assert!(ours.get("markets").is_some());
    assert_eq!(ours.get("markets"), replayed.get("markets"));
}

/// The example that stands in the documentation: what its last operations come to.
#[test]
fn the_compound_v2_example_replays() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/replay/compound-v2.json");
    let file = std::fs::read_to_string(path).expect("readable");
    let steps = levmine::replay(&levmine::Registry::builtin(), "compound-v2.json", &file)
        .unwrap_or_else(|error| panic!("{error}"));
    let refused: Vec<_> =
        steps.iter().filter_map(|step| Some((step.index, step.result.as_ref().err()?.0.as_str()))).collect();
    assert_eq!(refused, [(3, "BORROW_COMPTROLLER_REJECTION(INSUFFICIENT_LIQUIDITY)")]);
    assert_eq!(steps.len(), 10);
}

#[test]
fn morpho_blue_sequences_replay() {
    if !is_installed("replays of morpho-blue") {
        return;
    }
    let mut twin = MorphoBlueTwin::new(3).expect("twins");
    let [ours, replayed] = both_ends(&mut twin, 120);
    assert!(ours.get("users").is_some());
    assert_eq!(ours, replayed);
}
