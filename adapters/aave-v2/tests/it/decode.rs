//! Venue tables and states: what is accepted, what comes back, and that nothing makes the decoder panic.

use levmine_aave_v2::ADAPTER;
use levmine_config::{parse_json, parse_toml};
use levmine_lending::{Amount, Context, LendingMarket, LiquidationCall};
use levmine_market::{Actor, Assets, BuildContext, Moment};
use levmine_math::U256;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::markets::{ALICE, BOB, SMALL, START, asset, decode, prices, small, special};

/// A market in which everything has happened, as a state.
fn state() -> Value {
    let (mut market, prices) = (small(), prices());
    let ctx = Context { now: START, prices: &prices };
    let (weth, usdc) = (asset(&market, "WETH"), asset(&market, "USDC"));
    let amount = |units: u128| Amount::Exact(U256::from(units));
    market.supply(Actor::from(ALICE), weth, amount(10_u128.pow(19)), &ctx).expect("supplied");
    market.supply(Actor::from(BOB), weth, amount(10_u128.pow(18)), &ctx).expect("supplied");
    let borrow = json!({ "by": "0", "asset": "USDC", "amount": "1000000000" });
    special(&mut market, "borrowStable", &borrow, &ctx).expect("borrowed");
    market.borrow(Actor::from(ALICE), usdc, amount(2_000_000_000), &ctx).expect("borrowed");
    market.approve_borrow(ALICE, BOB, usdc, U256::from(7)).expect("approved");
    let approve = json!({ "by": "0", "delegatee": "1", "asset": "USDC", "amount": "9" });
    special(&mut market, "approveStableBorrow", &approve, &ctx).expect("approved");
    market.accrue(Moment { time: START.time.plus(86_400), block: 0 }).expect("accrued");
    serde_json::from_str(&json_of(&market.dump())).expect("JSON")
}

fn json_of(dump: &levmine_market::Dump) -> String {
    use levmine_market::Dump;
    match dump {
        Dump::Text(text) => format!("{text:?}"),
        Dump::Boolean(flag) => flag.to_string(),
        Dump::List(items) => format!("[{}]", items.iter().map(json_of).collect::<Vec<_>>().join(",")),
        Dump::Table(entries) => {
            let entries = entries.iter().map(|(key, value)| format!("{key:?}:{}", json_of(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(","))
        }
    }
}

fn read(venue: &Value) -> Result<levmine_aave_v2::AaveV2Market, levmine_config::ConfigError> {
    let node = parse_json("venue.json", &venue.to_string())?;
    let mut fields = node.fields()?;
    let assets = Assets::standard();
    let ctx = BuildContext { venue: "bank", assets: &assets, now: START };
    let market = levmine_aave_v2::AaveV2Market::decode(&mut fields, &ctx)?;
    fields.finish()?;
    Ok(market)
}

#[test]
fn a_state_comes_back_as_it_was_written() {
    let state = state();
    let market = read(&json!({ "state": state })).unwrap_or_else(|error| panic!("{error}"));
    let again: Value = serde_json::from_str(&json_of(&market.dump())).expect("JSON");
    assert_eq!(again, state);
}

#[test]
fn what_is_not_accepted_is_told_with_its_place() {
    for (text, told) in [
        ("", "preset"),
        ("preset = \"ethereum\"", "polygon"),
        ("version = \"3.0\"\npreset = \"polygon\"", "2.0"),
        ("preset = \"polygon\"\nether = \"USDC\"", "18 decimals"),
        (
            "preset = \"polygon\"\n[liquidity.USDC]\nsupplied = \"1\"\nborrowed = \"2\"",
            "at most what is supplied",
        ),
        ("preset = \"polygon\"\n[liquidity.USDC]\nsupplied = \"1\"\n[state]", "not both"),
        ("[reserves.WETH]\nmax_ltv = \"80%\"", "reserve_factor"),
        ("preset = \"polygon\"\n[reserves.WETH]\nmax_ltv = \"99%\"", "max_ltv not above"),
        ("preset = \"polygon\"\n[reserves.WETH]\nsupply_cap = 5", "supply_cap"),
    ] {
        let error = decode(text).map(|_| ()).expect_err(text).to_string();
        assert!(error.contains(told), "{text}: {error}");
    }
    let above = json!({ "state": { "reserves": { "WETH": {
        "configuration": small().pool().reserve(0).expect("listed").params.bitmap().to_string(),
        "aTokenScaledTotalSupply": "1",
    } }, "users": { "alice": { "scaledSupply": { "WETH": "2" } } } } });
    let error = read(&above).map(|_| ()).expect_err("more than there is").to_string();
    assert!(error.contains("at least the sum of the balances, 2"), "{error}");
}

/// Puts `value` at the `at`-th leaf or table of a document, in depth-first order.
fn put(document: &mut Value, at: &mut usize, value: &Value) -> bool {
    if *at == 0 {
        *document = value.clone();
        return true;
    }
    *at -= 1;
    match document {
        Value::Object(table) => table.values_mut().any(|inner| put(inner, at, value)),
        Value::Array(items) => items.iter_mut().any(|inner| put(inner, at, value)),
        _ => false,
    }
}

fn size(document: &Value) -> usize {
    1 + match document {
        Value::Object(table) => table.values().map(size).sum(),
        Value::Array(items) => items.iter().map(size).sum::<usize>(),
        _ => 0,
    }
}

fn hostile() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!(U256::MAX.to_string())),
        Just(json!((U256::ONE << 128_usize).to_string())),
        Just(json!(u128::MAX.to_string())),
        Just(json!("0")),
        Just(json!("1")),
        Just(json!("-1")),
        Just(json!("")),
        Just(json!(true)),
        Just(json!(null)),
        Just(json!([])),
        Just(json!({})),
        Just(json!("1099511627775")),
        "[0-9]{1,80}".prop_map(Value::String),
        ".{0,9}".prop_map(Value::String),
    ]
}

