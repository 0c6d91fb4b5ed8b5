//! Venue tables and dumps.

use levmine_config::{ConfigError, Fields, Node, parse_percent};
use levmine_market::{Asset, BuildContext, Dump, Parameter, Timestamp};
use levmine_math::{Rounding, U256, Wad, parse_units, pow10};
use levmine_vault::Vault;

use crate::presets::{VAULTS, VaultPreset};
use crate::{DESCRIPTOR, Erc4626Vault, Params, State, Yield};

const VERSION: &str = "\"4.9.6\"";
const PRESET: &str = "the name of a preset";
const ASSET: &str = "a symbol, like \"DAI\"";
const SHARE: &str = "a symbol, like \"sDAI\"; \"<venue>-share\" unless given";
const OFFSET: &str = "a whole number of decimals, with which the share has at most 36";
const DEPOSITS: &str = "an amount in whole tokens, like \"1000000\"";
const SHARES: &str = "an amount in whole shares, like \"900000\"";
const LIMIT: &str = "an amount in whole tokens, or \"none\"";
const YIELD: &str = "a percentage a year from 0% to 1000%, with at most 16 decimals, like \"5%\"";
const STATE: &str = "a table of the vault's integers, as `levmine replay` prints it";
const SECONDS: &str = "Unix seconds";
pub(crate) const INTEGER: &str = "a whole number of base units, at most 2^256 - 1";

/// The keys of a venue table, for the descriptor.
pub(crate) const PARAMETERS: &[Parameter] = &[
    Parameter { key: "version", accepted: VERSION, meaning: "the version of the package; there is one" },
    Parameter {
        key: "preset",
        accepted: PRESET,
        meaning: "asset, share, deposits and yield of a known token",
    },
    Parameter { key: "asset", accepted: ASSET, meaning: "what is deposited, without a preset" },
    Parameter { key: "share", accepted: SHARE, meaning: "the name of the share" },
    Parameter {
        key: "decimals_offset",
        accepted: OFFSET,
        meaning: "decimals of the share beyond the asset's; 0 unless given",
    },
    Parameter { key: "deposits", accepted: DEPOSITS, meaning: "what the vault holds when the run begins" },
    Parameter {
        key: "shares",
        accepted: SHARES,
        meaning: "how many shares exist then; one for each token unless given",
    },
    Parameter {
        key: "limit",
        accepted: LIMIT,
        meaning: "the most that deposits may bring it to; none unless given",
    },
    Parameter {
        key: "yield",
        accepted: YIELD,
        meaning: "what is transferred to the vault a year, simple between two operations",
    },
    Parameter {
        key: "state",
        accepted: STATE,
        meaning: "every integer of the vault instead of deposits and shares",
    },
];

/// Builds a vault from a venue table.
pub(crate) fn build(
    fields: &mut Fields<'_>,
    context: &BuildContext<'_>,
) -> Result<Box<dyn Vault>, ConfigError> {
    if let Some(node) = fields.optional("version") {
        let version = node.text()?;
        if !DESCRIPTOR.versions.contains(&version) {
            return Err(node.unknown_name(version, DESCRIPTOR.versions.iter().copied()));
        }
    }
    let preset = fields.optional("preset").map(read_preset).transpose()?;
    let (asset, share) = read_tokens(fields, context, preset)?;
    let place = fields.place().clone();
    let mut params = Params::new(asset, share).map_err(|error| ConfigError::Invalid {
        place: place.clone(),
        read: format!("a vault of {asset} with the share {share}"),
        accepted: format!("two tokens ({error})"),
    })?;
    params = params.earning(match (fields.optional("yield"), preset) {
        (Some(node), _) => read_yield(node)?,
        (None, Some(preset)) => Yield::new(Wad::new(preset.annual)),
        (None, None) => Yield::NONE,
    });
    if let Some(node) = fields.optional("limit").filter(|node| node.text().ok() != Some("none")) {
        params = params.with_limit(amount(node, asset)?);
    }
    let given = (fields.optional("deposits"), fields.optional("shares"), fields.optional("state"));
    let state = match given {
        (None, None, Some(node)) => read_state(node, context.now.time)?,
        (_, _, Some(node)) => {
            return Err(node.invalid("either `state`, or `deposits` and `shares`, not both"));
        }
        (deposits, shares, None) => {
            let assets = match (deposits, preset) {
                (Some(node), _) => amount(node, asset)?,
                (None, Some(preset)) => U256::from(preset.deposits),
                (None, None) => {
                    return Err(ConfigError::Missing {
                        place,
                        key: "deposits".into(),
                        accepted: DEPOSITS.into(),
                    });
                }
            };
            let shares = match (shares, deposits) {
                (Some(node), _) => amount(node, share)?,
                (None, from) => one_each(assets, &params).ok_or_else(|| match from {
                    Some(node) => node.invalid(DEPOSITS),
                    None => ConfigError::Missing { place, key: "shares".into(), accepted: SHARES.into() },
                })?,
            };
            State { assets, shares, updated: context.now.time }
        }
    };
    Ok(Box::new(Erc4626Vault::new(params, state)))
}

