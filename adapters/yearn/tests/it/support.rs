//! What the tests build from.

use levmine_config::{ConfigError, parse_json, parse_toml};
use levmine_market::{Account, Assets, BuildContext, Dump, Moment, Timestamp, TokenAmount};
use levmine_math::U256;
use levmine_vault::{Vault, VaultError};
use levmine_yearn::{ADAPTER, YearnVault};

/// When tests begin.
pub(crate) const START: u64 = 1_700_000_000;

pub(crate) const ALICE: Account = Account::new(0);

pub(crate) fn at(seconds: u64) -> Moment {
    Moment { time: Timestamp(START + seconds), block: 18_000_000 + seconds / 12 }
}

pub(crate) fn build(table: &str) -> Result<Box<dyn Vault>, ConfigError> {
    let node = parse_toml("test.toml", table)?;
    let assets = Assets::standard();
    let context = BuildContext { venue: "vault", assets: &assets, now: at(0) };
    let mut fields = node.fields()?;
    let vault = (ADAPTER.build)(&mut fields, &context)?;
    fields.finish()?;
    Ok(vault)
}

/// The adapter's own type.
pub(crate) fn vault(table: &str) -> YearnVault {
    let node = parse_toml("test.toml", table).expect("TOML");
    let assets = Assets::standard();
    let context = BuildContext { venue: "vault", assets: &assets, now: at(0) };
    YearnVault::decode(&mut node.fields().expect("a table"), &context).expect("a vault")
}

pub(crate) fn units(number: u128) -> U256 {
    U256::from(number)
}

/// So much of the vault's asset.
pub(crate) fn asset(vault: &dyn Vault, raw: u128) -> TokenAmount {
    TokenAmount::new(*vault.assets().first().expect("an asset"), units(raw))
}

/// So many of its shares.
pub(crate) fn shares(vault: &dyn Vault, raw: u128) -> TokenAmount {
    let asset = *vault.assets().first().expect("an asset");
    TokenAmount::new(vault.share(asset).expect("a share"), units(raw))
}

/// A special operation; its arguments as JSON.
pub(crate) fn special(
    vault: &mut dyn Vault,
    name: &str,
    arguments: &str,
    now: Moment,
) -> Result<Dump, VaultError> {
    let node = parse_json("test.json", arguments).expect("JSON");
    let mut fields = node.fields().expect("a table");
    let done = vault.special(name, &mut fields, &|_| ALICE, now).expect("arguments that can be read");
    fields.finish().expect("arguments that are known");
    done
}

/// An integer in a dump.
pub(crate) fn number(dump: &Dump, key: &str) -> U256 {
    match dump.get(key) {
        Some(Dump::Text(text)) => U256::from_str_radix(text, 10).expect("an integer"),
        other => panic!("{key}: {other:?}"),
    }
}

/// A dump as JSON.
pub(crate) fn json(dump: &Dump) -> String {
    match dump {
        Dump::Text(text) => format!("{text:?}"),
        Dump::Boolean(flag) => flag.to_string(),
        Dump::List(items) => format!("[{}]", items.iter().map(json).collect::<Vec<_>>().join(",")),
        Dump::Table(entries) => {
            let entries = entries.iter().map(|(key, value)| format!("{key:?}:{}", json(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(","))
        }
    }
}

/// A venue's table with its state, as JSON.
pub(crate) fn with_state(version: &str, asset: &str, state: &str) -> String {
    format!("{{\"version\":{version:?},\"asset\":{asset:?},\"state\":{state}}}")
}

/// Builds from JSON.
pub(crate) fn build_json(text: &str) -> Result<Box<dyn Vault>, ConfigError> {
    let node = parse_json("test.json", text)?;
    let assets = Assets::standard();
    let context = BuildContext { venue: "vault", assets: &assets, now: at(0) };
    let mut fields = node.fields()?;
    let vault = (ADAPTER.build)(&mut fields, &context)?;
    fields.finish()?;
    Ok(vault)
}
