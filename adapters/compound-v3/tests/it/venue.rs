//! Venue tables: what is accepted, what is refused and in which words; states that are read back.

use levmine_compound_v3::{ADAPTER, BORROWERS, CompoundV3Market, DESCRIPTOR, SUPPLIERS};
use levmine_config::{Node, Place, Value, parse_json, parse_toml};
use levmine_lending::{Context, LendingMarket, replay};
use levmine_market::{Account, BlockClock, BuildContext, Dump, Moment, NamedAccounts};
use proptest::prelude::*;

use crate::markets::{
    ALICE, BOB, DEPTH, REWARDS, START, USDC, WETH, assets, at, borrow, build, decode, prices, small, supply,
};

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
    contains("", &["`base` is missing", "preset"]);
    contains("preset = \"mainnet-usd\"", &["venue.toml:1: preset", "did you mean \"mainnet-usdc\"?"]);
    contains("preset = \"mainnet-usdc\"\nversion = \"2\"", &["venue.toml:2: version", "Comet"]);
    contains("preset = \"mainnet-usdc\"\nbase = \"USDT\"", &["venue.toml:2: base", "\"USDC\""]);
    contains("preset = \"mainnet-usdc\"\nprices = \"eth\"", &["usd", "base"]);
    contains("preset = \"mainnet-usdc\"\nstore_front_price_factor = \"101%\"", &["from 0% to 100%"]);
    contains("base = \"USDC\"", &["`store_front_price_factor` is missing"]);
    contains(&USDC.replace("supply_kink = \"80%\"", ""), &["`supply_kink` is missing"]);
    contains(&USDC.replace("supply_kink", "supply_kinks"), &["did you mean `supply_kink`?"]);
    contains(&USDC.replace("base = \"USDC\"", "base = \"NOPE\""), &["NOPE", "known asset"]);
    let wbtc = |line: &str| format!("preset = \"mainnet-usdc\"\n[collaterals.WBTC]\n{line}");
    contains(&wbtc("supply_caps = 1"), &["venue.toml:3", "did you mean `supply_cap`?"]);
    contains(&wbtc("supply_cap = \"many\""), &["\"many\"", "whole tokens"]);
    contains(&wbtc("supply_cap = \"18446744073709551616\""), &["below 2^64"]);
    contains(&wbtc("liquidate_collateral_factor = \"101%\""), &["from 0% to 100%"]);
    contains(&wbtc("borrow_collateral_factor = \"77%\""), &["must be below its liquidate", "constructor"]);
    contains("preset = \"mainnet-usdc\"\n[collaterals.USDC]\n", &["not the base asset"]);
    contains("preset = \"mainnet-usdc\"\n[collaterals.DAI]\n", &["`borrow_collateral_factor` is missing"]);
    contains("preset = \"mainnet-usdc\"\n[rates]\nborrow_base = \"1001%\"", &["from 0% to 1000%"]);
    contains("preset = \"mainnet-usdc\"\n[rewards]\nbase_tracking_supply_speed = \"-1\"", &["per second"]);
    contains(&format!("{USDC}[rewards]\ntoken = \"COMP\""), &["`base_min_for_rewards` is missing"]);
    let liquidity = |line: &str| format!("preset = \"mainnet-usdc\"\n[liquidity]\n{line}");
    contains(&liquidity("borrowed = 1"), &["`supplied` is missing"]);
    contains(&liquidity("supplied = \"1.1234567\""), &["at most 6 places"]);
    contains(&liquidity("supplied = 1\nborrowed = 2"), &["at most what is `supplied`"]);
    contains(&liquidity("supplied = 1\ncollateral = { WTEH = 1 }"), &["did you mean \"WETH\"?"]);
    contains(&liquidity("supplied = 1\n[state]"), &["either `liquidity` or `state`, not both"]);
    let state = |line: &str| format!("preset = \"mainnet-usdc\"\n[state]\n{line}");
    contains(&state("baseSupplyIndex = \"1\""), &["not below one"]);
    contains(&state("pauseFlags = \"32\""), &["2^5"]);
    contains(&state("[state.users.alice]\nprincipal = \"-x\""), &["2^103"]);
    contains(
        &state("totalSupplyBase = \"1\"\n[state.users.alice]\nprincipal = \"2\""),
        &["sum of the balances, 2"],
    );
    contains(&state("[state.users.alice]\nassetsIn = \"1\""), &["0, a bit for each"]);
    contains(
        &state("[state.users.alice]\ncollateral = { WETH = \"2\" }\n[state.collaterals.WETH]\nheld = \"1\""),
        &["at least what accounts have, 2"],
    );
}

