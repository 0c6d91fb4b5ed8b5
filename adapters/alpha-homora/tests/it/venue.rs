//! Venue tables: what is accepted, what is refused and in which words; dumps that are states; mutated ones.

use levmine_alpha_homora::{ADAPTER, AlphaHomoraMarket, CROWD};
use levmine_config::parse_json;
use levmine_lending::{Amount, Context, LendingMarket};
use levmine_market::{Account, Actor, Assets, BuildContext, Dump};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::data;
use crate::markets::{PLAIN, STAKED, START, asset, assets, decode, decode_json, market, n, prices, u};

fn contains(text: &str, parts: &[&str]) {
    let message = decode(text).expect_err("refused").to_string();
    for part in parts {
        assert!(message.contains(part), "{message:?} lacks {part:?}");
    }
}

#[test]
fn refusals_name_the_place_and_what_is_accepted() {
    contains("", &["`lp` is missing"]);
    contains("lp = \"other-LP\"\npreset = \"ethereum-2021-02\"", &["other-LP", "known asset"]);
    contains("lp = \"pool-LP\"", &["`preset` is missing", "banks"]);
    contains("lp = \"pool-LP\"\npreset = \"ethereum-2021-03\"", &["did you mean \"ethereum-2021-02\"?"]);
    contains(
        "lp = \"pool-LP\"\npreset = \"ethereum-2021-02\"\npair = [\"SNX\"]",
        &["a venue without a bank"],
    );
    contains("lp = \"USDC\"\npreset = \"ethereum-2021-02\"", &["USDC as LP token and as a bank"]);
    let plain = |line: &str| format!("{PLAIN}{line}");
    contains(&plain("fee = \"101%\""), &["venue.toml:4: fee", "from 0% to 100%"]);
    contains(&plain("fees = \"1%\""), &["unknown key `fees`", "did you mean `fee`?"]);
    contains(&plain("collateral_factor = \"101%\""), &["from 0% to 100%"]);
    contains(&plain("liquidation_incentive = \"-1%\""), &["from 0% to 100%"]);
    contains(&plain("block_time = \"2h\""), &["up to \"1h\""]);
    contains(&plain("ether = \"NOPE\""), &["NOPE", "known asset"]);
    contains(&plain("[banks.NOPE]"), &["NOPE", "known asset"]);
    contains(&plain("[banks.USDC]\nborrow_factor = \"99%\""), &["from 100%"]);
    contains(&plain("[banks.USDC]\nkink = \"0%\""), &["above 0%"]);
    contains(&plain("[banks.USDC]\nborrowed = \"100_000_001\""), &["at most what is supplied"]);
    contains(&plain("[banks.USDC]\nblocks_per_year = 0"), &["at least one block"]);
    contains(&plain("[banks.USDC]\nrate = \"1%\""), &["unknown key `rate`"]);
    contains(&plain("rewards = { token = \"SUSHI\" }"), &["`per_day` is missing"]);
    contains(&plain("rewards = { token = \"pool-LP\", per_day = 1 }"), &["another token than the LP token"]);
    contains(&plain("rewards = { token = \"SUSHI\", per_day = 1, pid = 65_536 }"), &["65535"]);
    contains(&plain("[state]"), &["either `preset` or `state`, not both"]);
    contains("lp = \"pool-LP\"\n[state]", &["`banks` is missing"]);
}

