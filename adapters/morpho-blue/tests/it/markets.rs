//! Markets for tests.

use levmine_config::{ConfigError, parse_json, parse_toml};
use levmine_market::{Asset, Assets, BuildContext, Dump, Moment, Price, PriceBook, Timestamp};
use levmine_math::{U256, Wad, parse_units};
use levmine_morpho_blue::MorphoBlueMarket;
use serde_json::{Value, json};

/// 2024-01-14.
pub(crate) const START: Moment = Moment { time: Timestamp(1_705_211_148), block: 19_000_000 };

pub(crate) fn assets() -> Assets {
    let mut assets = Assets::standard();
    for (symbol, decimals) in [("GUSD", 2), ("ODD", 36), ("RAW", 0)] {
        assets.insert(Asset::new(symbol, decimals).expect("an asset"));
    }
    assets
}

pub(crate) fn asset(symbol: &str) -> Asset {
    assets().get(symbol).expect("a known asset")
}

/// Builds a market from a venue's table.
pub(crate) fn decode(text: &str) -> Result<MorphoBlueMarket, ConfigError> {
    let node = parse_toml("venue.toml", text).expect("valid");
    let mut fields = node.fields()?;
    let known = assets();
    let ctx = BuildContext { venue: "bank", assets: &known, now: START };
    let market = MorphoBlueMarket::decode(&mut fields, &ctx)?;
    fields.finish()?;
    Ok(market)
}

/// The same, from JSON.
pub(crate) fn decode_json(value: &Value) -> Result<MorphoBlueMarket, ConfigError> {
    let node = parse_json("venue.json", &value.to_string()).expect("valid");
    let mut fields = node.fields()?;
    let known = assets();
    let ctx = BuildContext { venue: "bank", assets: &known, now: START };
    let market = MorphoBlueMarket::decode(&mut fields, &ctx)?;
    fields.finish()?;
    Ok(market)
}

/// wstETH against WETH at 94.5 %, with some depth.
pub(crate) fn staked() -> MorphoBlueMarket {
    decode(
        r#"
        preset = "wsteth-weth"
        fee = "10%"
        [liquidity]
        supplied = "50_000"
        borrowed = "40_000"
        collateral = "45_000"
        "#,
    )
    .expect("a market")
}

/// WBTC against USDC at 86 %, with some depth.
pub(crate) fn bitcoin() -> MorphoBlueMarket {
    decode(
        r#"
        preset = "wbtc-usdc"
        [liquidity]
        supplied = "50_000_000"
        borrowed = "30_000_000"
        collateral = "2_000"
        "#,
    )
    .expect("a market")
}

/// WETH against a token of two decimals, without interest.
pub(crate) fn still() -> MorphoBlueMarket {
    decode(
        r#"
        loan = "GUSD"
        collateral = "WETH"
        lltv = "38.5%"
        irm = "none"
        fee = "25%"
        [liquidity]
        supplied = "50_000_000"
        "#,
    )
    .expect("a market")
}

pub(crate) fn dollars(text: &str) -> Price {
    Price(Wad::from_raw(parse_units(text, 18).expect("a price")))
}

pub(crate) fn prices() -> PriceBook {
    let mut prices = PriceBook::new();
    for (symbol, price) in [
        ("WETH", "2524.46"),
        ("wstETH", "2916.171717171717171717"),
        ("USDC", "0.9999"),
        ("WBTC", "42850.1"),
        ("GUSD", "1"),
        ("ODD", "0.000001"),
        ("RAW", "3"),
    ] {
        prices.set(asset(symbol), dollars(price));
    }
    prices
}

pub(crate) fn u(value: u128) -> U256 {
    U256::from(value)
}

/// A dump as JSON.
pub(crate) fn value(dump: &Dump) -> Value {
    match dump {
        Dump::Text(text) => json!(text),
        Dump::Boolean(value) => json!(value),
        Dump::List(items) => Value::Array(items.iter().map(value).collect()),
        Dump::Table(entries) => {
            Value::Object(entries.iter().map(|(key, item)| (key.clone(), value(item))).collect())
        }
    }
}
