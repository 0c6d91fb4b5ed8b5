//! Venue tables.

use levmine_erc4626::DESCRIPTOR;
use levmine_math::U256;
use proptest::prelude::*;

use crate::support::{ALICE, assets, at, build, build_named, shares, state_table};

#[test]
fn every_preset_is_built_and_survives_a_round_trip() {
    for preset in DESCRIPTOR.presets {
        let table = format!("preset = \"{}\"", preset.name);
        let mut vault = build(&table).expect(preset.name);
        let some = assets(&*vault, 1_000_000_000);
        vault.deposit(ALICE, some, at(77)).expect("a deposit");
        let dump = vault.dump();
        let again = build(&format!("{table}\n[state]\n{}", state_table(&dump))).expect(preset.name);
        assert_eq!(again.dump(), dump);
        // A day later both have earned the same.
        let value =
            |vault: &dyn levmine_vault::Vault| vault.value(shares(vault, 10_u128.pow(24)), at(90_000));
        assert_eq!(value(&*again).expect("a value"), value(&*vault).expect("a value"));
    }
    assert_eq!(DESCRIPTOR.presets.len(), 2);
}

#[test]
fn a_share_for_a_token_unless_told_otherwise() {
    let vault = build("asset = \"USDC\"\ndeposits = \"5\"\ndecimals_offset = 12").expect("a vault");
    assert_eq!(vault.issued()[0].raw, U256::from(5_000_000_000_000_000_000_u128));
    assert_eq!(vault.issued()[0].asset.symbol(), "vault-share");
    assert_eq!(vault.issued()[0].asset.decimals(), 18);
    let vault =
        build("asset = \"USDC\"\ndeposits = \"5\"\nshares = \"4\"\nshare = \"vUSDC\"").expect("a vault");
    assert_eq!(vault.issued()[0].raw, U256::from(4_000_000));
    assert_eq!(vault.issued()[0].asset.symbol(), "vUSDC");
    let vault =
        build("preset = \"sdai\"\ndeposits = \"7\"\nyield = \"0%\"\nlimit = \"none\"").expect("a vault");
    let (dai, later) = (vault.assets()[0], at(9_999_999));
    assert_eq!(vault.max_deposit(dai, later).expect("a limit"), U256::MAX);
    assert_eq!(vault.holdings()[0].raw, U256::from(7_000_000_000_000_000_000_u128));
    assert_eq!(vault.issued()[0].asset.symbol(), "sDAI");
}

#[test]
fn errors_say_where_what_and_what_else() {
    let message = |table: &str| build(table).expect_err(table).to_string();
    assert!(message("preset = \"sday\"").contains("did you mean \"sdai\""));
    assert!(message("preset = \"sdai\"\nyeild = \"5%\"").contains("did you mean `yield`"));
    assert!(message("preset = \"sdai\"\nasset = \"DAI\"").contains("no asset beside preset"));
    assert!(message("preset = \"sdai\"\ndecimals_offset = 3").contains("no decimals_offset beside preset"));
    assert!(message("deposits = \"1\"").contains("`asset` is missing"));
    assert!(message("asset = \"DAI\"").contains("`deposits` is missing"));
    assert!(message("asset = \"DAY\"\ndeposits = \"1\"").contains("did you mean \"DAI\""));
    assert!(
        message("asset = \"DAI\"\nshare = \"DAI\"\ndeposits = \"1\"")
            .contains("both the asset and its share")
    );
    assert!(
        message("asset = \"DAI\"\nshare = \"a b\"\ndeposits = \"1\"")
            .contains("a name that a token can have")
    );
    assert!(message("asset = \"DAI\"\ndecimals_offset = 19\ndeposits = \"1\"").contains("at most 36"));
    assert!(message("asset = \"DAI\"\ndecimals_offset = -1\ndeposits = \"1\"").contains("a whole number"));
    assert!(
        message("asset = \"USDC\"\ndeposits = \"0.0000001\"").contains("more than the token's 6 decimals")
    );
    assert!(message("asset = \"USDC\"\ndeposits = \"1\"\n[state]\ntotalAssets = 1").contains("not both"));
    assert!(message("asset = \"USDC\"\n[state]\ntotalAssets = 1").contains("`totalSupply` is missing"));
    assert!(
        message("asset = \"USDC\"\n[state]\ntotalAssets = 1\ntotalSupply = 1\nupdate = 1")
            .contains("updated")
    );
    assert!(message("asset = \"USDC\"\ndeposits = \"1\"\nversion = \"5\"").contains("4.9.6"));
    for rate in ["5", "-1%", "1000.1%", "0.00000000000000001%", "much"] {
        let read = message(&format!("asset = \"USDC\"\ndeposits = \"1\"\nyield = \"{rate}\""));
        assert!(read.contains("percentage"), "{read}");
    }
    let long = build_named("a-very-long-venue-name", "asset = \"DAI\"\ndeposits = \"1\"");
    assert!(long.expect_err("too long").to_string().contains("a name that a token can have"));
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<u128>().prop_map(|number| number.to_string()),
        any::<i64>().prop_map(|number| number.to_string()),
        Just("\"5%\"".to_string()),
        Just("\"1000000\"".to_string()),
        Just("\"DAI\"".to_string()),
        Just("\"sdai\"".to_string()),
        Just("\"none\"".to_string()),
        Just("[]".to_string()),
        Just("true".to_string()),
        Just("{ totalAssets = 1, totalSupply = 1 }".to_string()),
        Just(format!("{{ totalAssets = \"{}\", totalSupply = \"9\", updated = 5 }}", U256::MAX)),
        "[ -~]{0,12}".prop_map(|text| format!("{text:?}")),
        Just(format!("\"{}\"", "9".repeat(90))),
    ]
}

fn entry() -> impl Strategy<Value = String> {
    let keys = vec![
        "preset",
        "asset",
        "share",
        "decimals_offset",
        "deposits",
        "shares",
        "limit",
        "yield",
        "state",
        "version",
        "other",
    ];
    (prop::sample::select(keys), value()).prop_map(|(key, value)| format!("{key} = {value}\n"))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn the_decoder_never_panics(entries in prop::collection::vec(entry(), 0..6), named in any::<bool>()) {
        let mut table: String = entries.concat();
        if named {
            table.insert_str(0, "asset = \"USDC\"\n");
        }
        if let Ok(mut vault) = build(&table) {
            // Whatever state was read, every operation answers.
            let one = assets(&*vault, 1);
            let _ = vault.deposit(ALICE, one, at(99));
            let _ = vault.value(shares(&*vault, u128::MAX), at(99));
            let _ = vault.accrue(at(u64::MAX / 2));
        }
    }

    #[test]
    fn any_state_is_read_and_written(raw in any::<[u64; 8]>(), updated in any::<u32>()) {
        let [a, b, c, d, e, f, g, h] = raw;
        let (held, exist) = (U256::from_limbs([a, b, c, d]), U256::from_limbs([e, f, g, h]));
        let table = format!(
            "asset = \"USDC\"\n[state]\ntotalAssets = \"{held}\"\ntotalSupply = \"{exist}\"\nupdated = \"{updated}\""
        );
        let vault = build(&table).expect("a vault");
        let again = build(&format!("asset = \"USDC\"\n[state]\n{}", state_table(&vault.dump()))).expect("a vault");
        prop_assert_eq!(vault.dump(), again.dump());
        prop_assert_eq!(vault.holdings()[0].raw, held);
        prop_assert_eq!(vault.issued()[0].raw, exist);
    }
}