#[test]
fn a_table_changes_the_preset() {
    let it = decode(
        r#"
        lp = "pool-LP"
        preset = "ethereum-2021-02"
        pair = ["DAI", "WETH"]
        collateral_factor = "60%"
        liquidation_incentive = "5%"
        fee = "20%"
        block_time = "13s"
        [banks.DAI]
        borrow_factor = "110%"
        supplied = "1_000_000"
        borrowed = "250_000.5"
        base_rate = "2%"
        [banks.DPI]
        borrow_factor = "500%"
        supplied = "1_000"
        [rewards]
        token = "SUSHI"
        per_day = "86_400"
        pid = 7
        "#,
    )
    .expect("a market");
    assert_eq!(it.assets(), ["pool-LP", "WETH", "DAI", "DPI"].map(asset));
    let core = &it.state().core;
    assert_eq!((core.lp_factors.collateral, core.lp_factors.incentive, core.fee_bps), (6_000, 10_500, 2_000));
    let [weth, dai, dpi] = core.banks.as_slice() else { panic!("three banks") };
    assert_eq!((weth.factors.borrow, dai.factors.borrow, dpi.factors.borrow), (12_500, 11_000, 50_000));
    assert_eq!(dai.lender.cash, n("749999500000000000000000"));
    assert_eq!(dai.lender.total_borrows, n("250000500000000000000000"));
    // 2 % a year of 2,102,400 blocks.
    assert_eq!(dai.lender.model.base, u(9_512_937_595));
    assert_eq!(dai.lender.exchange_rate().expect("a rate"), dai.lender.initial_exchange_rate);
    assert_eq!(it.state().shares_of(CROWD, 1), dai.lender.total_supply);
    let chef = core.chef.expect("rewards");
    // 6,646 blocks of 13 seconds a day.
    assert_eq!((chef.pid, chef.per_block), (7, n("86400000000000000000000") / u(6_646)));
}

#[test]
fn the_preset_is_the_deployment_script() {
    let Some(path) = data::file("params/alpha_homora_v2_token_factors_initial.json") else { return };
    let text = std::fs::read_to_string(path).expect("readable");
    let listed: Vec<Value> = serde_json::from_str(&text).expect("valid");
    let it = decode("lp = \"pool-LP\"\npreset = \"ethereum-2021-02\"").expect("a market");
    let row = |name: &str| listed.iter().find(|row| row["name"] == name).expect("a row");
    let bps = |row: &Value| {
        ["borrow_factor_bps", "collateral_factor_bps", "liq_incentive_bps"]
            .map(|key| row[key].as_u64().expect("basis points"))
    };
    let mut count = 0;
    let lp = it.state().core.lp_factors;
    let banks = it.state().core.banks.iter().map(|bank| (bank.token.symbol().to_string(), bank.factors));
    for (name, factors) in banks.chain([("UNI DAI-WETH".into(), lp), ("UNI WETH-USDT".into(), lp)]) {
        let own = [factors.borrow, factors.collateral, factors.incentive].map(u64::from);
        assert_eq!(own, bps(row(&name)), "{name}");
        count += 1;
    }
    assert_eq!(count, 7);
}

fn json_of(dump: &Dump) -> Value {
    match dump {
        Dump::Text(text) => text.as_str().into(),
        Dump::Boolean(value) => (*value).into(),
        Dump::List(items) => items.iter().map(json_of).collect(),
        Dump::Table(entries) => entries.iter().map(|(key, item)| (key.clone(), json_of(item))).collect(),
    }
}

fn venue(it: &AlphaHomoraMarket) -> Value {
    json!({ "lp": "pool-LP", "state": json_of(&it.dump()) })
}

/// Positions, a lender, a liquidator's wrapped tokens, a batch.
fn lived(text: &str) -> AlphaHomoraMarket {
    let prices = prices();
    let ctx = Context { now: START, prices: &prices };
    let mut it = market(text);
    let lp = asset("pool-LP");
    for number in [3, 1, 2] {
        let actor = Actor::from(Account::new(number));
        it.supply(actor, lp, Amount::Exact(u(5_000_000_000_000_000_000)), &ctx).expect("supplied");
        it.borrow(actor, asset("USDC"), Amount::Exact(u(40_000_000_000)), &ctx).expect("borrowed");
        it.supply(actor, asset("WETH"), Amount::Exact(u(10_000_000_000_000_000)), &ctx).expect("lent");
    }
    it.begin_batch(Account::new(2), &ctx).expect("begun");
    it
}

#[test]
fn a_dump_is_a_state() {
    for text in [PLAIN, STAKED] {
        for it in [market(text), lived(text)] {
            let rebuilt = decode_json(&venue(&it)).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(rebuilt.dump(), it.dump());
            assert_eq!(rebuilt.holdings(), it.holdings());
        }
    }
}

