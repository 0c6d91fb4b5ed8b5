//! States as documents: what is dumped is read back, and whatever is read never panics.

use levmine_config::parse_json;
use levmine_lido::{Lido, WORLD};
use levmine_market::{Account, Asset, Assets, BuildContext, Dump, Moment, Timestamp, TokenAmount};
use levmine_math::{Bps, U256};
use levmine_vault::{RequestId, Vault};
use proptest::prelude::*;
use serde_json::{Value, json};

pub(crate) const START: Moment = Moment { time: Timestamp(1_688_212_800), block: 17_600_000 };
const ALICE: Account = Account::new(0);
const BOB: Account = Account::new(1);

pub(crate) fn asset(symbol: &str) -> Asset {
    Assets::standard().get(symbol).expect("known")
}

pub(crate) fn amount(symbol: &str, thousandths: u64) -> TokenAmount {
    TokenAmount::new(asset(symbol), U256::from(thousandths) * U256::from(10_u64.pow(15)))
}

pub(crate) fn later(days: u64) -> Moment {
    Moment { time: START.time.plus(days * 86_400), block: START.block + days * 7_200 }
}

pub(crate) fn read(venue: &Value) -> Result<Lido, String> {
    let node = parse_json("venue.json", &venue.to_string()).expect("JSON");
    let assets = Assets::standard();
    let ctx = BuildContext { venue: "lido", assets: &assets, now: START };
    let mut fields = node.fields().map_err(|error| error.to_string())?;
    let lido = Lido::decode(&mut fields, &ctx).map_err(|error| error.to_string())?;
    fields.finish().map_err(|error| error.to_string())?;
    Ok(lido)
}

pub(crate) fn special(lido: &mut Lido, name: &str, arguments: &Value, now: Moment) -> Result<Dump, String> {
    let node = parse_json("op.json", &arguments.to_string()).expect("JSON");
    let mut fields = node.fields().expect("a table");
    let accounts = |name: &str| if name == "alice" { ALICE } else { BOB };
    let done = lido.special(name, &mut fields, &accounts, now).map_err(|error| error.to_string())?;
    fields.finish().map_err(|error| error.to_string())?;
    done.map_err(|error| error.code().unwrap_or("none").to_string())
}

fn json_of(dump: &Dump) -> Value {
    match dump {
        Dump::Text(text) => json!(text),
        Dump::Boolean(value) => json!(value),
        Dump::List(items) => items.iter().map(json_of).collect(),
        Dump::Table(entries) => Value::Object(entries.iter().map(|(k, v)| (k.clone(), json_of(v))).collect()),
    }
}

/// A pool in which something of everything has happened: requests waiting, ready and claimed, a discount, external
/// shares, shares waiting to be burned, a limit.
fn lived() -> Lido {
    let mut lido = read(&json!({ "preset": "ethereum" })).expect("a venue");
    for (who, staked) in [(ALICE, 500_000), (BOB, 50_000)] {
        lido.deposit(who, amount("WETH", staked), START).expect("staked");
        lido.deposit(who, amount("stETH", staked / 3), START).expect("wrapped");
        lido.request_redeem(who, amount("stETH", staked / 5), START).expect("requested");
    }
    special(&mut lido, "setMaxExternalRatio", &json!({ "ratio": "3000" }), START).expect("set");
    let mint = json!({ "to": "vaultHub", "shares": "1000000000000000000" });
    special(&mut lido, "mintExternalShares", &mint, START).expect("minted");
    let burn = json!({ "by": "bob", "amount": "1000000000000000", "cover": true });
    special(&mut lido, "requestBurn", &burn, START).expect("waiting");
    lido.accrue(later(5)).expect("nothing to fail");
    let ready = lido.requests(ALICE, later(5)).expect("a list");
    assert!(ready.iter().all(|request| request.is_ready));
    lido.claim_request(ALICE, ready[0].id, later(5)).expect("paid");
    lido.request_redeem(BOB, amount("wstETH", 10), later(5)).expect("requested");
    lido
}

fn venue(lido: &Lido) -> Value {
    json!({ "apr": "4%", "state": json_of(&lido.dump()) })
}

#[test]
fn a_dump_is_a_state() {
    let lido = lived();
    let again = read(&venue(&lido)).expect("readable");
    assert_eq!(again.dump(), lido.dump());
    assert_eq!(again.state(), lido.state());
}

#[test]
fn names_are_numbered_as_they_appear() {
    let state = json!({ "shares": { "carol": "5", "outsider 3": "7", "the contracts of venue 2": "1" },
                        "bufferedEther": "13" });
    let lido = read(&json!({ "state": state })).expect("readable");
    assert_eq!(lido.balance(Account::new(0)), U256::from(5));
    assert_eq!(lido.balance(WORLD), U256::from(7));
    assert_eq!(lido.balance(Account::contract(levmine_market::VenueId(2))), U256::ONE);
    assert_eq!(lido.dump().get("shares").and_then(|shares| shares.get("carol")), Some(&Dump::text(5)));
}

