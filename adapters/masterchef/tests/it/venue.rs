//! Venue tables: what is accepted, what is refused and in which words.

use levmine_config::parse_toml;
use levmine_market::{Account, Assets, BuildContext, Moment, Timestamp, TokenAmount};
use levmine_masterchef::{ADAPTER, DEV, OTHERS};
use levmine_math::{Bps, U256};
use levmine_vault::Vault;
use proptest::prelude::*;
use serde_json::json;

use crate::chefs::{START, asset, at, decode, decode_json, farm, fork, lp, u, units, value};

fn contains(text: &str, parts: &[&str]) {
    let message = decode(text).expect_err("refused").to_string();
    for part in parts {
        assert!(message.contains(part), "{message:?} lacks {part:?}");
    }
}

#[test]
fn refusals_name_the_place_and_what_is_accepted() {
    contains("", &["`per_block` is missing"]);
    contains("preset = \"sushy\"", &["venue.toml:1: preset", "did you mean \"sushi\"?"]);
    contains("preset = \"sushi\"", &["`pools` is missing", "pool-LP"]);
    contains("version = \"v2\"", &["\"v2\"", "v1"]);
    let pool = "pools = [{ stake = \"pool-LP\", alloc = 1 }]";
    let plain = |line: &str| format!("preset = \"sushi\"\n{pool}\n{line}");
    contains("preset = \"sushi\"\npools = [{ stake = \"NOPE\", alloc = 1 }]", &["NOPE", "known asset"]);
    contains("preset = \"sushi\"\npools = [{ stake = \"pool-LP\" }]", &["`alloc` is missing"]);
    let twice =
        "preset = \"sushi\"\npools = [{ stake = \"RAW\", alloc = 1 }, { stake = \"RAW\", alloc = 1 }]";
    contains(twice, &["no other pool takes"]);
    contains(
        "preset = \"sushi\"\npools = [{ stake = \"RAW\", alloc = 1, others = \"0.5\" }]",
        &["an amount in whole tokens"],
    );
    contains(&plain("per_block = \"1\"\nper_day = \"1\""), &["venue.toml:4: per_day", "not both"]);
    contains(&plain("per_block = \"many\""), &["an amount in whole tokens"]);
    contains(&plain("start = \"soon\""), &["a date"]);
    contains(&plain("precision = 0"), &["above 0"]);
    contains(&plain("reward = \"NOPE\""), &["known asset"]);
    contains(&plain("other_alloc = -1"), &["an integer"]);
    contains(
        &plain(&format!("other_alloc = \"{}\"", U256::MAX)),
        &["allocation points whose sum is below 2^256"],
    );
    contains(&plain("emission = []"), &["unknown key `emission`", "did you mean `emissions`?"]);
    contains(&plain("emissions = [{ from = \"2022-01-01\" }]"), &["`per_block` is missing"]);
    contains(
        &plain(
            "emissions = [{ from = \"2022-01-02\", per_day = 1 }, { from = \"2022-01-01\", per_day = 2 }]",
        ),
        &["a later block"],
    );
    let own = "per_block = \"1\"\npools = [{ stake = \"SUSHI\", alloc = 1, others = \"5\" }]";
    contains(own, &["`supply` is missing", "staked itself"]);
    contains(&format!("{own}\nsupply = \"4\""), &["at least what is staked"]);
    let state = |line: &str| format!("[state]\n{line}");
    contains("per_block = \"1\"\n[state]\n", &["either `per_block` or `state`, not both"]);
    contains(&state("sushiPerBlock = \"-1\""), &["an integer"]);
    contains(&state("poolInfo = [{}]"), &["`lpToken` is missing"]);
    contains(&state("users.alice.0.amount = \"1\""), &["one of the 0 pools"]);
    contains(&state("balances.NOPE = \"1\""), &["\"NOPE\"", "SUSHI"]);
    contains(&state("balances.SUSHI = \"5\"\ntotalSupply = \"4\""), &["at least what the chef holds, 5"]);
    contains(&state("emissions = [{ block = \"1\" }]"), &["`sushiPerBlock` is missing"]);
    contains(&state("pools = []"), &["unknown key `pools`"]);
}

