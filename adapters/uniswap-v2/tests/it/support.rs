//! What the tests build from.

use levmine_amm::{Amounts, Pool};
use levmine_config::{ConfigError, parse_toml};
use levmine_market::{
    Account, Asset, Assets, BuildContext, Moment, Price, PriceBook, Timestamp, TokenAmount,
};
use levmine_math::{U256, Wad};
use levmine_uniswap_v2::{ADAPTER, Pair, PairState, ProtocolFee, SwapFee, UniswapV2Pool};
use proptest::prelude::ProptestConfig;

/// Any integer as base units.
pub(crate) trait Units {
    fn units(self) -> U256;
}

macro_rules! units {
    ($($integer:ty),*) => {
        $(impl Units for $integer {
            fn units(self) -> U256 {
                U256::from(self)
            }
        })*
    };
}

units!(U256, u128, u64, i32);

pub(crate) const ALICE: Account = Account::new(0);

pub(crate) fn at(seconds: u64) -> Moment {
    Moment { time: Timestamp(1_700_000_000 + seconds), block: 18_000_000 + seconds / 12 }
}

pub(crate) fn build(table: &str) -> Result<Box<dyn Pool>, ConfigError> {
    build_named("pool", table)
}

pub(crate) fn build_named(venue: &str, table: &str) -> Result<Box<dyn Pool>, ConfigError> {
    let node = parse_toml("test.toml", table)?;
    let assets = Assets::standard();
    let context = BuildContext { venue, assets: &assets, now: at(0) };
    let mut fields = node.fields()?;
    let pool = (ADAPTER.build)(&mut fields, &context)?;
    fields.finish()?;
    Ok(pool)
}

/// 5000 WETH and 10,000,000 USDC.
pub(crate) fn weth_usdc() -> Box<dyn Pool> {
    build("coins = [\"WETH\", \"USDC\"]\nreserves = [\"5000\", \"10000000\"]").expect("a pool")
}

pub(crate) fn coin(pool: &dyn Pool, at: usize) -> Asset {
    *pool.coins().get(at).expect("two coins")
}

pub(crate) fn sell(pool: &dyn Pool, at: usize, raw: impl Units) -> TokenAmount {
    TokenAmount::new(coin(pool, at), raw.units())
}

pub(crate) fn integer(text: &str) -> U256 {
    text.parse().expect("an integer")
}

pub(crate) fn asset(symbol: &str, decimals: u8) -> Asset {
    Asset::new(symbol, decimals).expect("an asset")
}

/// A pool of these reserves, without regard to what a first mint would need.
pub(crate) fn custom(
    reserves: [u128; 2],
    decimals: [u8; 2],
    fee: SwapFee,
    protocol_fee: Option<ProtocolFee>,
) -> UniswapV2Pool {
    let [decimals0, decimals1] = decimals;
    let k = U256::from(reserves[0]) * U256::from(reserves[1]);
    let mut state = PairState::of_reserves([1 << 60, 1 << 60], protocol_fee, 1_700_000_000).expect("a state");
    state.reserves = reserves;
    state.balances = reserves.map(U256::from);
    state.total_supply = levmine_math::sqrt_floor(k).max(U256::from(2_000));
    state.k_last = if protocol_fee.is_some() { k } else { U256::ZERO };
    let pair = Pair::new(state, fee, protocol_fee).expect("a pair");
    UniswapV2Pool::new([asset("ONE", decimals0), asset("TWO", decimals1)], asset("pool-LP", 18), pair)
}

pub(crate) fn book(pool: &dyn Pool, prices: [u128; 2]) -> PriceBook {
    let mut book = PriceBook::new();
    for (coin, price) in pool.coins().iter().zip(prices) {
        book.set(*coin, Price(Wad::new(price)));
    }
    book
}

pub(crate) fn amounts(first: impl Units, second: impl Units) -> Amounts {
    Amounts::from_iter([first.units(), second.units()])
}

/// So many cases, and no files of old failures: a failure worth keeping becomes a test with a name.
pub(crate) fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases) }
}
