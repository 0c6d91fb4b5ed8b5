//! Reserves in a person's terms.

use levmine_config::{ConfigError, Fields, Node};
use levmine_market::{Asset, BuildContext};

use super::{Listed, Setup, values};
use crate::math::PERCENTAGE_FACTOR;
use crate::params::{Curve, Params};
use crate::state::MAX_RESERVES;

/// The highest rate, times one: 10,000 %.
const HIGHEST: u32 = 100;

/// Reads `[reserves.<asset>]` tables over what the preset says.
pub(crate) fn reserves(setup: &mut Setup, node: &Node, ctx: &BuildContext<'_>) -> Result<(), ConfigError> {
    for (symbol, table) in node.entries()? {
        let before = setup.find(symbol);
        let known = before.and_then(|id| setup.listed.get(id).copied());
        let asset = match known {
            Some(listed) => listed.asset,
            None => ctx.assets.get(symbol).ok_or_else(|| ctx.assets.unknown(table, symbol))?,
        };
        let listed = reserve(asset, known, table)?;
        add(setup, before, listed, table)?;
    }
    Ok(())
}

/// Puts a reserve into its place, or at the end.
pub(crate) fn add(
    setup: &mut Setup,
    at: Option<usize>,
    listed: Listed,
    node: &Node,
) -> Result<(), ConfigError> {
    if let Some(place) = at.and_then(|id| setup.listed.get_mut(id)) {
        *place = listed;
        return Ok(());
    }
    if setup.listed.len() >= MAX_RESERVES {
        return Err(node.invalid(format!("at most {MAX_RESERVES} reserves")));
    }
    setup.listed.push(listed);
    Ok(())
}

fn reserve(asset: Asset, known: Option<Listed>, node: &Node) -> Result<Listed, ConfigError> {
    let mut fields = node.fields()?;
    let new = known.is_none();
    let begin = Params { decimals: asset.decimals(), active: true, borrowing: true, ..Params::default() };
    let mut params = known.map_or(begin, |listed| listed.params);
    for (key, place) in [
        ("borrowable", &mut params.borrowing),
        ("stable_borrowing", &mut params.stable_borrowing),
        ("active", &mut params.active),
        ("frozen", &mut params.frozen),
    ] {
        if let Some(node) = fields.optional(key) {
            *place = node.boolean()?;
        }
    }
    let accepted = "a percentage like \"10%\"";
    let factor = if new {
        Some(fields.required("reserve_factor", accepted)?)
    } else {
        fields.optional("reserve_factor")
    };
    if let Some(node) = factor {
        params.reserve_factor = values::share(node, PERCENTAGE_FACTOR)?;
    }
    let collateral = fields.optional("collateral").map(Node::boolean).transpose()?;
    let wanted = collateral.unwrap_or(new || params.liquidation_threshold != 0);
    risk(&mut fields, node, wanted, &mut params)?;
    let curve = curve(&mut fields, known.map(|listed| listed.curve), params.borrowing)?;
    fields.finish()?;
    Ok(Listed { asset, params, curve })
}

/// Reads LTV, threshold and bonus; what was no collateral has none yet, and needs all three.
fn risk(fields: &mut Fields<'_>, node: &Node, wanted: bool, params: &mut Params) -> Result<(), ConfigError> {
    let required = wanted && params.liquidation_threshold == 0;
    let accepted = "a percentage like \"80.5%\"";
    let mut get =
        |key| if required { fields.required(key, accepted).map(Some) } else { Ok(fields.optional(key)) };
    if let Some(node) = get("max_ltv")? {
        params.ltv = values::share(node, PERCENTAGE_FACTOR)?;
    }
    if let Some(node) = get("liquidation_threshold")? {
        params.liquidation_threshold = values::share(node, PERCENTAGE_FACTOR)?;
    }
    if let Some(node) = get("liquidation_bonus")? {
        let bonus = values::share(node, PERCENTAGE_FACTOR)?;
        params.liquidation_bonus = bonus.saturating_add(PERCENTAGE_FACTOR);
    }
    if !wanted {
        (params.ltv, params.liquidation_threshold, params.liquidation_bonus) = (0, 0, 0);
        return Ok(());
    }
    // The contracts' own conditions: the LTV is not above the threshold, and a loan at the threshold covers its bonus.
    let (full, threshold) = (u32::from(PERCENTAGE_FACTOR), params.liquidation_threshold);
    let covered = u32::from(threshold).saturating_mul(params.liquidation_bonus.into()) / full <= full;
    if threshold == 0 || params.ltv > threshold || params.liquidation_bonus <= PERCENTAGE_FACTOR || !covered {
        return Err(node.invalid(
            "max_ltv not above liquidation_threshold, and liquidation_threshold times one plus liquidation_bonus \
             not above 100%",
        ));
    }
    Ok(())
}

/// Reads the keys of the curve over what is there already. A new curve must have its optimum and its slopes; stable
/// rates may be left out.
fn curve(fields: &mut Fields<'_>, before: Option<Curve>, borrowable: bool) -> Result<Curve, ConfigError> {
    let mut curve = before.unwrap_or_default();
    let accepted = "a percentage like \"80%\"";
    let needed = before.is_none() && borrowable;
    for (key, place, required) in [
        ("optimal_utilization", &mut curve.optimal, needed),
        ("slope1", &mut curve.slope1, needed),
        ("slope2", &mut curve.slope2, needed),
        ("base_rate", &mut curve.base, false),
        ("stable_rate", &mut curve.market_rate, false),
        ("stable_slope1", &mut curve.stable_slope1, false),
        ("stable_slope2", &mut curve.stable_slope2, false),
    ] {
        let node = if required { Some(fields.required(key, accepted)?) } else { fields.optional(key) };
        if let Some(node) = node {
            *place = values::ray(node, if key == "optimal_utilization" { 1 } else { HIGHEST })?;
        }
    }
    // The strategy divides by its optimum even where nothing is borrowed.
    if curve.optimal == 0 {
        curve.optimal = super::RAY;
    }
    Ok(curve)
}