#[test]
fn the_preset_is_the_contracts_constructor() {
    let chef = farm();
    let native = chef.chef();
    assert_eq!(native.per_block(), units("100"));
    assert_eq!(native.total_alloc(), U256::from(60_000));
    // In the pace of a run's blocks both dates lie that many days of 7,200 blocks before the start.
    assert_eq!(native.start(), U256::from(START.block - 185 * 7_200));
    assert_eq!(native.bonus_end(), U256::from(START.block - 169 * 7_200 - 250));
    assert_eq!(native.terms().precision, u("1000000000000"));
    assert_eq!((native.dev(), native.user(0, OTHERS).amount), (Some(DEV), units("1_000_000")));
    assert_eq!(chef.rewards(), [asset("SUSHI")]);
    assert_eq!(chef.assets(), [asset("pool-LP"), asset("other-LP")]);
    assert_eq!(ADAPTER.descriptor.presets.len(), 1);
    // A pool of 3,000 points alone has a twentieth of the preset's.
    let text = "preset = \"sushi\"\npools = [{ stake = \"pool-LP\", alloc = 3000 }]";
    assert_eq!(decode(text).expect("a chef").chef().total_alloc(), U256::from(60_000));
}

#[test]
fn a_fork_differs_in_its_terms() {
    let chef = fork();
    let native = chef.chef();
    assert_eq!(native.terms().reward, asset("CAKE"));
    assert_eq!(native.terms().dev_divisor, U256::from(11));
    assert_eq!(native.till().held, units("50_000_000"));
    assert_eq!(native.till().supply, units("150_000_000"));
    assert_eq!(native.balance(asset("pool-LP")), U256::from(7));
    assert_eq!(native.bonus_end(), U256::from(START.block + 7_200));
    let held: Vec<U256> = chef.holdings().iter().map(|held| held.raw).collect();
    assert_eq!(held, [units("50_000_000"), U256::from(7), U256::from(12)]);
}

#[test]
fn a_dump_is_a_state() {
    let mut chef = farm();
    let before = value(&chef.dump());
    chef.deposit(Account::new(0), lp(77), at(5)).expect("a deposit");
    let dump = value(&chef.dump());
    assert_ne!(dump, before);
    let again = decode_json(&json!({ "state": dump })).expect("a chef");
    assert_eq!(value(&again.dump()), dump);
    assert_eq!((again.issued(), again.holdings()), (chef.issued(), chef.holdings()));
    // Names stay, also those that have no stake.
    let state = json!({
        "block": "9",
        "sushiPerBlock": "1",
        "startBlock": "2",
        "bonusEndBlock": U256::MAX.to_string(),
        "totalAllocPoint": "3",
        "totalSupply": "50",
        "owner": "zero address",
        "devaddr": "bob",
        "poolInfo": [
            { "lpToken": "pool-LP", "allocPoint": "3", "lastRewardBlock": "7", "accSushiPerShare": "11" },
            { "lpToken": "SUSHI", "allocPoint": "0", "lastRewardBlock": "8", "accSushiPerShare": "0" },
        ],
        "balances": { "SUSHI": "5", "pool-LP": "10" },
        "users": { "bob": { "1": { "amount": "4", "rewardDebt": "1" } }, "dan": {} },
        "emissions": [{ "block": "12", "sushiPerBlock": "0" }],
    });
    let chef = decode_json(&json!({ "state": state })).expect("a chef");
    assert_eq!(value(&chef.dump()), state);
}

#[test]
fn what_a_state_does_not_say_follows() {
    let chef = decode_json(&json!({ "state": {
        "poolInfo": [{ "lpToken": "pool-LP", "allocPoint": "3" }, { "lpToken": "SUSHI", "allocPoint": "4" }],
        "users": { "a": { "0": { "amount": "5" }, "1": { "amount": "6" } }, "b": { "0": { "amount": "7" } } },
    } }))
    .expect("a chef");
    let native = chef.chef();
    assert_eq!(native.total_alloc(), U256::from(7));
    assert_eq!(native.balance(asset("pool-LP")), U256::from(12));
    assert_eq!(native.till().held, U256::from(6));
    assert_eq!(native.till().supply, U256::from(6));
    assert_eq!(native.pools()[0].last_reward_block, U256::from(START.block));
}

