//! Venue tables: what is accepted, what is answered, and that a dump is a state again.

use levmine_compound_v2::{ADAPTER, CompoundV2Market, VERSIONS};
use levmine_config::{Node, Place, Value, parse_json};
use levmine_lending::LendingMarket;
use levmine_market::{Assets, BuildContext, Dump, Moment};
use proptest::prelude::*;

use crate::markets::{START, asset, decode, preset, small, u};

fn refused(text: &str) -> String {
    decode(text).expect_err("not accepted").to_string()
}

#[test]
fn what_is_wrong_is_named_with_its_place() {
    for (table, expected) in [
        ("preset = \"ethereum\"", "ethereum-2022-09"),
        ("version = \"2021\"\npreset = \"ethereum-2022-09\"", "error-codes"),
        ("preset = \"ethereum-2022-09\"\nmarkets.WETH.collateral_factor = \"91%\"", "90%"),
        ("preset = \"ethereum-2022-09\"\nmarkets.WETH.colateral_factor = \"80%\"", "collateral_factor"),
        ("preset = \"ethereum-2022-09\"\nmarkets.BAL.reserve_factor = \"1%\"", "collateral_factor"),
        ("preset = \"ethereum-2022-09\"\nmarkets.USDC.kink = \"0%\"", "kink above 0%"),
        ("preset = \"ethereum-2022-09\"\nmarkets.USDC.model = \"jmp\"", "jump"),
        (
            "preset = \"ethereum-2022-09\"\nliquidity.USDC = { supplied = \"1\", borrowed = \"2\" }",
            "supplied",
        ),
        ("preset = \"ethereum-2022-09\"\nblock_time = \"2h\"", "\"1h\""),
        ("close_factor = \"50%\"", "preset"),
        (
            "preset = \"ethereum-2022-09\"\nliquidity.USDC.supplied = \"1\"\nstate.markets = {}",
            "either `liquidity` or `state`",
        ),
        ("preset = \"ethereum-2022-09\"\nstate.markets.USDC.borrowIndex = \"0\"", "above zero"),
        (
            "preset = \"ethereum-2022-09\"\nstate.users.alice.assetsIn = [\"USDC\", \"USDC\"]",
            "each market once",
        ),
        (
            "preset = \"ethereum-2022-09\"\n[state.markets.USDC]\ntotalSupply = \"1\"\n\
             [state.users.a.markets.USDC]\naccountTokens = \"2\"",
            "at least the sum",
        ),
    ] {
        let message = refused(table);
        assert!(message.contains(expected), "{table}\n{message}");
    }
}

#[test]
fn a_preset_can_be_changed() {
    let market = decode(
        "preset = \"ethereum-2022-09\"\nclose_factor = \"40%\"\nliquidation_incentive = \"10%\"\ncomp = \"5\"\n\
         [markets.USDC]\nborrow_cap = \"1_000\"\nmultiplier = \"8%\"\nprotocol_seize_share = \"0%\"\n\
         comp_borrow_speed = \"0.5\"",
    )
    .expect("accepted");
    let settings = market.pool().settings();
    assert_eq!(settings.close_factor, u(400_000_000_000_000_000));
    assert_eq!(settings.liquidation_incentive, u(1_100_000_000_000_000_000));
    assert_eq!(settings.comp_balance, u(5_000_000_000_000_000_000));
    let usdc = market.pool().markets().first().expect("USDC");
    assert_eq!(usdc.borrow_cap, u(1_000_000_000));
    assert_eq!(usdc.protocol_seize_share, u(0));
    assert_eq!(usdc.borrow_rewards.speed, u(500_000_000_000_000_000));
    let listing = market.listing(asset(&market, "USDC")).expect("listed");
    assert_eq!(listing.max_ltv.map(|ltv| ltv.raw()), Some(u(8_550)));
    assert_eq!(listing.liquidation_bonus.map(|bonus| bonus.raw()), Some(u(1_000)));
}

fn value(dump: &Dump) -> serde_json::Value {
    match dump {
        Dump::Text(text) => serde_json::Value::String(text.clone()),
        Dump::Boolean(flag) => serde_json::Value::Bool(*flag),
        Dump::List(items) => serde_json::Value::Array(items.iter().map(value).collect()),
        Dump::Table(entries) => {
            serde_json::Value::Object(entries.iter().map(|(key, item)| (key.clone(), value(item))).collect())
        }
    }
}

fn rebuild(market: &CompoundV2Market) -> CompoundV2Market {
    let venue = serde_json::json!({ "version": market.version(), "state": value(&market.dump()) });
    let node = parse_json("dump.json", &venue.to_string()).expect("valid");
    let assets = Assets::standard();
    let ctx = BuildContext { venue: "bank", assets: &assets, now: START };
    let mut fields = node.fields().expect("a table");
    let rebuilt = CompoundV2Market::decode(&mut fields, &ctx).unwrap_or_else(|error| panic!("{error}"));
    fields.finish().expect("nothing left");
    rebuilt
}