/// Every place in a document.
fn places(value: &Value, at: &str, all: &mut Vec<String>) {
    all.push(at.into());
    match value {
        Value::Object(table) => {
            for (key, value) in table {
                places(value, &format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), all);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                places(item, &format!("{at}/{index}"), all);
            }
        }
        _ => {}
    }
}

fn mutation() -> impl Strategy<Value = Value> {
    let power = |bits: u32| (U256::from(1) << bits as usize).to_string();
    prop_oneof![
        Just(Value::Null),
        Just(json!(true)),
        Just(json!("false")),
        Just(json!([])),
        Just(json!({})),
        Just(json!("")),
        Just(json!("-1")),
        Just(json!("0x10")),
        Just(json!("never")),
        Just(json!(1.5)),
        any::<u64>().prop_map(|number| json!(number.to_string())),
        (0_u64..200_000).prop_map(|number| json!(number.to_string())),
        (0_u32..256).prop_map(move |bits| json!(power(bits))),
        (1_u32..256).prop_map(move |bits| json!((U256::MAX >> bits as usize).to_string())),
    ]
}

/// Does a bit of everything; answers of any kind are fine.
fn exercise(lido: &mut Lido) {
    for (days, thousandths) in [(0, 1), (1, 40_000), (9, u64::MAX)] {
        let now = later(days);
        let _ = lido.accrue(now);
        for symbol in ["WETH", "stETH", "wstETH"] {
            let amount = amount(symbol, thousandths);
            let _ = lido.value(amount, now);
            let _ = lido.preview_deposit(amount, now);
            let _ = lido.preview_redeem(amount, now);
            let _ = lido.max_deposit(amount.asset, now);
            let _ = lido.deposit(ALICE, amount, now);
            let _ = lido.redeem(ALICE, amount, Bps::ONE, now);
            let _ = lido.request_redeem(ALICE, amount, now);
        }
        let _ = lido.transfer(ALICE, BOB, amount("stETH", thousandths).raw, now);
        for who in [ALICE, BOB] {
            for request in lido.requests(who, now).unwrap_or_default() {
                let _ = lido.claim_request(who, request.id, now);
            }
        }
        let _ = lido.claim_request(BOB, RequestId(thousandths), now);
        let _ = (lido.holdings(), lido.issued(), lido.balance(ALICE), lido.dump());
        let shares = json!({ "to": "vaultHub", "shares": "7" });
        let _ = special(lido, "mintExternalShares", &shares, now);
        let _ = special(lido, "burnExternalShares", &json!({ "shares": "7" }), now);
        let _ = special(lido, "rebalanceExternal", &json!({ "shares": "1", "value": "1" }), now);
        let _ = special(lido, "fundValidators", &json!({ "maxDeposits": U256::MAX.to_string() }), now);
        let _ = special(lido, "stakeWrapped", &json!({ "amount": "1000" }), now);
        let max = U256::MAX.to_string();
        let report = json!({
            "timestamp": (now.time.0 - 1).to_string(), "timeElapsed": "0",
            "clValidators": lido.state().deposited_validators.to_string(),
            "clBalance": if days == 0 { lido.state().cl_balance.to_string() } else { max.clone() },
            "withdrawalVaultBalance": "0", "elRewardsVaultBalance": "0", "sharesRequestedToBurn": "0",
            "batches": [lido.state().queue.last_request().to_string()], "simulatedShareRate": max,
        });
        let _ = special(lido, "report", &report, now);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    /// A state with anything in any place is refused with its place, or taken and lived with; nothing panics.
    #[test]
    fn mutated_states_never_panic(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), mutation()), 1..4),
    ) {
        let mut venue = venue(&lived());
        for (place, value) in changes {
            let mut all = Vec::new();
            places(&venue["state"], "/state", &mut all);
            if let Some(found) = venue.pointer_mut(&all[place.index(all.len())]) {
                *found = value;
            }
        }
        if let Ok(mut lido) = read(&venue) {
            exercise(&mut lido);
        }
    }

    /// The other keys of a venue take anything without a panic too.
    #[test]
    fn venues_never_panic(
        key in prop::sample::select(vec![
            "preset", "pooled_ether", "rate", "wsteth", "apr", "execution_apr", "penalties", "withdrawal_delay", "fee",
        ]),
        value in mutation(),
        nested in any::<bool>(),
    ) {
        let mut venue = json!({ "pooled_ether": "1000" });
        venue[key] = if nested {
            json!([{ "from": value, "at": value, "rate": value, "delay": value, "amount": value }])
        } else {
            value
        };
        if let Ok(mut lido) = read(&venue) {
            exercise(&mut lido);
        }
    }
}