/// Puts `with` in the place of the leaf that comes `at`-th, or takes it away.
fn mutate(value: &mut Value, at: &mut usize, with: Option<&Value>) {
    match value {
        Value::Object(table) => {
            let keys: Vec<String> = table.keys().cloned().collect();
            for key in keys {
                if *at == 0 && with.is_none() {
                    table.remove(&key);
                    *at = usize::MAX;
                    return;
                }
                if let Some(item) = table.get_mut(&key) {
                    mutate(item, at, with);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| mutate(item, at, with)),
        leaf => {
            if *at == 0
                && let Some(with) = with
            {
                *leaf = with.clone();
            }
            *at = at.wrapping_sub(1);
        }
    }
}

fn replacements() -> impl Strategy<Value = Option<Value>> {
    const ODD: [&str; 10] = [
        "0",
        "1",
        "-1",
        "115792089237316195423570985008687907853269984665640564039457584007913129639935",
        "115792089237316195423570985008687907853269984665640564039457584007913129639936",
        "340282366920938463463374607431768211456",
        "18446744073709551615",
        "plain",
        "outsider 3",
        "",
    ];
    prop_oneof![
        Just(None),
        proptest::sample::select(&ODD[..]).prop_map(|text| Some(json!(text))),
        Just(Some(json!(true))),
        Just(Some(json!([]))),
        Just(Some(json!({}))),
        any::<u64>().prop_map(|number| Some(json!(number.to_string()))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever a state says, it is refused or it can be used: nothing panics.
    #[test]
    fn mutated_states_never_panic(
        staked in any::<bool>(),
        changes in proptest::collection::vec((0_usize..160, replacements()), 1..4),
    ) {
        // Names of people, which no account without one can have by its number.
        let text = venue(&lived(if staked { STAKED } else { PLAIN })).to_string();
        let mut table: Value = serde_json::from_str(&text.replace("account ", "actor ")).expect("valid");
        for (at, with) in &changes {
            mutate(&mut table["state"], &mut at.clone(), with.as_ref());
        }
        if let Ok(mut it) = decode_json(&table) {
            let prices = prices();
            let ctx = Context { now: START, prices: &prices };
            let (lp, usdc, one) = (asset("pool-LP"), asset("USDC"), Amount::Exact(u(1_000)));
            for number in 0..4 {
                let owner = Account::new(number);
                let _ = it.health(owner, &ctx);
                let _ = it.position(owner, START);
                let _ = it.claimable(owner, START);
                let _ = it.claim(owner, START);
                let _ = it.supply(owner.into(), lp, one, &ctx);
                let _ = it.borrow(owner.into(), usdc, one, &ctx);
                let _ = it.repay(owner.into(), usdc, Amount::All, &ctx);
                let _ = it.withdraw(owner.into(), lp, Amount::All, &ctx);
                let _ = it.end_batch(owner, &ctx);
            }
            let _ = it.accrue(START);
            let _ = (it.rates(usdc, START), it.listing(lp), it.holdings(), it.issued());
            prop_assert!(decode_json(&venue(&it)).is_ok_and(|again| again.dump() == it.dump()));
        }
    }
}

/// What the descriptor lists is what is read.
#[test]
fn every_parameter_is_read() {
    let keys: Vec<&str> = ADAPTER.descriptor.parameters.iter().map(|it| it.key).collect();
    let expected = [
        "lp",
        "preset",
        "pair",
        "collateral_factor",
        "liquidation_incentive",
        "banks.<asset>",
        "fee",
        "rewards",
        "ether",
        "block_time",
        "state",
    ];
    assert_eq!(keys, expected);
    let node =
        parse_json("venue.json", &json!({ "lp": "pool-LP", "preset": "ethereum-2021-02" }).to_string());
    let node = node.expect("valid");
    let known = assets();
    let ctx = BuildContext { venue: "homora", assets: &known, now: START };
    assert!((ADAPTER.build)(&mut node.fields().expect("a table"), &ctx).is_ok());
    // A pool's share exists only once the pool does.
    let none = Assets::standard();
    let ctx = BuildContext { venue: "homora", assets: &none, now: START };
    let missing = (ADAPTER.build)(&mut node.fields().expect("a table"), &ctx).expect_err("missing");
    assert!(missing.to_string().contains("pool-LP"), "{missing}");
}