#[test]
fn a_base_of_five_decimals_is_refused_by_the_constructor() {
    for decimals in [5, 19] {
        let mut assets = assets();
        assets.insert(levmine_market::Asset::new("USDC", decimals).expect("an asset"));
        let node = parse_toml("venue.toml", USDC).expect("valid");
        let ctx = BuildContext { venue: "comet", assets: &assets, now: START };
        let refused = CompoundV3Market::decode(&mut node.fields().expect("a table"), &ctx);
        assert!(refused.expect_err("refused").to_string().contains("base 6 to 18"));
    }
}

#[test]
fn a_table_changes_the_preset() {
    let market = build(
        r#"
        preset = "mainnet-usdc"
        target_reserves = 1
        [rates]
        borrow_base = "3%"
        [collaterals.COMP]
        supply_cap = "900_000.5"
        [collaterals.wstETH]
        borrow_collateral_factor = "82.0099%"
        liquidate_collateral_factor = "87%"
        liquidation_factor = "92%"
        supply_cap = 10
        [rewards]
        multiplier = "1.5"
        [liquidity]
        supplied = "1_000.5"
        borrowed = "900"
        reserves = "7"
        collateral = { WBTC = "2" }
        "#,
    );
    let params = market.comet().params();
    assert_eq!(params.target_reserves, 1_000_000);
    assert_eq!((params.borrow.base, params.supply.slope_low), (951_293_759, 1_030_568_239));
    // Caps are kept in whole tokens, factors in basis points.
    assert_eq!(params.collaterals[0].supply_cap, 900_000_000_000_000_000_000_000);
    assert_eq!(params.collaterals[5].borrow_collateral_factor, 8_200);
    assert_eq!(market.comet().user(SUPPLIERS).principal, 1_000_500_000);
    assert_eq!(market.comet().user(BORROWERS).principal, -900_000_000);
    assert_eq!(market.comet().user(BORROWERS).assets_in(), 0b10);
    assert_eq!(market.holdings()[0].raw.to_string(), "107500000");
}

/// A dump as JSON.
fn value(dump: &Dump) -> serde_json::Value {
    match dump {
        Dump::Text(text) => text.as_str().into(),
        Dump::Boolean(flag) => (*flag).into(),
        Dump::List(items) => items.iter().map(value).collect(),
        Dump::Table(entries) => {
            serde_json::Value::Object(entries.iter().map(|(key, item)| (key.clone(), value(item))).collect())
        }
    }
}

