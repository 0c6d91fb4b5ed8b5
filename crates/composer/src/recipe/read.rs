//! Recipes in strategy files.

use levmine_config::{ConfigError, Fields, Node};
use levmine_market::VenueId;

use super::{
    Borrowed, CollateralSwap, DebtSwap, ExitBy, Farm, FarmKind, LeveragedStaking, Loop, LoopBy, Own, Recipe,
    Refinance, Unwind,
};
use crate::strategy::{Reader, placement};
use crate::{AmountSpec, Target};

/// The verbs of recipes.
pub(crate) const VERBS: [&str; 10] = [
    "loop",
    "leveraged_lp",
    "delta_neutral",
    "leveraged_staking",
    "cdp_farm",
    "homora_farm",
    "collateral_swap",
    "debt_swap",
    "refinance",
    "unwind",
];

/// Reads the recipe of this verb; `None` where it is no recipe's.
pub(crate) fn recipe(
    reader: &Reader<'_>,
    verb: &Node,
    fields: &mut Fields<'_>,
) -> Result<Option<Recipe>, ConfigError> {
    Ok(Some(match verb.text()? {
        "loop" => Recipe::Loop(looping(reader, verb, fields)?),
        "leveraged_lp" => Recipe::Farm(leveraged_lp(reader, verb, fields)?),
        "delta_neutral" => Recipe::Farm(delta_neutral(reader, verb, fields)?),
        "cdp_farm" => Recipe::Farm(cdp_farm(reader, verb, fields)?),
        "homora_farm" => Recipe::Farm(homora_farm(reader, verb, fields)?),
        "leveraged_staking" => Recipe::LeveragedStaking(staking(reader, verb, fields)?),
        "collateral_swap" => Recipe::CollateralSwap(CollateralSwap {
            at: reader.venue(fields, "at")?,
            from: reader.amount(fields.required("from", "how much, like \"all WETH\" or \"50% WETH\"")?)?,
            to: reader.asset(fields, "to")?,
        }),
        "debt_swap" => Recipe::DebtSwap(DebtSwap {
            at: reader.venue(fields, "at")?,
            from: reader.amount(fields.required("from", "how much, like \"all USDC\" or \"50% USDC\"")?)?,
            to: reader.asset(fields, "to")?,
        }),
        "refinance" => {
            let (from, to) = (reader.venue(fields, "from")?, reader.venue(fields, "to")?);
            if from == to {
                return Err(verb.invalid("another market in `to` than in `from`"));
            }
            Recipe::Refinance(Refinance { from, to, mode: mode(fields)? })
        }
        "unwind" => Recipe::Unwind(Unwind {
            at: fields.optional("at").map(|node| reader.venue_of(node)).transpose()?,
            by: fields.optional("by").map(exit_by).transpose()?.unwrap_or_default(),
        }),
        _ => return Ok(None),
    }))
}

/// Reads a way of leaving.
pub(crate) fn exit_by(node: &Node) -> Result<ExitBy, ConfigError> {
    let name = node.text()?;
    let found = ExitBy::ALL.into_iter().find(|(known, _)| *known == name);
    found.map(|(_, by)| by).ok_or_else(|| node.unknown_name(name, ExitBy::ALL.map(|(name, _)| name)))
}

fn looping(reader: &Reader<'_>, verb: &Node, fields: &mut Fields<'_>) -> Result<Loop, ConfigError> {
    let at = reader.venue(fields, "at")?;
    let swap_at = fields.optional("swap_at").map(|node| reader.venue_of(node)).transpose()?;
    let collateral = reader.asset(fields, "collateral")?;
    let borrow = reader.asset(fields, "borrow")?;
    let target = target(verb, fields)?;
    let amount = match fields.optional("amount") {
        None => AmountSpec::All(collateral),
        Some(node) => of_asset(reader, node, collateral)?,
    };
    let by = by(fields)?;
    let swap_at = swap_at.filter(|_| collateral != borrow);
    Ok(Loop { at, swap_at, collateral, amount, borrow, target, by })
}

