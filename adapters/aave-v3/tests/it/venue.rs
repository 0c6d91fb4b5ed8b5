//! Venue tables: what is accepted, what is refused and in which words.

use levmine_aave_v3::{ADAPTER, AaveV3Market};
use levmine_config::{Node, Place, Value, parse_json};
use levmine_lending::LendingMarket;
use levmine_market::{Assets, BuildContext, Dump};
use proptest::prelude::*;

use crate::markets::{START, decode, ethereum, small};

fn refusal(text: &str) -> String {
    decode(text).expect_err("refused").to_string()
}

fn contains(text: &str, parts: &[&str]) {
    let message = refusal(text);
    for part in parts {
        assert!(message.contains(part), "{message:?} lacks {part:?}");
    }
}

#[test]
fn refusals_name_the_place_and_what_is_accepted() {
    contains("", &["`preset` is missing"]);
    contains(
        "preset = \"etherium\"",
        &["venue.toml:1: preset", "\"etherium\"", "did you mean \"ethereum\"?"],
    );
    contains("preset = \"ethereum\"\nversion = \"3.8\"", &["venue.toml:2: version", "3.0, 3.1"]);
    contains("preset = \"ethereum\"\nprest = 1", &["unknown key `prest`", "did you mean `preset`?"]);
    let reserve = |line: &str| format!("preset = \"ethereum\"\n[reserves.WETH]\n{line}");
    contains(&reserve("max_lvt = \"80%\""), &["venue.toml:3", "did you mean `max_ltv`?"]);
    contains(
        &reserve("max_ltv = \"80.555%\""),
        &["reserves.WETH.max_ltv", "\"80.555%\"", "at most two decimals"],
    );
    contains(&reserve("max_ltv = \"90%\""), &["max_ltv not above liquidation_threshold"]);
    contains(&reserve("supply_cap = \"many\""), &["\"many\"", "whole tokens"]);
    contains(&reserve("slope1 = \"-1%\""), &["from 0%"]);
    contains("[reserves.WETH]\nmax_ltv = \"80%\"", &["`reserve_factor` is missing"]);
    contains("[reserves.NOPE]\n", &["NOPE", "known asset"]);
    let liquidity = |line: &str| format!("preset = \"ethereum\"\n[liquidity.USDC]\n{line}");
    contains(&liquidity("supplied = \"1.1234567\""), &["at most 6 places"]);
    contains(&liquidity("supplied = \"1\"\nborrowed = \"2\""), &["at most what is supplied"]);
    contains("preset = \"ethereum\"\n[liquidity.USD]\nsupplied = 1", &["did you mean \"USDC\"?"]);
    contains("preset = \"ethereum\"\n[categories.300]\n", &["1 to 255"]);
    contains(
        "preset = \"ethereum\"\n[liquidity.USDC]\nsupplied = 1\n[state]\n",
        &["either `liquidity` or `state`, not both"],
    );
}

#[test]
fn a_table_changes_the_preset() {
    let market = decode(
        r#"
        preset = "ethereum"
        version = "3.3"
        flash_loan_premium = "0.09%"
        [reserves.WETH]
        optimal_utilization = "80%"
        slope1 = "2.8%"
        reserve_factor = "12.34%"
        borrow_cap = "none"
        [reserves.LDO]
        collateral = false
        [categories.2]
        max_ltv = "93%"
        liquidation_threshold = "95%"
        liquidation_bonus = "1%"
        collateral = ["wstETH"]
        borrowable = ["WETH"]
        [liquidity.USDC]
        supplied = "1_000.5"
        "#,
    )
    .expect("a market");
    let [weth, .., ldo] = ["WETH", "LDO"].map(|symbol| {
        *market.pool().reserves().iter().find(|reserve| reserve.asset.symbol() == symbol).expect("listed")
    });
    assert_eq!((weth.params.reserve_factor, weth.params.borrow_cap), (1_234, 0));
    assert_eq!(weth.curve.slope1, 28_000_000_000_000_000_000_000_000);
    assert_eq!((ldo.params.ltv, ldo.params.liquidation_threshold, ldo.params.liquidation_bonus), (0, 0, 0));
    let [one, two] = market.pool().categories() else { panic!("two categories") };
    assert_eq!((one.ltv, two.ltv, two.collateral, two.borrowable), (9_000, 9_300, 0b10, 0b1));
    assert_eq!(
        market.holdings().iter().find(|held| held.asset.symbol() == "USDC").map(|h| h.raw.to_string()),
        Some("1000500000".into())
    );
}

