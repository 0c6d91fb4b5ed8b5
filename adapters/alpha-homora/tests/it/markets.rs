//! Venues that several tests use.

use levmine_alpha_homora::AlphaHomoraMarket;
use levmine_config::{ConfigError, parse_json, parse_toml};
use levmine_market::{Asset, Assets, BuildContext, Moment, Price, PriceBook, Timestamp};
use levmine_math::{U256, Wad};
use serde_json::Value;

/// 2021-03-01 00:00 UTC.
pub(crate) const START: Moment = Moment { time: Timestamp(1_614_556_800), block: 11_950_000 };

/// Prices of about that day, in cents; the share of a pair is worth so much.
const CENTS: [(&str, u8, u64); 8] = [
    ("USDC", 6, 100),
    ("DAI", 18, 100),
    ("USDT", 6, 100),
    ("WETH", 18, 150_000),
    ("WBTC", 8, 4_700_000),
    ("SUSHI", 18, 1_700),
    ("pool-LP", 18, 7_000_000),
    ("DPI", 18, 40_000),
];

pub(crate) fn asset(symbol: &str) -> Asset {
    let (symbol, decimals, _) = CENTS.iter().find(|(known, ..)| *known == symbol).expect("an asset");
    Asset::new(symbol, *decimals).expect("an asset")
}

/// A price in cents.
pub(crate) fn price(cents: u64) -> Price {
    Price(Wad::from_raw(U256::from(cents) * U256::from(10_000_000_000_000_000_u64)))
}

pub(crate) fn prices() -> PriceBook {
    let mut book = PriceBook::new();
    for (symbol, _, cents) in CENTS {
        book.set(asset(symbol), price(cents));
    }
    book
}

pub(crate) fn u(value: u128) -> U256 {
    U256::from(value)
}

pub(crate) fn n(text: &str) -> U256 {
    text.parse().expect("digits")
}

pub(crate) fn assets() -> Assets {
    let mut assets = Assets::standard();
    assets.insert(asset("pool-LP"));
    assets.insert(asset("DPI"));
    assets
}

/// Builds a market from a venue's table in TOML.
pub(crate) fn decode(text: &str) -> Result<AlphaHomoraMarket, ConfigError> {
    let node = parse_toml("venue.toml", text)?;
    let mut fields = node.fields()?;
    let assets = assets();
    let ctx = BuildContext { venue: "homora", assets: &assets, now: START };
    let market = AlphaHomoraMarket::decode(&mut fields, &ctx)?;
    fields.finish()?;
    Ok(market)
}

/// Builds a market from a venue's table in JSON.
pub(crate) fn decode_json(table: &Value) -> Result<AlphaHomoraMarket, ConfigError> {
    let node = parse_json("venue.json", &table.to_string())?;
    let mut fields = node.fields()?;
    let assets = assets();
    let ctx = BuildContext { venue: "homora", assets: &assets, now: START };
    let market = AlphaHomoraMarket::decode(&mut fields, &ctx)?;
    fields.finish()?;
    Ok(market)
}

/// The preset around a pair of ether and dollars, without rewards.
pub(crate) const PLAIN: &str =
    "lp = \"pool-LP\"\npreset = \"ethereum-2021-02\"\npair = [\"WETH\", \"USDC\"]\n";

/// The same with SUSHI.
pub(crate) const STAKED: &str = "lp = \"pool-LP\"\npreset = \"ethereum-2021-02\"\npair = [\"WETH\", \"USDC\"]\n\
    rewards = { token = \"SUSHI\", per_day = \"5_000\", others_staked = \"3_000\" }\n";

pub(crate) fn market(text: &str) -> AlphaHomoraMarket {
    decode(text).unwrap_or_else(|error| panic!("{error}"))
}
