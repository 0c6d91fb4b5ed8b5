//! Markets that several tests use.

use levmine_compound_v2::CompoundV2Market;
use levmine_config::{ConfigError, parse_json, parse_toml};
use levmine_lending::{Context, LendingError, LendingMarket};
use levmine_market::{Account, Asset, Assets, BuildContext, Dump, Moment, Price, PriceBook, Timestamp};
use levmine_math::{U256, Wad};

/// 2022-09-01 00:00 UTC.
pub(crate) const START: Moment = Moment { time: Timestamp(1_661_990_400), block: 15_450_000 };

/// Prices of about that day, in cents.
const CENTS: [(&str, u8, u64); 8] = [
    ("USDC", 6, 100),
    ("DAI", 18, 100),
    ("WETH", 18, 155_400),
    ("WBTC", 8, 2_005_000),
    ("USDT", 6, 100),
    ("UNI", 18, 620),
    ("COMP", 18, 4_700),
    ("LINK", 18, 670),
];

/// The oracle's prices of about 2022-09-01.
pub(crate) fn prices() -> PriceBook {
    let mut book = PriceBook::new();
    for (symbol, decimals, cents) in CENTS {
        book.set(Asset::new(symbol, decimals).expect("an asset"), price(cents));
    }
    book
}

/// A price in cents.
pub(crate) fn price(cents: u64) -> Price {
    Price(Wad::from_raw(U256::from(cents) * U256::from(10_000_000_000_000_000_u64)))
}

pub(crate) fn u(value: u128) -> U256 {
    U256::from(value)
}

/// Builds a market from a venue's table in TOML.
pub(crate) fn decode(text: &str) -> Result<CompoundV2Market, ConfigError> {
    let node = parse_toml("venue.toml", text)?;
    let mut fields = node.fields()?;
    let assets = Assets::standard();
    let ctx = BuildContext { venue: "bank", assets: &assets, now: START };
    let market = CompoundV2Market::decode(&mut fields, &ctx)?;
    fields.finish()?;
    Ok(market)
}

/// A preset in a version.
pub(crate) fn preset(name: &str, version: &str) -> CompoundV2Market {
    decode(&format!("preset = \"{name}\"\nversion = \"{version}\"")).unwrap_or_else(|error| panic!("{error}"))
}

/// The asset of this symbol among the market's.
pub(crate) fn asset(market: &CompoundV2Market, symbol: &str) -> Asset {
    market.assets().into_iter().find(|asset| asset.symbol() == symbol).expect("a market")
}

/// Four markets with some depth, in a person's terms; one of each rate model.
pub(crate) const SMALL: &str = r#"
comp = "100_000"

[markets.WETH]
model = "white-paper"
collateral_factor = "82.5%"
reserve_factor = "20%"
base_rate = "2%"
multiplier = "10%"

[markets.USDC]
collateral_factor = "85.5%"
reserve_factor = "7.5%"
multiplier = "4%"
jump_multiplier = "109%"
kink = "80%"
comp_supply_speed = "0.01"
comp_borrow_speed = "0.02"

[markets.WBTC]
model = "jump"
collateral_factor = "70%"
reserve_factor = "20%"
base_rate = "2%"
multiplier = "18%"
jump_multiplier = "100%"
kink = "80%"
borrow_cap = "2_000"

[markets.DAI]
model = "legacy"
collateral_factor = "83.5%"
reserve_factor = "15%"
base_rate = "1%"
multiplier = "20%"
comp_supply_speed = "0.005"

[liquidity.WETH]
supplied = "100_000"
borrowed = "20_000"

[liquidity.USDC]
supplied = "300_000_000"
borrowed = "150_000_000"

[liquidity.WBTC]
supplied = "3_000"
borrowed = "500"

[liquidity.DAI]
supplied = "50_000_000.5"
borrowed = "4_000_000"
reserves = "12_345"
"#;

/// The small market in a version.
pub(crate) fn small(version: &str) -> CompoundV2Market {
    decode(&format!("version = \"{version}\"\n{SMALL}")).unwrap_or_else(|error| panic!("{error}"))
}

/// Does a special operation whose arguments stand in JSON; accounts are numbers.
pub(crate) fn special(
    market: &mut dyn LendingMarket,
    name: &str,
    arguments: &serde_json::Value,
    ctx: &Context<'_>,
) -> Result<Dump, LendingError> {
    let node = parse_json("op.json", &arguments.to_string()).expect("valid");
    let mut fields = node.fields().expect("a table");
    let accounts = |name: &str| Account::new(name.parse().expect("a number"));
    let done = market.special(name, &mut fields, &accounts, ctx).expect("readable");
    fields.finish().expect("nothing left");
    done
}
