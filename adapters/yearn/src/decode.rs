//! Venue tables.

use levmine_config::{ConfigError, Fields, Node, parse_duration, parse_percent};
use levmine_market::{Asset, BuildContext, Parameter};
use levmine_math::{Bps, Rounding, U256, Wad, div, mul_div, parse_units};
use levmine_vault::Vault;

use crate::build::{Part, Terms};
use crate::keeper::Keeper;
use crate::presets::{ASSUMED_ASSET, ASSUMED_DEPOSITS, ASSUMED_YIELD, DAILY, VAULTS, VaultPreset};
use crate::scale::BPS;
use crate::state;
use crate::v2::{DEFAULT_DEGRADATION, DEGRADATION, MAXIMUM_STRATEGIES};
use crate::v3::MAX_QUEUE;
use crate::vault::YearnVault;
use crate::version::{VERSIONS, Version};

const ASSET: &str = "the symbol of a known asset, like \"USDC\"; also a pool's share, like \"pool-LP\"";
const AMOUNT: &str = "an amount in whole tokens, like \"10000000\"";
const YIELD: &str = "a percentage per year of at most 1000000%, like \"5%\"";
const FEE: &str = "a percentage from 0% to 50% in steps of 0.01%, like \"20%\"";
const YEARLY: &str = "a percentage from 0% to 100% in steps of 0.01%, like \"2%\"";
const PART: &str = "a percentage from 0% to 100% in steps of 0.01%; all together at most 100%";
const EVERY: &str = "a duration like \"1d\", or \"never\"";
const UNLOCK: &str = "a duration of at most a year (31556952s), like \"10d\", or \"none\"";
const LIMIT: &str = "an amount in whole tokens, like \"20000000\", or \"none\"";
const STRATEGIES: &str = "a list of tables like [{ part = \"60%\", fee = \"5%\" }]";
const STATE: &str = "a table of the vault's integers, as `levmine replay` prints it";

/// Builds a vault from a venue table.
pub(crate) fn build(
    fields: &mut Fields<'_>,
    context: &BuildContext<'_>,
) -> Result<Box<dyn Vault>, ConfigError> {
    Ok(Box::new(YearnVault::decode(fields, context)?))
}

impl YearnVault {
    /// Reads a venue table.
    ///
    /// # Errors
    ///
    /// What is not accepted, with its place.
    pub fn decode(fields: &mut Fields<'_>, context: &BuildContext<'_>) -> Result<Self, ConfigError> {
        let preset = fields.optional("preset").map(read_preset).transpose()?;
        let (version, name) = read_version(fields, preset)?;
        let asset = read_asset(fields, context, preset)?;
        let share = read_share(fields, context, asset)?;
        let now = context.now.time.0;
        let state = fields.optional("state");
        let (contract, keeper) = if let Some(node) = state {
            if let Some(preset) = preset {
                let name = preset.preset.name;
                return Err(node.invalid(format!("no state beside preset \"{name}\": one of them")));
            }
            let (contract, keeper) = state::read(node, version, asset.decimals(), now)?;
            let mut keeper = keeper.unwrap_or_else(|| Keeper::idle(now));
            read_keeper(fields, None, &mut keeper)?;
            (contract, keeper)
        } else {
            let terms = read_terms(fields, preset, version, asset)?;
            let mut keeper = Keeper::idle(now);
            read_keeper(fields, preset, &mut keeper)?;
            keeper.parts = terms.targets(version);
            (terms.contract(version, asset.decimals(), now), keeper)
        };
        Ok(Self { version: name, asset: [asset], share, contract, keeper })
    }
}

fn read_preset(node: &Node) -> Result<&'static VaultPreset, ConfigError> {
    const PRESETS: &[VaultPreset] = &VAULTS;
    let name = node.text()?;
    PRESETS
        .iter()
        .find(|known| known.preset.name == name)
        .ok_or_else(|| node.unknown_name(name, PRESETS.iter().map(|known| known.preset.name)))
}

fn read_version(
    fields: &mut Fields<'_>,
    preset: Option<&VaultPreset>,
) -> Result<(Version, &'static str), ConfigError> {
    let Some(preset) = preset else {
        let node = fields
            .required("version", "\"0.3.4\", \"0.4.3\", \"0.4.6\", \"3.0.4\" or \"tokenized-3.0.4\"")?;
        let name = node.text()?;
        return Version::named(name).ok_or_else(|| node.unknown_name(name, VERSIONS));
    };
    let node = fields.optional("version");
    let name = node.map_or(Ok(preset.version), Node::text)?;
    match (Version::named(name), node) {
        (Some(version), _) if name == preset.version => Ok(version),
        (_, Some(node)) => Err(node.invalid(format!("\"{}\", the preset's, or none", preset.version))),
        (_, None) => Err(ConfigError::Invalid {
            place: fields.place().clone(),
            read: name.into(),
            accepted: VERSIONS.join(", "),
        }),
    }
}