fn staking(
    reader: &Reader<'_>,
    verb: &Node,
    fields: &mut Fields<'_>,
) -> Result<LeveragedStaking, ConfigError> {
    let at = reader.venue(fields, "at")?;
    let collateral = reader.asset(fields, "collateral")?;
    let borrow = reader.asset(fields, "borrow")?;
    if collateral == borrow {
        return Err(verb.invalid("a `collateral` that is the staked form of what is borrowed"));
    }
    let target = target(verb, fields)?;
    let stake = match fields.optional("amount") {
        None => AmountSpec::All(borrow),
        Some(node) => of_asset(reader, node, borrow)?,
    };
    let (mode, by) = (mode(fields)?, by(fields)?);
    let amount = AmountSpec::All(collateral);
    let looped = Loop { at, swap_at: None, collateral, amount, borrow, target, by };
    Ok(LeveragedStaking { stake, mode, looped })
}

fn leveraged_lp(reader: &Reader<'_>, verb: &Node, fields: &mut Fields<'_>) -> Result<Farm, ConfigError> {
    let own = own(fields, &[("collateral", Own::Collateral), ("pool", Own::Pool), ("shares", Own::Shares)])?;
    let into = pool_and_stakes(reader, fields)?;
    let mut farm = farm(reader, verb, fields, (FarmKind::LeveragedLp, own), into)?;
    farm.place = placement(fields)?;
    if own == Own::Shares && (farm.into.len() > 1 || farm.supply.is_some()) {
        return Err(verb.invalid("neither `stake` nor `supply` where the pool's shares are the collateral"));
    }
    Ok(farm)
}

fn delta_neutral(reader: &Reader<'_>, verb: &Node, fields: &mut Fields<'_>) -> Result<Farm, ConfigError> {
    let into = pool_and_stakes(reader, fields)?;
    let mut farm = farm(reader, verb, fields, (FarmKind::DeltaNeutral, Own::Pool), into)?;
    farm.place = placement(fields)?;
    Ok(farm)
}

fn cdp_farm(reader: &Reader<'_>, verb: &Node, fields: &mut Fields<'_>) -> Result<Farm, ConfigError> {
    const INTO: &str = "a venue, or a list of them: a pool or a vault, then what takes its shares";
    let own = own(fields, &[("collateral", Own::Collateral), ("pool", Own::Pool)])?;
    let into = venues(reader, fields.required("into", INTO)?)?;
    let mut farm = farm(reader, verb, fields, (FarmKind::Cdp, own), into)?;
    // The collateral does not go into the pool: all of it is put up.
    farm.supply = farm.supply.or(Some(AmountSpec::All(farm.collateral)));
    farm.place = placement(fields)?;
    Ok(farm)
}

fn homora_farm(reader: &Reader<'_>, verb: &Node, fields: &mut Fields<'_>) -> Result<Farm, ConfigError> {
    let at = reader.venue(fields, "at")?;
    let into = vec![reader.venue(fields, "pool")?];
    let borrow = reader.asset(fields, "borrow")?;
    let much = much(reader, verb, fields, borrow)?;
    let (kind, own, place) = (FarmKind::Homora, Own::Shares, crate::Placement::Everywhere);
    Ok(Farm { kind, at, collateral: borrow, supply: None, borrow, much, own, into, place })
}

fn farm(
    reader: &Reader<'_>,
    verb: &Node,
    fields: &mut Fields<'_>,
    (kind, own): (FarmKind, Own),
    into: Vec<VenueId>,
) -> Result<Farm, ConfigError> {
    let at = reader.venue(fields, "at")?;
    let collateral = reader.asset(fields, "collateral")?;
    let borrow = reader.asset(fields, "borrow")?;
    if collateral == borrow {
        return Err(verb.invalid("a `collateral` that is not what is borrowed"));
    }
    let much = much(reader, verb, fields, borrow)?;
    let supply = fields.optional("supply").map(|node| of_asset(reader, node, collateral)).transpose()?;
    let place = crate::Placement::Everywhere;
    Ok(Farm { kind, at, collateral, supply, borrow, much, own, into, place })
}

