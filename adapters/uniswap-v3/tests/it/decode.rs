//! Venue tables.

use levmine_amm::Deposit;
use levmine_market::Dump;
use levmine_math::U256;
use levmine_uniswap_v3::DESCRIPTOR;
use proptest::prelude::*;
use smallvec::smallvec;

use crate::support::{ALICE, at, build, build_named, price, units, weth_usdc};

fn toml(dump: &Dump) -> String {
    match dump {
        Dump::Text(text) => format!("\"{text}\""),
        Dump::Boolean(value) => value.to_string(),
        Dump::List(items) => format!("[{}]", items.iter().map(toml).collect::<Vec<_>>().join(", ")),
        Dump::Table(entries) => {
            let entries = entries.iter().map(|(key, value)| format!("{key} = {}", toml(value)));
            format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
        }
    }
}

const TABLE: &str = "coins = [\"WETH\", \"USDC\"]\ntoken0 = \"USDC\"\nfee = \"0.05%\"\n";

#[test]
fn every_preset_is_built_and_survives_a_round_trip() {
    for preset in DESCRIPTOR.presets {
        let mut pool = build(&format!("preset = \"{}\"", preset.name)).expect(preset.name);
        let [first, second] = *pool.coins() else { panic!("two coins") };
        let deposit = Deposit::of(smallvec![units("1000", first).raw, units("1000", second).raw]);
        let share = pool.add_liquidity(ALICE, &deposit, at(5)).expect("added").shares;
        pool.swap_exact_in(ALICE, units("100", first), second, U256::ZERO, at(77)).expect("a swap");
        pool.swap_exact_in(ALICE, units("100", second), first, U256::ZERO, at(99)).expect("a swap");
        let dump = pool.dump();
        let again = build(&format!("preset = \"{}\"\nstate = {}", preset.name, toml(&dump)));
        let again = again.expect(preset.name);
        assert_eq!(again.dump(), dump);
        let removed = |pool: &dyn levmine_amm::Pool| pool.preview_remove(share, at(100)).expect("amounts");
        assert_eq!(removed(&*pool), removed(&*again));
        assert_eq!(pool.earned(share.asset, at(100)).ok(), again.earned(share.asset, at(100)).ok());
    }
    assert_eq!(DESCRIPTOR.presets.len(), 3);
}

#[test]
fn the_order_of_the_coins_is_the_readers() {
    let shown = build("preset = \"weth-usdc-005\"").expect("a pool");
    let turned = build("preset = \"weth-usdc-005\"\ncoins = [\"USDC\", \"WETH\"]").expect("a pool");
    assert_eq!(shown.dump(), turned.dump(), "the contract is the same");
    let symbols = |pool: &dyn levmine_amm::Pool| {
        pool.coins().iter().map(|coin| coin.symbol().to_string()).collect::<Vec<_>>()
    };
    assert_eq!(
        (symbols(&*shown), symbols(&*turned)),
        (vec!["WETH".into(), "USDC".into()], vec!["USDC".into(), "WETH".into()])
    );
    let [one, other] = shown.reserves().as_slice().try_into().expect("two");
    assert_eq!(turned.reserves().as_slice(), [other, one]);
}

#[test]
fn a_pool_begins_at_a_price() {
    let pool =
        build(&format!("{TABLE}price = \"2000\"\nreserves = [\"5000\", \"10000000\"]")).expect("a pool");
    let [weth, usdc] = *pool.coins() else { panic!("two coins") };
    let quote = pool.quote_exact_in(units("0.001", weth), usdc, at(0)).expect("a quote");
    assert_eq!(quote.buy.raw, U256::from(1_998_999));
    let [first, second] = *pool.holdings() else { panic!("two") };
    assert!(first.raw <= units("5000", weth).raw && second.raw <= units("10000000", usdc).raw);
    assert!(first.raw > units("4999.9", weth).raw || second.raw > units("9999990", usdc).raw);
    // A preset may begin elsewhere.
    let moved = build("preset = \"weth-usdc-005\"\nprice = \"1000\"").expect("a pool");
    let quote = moved.quote_exact_in(units("0.001", weth), usdc, at(0)).expect("a quote");
    assert_eq!(quote.buy.raw, U256::from(999_499));
}

