//! States written out and read back.

use levmine_config::{Node, parse_json};
use levmine_lending::{Amount, Context, LendingMarket, LiquidationCall};
use levmine_market::{Assets, BuildContext, Dump, TokenAmount};
use levmine_synthetix::SynthetixMarket;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::markets::{ALICE, BOB, KEEPER, POOL, START, asset, build, call, later, prices, units};

fn json_of(dump: &Dump) -> Value {
    match dump {
        Dump::Text(text) => json!(text),
        Dump::Boolean(value) => json!(value),
        Dump::List(items) => items.iter().map(json_of).collect(),
        Dump::Table(entries) => Value::Object(entries.iter().map(|(k, v)| (k.clone(), json_of(v))).collect()),
    }
}

fn read(venue: &Value) -> Result<SynthetixMarket, String> {
    let node: Node = parse_json("venue.json", &venue.to_string()).expect("JSON");
    let assets = Assets::standard();
    let ctx = BuildContext { venue: "pool", assets: &assets, now: START };
    let mut fields = node.fields().map_err(|error| error.to_string())?;
    let market = SynthetixMarket::decode(&mut fields, &ctx).map_err(|error| error.to_string())?;
    fields.finish().map_err(|error| error.to_string())?;
    Ok(market)
}

/// A pool in which something of everything has happened: loans, an exchange, weeks of fees, escrow, a flag, a liquidation.
fn lived() -> SynthetixMarket {
    let mut market = build(POOL);
    let (snx, susd, seth) = (asset("SNX"), asset("sUSD"), asset("sETH"));
    let book = prices("5", "2000");
    let ctx = Context { now: START, prices: &book };
    for owner in [ALICE, BOB] {
        market.supply(owner.into(), snx, Amount::Exact(units("10000")), &ctx).expect("staked");
        market.borrow(owner.into(), susd, Amount::Exact(units("9000")), &ctx).expect("minted");
    }
    market.exchange(KEEPER, TokenAmount::new(susd, units("3000")), seth, &ctx).expect("exchanged");
    market.accrue(later(604_800)).expect("a week");
    call(&mut market, "createEscrow", "to = \"bob\"\namount = \"77\"\nduration = \"9\"", later(604_801))
        .expect("in");
    let cheap = prices("1.2", "2500");
    for seconds in [604_900, 604_900 + 43_201] {
        let ctx = Context { now: later(seconds), prices: &cheap };
        market.publish(&ctx).expect("published");
        market.liquidate(&against(ALICE), &ctx).expect("flagged, then liquidated");
    }
    let ctx = Context { now: later(700_000), prices: &cheap };
    market.liquidate(&against(BOB), &ctx).expect("flagged");
    market
}

fn against(borrower: levmine_market::Account) -> LiquidationCall {
    LiquidationCall {
        liquidator: KEEPER,
        borrower,
        debt: asset("sUSD"),
        collateral: asset("SNX"),
        repay: Amount::All,
        keep_supplied: false,
    }
}

fn venue(market: &SynthetixMarket) -> Value {
    json!({ "synths": { "sETH": "WETH" }, "state": json_of(&market.dump()) })
}

#[test]
fn a_dump_is_read_back_as_the_same() {
    let market = lived();
    let again = read(&venue(&market)).expect("read back");
    assert_eq!(market.dump(), again.dump());
    assert_eq!(market.holdings(), again.holdings());
    assert_eq!(market.issued(), again.issued());
}

/// The places of all values, as JSON pointers.
fn places(value: &Value, at: &str, all: &mut Vec<String>) {
    all.push(at.into());
    if let Value::Object(table) = value {
        for (key, value) in table {
            places(value, &format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), all);
        }
    }
}

fn mutation() -> impl Strategy<Value = Value> {
    let largest = "115792089237316195423570985008687907853269984665640564039457584007913129639935";
    prop_oneof![
        Just(json!("0")),
        Just(json!("1")),
        Just(json!(largest)),
        Just(json!(format!("{largest}0"))),
        Just(json!("-1")),
        Just(json!("nonsense")),
        Just(json!("9007199254740993")),
        Just(Value::Object(Map::new())),
        Just(json!([])),
        Just(json!(true)),
        any::<u128>().prop_map(|number| json!(number.to_string())),
    ]
}

/// Everything there is to do, with whatever comes out: only a panic fails.
fn exercise(market: &mut SynthetixMarket) {
    let book = prices("1.7", "1800");
    for now in [START, later(800_000), later(4_000_000_000)] {
        let ctx = Context { now, prices: &book };
        let _ = market.publish(&ctx);
        for owner in market.system().stakers.keys().copied().take(4).chain([ALICE, BOB]).collect::<Vec<_>>() {
            let _ = (market.position(owner, now), market.health(owner, &ctx), market.claimable(owner, now));
            for asset in market.assets() {
                let one = Amount::Exact(units("1"));
                let _ = (market.rates(asset, now), market.listing(asset));
                let _ = market.supply(owner.into(), asset, one, &ctx);
                let _ = market.borrow(owner.into(), asset, one, &ctx);
                let _ = market.repay(owner.into(), asset, Amount::All, &ctx);
                let _ = market.withdraw(owner.into(), asset, Amount::All, &ctx);
                for other in market.assets() {
                    let _ = market.exchange(owner, TokenAmount::new(asset, units("1")), other, &ctx);
                }
            }
            let _ = market.liquidate(&against(owner), &ctx);
            let _ = market.liquidate(&LiquidationCall { liquidator: owner, ..against(owner) }, &ctx);
            let _ = market.claim(owner, now);
        }
        let _ = call(market, "vest", "by = \"bob\"\nentries = [\"0\", \"1\", \"2\"]", now);
        let _ = call(market, "burnToTarget", "by = \"alice\"", now);
        let _ = call(market, "issueMax", "by = \"alice\"", now);
        let _ = market.accrue(now);
    }
    let _ = (market.dump(), market.holdings(), market.issued());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

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
        if let Ok(mut market) = read(&venue) {
            exercise(&mut market);
        }
    }
}
