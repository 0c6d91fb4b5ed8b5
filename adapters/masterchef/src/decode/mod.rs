//! A venue's table, read into a chef.

mod state;
pub(crate) mod values;

use std::collections::BTreeMap;

use levmine_config::{ConfigError, Fields, Node};
use levmine_market::{Account, BuildContext, Parameter, parse_block_time};
use levmine_math::U256;
use levmine_vault::Vault;

use crate::DESCRIPTOR;
use crate::emission::Emission;
use crate::params::Terms;
use crate::presets::{self, Listed};
use crate::state::{Chef, User};
use crate::vault::MasterChefVault;

/// Everybody else who stakes.
pub const OTHERS: Account = Account::outsider(0x7fff_c4ef);
/// Who gets the developers' part, where a state names nobody.
pub const DEV: Account = Account::outsider(0x7fff_c4ee);
/// The owner, where a state names nobody: whoever acts without a name in a replay.
const OWNER: Account = Account::outsider(0);

const DATE: &str = "a date like \"2021-03-01\"";
const RATE: &str = "an amount in whole tokens of the reward";
const POOLS: &str = "a list like [{ stake = \"pool-LP\", alloc = 3000, others = \"1000000\" }]";

/// What a venue table can say.
pub(crate) const PARAMETERS: &[Parameter] = &[
    Parameter { key: "version", accepted: "\"v1\"", meaning: "the contract version; there is one" },
    Parameter { key: "preset", accepted: "\"sushi\"", meaning: "a chef's rate, dates and reward token" },
    Parameter {
        key: "pools",
        accepted: POOLS,
        meaning: "what can be staked, with its allocation points, and what others have staked of it in whole tokens",
    },
    Parameter {
        key: "other_alloc",
        accepted: "an integer; without it that of the preset, or 0",
        meaning: "the allocation points of pools that are not listed",
    },
    Parameter { key: "per_block", accepted: RATE, meaning: "what all pools together get in a block" },
    Parameter { key: "per_day", accepted: RATE, meaning: "the same for a day of blocks" },
    Parameter {
        key: "block_time",
        accepted: "a duration like \"12s\" or \"250ms\"; without it that of the scenario's chain",
        meaning: "the chain's pace, by which dates and rates per day become those in blocks",
    },
    Parameter {
        key: "emissions",
        accepted: "a list like [{ from = \"2021-03-01\", per_day = \"500_000\" }], in order",
        meaning: "later rates, as forks can set them: all pools are updated, then the rate changes",
    },
    Parameter { key: "start", accepted: DATE, meaning: "when rewards begin; without it at once" },
    Parameter {
        key: "bonus_until",
        accepted: DATE,
        meaning: "until when a block counts several times; without it never",
    },
    Parameter {
        key: "supply",
        accepted: "an amount in whole tokens",
        meaning: "how much of the reward token exists; without it what is staked of it, which is possible where none is",
    },
    Parameter {
        key: "reward",
        accepted: "the symbol of an asset; without it that of the preset, or \"SUSHI\"",
        meaning: "the token that is minted",
    },
    Parameter {
        key: "precision",
        accepted: "an integer above 0; without it 1000000000000",
        meaning: "the scale of the rewards per share in the contract's code",
    },
    Parameter {
        key: "bonus_multiplier",
        accepted: "an integer; without it 10",
        meaning: "how many times a block counts until `bonus_until`",
    },
    Parameter {
        key: "dev_divisor",
        accepted: "an integer; without it 10",
        meaning: "10 mints a tenth of each reward to the developers on top of it, 0 nothing",
    },
    Parameter {
        key: "state",
        accepted: "a table as a replay prints it",
        meaning: "the whole state in the contract's integers, instead of rates, dates, pools and supply",
    },
];

/// Builds a chef from a venue table.
///
/// # Errors
///
/// Whatever the table says that is not accepted, with its place.
pub(crate) fn build(fields: &mut Fields<'_>, ctx: &BuildContext<'_>) -> Result<Box<dyn Vault>, ConfigError> {
    Ok(Box::new(MasterChefVault::decode(fields, ctx)?))
}

impl MasterChefVault {
    /// Reads a chef from a venue table.
    ///
    /// # Errors
    ///
    /// Whatever the table says that is not accepted, with its place.
    pub fn decode(fields: &mut Fields<'_>, ctx: &BuildContext<'_>) -> Result<Self, ConfigError> {
        if let Some(node) = fields.optional("version") {
            let version = node.text()?;
            if !DESCRIPTOR.versions.contains(&version) {
                return Err(node.unknown_name(version, DESCRIPTOR.versions.iter().copied()));
            }
        }
        let preset = fields.optional("preset").map(presets::find).transpose()?;
        let terms = read_terms(fields, ctx, preset)?;
        let mut chef = Chef::new(terms, U256::ZERO, U256::ZERO, U256::ZERO);
        chef.owner = Some(OWNER);
        chef.dev = Some(DEV);
        chef.block = ctx.now.block;
        if let Some(node) = fields.optional("state") {
            for key in FRIENDLY {
                if let Some(other) = fields.optional(key) {
                    return Err(other.invalid(format!("either `{key}` or `state`, not both")));
                }
            }
            // A state is in blocks already.
            fields.optional("block_time");
            let names = state::read(&mut chef, node, ctx)?;
            return Ok(Self::new(chef, names));
        }
        read_rates(&mut chef, fields, ctx, preset)?;
        read_pools(&mut chef, fields, ctx)?;
        let own = chef.pools.iter().fold(U256::ZERO, |sum, pool| sum.saturating_add(pool.alloc_point));
        let others = match fields.optional("other_alloc") {
            Some(node) => values::integer(node)?,
            None => U256::from(preset.map_or(0, |preset| preset.other_alloc)),
        };
        chef.total_alloc = own.checked_add(others).ok_or_else(|| ConfigError::Invalid {
            place: fields.place().clone(),
            read: format!("{own} and {others} allocation points"),
            accepted: "allocation points whose sum is below 2^256".into(),
        })?;
        read_supply(&mut chef, fields)?;
        Ok(Self::new(chef, BTreeMap::new()))
    }
}