#[test]
fn errors_say_where_what_and_what_else() {
    let message = |table: &str| build(table).expect_err(table).to_string();
    assert!(message("preset = \"weth-usdc\"").contains("did you mean \"weth-usdc-005\""));
    assert!(message("preset = \"weth-usdc-005\"\nfees = \"0.3%\"").contains("did you mean `fee`"));
    assert!(message("preset = \"weth-usdc-005\"\ncoins = [\"WETH\", \"DAI\"]").contains("either order"));
    assert!(message("preset = \"weth-usdc-005\"\ntoken0 = \"USDC\"").contains("no `token0`"));
    assert!(message("fee = \"0.3%\"").contains("`coins` is missing"));
    let table = |rest: &str| message(&format!("{TABLE}{rest}"));
    assert!(table("").contains("`price` is missing"));
    assert!(table("price = \"2000\"").contains("`liquidity` is missing"));
    assert!(table("price = \"0\"\nliquidity = 1").contains("a price that a pool can have"));
    assert!(table("price = \"2000\"\nliquidity = 0").contains("liquidity is zero"));
    assert!(table("price = \"2000\"\nliquidity = 1\nreserves = [\"1\", \"1\"]").contains("not both"));
    assert!(table("price = \"2000\"\nliquidity = 1\nrange = [\"3\", \"2\"]").contains("the lower first"));
    assert!(table("price = \"2000\"\nliquidity = 1\nprotocol_fee = \"1/3\"").contains("1/4"));
    assert!(table("price = \"2000\"\nliquidity = 1\nversion = \"v2\"").contains("v3"));
    let coins = "coins = [\"WETH\", \"USDC\"]\nprice = \"2000\"\nliquidity = 1000\n";
    assert!(message(&format!("{coins}fee = \"0.02%\"")).contains("tick_spacing"));
    assert!(message(&format!("{coins}fee = \"100%\"")).contains("below 100%"));
    assert!(message(&format!("{coins}tick_spacing = 16384")).contains("16383"));
    assert!(message("coins = [\"WETH\", \"WETH\"]").contains("another coin"));
    let long = build_named("a-very-long-venue-name", "preset = \"weth-usdc-005\"").expect_err("too long");
    assert!(long.to_string().contains("at most 17"), "{long}");
}

#[test]
fn states_that_no_pool_has_are_refused() {
    let dump = toml(&weth_usdc().dump());
    let read =
        |text: &str| build(&format!("{TABLE}state = {text}")).map(|_| ()).map_err(|error| error.to_string());
    assert_eq!(read(&dump), Ok(()));
    for (from, to, says) in [
        ("tick = \"200311\"", "tick = \"200310\"", "the tick of its price"),
        ("feeProtocol0 = \"0\"", "feeProtocol0 = \"3\"", "protocol fees"),
        ("observationIndex = \"0\"", "observationIndex = \"1\"", "observations"),
        ("liquidityNet = \"-", "liquidityNet = \"-9", "usable ticks"),
        ("sqrtPriceX96 = \"", "sqrtPriceX96 = \"0", ""),
        ("sqrtPriceX96 = \"1", "sqrtPriceX96 = \"999999999999999999991", "a price in range"),
        ("nextId = \"1\"", "nextId = \"x\"", "whole number"),
    ] {
        assert!(dump.contains(from), "{from}");
        let outcome = read(&dump.replacen(from, to, 1));
        match says {
            "" => assert_eq!(outcome, Ok(()), "{to}"),
            says => assert!(outcome.as_ref().is_err_and(|error| error.contains(says)), "{to}: {outcome:?}"),
        }
    }
}

