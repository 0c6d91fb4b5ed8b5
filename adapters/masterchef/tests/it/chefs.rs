//! Chefs for tests.

use levmine_config::{ConfigError, parse_json, parse_toml};
use levmine_market::{Account, Asset, Assets, BuildContext, Dump, Moment, Timestamp, TokenAmount};
use levmine_masterchef::MasterChefVault;
use levmine_math::{U256, parse_units};
use levmine_vault::Vault;
use serde_json::{Value, json};

/// 2021-03-01, and the block that a run has there.
pub(crate) const START: Moment = Moment { time: Timestamp(1_614_556_800), block: 11_481_780 };

pub(crate) const ALICE: Account = Account::new(0);
pub(crate) const BOB: Account = Account::new(1);

pub(crate) fn assets() -> Assets {
    let mut assets = Assets::standard();
    for (symbol, decimals) in [("pool-LP", 18), ("other-LP", 18), ("CAKE", 18), ("ODD", 36), ("RAW", 0)] {
        assets.insert(Asset::new(symbol, decimals).expect("an asset"));
    }
    assets
}

pub(crate) fn asset(symbol: &str) -> Asset {
    assets().get(symbol).expect("a known asset")
}

/// So many blocks after the start.
pub(crate) fn at(blocks: u64) -> Moment {
    Moment { time: START.time.plus(12 * blocks), block: START.block + blocks }
}

fn build(node: &levmine_config::Node, now: Moment) -> Result<MasterChefVault, ConfigError> {
    let mut fields = node.fields()?;
    let known = assets();
    let ctx = BuildContext { venue: "chef", assets: &known, now };
    let vault = MasterChefVault::decode(&mut fields, &ctx)?;
    fields.finish()?;
    Ok(vault)
}

/// Builds a chef from a venue's table.
pub(crate) fn decode(text: &str) -> Result<MasterChefVault, ConfigError> {
    build(&parse_toml("venue.toml", text).expect("valid"), START)
}

/// The same, from JSON.
pub(crate) fn decode_json(value: &Value) -> Result<MasterChefVault, ConfigError> {
    build(&parse_json("venue.json", &value.to_string()).expect("valid"), START)
}

/// A dump as a file holds it.
pub(crate) fn value(dump: &Dump) -> Value {
    match dump {
        Dump::Text(text) => json!(text),
        Dump::Boolean(is) => json!(is),
        Dump::List(items) => items.iter().map(value).collect(),
        Dump::Table(entries) => {
            entries.iter().map(|(key, it)| (key.clone(), value(it))).collect::<serde_json::Map<_, _>>().into()
        }
    }
}

/// One pool with a million of others' stakes, and one with ten; a twentieth of the rewards go to each.
pub(crate) fn farm() -> MasterChefVault {
    decode(
        r#"
        preset = "sushi"
        pools = [
            { stake = "pool-LP", alloc = 3000, others = "1_000_000" },
            { stake = "other-LP", alloc = 3000, others = "10" },
        ]
        other_alloc = 54_000
        "#,
    )
    .expect("a chef")
}

/// A fork whose reward can be staked, with another scale, bonus and developers' part, and a rate that falls.
pub(crate) fn fork() -> MasterChefVault {
    decode(
        r#"
        reward = "CAKE"
        per_block = "40"
        precision = 1_000_000_000_000_000_000
        bonus_multiplier = 3
        bonus_until = "2021-03-02"
        dev_divisor = 11
        supply = "150_000_000"
        pools = [
            { stake = "CAKE", alloc = 4000, others = "50_000_000" },
            { stake = "pool-LP", alloc = 1000, others = "0.000_000_000_000_000_007" },
            { stake = "RAW", alloc = 0, others = "12" },
        ]
        emissions = [
            { from = "2021-03-01T06:00:00Z", per_block = "20" },
            { from = "2021-03-03", per_day = "72_000" },
        ]
        "#,
    )
    .expect("a chef")
}

/// The stake of a chef built by hand, in base units.
pub(crate) fn lp(raw: u128) -> TokenAmount {
    TokenAmount::new(asset("pool-LP"), U256::from(raw))
}

pub(crate) fn units(text: &str) -> U256 {
    parse_units(text, 18).expect("an amount")
}

/// A decimal integer.
pub(crate) fn u(text: &str) -> U256 {
    U256::from_str_radix(text, 10).expect("digits")
}

/// Does a special operation: what it returns, or the code of its refusal.
pub(crate) fn special(
    vault: &mut MasterChefVault,
    name: &str,
    arguments: &Value,
    now: Moment,
) -> Result<Value, String> {
    let node = parse_json("op.json", &arguments.to_string()).expect("valid");
    let mut fields = node.fields().expect("a table");
    let accounts = |name: &str| match name {
        "alice" => ALICE,
        "bob" => BOB,
        "gov" => Account::outsider(0),
        "dev" => levmine_masterchef::DEV,
        other => panic!("nobody is called {other}"),
    };
    let done = vault.special(name, &mut fields, &accounts, now).expect("readable");
    fields.finish().expect("nothing left over");
    done.map(|dump| value(&dump)).map_err(|error| error.code().unwrap_or("no code").to_string())
}

/// The only reward that can be claimed.
pub(crate) fn claimable(vault: &MasterChefVault, who: Account, now: Moment) -> U256 {
    match vault.claimable(who, now).expect("rewards").as_slice() {
        [only] => only.raw,
        several => panic!("{several:?}"),
    }
}
