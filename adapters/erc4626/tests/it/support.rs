//! What the tests build from.

use levmine_config::{ConfigError, parse_toml};
use levmine_erc4626::{ADAPTER, Erc4626Vault, Params, State, Yield};
use levmine_market::{Account, Asset, Assets, BuildContext, Dump, Moment, Timestamp, TokenAmount};
use levmine_math::{U256, Wad};
use levmine_vault::Vault;

pub(crate) const ALICE: Account = Account::new(0);

pub(crate) fn at(seconds: u64) -> Moment {
    Moment { time: Timestamp(1_700_000_000 + seconds), block: 18_000_000 + seconds / 12 }
}

pub(crate) fn build(table: &str) -> Result<Box<dyn Vault>, ConfigError> {
    build_named("vault", table)
}

pub(crate) fn build_named(venue: &str, table: &str) -> Result<Box<dyn Vault>, ConfigError> {
    let node = parse_toml("test.toml", table)?;
    let assets = Assets::standard();
    let context = BuildContext { venue, assets: &assets, now: at(0) };
    let mut fields = node.fields()?;
    let vault = (ADAPTER.build)(&mut fields, &context)?;
    fields.finish()?;
    Ok(vault)
}

pub(crate) fn asset(symbol: &str, decimals: u8) -> Asset {
    Asset::new(symbol, decimals).expect("an asset")
}

/// A vault of an asset with 6 decimals that holds `assets`, of which `shares` exist.
pub(crate) fn vault(offset: u8, assets: u128, shares: u128) -> Erc4626Vault {
    of_integers(offset, U256::from(assets), U256::from(shares))
}

pub(crate) fn of_integers(offset: u8, assets: U256, shares: U256) -> Erc4626Vault {
    let params = Params::new(asset("USDC", 6), asset("vUSDC", 6 + offset)).expect("two tokens");
    Erc4626Vault::new(params, State { assets, shares, updated: Timestamp(1_700_000_000) })
}

/// The same, earning so much a year, in 10^-18.
pub(crate) fn earning(vault: &Erc4626Vault, annual: u128) -> Erc4626Vault {
    Erc4626Vault::new(vault.params().earning(Yield::new(Wad::new(annual))), *vault.state())
}

pub(crate) fn assets(vault: &dyn Vault, raw: u128) -> TokenAmount {
    TokenAmount::new(vault.assets()[0], U256::from(raw))
}

pub(crate) fn shares(vault: &dyn Vault, raw: u128) -> TokenAmount {
    let share = vault.share(vault.assets()[0]).expect("a share");
    TokenAmount::new(share, U256::from(raw))
}

/// The dump as a `state` table.
pub(crate) fn state_table(dump: &Dump) -> String {
    let Dump::Table(entries) = dump else { panic!("a table") };
    let lines = entries.iter().map(|(key, value)| match value {
        Dump::Text(text) => format!("{key} = \"{text}\"\n"),
        other => panic!("{other:?}"),
    });
    lines.collect()
}