/// Taking a position out would leave a tick whose net liquidity is above its gross one.
#[test]
fn ticks_carry_the_positions_that_end_there() {
    let dump = toml(&lively().dump());
    let read =
        |text: &str| build(&format!("{TABLE}state = {text}")).map(|_| ()).map_err(|error| error.to_string());
    assert_eq!(read(&dump), Ok(()));
    let (before, ends) = dump.split_once("tick = \"200830\", liquidityGross = \"").expect("the upper end");
    let less = format!("{before}tick = \"200830\", liquidityGross = \"9{ends}");
    assert_eq!(read(&less), Ok(()), "others may have liquidity there");
    let (gross, rest) = ends.split_once("liquidityNet = \"-").expect("a net liquidity");
    let (net, rest) = rest.split_once('"').expect("its end");
    let net: i128 = net.parse().expect("digits");
    let other = format!(
        "{before}tick = \"200830\", liquidityGross = \"{gross}liquidityNet = \"-{}\"{rest}",
        net - 7_000_000_000_000_000
    );
    assert!(read(&other).is_err_and(|error| error.contains("the liquidity of the positions")));
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<u128>().prop_map(|number| number.to_string()),
        any::<i64>().prop_map(|number| number.to_string()),
        Just("\"0.05%\"".to_string()),
        Just("\"1/6\"".to_string()),
        Just("[\"1/6\", \"off\"]".to_string()),
        Just("[\"WETH\", \"USDC\"]".to_string()),
        Just("[\"1600\", \"2500\"]".to_string()),
        Just("\"weth-usdc-005\"".to_string()),
        Just("{ sqrtPriceX96 = 1, balance0 = 1, balance1 = 1 }".to_string()),
        "[ -~]{0,12}".prop_map(|text| format!("{text:?}")),
        Just(format!("\"{}\"", "9".repeat(90))),
    ]
}

fn entry() -> impl Strategy<Value = String> {
    let keys = vec![
        "preset",
        "coins",
        "token0",
        "fee",
        "tick_spacing",
        "protocol_fee",
        "price",
        "liquidity",
        "reserves",
        "range",
        "state",
        "version",
        "other",
    ];
    (prop::sample::select(keys), value()).prop_map(|(key, value)| format!("{key} = {value}\n"))
}

/// A sound state in which some digits are others.
fn mutated() -> impl Strategy<Value = String> {
    let dump = toml(&lively().dump());
    let places: Vec<usize> =
        dump.char_indices().filter(|(_, c)| c.is_ascii_digit()).map(|(at, _)| at).collect();
    prop::collection::vec((prop::sample::select(places), prop::sample::select(b"0123456789-".to_vec())), 0..6)
        .prop_map(move |changes| {
            let mut bytes = dump.clone().into_bytes();
            for (at, digit) in changes {
                bytes[at] = digit;
            }
            String::from_utf8(bytes).expect("ASCII")
        })
}

/// A pool with a position, fees and some history.
fn lively() -> Box<dyn levmine_amm::Pool> {
    let mut pool = weth_usdc();
    let [weth, usdc] = *pool.coins() else { panic!("two coins") };
    let range = levmine_amm::PriceRange { low: price("1900"), high: price("2100") };
    let amounts = smallvec![units("10", weth).raw, units("20000", usdc).raw];
    let deposit = Deposit { range: Some(range), ..Deposit::of(amounts) };
    pool.add_liquidity(ALICE, &deposit, at(3)).expect("added");
    pool.swap_exact_in(ALICE, units("50", weth), usdc, U256::ZERO, at(9)).expect("a swap");
    pool.swap_exact_in(ALICE, units("300000", usdc), weth, U256::ZERO, at(700)).expect("a swap");
    pool
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn the_decoder_never_panics(entries in prop::collection::vec(entry(), 0..6), named in any::<bool>()) {
        let mut table: String = entries.concat();
        if named {
            table.push_str("coins = [\"WETH\", \"USDC\"]\n");
        }
        if let Ok(pool) = build(&table) {
            prop_assert!(pool.share().is_none());
        }
    }

    #[test]
    fn mutated_states_never_panic(state in mutated()) {
        let Ok(mut pool) = build(&format!("{TABLE}state = {state}")) else { return Ok(()) };
        let [weth, usdc] = *pool.coins() else { panic!("two coins") };
        for (sell, buy, whole) in [(weth, usdc, "3"), (usdc, weth, "9999"), (weth, usdc, "100000"), (usdc, weth, "99999999")] {
            let _ = pool.swap_exact_in(ALICE, units(whole, sell), buy, U256::ZERO, at(1_000));
            let _ = pool.quote_exact_out(sell, units("1", buy), at(2_000));
        }
        for held in pool.issued() {
            let _ = pool.earned(held.asset, at(2_000));
            let _ = pool.collect(ALICE, held.asset, at(2_000));
            let all = levmine_amm::Removal::Proportional { min: smallvec![] };
            let _ = pool.remove_liquidity(ALICE, held, &all, at(2_000));
        }
        let again = build(&format!("{TABLE}state = {}", toml(&pool.dump())));
        prop_assert!(again.is_ok_and(|again| again.dump() == pool.dump()));
    }
}
