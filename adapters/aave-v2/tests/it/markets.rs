//! Markets that several tests use.

use levmine_aave_v2::AaveV2Market;
use levmine_config::{ConfigError, parse_json, parse_toml};
use levmine_lending::{Context, LendingError, LendingMarket};
use levmine_market::{Account, Asset, Assets, BuildContext, Dump, Moment, Price, PriceBook, Timestamp};
use levmine_math::U256;

/// 2021-06-01 00:00 UTC.
pub(crate) const START: Moment = Moment { time: Timestamp(1_622_505_600), block: 12_545_219 };

pub(crate) const ALICE: Account = Account::new(0);
pub(crate) const BOB: Account = Account::new(1);

/// Dollars with 8 decimals.
const PRICES: [(&str, u8, u64); 4] = [
    ("WETH", 18, 263_512_345_678),
    ("USDC", 6, 100_012_345),
    ("WBTC", 8, 3_667_512_345_678),
    ("LINK", 18, 3_012_345_678),
];

/// Prices in dollars.
pub(crate) fn prices() -> PriceBook {
    let mut book = PriceBook::new();
    for (symbol, decimals, price) in PRICES {
        let asset = Asset::new(symbol, decimals).expect("an asset");
        book.set(asset, Price::from_decimals(U256::from(price), 8).expect("a price"));
    }
    book
}

/// Prices in ether: the book whose ether is one.
pub(crate) fn in_ether(wei: &[(&str, u8, u128)]) -> PriceBook {
    let mut book = PriceBook::new();
    book.set(Asset::new("WETH", 18).expect("an asset"), Price::ONE);
    for (symbol, decimals, price) in wei {
        let asset = Asset::new(symbol, *decimals).expect("an asset");
        book.set(asset, Price::from_decimals(U256::from(*price), 18).expect("a price"));
    }
    book
}

/// Builds a market from a venue's table in TOML.
pub(crate) fn decode(text: &str) -> Result<AaveV2Market, ConfigError> {
    let node = parse_toml("venue.toml", text)?;
    let mut fields = node.fields()?;
    let assets = Assets::standard();
    let ctx = BuildContext { venue: "bank", assets: &assets, now: START };
    let market = AaveV2Market::decode(&mut fields, &ctx)?;
    fields.finish()?;
    Ok(market)
}

/// The asset of this symbol among the market's.
pub(crate) fn asset(market: &AaveV2Market, symbol: &str) -> Asset {
    market.assets().into_iter().find(|asset| asset.symbol() == symbol).expect("a reserve")
}

/// Four reserves with some depth, in a person's terms.
pub(crate) const SMALL: &str = r#"
[reserves.WETH]
max_ltv = "80%"
liquidation_threshold = "82.5%"
liquidation_bonus = "5%"
reserve_factor = "10%"
optimal_utilization = "65%"
slope1 = "8%"
slope2 = "100%"
stable_borrowing = true
stable_rate = "3%"
stable_slope1 = "10%"
stable_slope2 = "100%"

[reserves.USDC]
max_ltv = "80%"
liquidation_threshold = "85%"
liquidation_bonus = "5%"
reserve_factor = "10%"
optimal_utilization = "90%"
slope1 = "4%"
slope2 = "60%"
stable_borrowing = true
stable_rate = "3.9%"
stable_slope1 = "2%"
stable_slope2 = "60%"

[reserves.WBTC]
max_ltv = "70%"
liquidation_threshold = "75%"
liquidation_bonus = "10%"
reserve_factor = "20%"
optimal_utilization = "65%"
slope1 = "8%"
slope2 = "100%"

[reserves.LINK]
max_ltv = "70%"
liquidation_threshold = "75%"
liquidation_bonus = "10%"
reserve_factor = "20%"
optimal_utilization = "45%"
base_rate = "1%"
slope1 = "7%"
slope2 = "300%"

[liquidity.WETH]
supplied = "100_000"
borrowed = "60_000"

[liquidity.USDC]
supplied = "300_000_000"
borrowed = "250_000_000"

[liquidity.WBTC]
supplied = "3_000"
borrowed = "500"

[liquidity.LINK]
supplied = "500_000.5"
borrowed = "40_000"
"#;

pub(crate) fn small() -> AaveV2Market {
    decode(SMALL).unwrap_or_else(|error| panic!("{error}"))
}

/// Does a special operation; accounts are named by their numbers.
pub(crate) fn special(
    market: &mut AaveV2Market,
    name: &str,
    arguments: &serde_json::Value,
    ctx: &Context<'_>,
) -> Result<Dump, LendingError> {
    let node = parse_json("op.json", &arguments.to_string()).expect("valid");
    let mut fields = node.fields().expect("a table");
    let accounts = |name: &str| Account::new(name.parse().expect("a number"));
    let done = market.special(name, &mut fields, &accounts, ctx).expect("readable");
    fields.finish().expect("everything is read");
    done
}