/// A dump as JSON.
fn json(dump: &Dump) -> serde_json::Value {
    match dump {
        Dump::Text(text) => text.as_str().into(),
        Dump::Boolean(value) => (*value).into(),
        Dump::List(items) => items.iter().map(json).collect(),
        Dump::Table(entries) => entries.iter().map(|(key, item)| (key.clone(), json(item))).collect(),
    }
}

fn rebuild(market: &AaveV3Market) -> AaveV3Market {
    let state = json(&market.dump());
    let venue = serde_json::json!({ "version": market.version(), "state": state });
    let node = parse_json("dump.json", &venue.to_string()).expect("valid");
    let mut assets = Assets::standard();
    for asset in market.assets() {
        assets.insert(asset);
    }
    let ctx = BuildContext { venue: "bank", assets: &assets, now: START };
    let mut fields = node.fields().expect("a table");
    let rebuilt = AaveV3Market::decode(&mut fields, &ctx).unwrap_or_else(|error| panic!("{error}"));
    fields.finish().expect("nothing left");
    rebuilt
}

#[test]
fn a_dump_is_a_state() {
    for rules in &levmine_aave_v3::VERSIONS {
        for market in [small(rules.name), ethereum(rules.name)] {
            assert_eq!(rebuild(&market).dump(), market.dump(), "{}", rules.name);
        }
    }
}

/// Values of all kinds, with the keys that the decoder knows more often than not.
fn any_value() -> impl Strategy<Value = Value> {
    let key = prop_oneof![
        Just("preset"),
        Just("version"),
        Just("reserves"),
        Just("categories"),
        Just("liquidity"),
        Just("state"),
        Just("WETH"),
        Just("USDC"),
        Just("1"),
        Just("max_ltv"),
        Just("liquidation_threshold"),
        Just("liquidation_bonus"),
        Just("reserve_factor"),
        Just("optimal_utilization"),
        Just("slope1"),
        Just("slope2"),
        Just("base_rate"),
        Just("supply_cap"),
        Just("debt_ceiling"),
        Just("supplied"),
        Just("borrowed"),
        Just("users"),
        Just("alice"),
        Just("scaledSupply"),
        Just("scaledDebt"),
        Just("userConfiguration"),
        Just("configuration"),
        Just("liquidityIndex"),
        Just("virtualUnderlyingBalance"),
        Just("allowances"),
        Just("umbrella"),
        Just("assets"),
        Just("collateral"),
        Just("eMode"),
        Just("flash_loan_premium"),
        Just("underlyingHeld"),
        Just("lastUpdateTimestamp"),
        Just("é"),
    ];
    let leaf = prop_oneof![
        Just(Value::Text("ethereum".into())),
        Just(Value::Text("80%".into())),
        Just(Value::Text("5%".into())),
        Just(Value::Text("outsider 7".into())),
        Just(Value::Text(
            "115792089237316195423570985008687907853269984665640564039457584007913129639935".into()
        )),
        "[0-9]{1,80}".prop_map(Value::Number),
        ".{0,12}".prop_map(Value::Text),
        any::<bool>().prop_map(Value::Boolean),
        "[0-9]{1,3}(\\.[0-9]{1,3})?%".prop_map(Value::Text),
        Just(Value::Text("3.5".into())),
    ];
    leaf.prop_recursive(5, 60, 8, move |inner| {
        prop_oneof![
            prop::collection::vec((key.clone(), inner.clone()), 0..8).prop_map(|entries| {
                let entries = entries.into_iter().map(|(key, value)| (key.to_string(), node(value)));
                Value::Table(entries.collect())
            }),
            prop::collection::vec(inner, 0..4)
                .prop_map(|items| Value::List(items.into_iter().map(node).collect())),
        ]
    })
}

fn node(value: Value) -> Node {
    Node { place: Place { file: "fuzz".into(), line: 1, path: String::new() }, value }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_table_makes_the_decoder_panic(
        entries in prop::collection::vec((prop_oneof![
            Just("preset"), Just("version"), Just("reserves"), Just("categories"), Just("liquidity"), Just("state"),
        ], any_value()), 0..5),
        preset in any::<bool>(),
    ) {
        let mut entries: Vec<_> = entries.into_iter().map(|(key, value)| (key.to_string(), node(value))).collect();
        if preset {
            entries.insert(0, ("preset".into(), node(Value::Text("ethereum".into()))));
        }
        let table = node(Value::Table(entries));
        let assets = Assets::standard();
        let ctx = BuildContext { venue: "bank", assets: &assets, now: START };
        if let Ok(mut market) = (ADAPTER.build)(&mut table.fields().expect("a table"), &ctx) {
            let later = levmine_market::Moment { time: START.time.plus(86_400), block: 0 };
            let _ = market.accrue(later);
            let _ = market.dump();
        }
    }
}