fn read_asset(
    fields: &mut Fields<'_>,
    context: &BuildContext<'_>,
    preset: Option<&VaultPreset>,
) -> Result<Asset, ConfigError> {
    if preset.is_none() {
        return context.assets.read(fields.required("asset", ASSET)?);
    }
    if let Some(node) = fields.optional("asset") {
        return context.assets.read(node);
    }
    context.assets.get(ASSUMED_ASSET).ok_or_else(|| ConfigError::Missing {
        place: fields.place().clone(),
        key: "asset".into(),
        accepted: ASSET.into(),
    })
}

fn read_share(fields: &Fields<'_>, context: &BuildContext<'_>, asset: Asset) -> Result<Asset, ConfigError> {
    Asset::new(&format!("{}-share", context.venue), asset.decimals()).map_err(|_| ConfigError::Invalid {
        place: fields.place().clone(),
        read: format!("a vault named \"{}\"", context.venue),
        accepted:
            "a name of at most 17 printable ASCII characters without spaces; its share is named \"…-share\""
                .into(),
    })
}

fn read_keeper(
    fields: &mut Fields<'_>,
    preset: Option<&VaultPreset>,
    keeper: &mut Keeper,
) -> Result<(), ConfigError> {
    match fields.optional("yield") {
        Some(node) => keeper.rate = read_yield(node)?,
        None if preset.is_some() => keeper.rate = U256::from(ASSUMED_YIELD),
        None => {}
    }
    match fields.optional("harvest_every") {
        Some(node) => keeper.every = read_every(node)?,
        None if preset.is_some() || (keeper.every == 0 && !keeper.rate.is_zero()) => keeper.every = DAILY,
        None => {}
    }
    Ok(())
}

fn read_yield(node: &Node) -> Result<U256, ConfigError> {
    node.read(|text| {
        let fraction = parse_percent(text)?;
        let rate = Wad::from_decimal(fraction, Rounding::Down).map_err(|_| YIELD.to_string())?;
        let most = mul_div(Wad::ONE.raw(), BPS, U256::ONE, Rounding::Down).map_err(|_| YIELD.to_string())?;
        if rate.raw() <= most { Ok(rate.raw()) } else { Err(YIELD.into()) }
    })
}

fn read_every(node: &Node) -> Result<u64, ConfigError> {
    node.read(|text| {
        if text == "never" {
            return Ok(0);
        }
        parse_duration(text).map_err(|_| EVERY.into())
    })
}

/// A percentage in basis points, exactly, at most `most`.
fn read_bps(node: &Node, most: u64, accepted: &'static str) -> Result<U256, ConfigError> {
    node.read(|text| {
        let fraction = parse_percent(text).map_err(|_| accepted.to_string())?;
        let exact = |rounding| Bps::from_decimal(fraction, rounding).ok().map(Bps::raw);
        exact(Rounding::Down)
            .filter(|down| exact(Rounding::Up) == Some(*down) && *down <= U256::from(most))
            .ok_or_else(|| accepted.into())
    })
}

fn read_amount(node: &Node, asset: Asset, accepted: &'static str) -> Result<U256, ConfigError> {
    let most = U256::ONE << 128_usize;
    node.read(|text| {
        parse_units(text, asset.decimals()).map_err(|error| format!("{accepted} ({error})")).and_then(|raw| {
            if raw < most { Ok(raw) } else { Err(format!("{accepted}, below 2^128 base units")) }
        })
    })
}

fn read_terms(
    fields: &mut Fields<'_>,
    preset: Option<&VaultPreset>,
    version: Version,
    asset: Asset,
) -> Result<Terms, ConfigError> {
    let deposits = match (fields.optional("deposits"), preset) {
        (Some(node), _) => read_amount(node, asset, AMOUNT)?,
        (None, Some(_)) => {
            let one = levmine_math::pow10(u32::from(asset.decimals())).unwrap_or(U256::ONE);
            one.saturating_mul(U256::from(ASSUMED_DEPOSITS))
        }
        (None, None) => read_amount(fields.required("deposits", AMOUNT)?, asset, AMOUNT)?,
    };
    let of_preset = |fee: fn(&VaultPreset) -> u64| U256::from(preset.map_or(0, fee));
    let management_fee = match fields.optional("management_fee") {
        Some(node) if matches!(version, Version::V2(_)) => read_bps(node, 10_000, YEARLY)?,
        Some(node) => return Err(node.invalid("no management fee: this generation has none")),
        None => of_preset(|preset| preset.management_fee),
    };
    let performance_fee = match fields.optional("performance_fee") {
        Some(node) => read_bps(node, 5_000, FEE)?,
        None => of_preset(|preset| preset.performance_fee),
    };
    let protocol_fee = match fields.optional("protocol_fee") {
        Some(node) if matches!(version, Version::V2(_)) => {
            return Err(node.invalid("no protocol fee: V2 vaults pay none"));
        }
        Some(node) => read_bps(node, 5_000, FEE)?,
        None => U256::ZERO,
    };
    let (degradation, unlock) = read_unlock(fields, preset)?;
    let deposit_limit = match fields.optional("deposit_limit") {
        Some(node) if node.text().is_ok_and(|text| text == "none") => U256::MAX,
        Some(node) => read_amount(node, asset, LIMIT)?,
        None => U256::MAX,
    };
    let parts = read_parts(fields, preset, version)?;
    Ok(Terms {
        deposits,
        management_fee,
        performance_fee,
        protocol_fee,
        degradation,
        unlock,
        deposit_limit,
        parts,
    })
}

