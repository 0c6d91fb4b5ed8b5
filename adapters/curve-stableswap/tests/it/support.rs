//! What the tests build from.

use levmine_amm::Pool;
use levmine_config::{ConfigError, Fields, parse_toml};
use levmine_curve_stableswap::{
    ADAPTER, AssetType, Contract, CurvePool, Generation, Params, PerCoin, Ramp, State,
};
use levmine_market::{Asset, Assets, BuildContext, Moment, Timestamp};
use levmine_math::U256;

pub(crate) const START: u64 = 1_700_000_000;

pub(crate) fn at(seconds: u64) -> Moment {
    Moment { time: Timestamp(START + seconds), block: 18_000_000 + seconds / 12 }
}

pub(crate) fn assets() -> Assets {
    let mut assets = Assets::standard();
    for (symbol, decimals) in
        [("GUSD", 2), ("EURS", 2), ("sEUR", 18), ("aDAI", 18), ("aUSDC", 6), ("aUSDT", 6)]
    {
        assets.insert(Asset::new(symbol, decimals).expect("an asset"));
    }
    assets
}

pub(crate) fn build(table: &str) -> Result<Box<dyn Pool>, ConfigError> {
    read(table, |fields, context| (ADAPTER.build)(fields, context))
}

pub(crate) fn build_curve(table: &str) -> Result<CurvePool, ConfigError> {
    read(table, CurvePool::decode)
}

fn read<T>(
    table: &str,
    read: impl FnOnce(&mut Fields<'_>, &BuildContext<'_>) -> Result<T, ConfigError>,
) -> Result<T, ConfigError> {
    let node = parse_toml("test.toml", table)?;
    let assets = assets();
    let context = BuildContext { venue: "pool", assets: &assets, now: at(0) };
    let mut fields = node.fields()?;
    let pool = read(&mut fields, &context)?;
    fields.finish()?;
    Ok(pool)
}

pub(crate) fn n(text: &str) -> U256 {
    text.replace('_', "").parse().expect("an integer")
}

/// `whole × 10^decimals`.
pub(crate) fn units(whole: u64, decimals: u64) -> U256 {
    U256::from(whole) * U256::from(10).pow(U256::from(decimals))
}

/// A contract that holds these balances and has issued these shares.
pub(crate) fn contract(
    generation: Generation,
    decimals: &[u8],
    a: u64,
    fee: u64,
    balances: &[U256],
    supply: U256,
) -> Contract {
    let params =
        Params::new(generation, decimals, &[AssetType::Plain; 8][..decimals.len()]).expect("parameters");
    let no_multiplier = U256::from(10_000_000_000_u64);
    let mut state =
        State::new(&params, a, U256::from(fee), U256::from(5_000_000_000_u64), no_multiplier, START);
    let balances = PerCoin::of(balances.iter().copied());
    (state.stored, state.held, state.supply) = (balances, balances, supply);
    state.ramp = Ramp::at_rest(state.ramp.future);
    Contract::new(params, state).expect("a contract")
}
