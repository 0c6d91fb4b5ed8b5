//! Venue tables: what is accepted, what is refused and in which words.

use levmine_lending::LendingMarket;
use levmine_market::{Assets, BuildContext};
use levmine_math::U256;
use levmine_morpho_blue::{ADAPTER, BORROWERS, Irm, LENDERS, MorphoBlueMarket};
use proptest::prelude::*;
use serde_json::json;

use crate::markets::{START, asset, decode, decode_json, staked, u, value};

fn contains(text: &str, parts: &[&str]) {
    let message = decode(text).expect_err("refused").to_string();
    for part in parts {
        assert!(message.contains(part), "{message:?} lacks {part:?}");
    }
}

#[test]
fn refusals_name_the_place_and_what_is_accepted() {
    contains("", &["`loan` is missing"]);
    contains("preset = \"wsteth-eth\"", &["venue.toml:1: preset", "did you mean \"wsteth-weth\"?"]);
    contains("loan = \"USDC\"", &["`collateral` is missing"]);
    contains("loan = \"USDC\"\ncollateral = \"USDC\"\nlltv = \"86%\"", &["two different assets"]);
    contains("preset = \"wbtc-usdc\"\nloan = \"WBTC\"", &["two different assets"]);
    contains("loan = \"NOPE\"", &["NOPE", "known asset"]);
    contains("loan = \"USDC\"\ncollateral = \"WETH\"", &["`lltv` is missing"]);
    let plain = |line: &str| format!("preset = \"wbtc-usdc\"\n{line}");
    contains(&plain("lltv = \"100%\""), &["venue.toml:2: lltv", "from 0%"]);
    contains(&plain("lltv = \"-1%\""), &["from 0%"]);
    contains(&plain("lltv = \"many\""), &["a percentage"]);
    contains(&plain("irm = \"fixed\""), &["\"fixed\"", "adaptive-curve", "none"]);
    contains(&plain("fee = \"25.1%\""), &["from 0% to 25%"]);
    contains(&plain("rate_at_target = \"0.09%\""), &["from 0.1% to 200%"]);
    contains(&plain("rate_at_target = \"201%\""), &["200%"]);
    contains(&plain("irm = \"none\"\nrate_at_target = \"4%\""), &["no interest model"]);
    contains(&plain("oracle_price = \"1.5\""), &["an integer"]);
    contains(&plain("fees = \"1%\""), &["unknown key `fees`", "did you mean `fee`?"]);
    let liquidity = |line: &str| plain(&format!("[liquidity]\n{line}"));
    contains(&liquidity("borrowed = 1"), &["`supplied` is missing"]);
    contains(&liquidity("supplied = \"1.1234567\""), &["at most 6 places"]);
    contains(&liquidity("supplied = 1\nborrowed = 2"), &["at most what is supplied"]);
    contains(&liquidity("supplied = 2\nborrowed = 1"), &["`collateral` is missing"]);
    contains(&liquidity("supplied = 2\nborrowed = 1\ncollateral = 0"), &["nothing without collateral"]);
    let state = |line: &str| plain(&format!("[state]\n{line}"));
    contains(&plain("fee = \"1%\"\n[state]\n"), &["either `fee` or `state`, not both"]);
    contains(&state("fee = \"250000000000000001\""), &["250000000000000000"]);
    contains(&state("rateAtTarget = \"1\""), &["at least 31709791"]);
    contains(&state("rateAtTarget = \"63419583968\""), &["63419583967"]);
    contains(&state("totalBorrowAssets = \"1\""), &["at most totalSupplyAssets"]);
    contains(
        &state("totalSupplyShares = \"4\"\nusers.alice.supplyShares = \"5\""),
        &["at least the sum of the positions, 5"],
    );
    contains(&state("users.alice.collateral = \"340282366920938463463374607431768211456\""), &["2^128"]);
    contains(&state("users.alice.debt = \"1\""), &["unknown key `debt`"]);
    contains(&state("enabledIrms = [\"nope\"]"), &["\"nope\""]);
    contains(&state("authorizations = [{ authorizer = \"alice\" }]"), &["`authorized` is missing"]);
}