#[test]
fn a_dump_is_a_state() {
    for (_, version) in VERSIONS {
        for mut market in [small(version), preset("ethereum-2022-09", version)] {
            let later = Moment { time: START.time.plus(86_400), block: START.block + 7_200 };
            market.accrue(later).expect("accrued");
            assert_eq!(rebuild(&market).dump(), market.dump(), "{version}");
        }
    }
}

/// Values of all kinds, with the keys that the decoder knows more often than not.
fn any_value() -> impl Strategy<Value = Value> {
    let keys = [
        "preset",
        "version",
        "markets",
        "liquidity",
        "state",
        "WETH",
        "USDC",
        "users",
        "alice",
        "assetsIn",
        "accountTokens",
        "principal",
        "interestIndex",
        "compAccrued",
        "interestRateModel",
        "baseRatePerBlock",
        "multiplierPerBlock",
        "jumpMultiplierPerBlock",
        "kink",
        "baseRate",
        "multiplier",
        "blocksPerYear",
        "totalSupply",
        "totalBorrows",
        "cash",
        "borrowIndex",
        "compSupplyState",
        "index",
        "block",
        "supplied",
        "borrowed",
        "collateral_factor",
        "reserve_factor",
        "jump_multiplier",
        "exchange_rate",
        "borrow_cap",
        "é",
    ];
    let key = prop::sample::select(keys.to_vec());
    let leaf = prop_oneof![
        Just(Value::Text("ethereum-2022-09".into())),
        Just(Value::Text("80%".into())),
        Just(Value::Text("USDC".into())),
        Just(Value::Text("outsider 7".into())),
        Just(Value::Text(
            "115792089237316195423570985008687907853269984665640564039457584007913129639935".into()
        )),
        "[0-9]{1,80}".prop_map(Value::Number),
        ".{0,12}".prop_map(Value::Text),
        any::<bool>().prop_map(Value::Boolean),
        "[0-9]{1,3}(\\.[0-9]{1,3})?%".prop_map(Value::Text),
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

/// Everything that reads or moves the whole market.
fn use_it(market: &mut dyn LendingMarket) {
    let later = Moment { time: START.time.plus(86_400), block: START.block + 7_200 };
    let prices = crate::markets::prices();
    let ctx = levmine_lending::Context { now: later, prices: &prices };
    for number in 0..2 {
        let owner = levmine_market::Account::new(number);
        let _ = market.health(owner, &ctx);
        let _ = market.position(owner, later);
        let _ = market.claimable(owner, later);
        let _ = market.claim(owner, later);
        for asset in market.assets() {
            let _ = market.rates(asset, later);
            let _ = market.withdraw(owner.into(), asset, levmine_lending::Amount::All, &ctx);
            let _ = market.repay(owner.into(), asset, levmine_lending::Amount::All, &ctx);
        }
    }
    let _ = market.accrue(later);
    let _ = (market.dump(), market.holdings());
}

/// One number of a state becomes another, or nothing.
fn mutate(value: &mut serde_json::Value, at: &mut usize, with: &serde_json::Value) {
    match value {
        serde_json::Value::Object(entries) => {
            entries.values_mut().for_each(|entry| mutate(entry, at, with));
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(|item| mutate(item, at, with)),
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
        entries in prop::collection::vec((prop::sample::select(vec![
            "preset", "version", "markets", "liquidity", "state", "comp",
        ]), any_value()), 0..5),
        preset in any::<bool>(),
    ) {
        let mut entries: Vec<_> = entries.into_iter().map(|(key, value)| (key.to_string(), node(value))).collect();
        if preset {
            entries.insert(0, ("preset".into(), node(Value::Text("ethereum-2022-09".into()))));
        }
        let table = node(Value::Table(entries));
        let assets = Assets::standard();
        let ctx = BuildContext { venue: "bank", assets: &assets, now: START };
        if let Ok(mut market) = (ADAPTER.build)(&mut table.fields().expect("a table"), &ctx) {
            use_it(&mut *market);
        }
    }

    #[test]
    fn no_changed_state_makes_the_market_panic(
        changes in prop::collection::vec((0_usize..120, prop_oneof![
            Just("0".to_string()),
            Just("1".to_string()),
            Just("115792089237316195423570985008687907853269984665640564039457584007913129639935".to_string()),
            "[1-9][0-9]{0,70}",
            ".{0,4}",
        ]), 1..4),
    ) {
        let mut state = value(&small("error-codes").dump());
        for (place, text) in changes {
            let mut at = place;
            mutate(&mut state, &mut at, &serde_json::Value::String(text));
        }
        let venue = serde_json::json!({ "state": state });
        let table = parse_json("state.json", &venue.to_string()).expect("valid");
        let assets = Assets::standard();
        let ctx = BuildContext { venue: "bank", assets: &assets, now: START };
        if let Ok(mut market) = (ADAPTER.build)(&mut table.fields().expect("a table"), &ctx) {
            use_it(&mut *market);
        }
    }
}