fn with_state(venue: &str, state: &serde_json::Value) -> CompoundV3Market {
    let mut node = parse_toml("venue.toml", venue).expect("valid");
    let state = parse_json("state.json", &state.to_string()).expect("valid");
    if let Value::Table(entries) = &mut node.value {
        entries.push(("state".into(), state));
    }
    let ctx = BuildContext { venue: "comet", assets: &assets(), now: START };
    CompoundV3Market::decode(&mut node.fields().expect("a table"), &ctx)
        .unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn a_dump_is_a_state() {
    let parameters = format!("{USDC}{REWARDS}");
    let mut market = build(&format!("{parameters}{DEPTH}"));
    let (book, later) = (prices(), at(86_400));
    supply(&mut market, ALICE, "WETH", "10", &Context { now: START, prices: &book });
    supply(&mut market, BOB, "COMP", "3", &Context { now: START, prices: &book });
    borrow(&mut market, ALICE, "1_000", &Context { now: later, prices: &book });
    market.claim(ALICE, at(90_000)).expect("claimed");
    market.comet_mut().allow(ALICE, BOB, true);
    let dump = market.dump();
    let again = with_state(&parameters, &value(&dump));
    // Names of the form "account 0" are names; the outsiders stay who they are.
    assert_eq!(again.dump(), dump);
    assert_eq!(with_state(&parameters, &value(&again.dump())).dump(), dump);
    assert_eq!(again.comet().totals(), market.comet().totals());
    for preset in DESCRIPTOR.presets {
        let venue = format!("preset = \"{}\"", preset.name);
        let dump = build(&venue).dump();
        assert_eq!(with_state(&venue, &value(&dump)).dump(), dump, "{}", preset.name);
    }
}

#[test]
fn a_replay_can_do_what_only_comet_has() {
    let venue = format!("{USDC}{REWARDS}");
    let state = serde_json::json!({
        "users": { "alice": { "principal": "5000000000" }, "bob": {}, "gov": {} },
        "governor": "gov", "cash": "5000000000", "rewardsHeld": "1000000000000000000000",
    });
    let mut market = with_state(&venue, &state);
    let accounts = NamedAccounts::new();
    for name in ["alice", "bob", "gov"] {
        accounts.account(name);
    }
    let max = levmine_math::U256::MAX.to_string();
    let operations = serde_json::json!([
        { "op": "allow", "by": "alice", "manager": "bob", "isAllowed": true },
        { "op": "withdrawFrom", "by": "bob", "src": "alice", "to": "bob", "asset": "USDC", "amount": "1000" },
        { "op": "supplyFrom", "by": "bob", "from": "bob", "dst": "carol", "asset": "WETH", "amount": "7" },
        { "op": "transferAsset", "by": "carol", "dst": "bob", "asset": "WETH", "amount": "3" },
        { "op": "transferAssetFrom", "by": "bob", "src": "alice", "dst": "bob", "asset": "USDC", "amount": max },
        { "op": "donate", "by": "bob", "asset": "WETH", "amount": "1000000000000" },
        { "op": "quoteCollateral", "asset": "WETH", "baseAmount": "1" },
        { "op": "buyCollateral", "by": "bob", "asset": "WETH", "minAmount": "1", "baseAmount": "1" },
        { "op": "accrueAccount", "account": "bob" },
        { "op": "claimTo", "by": "bob", "src": "alice", "to": "alice", "shouldAccrue": true },
        { "op": "absorb", "by": "bob", "accounts": ["alice"] },
        { "op": "pause", "by": "gov", "supply": true, "transfer": false, "withdraw": false,
          "absorb": false, "buy": false },
        { "op": "withdrawReserves", "by": "gov", "to": "gov", "amount": "1" },
        { "op": "supply", "by": "bob", "asset": "USDC", "amount": "1" },
        { "op": "noSuchThing" }
    ]);
    let node = parse_json("ops.json", &operations.to_string()).expect("valid");
    let known = assets();
    let clock = BlockClock { origin: START, milliseconds_per_block: 12_000 };
    let start =
        levmine_lending::ReplayStart { assets: &known, prices: prices(), now: START, clock, accounts };
    let mut steps = Vec::new();
    replay(&mut market, &node, start, &mut |step| steps.push(step)).unwrap_or_else(|error| panic!("{error}"));
    let outcomes: Vec<String> = steps
        .iter()
        .map(|step| match &step.result {
            Ok(Dump::Text(text)) => text.clone(),
            Ok(_) => "done".into(),
            Err((code, _)) => code.clone(),
        })
        .collect();
    let expected = [
        "done",
        "1000",
        "7",
        "3",
        "4999999000",
        "done",
        "449797570",
        "449797570",
        "done",
        "0",
        "NotLiquidatable",
        "done",
        "done",
        "Paused",
        "UNSUPPORTED",
    ];
    assert_eq!(outcomes, expected);
    assert_eq!(market.comet().user(BOB).principal, 4_999_999_000);
    assert_eq!(market.comet().user(Account::new(3)).balance_of(0), 4);
}

trait BalanceOf {
    fn balance_of(&self, number: usize) -> u128;
}

impl BalanceOf for levmine_compound_v3::User {
    fn balance_of(&self, number: usize) -> u128 {
        self.collateral[number]
    }
}

/// Values of all kinds, with the keys that the decoder knows more often than not.
fn any_value() -> impl Strategy<Value = Value> {
    let key = prop::sample::select(vec![
        "preset",
        "version",
        "base",
        "prices",
        "store_front_price_factor",
        "target_reserves",
        "base_borrow_min",
        "rates",
        "collaterals",
        "rewards",
        "liquidity",
        "state",
        "supply_kink",
        "supply_slope_low",
        "supply_slope_high",
        "borrow_kink",
        "borrow_base",
        "borrow_slope_low",
        "borrow_slope_high",
        "WETH",
        "USDC",
        "COMP",
        "borrow_collateral_factor",
        "liquidate_collateral_factor",
        "liquidation_factor",
        "supply_cap",
        "token",
        "multiplier",
        "base_tracking_supply_speed",
        "base_min_for_rewards",
        "funded",
        "supplied",
        "borrowed",
        "reserves",
        "collateral",
        "users",
        "alice",
        "principal",
        "baseSupplyIndex",
        "baseBorrowIndex",
        "totalSupplyBase",
        "totalBorrowBase",
        "lastAccrualTime",
        "pauseFlags",
        "cash",
        "held",
        "totalSupplyAsset",
        "allowed",
        "owner",
        "manager",
        "governor",
        "assetsIn",
        "baseTrackingIndex",
        "rewardsClaimed",
        "é",
    ]);
    let leaf = prop_oneof![
        Just(Value::Text("mainnet-usdc".into())),
        Just(Value::Text("USDC".into())),
        Just(Value::Text("WETH".into())),
        Just(Value::Text("80%".into())),
        Just(Value::Text("outsider 7".into())),
        Just(Value::Text("-10141204801825835211973625643007".into())),
        Just(Value::Text(levmine_math::U256::MAX.to_string())),
        "-?[0-9]{1,80}".prop_map(Value::Number),
        ".{0,12}".prop_map(Value::Text),
        any::<bool>().prop_map(Value::Boolean),
        "[0-9]{1,3}(\\.[0-9]{1,3})?%".prop_map(Value::Text),
        "[0-9]{1,22}(\\.[0-9]{1,3})?".prop_map(Value::Text),
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

/// Uses a market that was built from anything at all.
fn use_it(market: &mut dyn LendingMarket) {
    let prices = prices();
    for seconds in [0, 1, 86_400, 4_000_000_000, u64::MAX] {
        let now = Moment { time: START.time.plus(seconds), block: 0 };
        let ctx = Context { now, prices: &prices };
        let _ = market.accrue(now);
        for account in [ALICE, SUPPLIERS, BORROWERS, Account::outsider(7)] {
            let _ = (market.position(account, now), market.health(account, &ctx), market.claim(account, now));
        }
        let _ = (market.sales(&ctx), market.holdings(), market.dump());
    }
}

/// Another number, text or key somewhere in a state that is accepted.
fn spoil(value: &mut Value, at: &mut usize, with: &Value) {
    match value {
        Value::Table(entries) => entries.iter_mut().for_each(|(_, node)| spoil(&mut node.value, at, with)),
        Value::List(items) => items.iter_mut().for_each(|node| spoil(&mut node.value, at, with)),
        leaf => {
            if *at == 0 {
                *leaf = with.clone();
            }
            *at = at.wrapping_sub(1);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_table_makes_the_decoder_panic(
        entries in prop::collection::vec((prop_oneof![
            Just("preset"), Just("base"), Just("rates"), Just("collaterals"), Just("rewards"), Just("liquidity"),
            Just("state"), Just("prices"), Just("target_reserves"),
        ], any_value()), 0..5),
        preset in any::<bool>(),
    ) {
        let mut entries: Vec<_> = entries.into_iter().map(|(key, value)| (key.to_string(), node(value))).collect();
        if preset {
            entries.insert(0, ("preset".into(), node(Value::Text("mainnet-usdc".into()))));
        }
        let table = node(Value::Table(entries));
        let known = assets();
        let ctx = BuildContext { venue: "comet", assets: &known, now: START };
        if let Ok(mut market) = (ADAPTER.build)(&mut table.fields().expect("a table"), &ctx) {
            use_it(&mut *market);
        }
    }

    #[test]
    fn no_spoiled_state_makes_the_decoder_panic(
        changes in prop::collection::vec((0_usize..60, any_value()), 1..4),
    ) {
        let mut market = small();
        supply(&mut market, ALICE, "WETH", "10", &Context { now: START, prices: &prices() });
        let mut state = parse_json("state.json", &value(&market.dump()).to_string()).expect("valid").value;
        for (at, with) in changes {
            let mut at = at;
            spoil(&mut state, &mut at, &with);
        }
        let mut table = parse_toml("venue.toml", &format!("{USDC}{REWARDS}")).expect("valid");
        if let Value::Table(entries) = &mut table.value {
            entries.push(("state".into(), node(state)));
        }
        let known = assets();
        let ctx = BuildContext { venue: "comet", assets: &known, now: START };
        if let Ok(mut market) = (ADAPTER.build)(&mut table.fields().expect("a table"), &ctx) {
            use_it(&mut *market);
        }
    }
}

#[test]
fn both_markets_of_the_tests_are_accepted() {
    assert!(decode(WETH).is_ok() && decode(&format!("{USDC}{REWARDS}{DEPTH}")).is_ok());
}