#[test]
fn a_table_changes_the_preset() {
    let market = decode(
        r#"
        preset = "wsteth-weth"
        lltv = "96.5%"
        fee = "12.5%"
        rate_at_target = "2.5%"
        oracle_price = "1160000000000000000000000000000000000"
        "#,
    )
    .expect("a market");
    let state = market.state();
    assert_eq!(state.params.lltv(), 965_000_000_000_000_000);
    assert_eq!((state.params.loan(), state.params.collateral()), (asset("WETH"), asset("wstETH")));
    assert_eq!(state.totals.fee, 125_000_000_000_000_000);
    assert_eq!(state.totals.rate_at_target, 792_744_799);
    assert_eq!(state.totals.last_update, START.time.0);
    assert_eq!(state.oracle_price, Some(u(1_160_000_000_000_000_000_000_000_000_000_000_000)));
    assert_eq!(market.assets(), [asset("WETH"), asset("wstETH")]);
}

#[test]
fn presets_are_what_their_summaries_say() {
    for (preset, loan, collateral, lltv, bonus) in [
        ("wsteth-weth", "WETH", "wstETH", 9_450_u64, 167_u64),
        ("wsteth-usdc", "USDC", "wstETH", 8_600, 438),
        ("wbtc-usdc", "USDC", "WBTC", 8_600, 438),
    ] {
        let market = decode(&format!("preset = \"{preset}\"")).expect("a market");
        assert_eq!(market.assets(), [asset(loan), asset(collateral)]);
        let listing = market.listing(asset(collateral)).expect("listed");
        assert_eq!(listing.max_ltv.map(|bps| bps.raw()), Some(U256::from(lltv)));
        assert_eq!(listing.liquidation_threshold, listing.max_ltv);
        assert_eq!(listing.liquidation_bonus.map(|bps| bps.raw()), Some(U256::from(bonus)));
        assert!(!listing.borrowable && market.listing(asset(loan)).expect("listed").borrowable);
        assert_eq!(market.state().params.irm(), Irm::AdaptiveCurve);
        assert_eq!(market.state().totals.rate_at_target, 1_268_391_679);
        assert!(ADAPTER.descriptor.presets.iter().any(|listed| listed.name == preset));
    }
    assert_eq!(ADAPTER.descriptor.presets.len(), 3);
}

#[test]
fn depth_belongs_to_outsiders() {
    let market = staked();
    let ether = 1_000_000_000_000_000_000_u128;
    assert_eq!(market.supplied(LENDERS, asset("WETH"), START).expect("read"), u(50_000 * ether));
    assert_eq!(market.debt(BORROWERS, asset("WETH"), START).expect("read"), u(40_000 * ether));
    assert_eq!(market.supplied(BORROWERS, asset("wstETH"), START).expect("read"), u(45_000 * ether));
    let held: Vec<U256> = market.holdings().iter().map(|held| held.raw).collect();
    assert_eq!(held, [u(10_000 * ether), u(45_000 * ether)]);
}

#[test]
fn a_dump_is_a_state() {
    let market = staked();
    let again = decode_json(&json!({ "preset": "wsteth-weth", "state": value(&market.dump()) }));
    assert_eq!(again.expect("a market").dump(), market.dump());
    // Names stay, also those that have no position.
    let state = json!({
        "lastUpdate": "0",
        "owner": "gov",
        "feeRecipient": "bob",
        "oraclePrice": "5",
        "zeroAddressSupplyShares": "3",
        "users": { "bob": { "supplyShares": "7" }, "outsider 7": {} },
        "authorizations": [{ "authorizer": "bob", "authorized": "dan" }],
        "enabledLltvs": ["1", "860000000000000000"],
        "enabledIrms": ["none"],
    });
    let market = decode_json(&json!({ "preset": "wbtc-usdc", "state": state })).expect("a market");
    assert_eq!(market.state().totals.supply.shares, 10);
    let dump = value(&market.dump());
    for key in ["owner", "feeRecipient", "lastUpdate", "authorizations", "enabledLltvs", "enabledIrms"] {
        assert_eq!(dump[key], state[key], "{key}");
    }
    let again = decode_json(&json!({ "preset": "wbtc-usdc", "state": dump })).expect("a market");
    assert_eq!(again.dump(), market.dump());
}