/// Everything that can be asked; no answer may be a panic.
fn exercise(market: &mut levmine_aave_v2::AaveV2Market) {
    let prices = prices();
    let assets = market.assets();
    for seconds in [0, 86_400, 1 << 40] {
        let now = Moment { time: START.time.plus(seconds), block: 0 };
        let ctx = Context { now, prices: &prices };
        for first in &assets {
            for amount in [U256::ONE, U256::from(10_u128.pow(18)), U256::MAX] {
                let amount = Amount::Exact(amount);
                let _ = market.supply(Actor::from(ALICE), *first, amount, &ctx);
                let _ = market.borrow(Actor::from(ALICE), *first, amount, &ctx);
                let _ = market.repay(Actor::from(ALICE), *first, amount, &ctx);
                let _ = market.withdraw(Actor::from(ALICE), *first, amount, &ctx);
            }
            let _ = market.rates(*first, now);
            let _ = market.liquidate(
                &LiquidationCall {
                    liquidator: BOB,
                    borrower: ALICE,
                    debt: *first,
                    collateral: assets[0],
                    repay: Amount::All,
                    keep_supplied: seconds == 0,
                },
                &ctx,
            );
            for (name, arguments) in [
                ("borrowStable", json!({ "by": "0", "asset": first.symbol(), "amount": "1000000" })),
                ("rebalanceStableBorrowRate", json!({ "user": "0", "asset": first.symbol() })),
                ("swapBorrowRateMode", json!({ "by": "0", "asset": first.symbol(), "rateMode": "stable" })),
                ("repayStable", json!({ "by": "0", "asset": first.symbol(), "amount": "7" })),
            ] {
                let _ = special(market, name, &arguments, &ctx);
            }
        }
        let _ = market.health(ALICE, &ctx);
        let _ = market.accrue(now);
        let _ = market.position(ALICE, now);
    }
    let _ = market.dump();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_mutated_state_makes_it_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), hostile()), 1..5),
    ) {
        let mut state = state();
        for (index, value) in changes {
            let mut at = index.index(size(&state));
            put(&mut state, &mut at, &value);
        }
        if let Ok(mut market) = read(&json!({ "state": state })) {
            exercise(&mut market);
        }
    }

    #[test]
    fn no_mutated_table_makes_it_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), hostile()), 1..5),
    ) {
        let venue = small_table::table();
        let mut venue = Value::Object(venue);
        for (index, value) in changes {
            let mut at = index.index(size(&venue));
            put(&mut venue, &mut at, &value);
        }
        if let Ok(mut market) = read(&venue) {
            exercise(&mut market);
        }
    }
}

/// The small market's table as JSON.
mod small_table {
    use serde_json::json;

    pub(super) type Table = serde_json::Map<String, serde_json::Value>;

    pub(super) fn table() -> Table {
        let json = json!({
            "preset": "polygon",
            "reserves": {
                "WETH": { "max_ltv": "80%", "reserve_factor": "10%", "frozen": false, "stable_borrowing": true },
                "LINK": { "slope2": "300%", "base_rate": "1%", "collateral": true },
            },
            "liquidity": { "WETH": { "supplied": "100_000", "borrowed": "60_000" } },
            "ether": "WETH",
        });
        match json {
            serde_json::Value::Object(table) => table,
            _ => Table::new(),
        }
    }
}

#[test]
fn the_adapter_builds_what_its_tables_say() {
    let node = parse_toml("venue.toml", SMALL).expect("valid");
    let assets = Assets::standard();
    let ctx = BuildContext { venue: "bank", assets: &assets, now: START };
    let market = (ADAPTER.build)(&mut node.fields().expect("a table"), &ctx).expect("a market");
    assert_eq!((market.assets().len(), market.version()), (4, "2.0"));
}