/// A document made of a valid one by changing values, keys and shapes.
fn mutated() -> impl Strategy<Value = serde_json::Value> {
    let keys = prop::sample::select(vec![
        "block",
        "sushiPerBlock",
        "startBlock",
        "bonusEndBlock",
        "totalAllocPoint",
        "totalSupply",
        "owner",
        "devaddr",
        "poolInfo",
        "balances",
        "users",
        "emissions",
        "nonsense",
    ]);
    let leaf = prop_oneof![
        Just(json!("")),
        Just(json!("-1")),
        Just(json!("zero address")),
        Just(json!(true)),
        Just(json!([])),
        Just(json!({})),
        Just(json!([{ "lpToken": "pool-LP", "allocPoint": U256::MAX.to_string() }, { "lpToken": "SUSHI" }])),
        Just(
            json!([{ "lpToken": "pool-LP", "accSushiPerShare": U256::MAX.to_string(), "lastRewardBlock": "0" }])
        ),
        Just(
            json!([{ "block": "0", "sushiPerBlock": U256::MAX.to_string() }, { "block": "9", "sushiPerBlock": "1" }])
        ),
        Just(
            json!({ "a": { "0": { "amount": U256::MAX.to_string() } }, "outsider 3": { "1": { "rewardDebt": "9" } } })
        ),
        Just(json!({ "account 0": { "0": { "amount": U256::MAX.to_string(), "rewardDebt": "1" } } })),
        Just(json!({ "pool-LP": U256::MAX.to_string(), "SUSHI": "7" })),
        any::<u64>().prop_map(|number| json!(number.to_string())),
        any::<[u64; 4]>().prop_map(|limbs| json!(U256::from_limbs(limbs).to_string())),
        "[a-z0-9 \"%_]{0,12}".prop_map(|text| json!(text)),
    ];
    prop::collection::vec((keys, leaf), 0..5).prop_map(|changes| {
        let mut chef = farm();
        chef.deposit(Account::new(0), lp(77), at(5)).expect("a deposit");
        let mut state = value(&chef.dump());
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
        if let Ok(mut chef) = decode_json(&json!({ "state": state })) {
            let again = decode_json(&json!({ "state": value(&chef.dump()) }));
            prop_assert_eq!(again.expect("what was written").dump(), chef.dump());
            for block in [0, START.block, later] {
                let now = Moment { time: Timestamp(later), block };
                for owner in [OTHERS, Account::new(0), Account::new(1)] {
                    let _ = chef.claimable(owner, now);
                    for asset in chef.assets().to_vec() {
                        let amount = TokenAmount::new(asset, U256::from(later));
                        let _ = chef.preview_deposit(amount, now);
                        let _ = chef.preview_redeem(amount, now);
                        let _ = chef.deposit(owner, amount, now);
                        let _ = chef.redeem(owner, amount, Bps::ONE, now);
                    }
                    let _ = chef.claim(owner, now);
                }
                let _ = chef.accrue(now);
                let again = decode_json(&json!({ "state": value(&chef.dump()) }));
                prop_assert_eq!(again.expect("what was written").dump(), chef.dump());
            }
        }
    }

    #[test]
    fn hostile_tables_never_panic(text in "[a-z_= \"%0-9.\n\\[\\]{}-]{0,120}") {
        let text = format!("preset = \"sushi\"\npools = [{{ stake = \"SUSHI\", alloc = 1 }}]\nsupply = 5\n{text}");
        if let Ok(node) = parse_toml("venue.toml", &text) {
            let assets = Assets::standard();
            let ctx = BuildContext { venue: "chef", assets: &assets, now: START };
            if let Ok(mut fields) = node.fields() {
                let _ = (ADAPTER.build)(&mut fields, &ctx);
            }
        }
    }
}
