//! States written out and read back.

use levmine_config::{Node, parse_json};
use levmine_lending::{Amount, Context, LendingMarket, LiquidationCall};
use levmine_maker::MakerMarket;
use levmine_market::{Assets, BuildContext, Dump};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::markets::{ALICE, BOB, KEEPER, START, asset, build, later, prices, tokens};

fn json_of(dump: &Dump) -> Value {
    match dump {
        Dump::Text(text) => json!(text),
        Dump::Boolean(value) => json!(value),
        Dump::List(items) => items.iter().map(json_of).collect(),
        Dump::Table(entries) => Value::Object(entries.iter().map(|(k, v)| (k.clone(), json_of(v))).collect()),
    }
}

fn read(venue: &Value) -> Result<MakerMarket, String> {
    let node: Node = parse_json("venue.json", &venue.to_string()).expect("JSON");
    let assets = Assets::standard();
    let ctx = BuildContext { venue: "bank", assets: &assets, now: START };
    let mut fields = node.fields().map_err(|error| error.to_string())?;
    let market = MakerMarket::decode(&mut fields, &ctx).map_err(|error| error.to_string())?;
    fields.finish().map_err(|error| error.to_string())?;
    Ok(market)
}

/// A market in which something of everything has happened: vaults, savings, an auction, keepers' rewards.
fn lived(version: &str) -> MakerMarket {
    let mut market = build(&format!(
        "version = \"{version}\"\nvault_type = \"ETH-A\"\ncollateral = \"WETH\"\nliquidation_ratio = \"150%\"\n\
         stability_fee = \"5%\"\nsavings_rate = \"3%\"\ndebt_floor = 100\n\
         outsiders = {{ collateral = 1_000, debt = 500_000 }}"
    ));
    let (weth, dai) = (asset("WETH"), asset("DAI"));
    let dear = prices(2_000);
    let ctx = Context { now: START, prices: &dear };
    for owner in [ALICE, BOB] {
        market.supply(owner.into(), weth, Amount::Exact(tokens(weth, 10)), &ctx).expect("locked");
        market.borrow(owner.into(), dai, Amount::Exact(tokens(dai, 10_000)), &ctx).expect("drawn");
    }
    market.supply(BOB.into(), dai, Amount::Exact(tokens(dai, 777)), &ctx).expect("saved");
    let cheap = prices(1_400);
    let ctx = Context { now: later(86_400), prices: &cheap };
    let call = LiquidationCall {
        liquidator: KEEPER,
        borrower: ALICE,
        debt: dai,
        collateral: weth,
        repay: Amount::All,
        keep_supplied: false,
    };
    market.liquidate(&call, &ctx).expect("unsafe");
    let sales = market.sales(&ctx).expect("sales");
    let [sale] = sales.as_slice() else { panic!("one sale: {sales:?}") };
    market.buy(BOB, sale.id, sale.lot.raw, sale.price, &ctx).expect("bought or bid");
    market
}

fn venue(market: &MakerMarket) -> Value {
    json!({
        "version": market.version(), "vault_type": "ETH-A", "collateral": "WETH", "state": json_of(&market.dump()),
    })
}

#[test]
fn a_dump_is_read_back_as_the_same() {
    for version in ["2.0", "1.2.8", "1.0.2"] {
        let market = lived(version);
        let again = read(&venue(&market)).unwrap_or_else(|error| panic!("{version}: {error}"));
        assert_eq!(market.dump(), again.dump(), "{version}");
        assert_eq!(market.holdings(), again.holdings());
        assert_eq!(market.issued(), again.issued());
    }
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
fn exercise(market: &mut MakerMarket) {
    let prices = prices(1_700);
    for now in [START, later(86_400), later(4_000_000_000)] {
        let ctx = Context { now, prices: &prices };
        for owner in [ALICE, BOB, KEEPER] {
            let _ = market.position(owner, now);
            let _ = market.health(owner, &ctx);
            for asset in market.assets() {
                let one = Amount::Exact(tokens(asset, 1));
                let _ = market.rates(asset, now);
                let _ = market.listing(asset);
                let _ = market.supply(owner.into(), asset, one, &ctx);
                let _ = market.borrow(owner.into(), asset, one, &ctx);
                let _ = market.repay(owner.into(), asset, Amount::All, &ctx);
                let _ = market.withdraw(owner.into(), asset, Amount::All, &ctx);
                let call = LiquidationCall {
                    liquidator: KEEPER,
                    borrower: owner,
                    debt: asset,
                    collateral: asset,
                    repay: Amount::All,
                    keep_supplied: false,
                };
                let _ = market.liquidate(&call, &ctx);
            }
        }
        for sale in market.sales(&ctx).unwrap_or_default() {
            let _ = market.buy(BOB, sale.id, sale.lot.raw, sale.price, &ctx);
            let _ = market.restart_sale(KEEPER, sale.id, &ctx);
        }
        let _ = market.accrue(now);
    }
    let _ = market.dump();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    /// A state with anything in any place is refused with its place, or taken and lived with; nothing panics.
    #[test]
    fn mutated_states_never_panic(
        version in 0_usize..3,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), mutation()), 1..4),
    ) {
        let mut venue = venue(&lived(["2.0", "1.2.8", "1.0.2"][version]));
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
