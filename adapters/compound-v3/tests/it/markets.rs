//! Markets that several tests use.

use levmine_compound_v3::CompoundV3Market;
use levmine_config::{ConfigError, parse_toml};
use levmine_lending::{Amount, Context, LendingMarket, Receipt};
use levmine_market::{Account, Actor, Asset, Assets, BuildContext, Moment, Price, PriceBook, Timestamp};
use levmine_math::{U256, parse_units};

/// 2024-01-01 00:00 UTC.
pub(crate) const START: Moment = Moment { time: Timestamp(1_704_067_200), block: 18_908_895 };

pub(crate) const ALICE: Account = Account::new(0);
pub(crate) const BOB: Account = Account::new(1);

/// Builds a market from a venue's table in TOML.
pub(crate) fn decode(text: &str) -> Result<CompoundV3Market, ConfigError> {
    let node = parse_toml("venue.toml", text)?;
    let mut fields = node.fields()?;
    let ctx = BuildContext { venue: "comet", assets: &assets(), now: START };
    let market = CompoundV3Market::decode(&mut fields, &ctx)?;
    fields.finish()?;
    Ok(market)
}

/// What tests can name.
pub(crate) fn assets() -> Assets {
    let mut assets = Assets::standard();
    assets.insert(Asset::new("BAR", 6).expect("an asset"));
    assets
}

pub(crate) fn build(text: &str) -> CompoundV3Market {
    decode(text).unwrap_or_else(|error| panic!("{error}"))
}

/// The parameters of the USDC market with room in every cap, and three of its collaterals.
pub(crate) const USDC: &str = r#"
base = "USDC"
store_front_price_factor = "50%"
target_reserves = "5_000_000"
base_borrow_min = "100"

[rates]
supply_kink = "80%"
supply_slope_low = "3.25%"
supply_slope_high = "40%"
borrow_kink = "80%"
borrow_base = "1.5%"
borrow_slope_low = "3.5%"
borrow_slope_high = "25%"

[collaterals.WETH]
borrow_collateral_factor = "82.5%"
liquidate_collateral_factor = "89.5%"
liquidation_factor = "95%"
supply_cap = "350_000"

[collaterals.WBTC]
borrow_collateral_factor = "70%"
liquidate_collateral_factor = "77%"
liquidation_factor = "95%"
supply_cap = "12_000"

[collaterals.COMP]
borrow_collateral_factor = "65%"
liquidate_collateral_factor = "70%"
liquidation_factor = "93%"
supply_cap = "900_000"
"#;

/// Reward tokens of which one is collateral, too.
pub(crate) const REWARDS: &str = r#"
[rewards]
token = "COMP"
base_tracking_supply_speed = "0.000402083333333"
base_tracking_borrow_speed = "0.000115740740740"
base_min_for_rewards = "10_000"
funded = "100_000"
"#;

pub(crate) const DEPTH: &str = r#"
[liquidity]
supplied = "40_000_000"
borrowed = "20_000_000"
reserves = "100_000"
collateral = { WETH = "20_000" }
"#;

/// The USDC market with rewards and depth.
pub(crate) fn small() -> CompoundV3Market {
    build(&format!("{USDC}{REWARDS}{DEPTH}"))
}

/// A market in ether, whose feeds answer in the base asset.
pub(crate) const WETH: &str = r#"
base = "WETH"
prices = "base"
store_front_price_factor = "50%"
target_reserves = "5_000"
base_borrow_min = "0.1"

[rates]
supply_kink = "90%"
supply_slope_low = "2.83824%"
supply_slope_high = "60.66567706%"
borrow_kink = "90%"
borrow_base = "0.9945209674%"
borrow_slope_low = "5.171500002%"
borrow_slope_high = "51.71500339%"

[collaterals.wstETH]
borrow_collateral_factor = "90%"
liquidate_collateral_factor = "93%"
liquidation_factor = "95%"
supply_cap = "64_500"

[collaterals.WBTC]
borrow_collateral_factor = "80%"
liquidate_collateral_factor = "85%"
liquidation_factor = "93%"
supply_cap = "5_000"

[liquidity]
supplied = "40_000"
borrowed = "20_000"
collateral = { wstETH = "50_000" }
"#;

/// Dollars, 8 decimals.
pub(crate) fn prices() -> PriceBook {
    let mut book = PriceBook::new();
    for (symbol, decimals, answer) in [
        ("USDC", 6, 99_990_000_u64),
        ("WETH", 18, 228_000_000_000),
        ("wstETH", 18, 262_700_000_000),
        ("WBTC", 8, 4_230_000_000_000),
        ("COMP", 18, 5_600_000_000),
    ] {
        set(&mut book, Asset::new(symbol, decimals).expect("an asset"), answer);
    }
    book
}

pub(crate) fn set(book: &mut PriceBook, asset: Asset, answer: u64) {
    book.set(asset, Price::from_decimals(U256::from(answer), 8).expect("a price"));
}

/// The asset of this symbol among the market's.
pub(crate) fn asset(market: &CompoundV3Market, symbol: &str) -> Asset {
    market.assets().into_iter().find(|asset| asset.symbol() == symbol).expect("listed")
}

/// Whole tokens in base units.
pub(crate) fn units(asset: Asset, tokens: &str) -> U256 {
    parse_units(tokens, asset.decimals()).expect("an amount")
}

pub(crate) fn u(value: u128) -> U256 {
    U256::from(value)
}

pub(crate) fn at(seconds: u64) -> Moment {
    Moment { time: START.time.plus(seconds), block: START.block }
}

/// A supply that must go through.
pub(crate) fn supply(
    market: &mut CompoundV3Market,
    who: Account,
    symbol: &str,
    tokens: &str,
    ctx: &Context<'_>,
) -> Receipt {
    let asset = asset(market, symbol);
    let amount = Amount::Exact(units(asset, tokens));
    market.supply(Actor::from(who), asset, amount, ctx).unwrap_or_else(|error| panic!("{error}"))
}

/// A loan of base that must go through.
pub(crate) fn borrow(
    market: &mut CompoundV3Market,
    who: Account,
    tokens: &str,
    ctx: &Context<'_>,
) -> Receipt {
    let base = market.comet().params().base;
    let amount = Amount::Exact(units(base, tokens));
    market.borrow(Actor::from(who), base, amount, ctx).unwrap_or_else(|error| panic!("{error}"))
}