/// As many whole shares as tokens, which is what a first deposit gives.
fn one_each(assets: U256, params: &Params) -> Option<U256> {
    assets.checked_mul(pow10(u32::from(params.offset())).ok()?)
}

fn read_preset(node: &Node) -> Result<&'static VaultPreset, ConfigError> {
    let name = node.text()?;
    VAULTS
        .iter()
        .find(|vault| vault.preset.name == name)
        .ok_or_else(|| node.unknown_name(name, VAULTS.iter().map(|vault| vault.preset.name)))
}

fn read_tokens(
    fields: &mut Fields<'_>,
    context: &BuildContext<'_>,
    preset: Option<&'static VaultPreset>,
) -> Result<(Asset, Asset), ConfigError> {
    if let Some(preset) = preset {
        for key in ["asset", "share", "decimals_offset"] {
            if let Some(node) = fields.optional(key) {
                let name = preset.preset.name;
                return Err(node.invalid(format!("no {key} beside preset \"{name}\", which has its own")));
            }
        }
        let named = |(symbol, decimals)| named(fields, symbol, decimals);
        return Ok((named(preset.asset)?, named(preset.share)?));
    }
    let asset = context.assets.read(fields.required("asset", ASSET)?)?;
    let node = fields.optional("decimals_offset");
    let offset: u8 = node.map(|node| node.parse(OFFSET)).transpose()?.unwrap_or_default();
    let decimals = asset.decimals().checked_add(offset).filter(|decimals| *decimals <= 36);
    let Some(decimals) = decimals else {
        return Err(match node {
            Some(node) => node.invalid(OFFSET),
            None => ConfigError::Invalid {
                place: fields.place().clone(),
                read: asset.to_string(),
                accepted: OFFSET.into(),
            },
        });
    };
    let share = match fields.optional("share") {
        Some(node) => named(fields, node.text()?, decimals)?,
        None => named(fields, &format!("{}-share", context.venue), decimals)?,
    };
    Ok((asset, share))
}

fn named(fields: &Fields<'_>, symbol: &str, decimals: u8) -> Result<Asset, ConfigError> {
    Asset::new(symbol, decimals).map_err(|error| ConfigError::Invalid {
        place: fields.place().clone(),
        read: format!("a token named \"{symbol}\""),
        accepted: format!(
            "a name that a token can have, of the share or of the venue that it is named after ({error})"
        ),
    })
}

fn amount(node: &Node, asset: Asset) -> Result<U256, ConfigError> {
    node.read(|text| {
        parse_units(text, asset.decimals())
            .map_err(|error| format!("an amount of {asset} in whole tokens, like \"5000\" ({error})"))
    })
}

fn read_yield(node: &Node) -> Result<Yield, ConfigError> {
    node.read(|text| {
        let fraction = parse_percent(text)?;
        let exact = |rounding| Wad::from_decimal(fraction, rounding).ok();
        exact(Rounding::Down)
            .filter(|down| {
                exact(Rounding::Up) == Some(*down) && down.raw() <= Wad::ONE.raw() * U256::from(10)
            })
            .map(Yield::new)
            .ok_or_else(|| YIELD.into())
    })
}

pub(crate) fn read_integer(node: &Node) -> Result<U256, ConfigError> {
    node.read(|text| parse_units(text, 0).map_err(|_| INTEGER.into()))
}

/// Reads what [`dump`] writes; without `updated` the vault begins to earn now.
fn read_state(node: &Node, now: Timestamp) -> Result<State, ConfigError> {
    let mut fields = node.fields()?;
    let assets = read_integer(fields.required("totalAssets", INTEGER)?)?;
    let shares = read_integer(fields.required("totalSupply", INTEGER)?)?;
    let updated = match fields.optional("updated") {
        Some(node) => Timestamp(node.parse(SECONDS)?),
        None => now,
    };
    fields.finish()?;
    Ok(State { assets, shares, updated })
}

/// Writes the vault's state under the contract's names.
pub(crate) fn dump(state: &State) -> Dump {
    Dump::table([
        ("totalAssets", Dump::text(state.assets)),
        ("totalSupply", Dump::text(state.shares)),
        ("updated", Dump::text(state.updated.0)),
    ])
}