/// The keys that a state takes the place of.
const FRIENDLY: [&str; 8] =
    ["pools", "other_alloc", "per_block", "per_day", "emissions", "start", "bonus_until", "supply"];

fn read_terms(
    fields: &mut Fields<'_>,
    ctx: &BuildContext<'_>,
    preset: Option<Listed>,
) -> Result<Terms, ConfigError> {
    let reward = match fields.optional("reward") {
        Some(node) => ctx.assets.read(node)?,
        None => {
            let symbol = preset.map_or("SUSHI", |preset| preset.reward);
            ctx.assets.get(symbol).ok_or_else(|| ConfigError::Missing {
                place: fields.place().clone(),
                key: "reward".into(),
                accepted: "the symbol of a known asset".into(),
            })?
        }
    };
    let mut terms = Terms::sushi(reward);
    for (key, place) in [
        ("precision", &mut terms.precision),
        ("bonus_multiplier", &mut terms.bonus_multiplier),
        ("dev_divisor", &mut terms.dev_divisor),
    ] {
        if let Some(node) = fields.optional(key) {
            *place = values::integer(node)?;
            if key == "precision" && place.is_zero() {
                return Err(node.invalid("an integer above 0"));
            }
        }
    }
    Ok(terms)
}

/// Reads what is minted, and when.
fn read_rates(
    chef: &mut Chef,
    fields: &mut Fields<'_>,
    ctx: &BuildContext<'_>,
    preset: Option<Listed>,
) -> Result<(), ConfigError> {
    let decimals = chef.terms.reward.decimals();
    let pace = fields.optional("block_time").map_or(Ok(12_000), |node| node.read(parse_block_time))?;
    let mut date = |key, preset: Option<u64>| match (fields.optional(key), preset) {
        (Some(node), _) => values::date(node, ctx.now, pace).map(U256::from),
        (None, preset) => {
            Ok(preset.map_or(U256::ZERO, |seconds| U256::from(values::block_at(seconds, ctx.now, pace))))
        }
    };
    chef.start = date("start", preset.map(|preset| preset.start))?;
    chef.bonus_end = date("bonus_until", preset.map(|preset| preset.bonus_until))?;
    let rate = values::rate(fields, decimals, pace)?.or(preset.map(|preset| preset.per_block));
    let changes = fields.optional("emissions");
    for item in changes.map(Node::list).transpose()?.unwrap_or_default() {
        let mut fields = item.fields()?;
        let from = fields.required("from", DATE)?;
        let block = values::date(from, ctx.now, pace)?;
        let per_block = match values::rate(&mut fields, decimals, pace)? {
            Some(rate) => rate,
            None => values::amount(fields.required("per_block", RATE)?, decimals)?,
        };
        fields.finish()?;
        state::push_emission(chef, Emission { block, per_block }, from)?;
    }
    chef.per_block = match (rate, changes) {
        (Some(rate), _) => rate,
        // Before the first of the list there is nothing.
        (None, Some(_)) => U256::ZERO,
        (None, None) => values::amount(fields.required("per_block", RATE)?, decimals)?,
    };
    // What is past has no pools to be updated.
    let past = chef.emissions.partition_point(|emission| emission.block <= ctx.now.block);
    if let Some(last) = chef.emissions.drain(..past).next_back() {
        chef.per_block = last.per_block;
    }
    Ok(())
}

fn read_pools(chef: &mut Chef, fields: &mut Fields<'_>, ctx: &BuildContext<'_>) -> Result<(), ConfigError> {
    for item in fields.required("pools", POOLS)?.list()? {
        let mut fields = item.fields()?;
        let node = fields.required("stake", "the symbol of what is staked")?;
        let asset = ctx.assets.read(node)?;
        if chef.pool_of(asset).is_some() {
            return Err(node.invalid("an asset that no other pool takes"));
        }
        let alloc_point = values::integer(fields.required("alloc", "allocation points, like 100")?)?;
        let others = fields.optional("others");
        let amount = others.map_or(Ok(U256::ZERO), |node| values::amount(node, asset.decimals()))?;
        fields.finish()?;
        let pid = chef.pools.len();
        chef.push_pool(alloc_point, asset, ctx.now.block);
        chef.set_user(pid, OTHERS, User { amount, reward_debt: U256::ZERO });
        if asset == chef.terms.reward {
            chef.till.held = amount;
        } else if let Some(held) = chef.held.last_mut() {
            *held = amount;
        }
    }
    Ok(())
}

/// Reads how much of the reward exists, without which nobody could stake it.
fn read_supply(chef: &mut Chef, fields: &mut Fields<'_>) -> Result<(), ConfigError> {
    let accepted = "how much of the reward token exists, in whole tokens, where it is staked itself";
    let node = if chef.pool_of(chef.terms.reward).is_some() {
        Some(fields.required("supply", accepted)?)
    } else {
        fields.optional("supply")
    };
    if let Some(node) = node {
        chef.till.supply = values::amount(node, chef.terms.reward.decimals())?;
        if chef.till.supply < chef.till.held {
            return Err(node.invalid("at least what is staked of the reward token"));
        }
    }
    Ok(())
}
