//! Pools and amounts for the tests.

use levmine_amm::Pool;
use levmine_config::{ConfigError, parse_toml};
use levmine_market::{
    Account, Asset, Assets, BuildContext, Moment, Price, PriceBook, Timestamp, TokenAmount,
};
use levmine_math::{U256, Wad, parse_units};
use levmine_uniswap_v3::contract::{Core, State, Terms};
use levmine_uniswap_v3::manager::Manager;
use levmine_uniswap_v3::{ADAPTER, Coins, Key, Owner, UniswapV3Pool};

pub(crate) const ALICE: Account = Account::new(1);
pub(crate) const BOB: Account = Account::new(2);

pub(crate) const START: u32 = 1_700_000_000;

pub(crate) fn at(seconds: u64) -> Moment {
    Moment { time: Timestamp(u64::from(START) + seconds), block: 18_000_000 }
}

pub(crate) fn build(table: &str) -> Result<Box<dyn Pool>, ConfigError> {
    build_named("pool", table)
}

pub(crate) fn build_named(name: &str, table: &str) -> Result<Box<dyn Pool>, ConfigError> {
    let node = parse_toml("test.toml", table)?;
    let assets = Assets::standard();
    let context = BuildContext { venue: name, assets: &assets, now: at(0) };
    let mut fields = node.fields()?;
    let pool = (ADAPTER.build)(&mut fields, &context)?;
    fields.finish()?;
    Ok(pool)
}

/// WETH in USDC, USDC first in the contract, 0.05 %, at 2000, with the liquidity of 1000 WETH from 1600 to 2500.
pub(crate) fn weth_usdc() -> Box<dyn Pool> {
    build(
        "coins = [\"WETH\", \"USDC\"]\ntoken0 = \"USDC\"\nfee = \"0.05%\"\nprice = \"2000\"\n\
         reserves = [\"1000\", \"2500000\"]\nrange = [\"1600\", \"2500\"]",
    )
    .expect("a pool")
}

pub(crate) fn integer(text: &str) -> U256 {
    text.parse().expect("digits")
}

pub(crate) fn units(text: &str, asset: Asset) -> TokenAmount {
    TokenAmount::new(asset, parse_units(text, asset.decimals()).expect("an amount"))
}

pub(crate) fn price(text: &str) -> Price {
    Price(Wad::from_raw(parse_units(text, 18).expect("a price")))
}

pub(crate) fn prices(pool: &dyn Pool, texts: [&str; 2]) -> PriceBook {
    let mut prices = PriceBook::new();
    for (coin, text) in pool.coins().iter().zip(texts) {
        prices.set(*coin, price(text));
    }
    prices
}

pub(crate) fn asset(symbol: &str, decimals: u8) -> Asset {
    Asset::new(symbol, decimals).expect("a symbol")
}

/// A contract with a price and somebody's positions.
pub(crate) fn contract(fee: u32, spacing: i32, sqrt_price: U256, positions: &[(i32, i32, u128)]) -> Core {
    let mut core = Core::new(Terms::new(fee, spacing).expect("terms"), State::default());
    core.initialize(sqrt_price, START).expect("a price");
    for (lower, upper, liquidity) in positions {
        core.mint(&others(*lower, *upper), *liquidity, START).expect("minted");
    }
    core
}

pub(crate) fn others(lower: i32, upper: i32) -> Key {
    Key { owner: Owner::Named("others".into()), lower, upper }
}

/// A venue over a contract whose first token is 18-decimals `A`, its second `B`.
pub(crate) fn venue(core: Core) -> UniswapV3Pool {
    let coins = Coins::new([asset("A", 18), asset("B", 18)], false);
    UniswapV3Pool::new("pool", coins, core, Manager::new())
}
