//! Venue tables and states.

use levmine_math::U256;
use levmine_vault::Vault;
use levmine_yearn::DESCRIPTOR;
use proptest::prelude::*;

use crate::support::{ALICE, asset, at, build, build_json, json, shares, with_state};

#[test]
fn every_preset_is_built_and_survives_a_round_trip() {
    for preset in DESCRIPTOR.presets {
        let mut vault = build(&format!("preset = \"{}\"", preset.name)).expect(preset.name);
        let amount = asset(&*vault, 1_234_567_891);
        vault.deposit(ALICE, amount, at(77)).expect("a deposit");
        vault.accrue(at(100_000)).expect("time passes");
        let dump = vault.dump();
        let again = build_json(&with_state(vault.version(), "USDC", &json(&dump)));
        assert_eq!(again.expect(preset.name).dump(), dump);
    }
    assert_eq!(DESCRIPTOR.presets.len(), 5);
}

#[test]
fn errors_say_where_what_and_what_else() {
    let message = |table: &str| build(table).expect_err(table).to_string();
    assert!(message("preset = \"v3-2024-1\"").contains("did you mean \"v3-2024-10"));
    assert!(message("preset = \"v3-2024-10\"\nyields = \"3%\"").contains("did you mean `yield`"));
    assert!(message("version = \"0.4.6\"\nasset = \"USDC\"").contains("`deposits` is missing"));
    assert!(message("version = \"0.4.5\"\nasset = \"USDC\"").contains("did you mean"));
    assert!(message("version = \"0.4.6\"\nasset = \"pool-LP\"").contains("the symbol of a known asset"));
    let v3 = |rest: &str| message(&format!("preset = \"v3-2024-10\"\n{rest}"));
    assert!(v3("management_fee = \"2%\"").contains("no management fee"));
    assert!(v3("performance_fee = \"51%\"").contains("0% to 50%"));
    assert!(v3("performance_fee = \"0.005%\"").contains("steps of 0.01%"));
    assert!(v3("strategies = []").contains("a list of tables"));
    assert!(v3("strategies = [{ part = \"60%\" }, { part = \"41%\" }]").contains("at most 100%"));
    assert!(v3("unlock = \"400d\"").contains("at most a year"));
    assert!(v3("harvest_every = \"often\"").contains("never"));
    assert!(v3("yield = \"1000001%\"").contains("1000000%"));
    assert!(v3("version = \"0.4.3\"").contains("the preset's"));
    assert!(v3("deposits = \"1e60\"").contains("whole tokens"));
    assert!(v3("[state]\ntotal_idle = \"1\"").contains("no state beside preset"));
    assert!(message("preset = \"tokenized-2024-10\"\nstrategies = []").contains("this vault is one"));
    let state = "version = \"3.0.4\"\nasset = \"USDC\"\n[state]\n";
    assert!(message(state).contains("is missing"));
}

#[test]
fn a_period_of_v2_is_rounded_up() {
    let vault = build("preset = \"v2-2023-01\"\nunlock = \"6h\"").expect("a vault");
    // 10^18 ÷ 21,600, rounded up
    let degradation = crate::support::number(&vault.dump(), "locked_profit_degradation");
    assert_eq!(degradation, U256::from(46_296_296_296_297_u64));
}

/// States of every generation, with profit that unlocks and a strategy that is awkward.
fn states() -> Vec<(String, String)> {
    let of = |preset: &str| {
        let mut vault = build(&format!("preset = {preset:?}\nyield = \"30%\"")).expect(preset);
        vault.accrue(at(200_000)).expect("time passes");
        (vault.version().to_string(), json(&vault.dump()))
    };
    DESCRIPTOR.presets.iter().map(|preset| of(preset.name)).collect()
}

const NASTY: &[&str] = &[
    "0",
    "1",
    "-1",
    "9999",
    "10001",
    "1e90",
    "NaN",
    "18446744073709551615",
    "18446744073709551616",
    "57896044618658097711785492504343953926634992332820282019728792003956564819968",
    "115792089237316195423570985008687907853269984665640564039457584007913129639935",
    "115792089237316195423570985008687907853269984665640564039457584007913129639936",
    "",
    "true",
];

/// Puts `nasty` in the place of the text number `at`.
fn spoil(state: &str, at: usize, nasty: &str) -> String {
    let places: Vec<usize> = state.match_indices(":\"").map(|(place, _)| place + 2).collect();
    let Some(place) = at.checked_rem(places.len()).and_then(|at| places.get(at)) else { return state.into() };
    let (head, rest) = state.split_at(*place);
    let tail = rest.split_once('"').map_or("", |(_, tail)| tail);
    format!("{head}{nasty}\"{tail}")
}

/// Does what can be done; nothing panics, and what is refused changes nothing.
fn live(vault: &mut dyn Vault) {
    let amount = asset(vault, 1_000_000);
    let some = shares(vault, 777_777);
    let _ = vault.value(some, at(200_001));
    let _ = vault.preview_deposit(amount, at(200_001));
    let _ = vault.preview_redeem(some, at(200_001));
    let _ = vault.max_deposit(amount.asset, at(200_001));
    let _ = (vault.holdings(), vault.issued());
    for seconds in [200_002, 500_000, 100_000_000] {
        let before = vault.dump();
        if vault.accrue(at(seconds)).is_err() {
            assert_eq!(vault.dump(), before);
        }
        for step in 0..4 {
            let before = vault.dump();
            let refused = match step {
                0 => vault.deposit(ALICE, amount, at(seconds)).is_err(),
                1 => vault.redeem(ALICE, some, levmine_math::Bps::ONE, at(seconds)).is_err(),
                2 => vault.harvest(ALICE, at(seconds)).is_err(),
                _ => vault.mint(ALICE, amount.asset, some, at(seconds)).is_err(),
            };
            if refused {
                assert_eq!(vault.dump(), before);
            }
        }
    }
}

#[test]
fn spoiled_states_are_refused_or_live() {
    let states = states();
    let cases = (0..states.len(), prop::collection::vec((0_usize..200, 0..NASTY.len()), 1..4));
    let config = ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let done = runner.run(&cases, |(which, changes)| {
        let (version, state) = &states[which];
        let spoiled =
            changes.iter().fold(state.clone(), |state, (at, nasty)| spoil(&state, *at, NASTY[*nasty]));
        match build_json(&with_state(version, "USDC", &spoiled)) {
            Ok(mut vault) => live(&mut *vault),
            Err(error) => assert!(!error.to_string().is_empty()),
        }
        Ok(())
    });
    done.expect("no panic");
}