/// How profit unlocks: the part in a second of V2, the seconds of later generations.
fn read_unlock(fields: &mut Fields<'_>, preset: Option<&VaultPreset>) -> Result<(U256, u64), ConfigError> {
    let default = (U256::from(DEFAULT_DEGRADATION), preset.map_or(864_000, |preset| preset.unlock));
    let Some(node) = fields.optional("unlock") else { return Ok(default) };
    let seconds = node.read(|text| {
        if text == "none" {
            return Ok(0);
        }
        let seconds = parse_duration(text).map_err(|_| UNLOCK.to_string())?;
        if seconds <= crate::scale::YEAR { Ok(seconds) } else { Err(UNLOCK.to_string()) }
    })?;
    // Rounded up, so that everything is unlocked when the time has passed; at once is everything in a second.
    let all = U256::from(DEGRADATION);
    let degradation = div(all, U256::from(seconds.max(1)), Rounding::Up).unwrap_or(all);
    Ok((degradation, seconds))
}

fn read_parts(
    fields: &mut Fields<'_>,
    preset: Option<&VaultPreset>,
    version: Version,
) -> Result<Vec<Part>, ConfigError> {
    let Some(node) = fields.optional("strategies") else {
        let part = U256::from(preset.map_or(10_000, |preset| preset.at_work));
        let fee = U256::from(preset.map_or(0, |preset| preset.strategist_fee));
        return Ok(vec![Part { part, fee }]);
    };
    let most = match version {
        Version::V2(_) => MAXIMUM_STRATEGIES,
        Version::V3 => MAX_QUEUE,
        Version::Tokenized => return Err(node.invalid("no strategies: this vault is one")),
    };
    let mut parts = Vec::new();
    let mut all = U256::ZERO;
    for item in node.list()? {
        let mut fields = item.fields()?;
        let part_node = fields.required("part", PART)?;
        let part = read_bps(part_node, 10_000, PART)?;
        all = all.saturating_add(part);
        if all > BPS {
            return Err(part_node.invalid(PART));
        }
        let fee = match fields.optional("fee") {
            Some(node) if matches!(version, Version::V2(_)) => read_bps(node, 5_000, FEE)?,
            Some(node) => return Err(node.invalid("no fee of a strategy: its own is part of its yield")),
            None => U256::ZERO,
        };
        fields.finish()?;
        if parts.len() >= most {
            return Err(node.invalid(format!("at most {most} strategies")));
        }
        parts.push(Part { part, fee });
    }
    if parts.is_empty() {
        return Err(node.invalid(STRATEGIES));
    }
    Ok(parts)
}

/// The keys of a venue table, for the descriptor.
pub(crate) const PARAMETERS: &[Parameter] = &[
    Parameter {
        key: "version",
        accepted: "\"0.3.4\", \"0.4.3\", \"0.4.6\" (V2), \"3.0.4\" (V3) or \"tokenized-3.0.4\"",
        meaning: "the contract version; the preset's",
    },
    Parameter {
        key: "preset",
        accepted: "the name of a preset, like \"v3-2024-10\"",
        meaning: "version, fees and periods, and an assumed asset, deposits, yield and harvest a day",
    },
    Parameter { key: "asset", accepted: ASSET, meaning: "what is deposited" },
    Parameter {
        key: "deposits",
        accepted: AMOUNT,
        meaning: "what others have deposited when the run begins, at a price of 1",
    },
    Parameter {
        key: "yield",
        accepted: YIELD,
        meaning: "what strategies earn in a year on what they were lent, simple, before fees; nothing unless given",
    },
    Parameter {
        key: "harvest_every",
        accepted: EVERY,
        meaning: "how long after a harvest the next one is made; a day where there is a yield",
    },
    Parameter { key: "management_fee", accepted: YEARLY, meaning: "V2: the treasury's fee a year" },
    Parameter {
        key: "performance_fee",
        accepted: FEE,
        meaning: "the treasury's, accountant's or manager's part of gains",
    },
    Parameter { key: "protocol_fee", accepted: FEE, meaning: "V3: the protocol's part of the fees" },
    Parameter {
        key: "unlock",
        accepted: UNLOCK,
        meaning: "over how long a profit unlocks; V2: 21740s, V3: 10d unless given",
    },
    Parameter {
        key: "deposit_limit",
        accepted: LIMIT,
        meaning: "the most the vault takes; none unless given",
    },
    Parameter {
        key: "strategies",
        accepted: STRATEGIES,
        meaning: "the part of the assets that each strategy works with, and in V2 the strategist's fee; one with all",
    },
    Parameter { key: "state", accepted: STATE, meaning: "every integer, instead of deposits: for replays" },
];