fn own(fields: &mut Fields<'_>, known: &[(&'static str, Own)]) -> Result<Own, ConfigError> {
    let Some(node) = fields.optional("own") else { return Ok(Own::Collateral) };
    let name = node.text()?;
    let found = known.iter().find(|(known, _)| *known == name);
    found.map(|(_, own)| *own).ok_or_else(|| node.unknown_name(name, known.iter().map(|(name, _)| *name)))
}

fn pool_and_stakes(reader: &Reader<'_>, fields: &mut Fields<'_>) -> Result<Vec<VenueId>, ConfigError> {
    let mut into = vec![reader.venue(fields, "pool")?];
    if let Some(node) = fields.optional("stake") {
        into.extend(venues(reader, node)?);
    }
    Ok(into)
}

/// One venue, or a list of them.
fn venues(reader: &Reader<'_>, node: &Node) -> Result<Vec<VenueId>, ConfigError> {
    let nodes = node.list().unwrap_or_else(|_| std::slice::from_ref(node));
    if nodes.is_empty() {
        return Err(node.invalid("at least one venue"));
    }
    nodes.iter().map(|node| reader.venue_of(node)).collect()
}

fn by(fields: &mut Fields<'_>) -> Result<LoopBy, ConfigError> {
    let Some(node) = fields.optional("by") else { return Ok(LoopBy::Iteration) };
    match node.text()? {
        "iteration" => Ok(LoopBy::Iteration),
        "flash" => Ok(LoopBy::Flash),
        other => Err(node.unknown_name(other, ["iteration", "flash"])),
    }
}

fn mode(fields: &mut Fields<'_>) -> Result<Option<u8>, ConfigError> {
    fields.optional("mode").map(|node| node.parse("a category from 0 to 255")).transpose()
}

/// An amount of one asset only.
fn of_asset(
    reader: &Reader<'_>,
    node: &Node,
    asset: levmine_market::Asset,
) -> Result<AmountSpec, ConfigError> {
    let amount = reader.amount(node)?;
    if amount.asset() == asset { Ok(amount) } else { Err(node.invalid(format!("an amount of {asset}"))) }
}

/// How much is borrowed: a target or an amount.
fn much(
    reader: &Reader<'_>,
    verb: &Node,
    fields: &mut Fields<'_>,
    borrow: levmine_market::Asset,
) -> Result<Borrowed, ConfigError> {
    match fields.optional("amount") {
        Some(node) => {
            let amount = of_asset(reader, node, borrow)?;
            if targets(fields)?.is_empty() { Ok(Borrowed::Amount(amount)) } else { Err(verb.invalid(ONE_OF)) }
        }
        None => target(verb, fields).map(Borrowed::To),
    }
}

const ONE_OF: &str = "exactly one of `leverage` (like 3), `ltv` (like \"60%\") and `health_factor` (like \"1.5\"); \
    farms also take an `amount` instead";

fn target(verb: &Node, fields: &mut Fields<'_>) -> Result<Target, ConfigError> {
    match targets(fields)?.as_slice() {
        [target] => Ok(*target),
        _ => Err(verb.invalid(ONE_OF)),
    }
}

fn targets(fields: &mut Fields<'_>) -> Result<Vec<Target>, ConfigError> {
    type Read = fn(&str) -> Result<Target, String>;
    let kinds: [(&'static str, Read); 3] =
        [("leverage", Target::leverage), ("ltv", Target::ltv), ("health_factor", Target::health_factor)];
    let mut found = Vec::new();
    for (key, read) in kinds {
        if let Some(node) = fields.optional(key) {
            found.push(node.read(read)?);
        }
    }
    Ok(found)
}