#[test]
fn time_zero_is_a_market_all_the_same() {
    let node = levmine_config::parse_toml("venue.toml", "preset = \"wbtc-usdc\"").expect("valid");
    let assets = Assets::standard();
    let now = levmine_market::Moment::default();
    let ctx = BuildContext { venue: "bank", assets: &assets, now };
    let market = MorphoBlueMarket::decode(&mut node.fields().expect("a table"), &ctx).expect("a market");
    assert_eq!(market.state().totals.last_update, 1);
    assert!(market.listing(asset("USDC")).expect("listed").suppliable);
}

/// A document made of a valid one by changing values, keys and shapes.
fn mutated() -> impl Strategy<Value = serde_json::Value> {
    let keys = prop::sample::select(vec![
        "totalSupplyAssets",
        "totalSupplyShares",
        "totalBorrowAssets",
        "totalBorrowShares",
        "lastUpdate",
        "fee",
        "rateAtTarget",
        "morphoLoanBalance",
        "morphoCollateralBalance",
        "zeroAddressSupplyShares",
        "oraclePrice",
        "owner",
        "feeRecipient",
        "enabledLltvs",
        "enabledIrms",
        "users",
        "authorizations",
        "nonsense",
    ]);
    let leaf = prop_oneof![
        Just(json!("")),
        Just(json!("-1")),
        Just(json!("1e9")),
        Just(json!(true)),
        Just(json!([])),
        Just(json!({})),
        Just(json!(["860000000000000000", "x", "adaptive-curve"])),
        Just(json!([{ "authorizer": "a", "authorized": "b" }, {}])),
        Just(json!({ "a": { "supplyShares": "340282366920938463463374607431768211455" },
                     "b": { "borrowShares": "7", "collateral": "340282366920938463463374607431768211455" },
                     "c": { "supplyShares": "1" } })),
        any::<u64>().prop_map(|number| json!(number.to_string())),
        any::<u128>().prop_map(|number| json!(number.to_string())),
        (any::<[u64; 4]>()).prop_map(|limbs| json!(U256::from_limbs(limbs).to_string())),
        "[a-z0-9 \"%_]{0,12}".prop_map(|text| json!(text)),
    ];
    prop::collection::vec((keys, leaf), 0..5).prop_map(|changes| {
        let mut state = value(&staked().dump());
        for (key, leaf) in changes {
            state[key] = leaf;
        }
        state
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is read as a state is read or refused, what is read is written as it was read, and reading methods and
    /// operations on it answer.
    #[test]
    fn hostile_states_never_panic(state in mutated(), later in any::<u64>()) {
        if let Ok(mut market) = decode_json(&json!({ "preset": "wsteth-weth", "state": state })) {
            let again = json!({ "preset": "wsteth-weth", "state": value(&market.dump()) });
            let again = decode_json(&again);
            prop_assert_eq!(again.expect("what was written").dump(), market.dump());
            let prices = crate::markets::prices();
            for time in [0, later] {
                let now = levmine_market::Moment { time: levmine_market::Timestamp(time), block: 0 };
                let ctx = levmine_lending::Context { now, prices: &prices };
                for owner in [LENDERS, BORROWERS, levmine_market::Account::new(0)] {
                    let _ = market.position(owner, now);
                    let _ = market.health(owner, &ctx);
                    for asset in market.assets() {
                        let _ = market.rates(asset, now);
                        let amount = levmine_lending::Amount::Exact(U256::from(later));
                        let _ = market.supply(owner.into(), asset, amount, &ctx);
                        let _ = market.withdraw(owner.into(), asset, levmine_lending::Amount::All, &ctx);
                        let _ = market.borrow(owner.into(), asset, amount, &ctx);
                        let _ = market.repay(owner.into(), asset, levmine_lending::Amount::All, &ctx);
                    }
                }
            }
        }
    }

    #[test]
    fn hostile_tables_never_panic(text in "[a-z_= \"%0-9.\n\\[\\]]{0,120}") {
        if let Ok(node) = levmine_config::parse_toml("venue.toml", &format!("preset = \"wbtc-usdc\"\n{text}")) {
            let assets = Assets::standard();
            let ctx = BuildContext { venue: "bank", assets: &assets, now: START };
            if let Ok(mut fields) = node.fields() {
                let _ = (ADAPTER.build)(&mut fields, &ctx);
            }
        }
    }
}
