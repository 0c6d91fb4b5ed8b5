//! Markets in a person's terms.

use levmine_config::{ConfigError, Node};
use levmine_market::{Asset, BuildContext};
use levmine_math::{U256, parse_units};

use super::{Listed, Setup, curve, unused, values};
use crate::ops::governance::HIGHEST_COLLATERAL_FACTOR;
use crate::state::MAX_MARKETS;

/// Reads `[markets.<asset>]` tables over what the preset says.
pub(crate) fn markets(setup: &mut Setup, node: &Node, ctx: &BuildContext<'_>) -> Result<(), ConfigError> {
    for (symbol, table) in node.entries()? {
        let before = setup.find(symbol);
        let known = before.and_then(|id| setup.listed.get(id).copied());
        let asset = match known {
            Some(listed) => listed.market.asset,
            None => ctx.assets.get(symbol).ok_or_else(|| ctx.assets.unknown(table, symbol))?,
        };
        let listed = market(asset, known, table)?;
        add(setup, before, listed, table)?;
    }
    Ok(())
}

/// Puts a market into its place, or at the end.
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
    if setup.listed.len() >= MAX_MARKETS {
        return Err(node.invalid(format!("at most {MAX_MARKETS} markets")));
    }
    setup.listed.push(listed);
    Ok(())
}

fn market(asset: Asset, known: Option<Listed>, node: &Node) -> Result<Listed, ConfigError> {
    let mut fields = node.fields()?;
    let mut market = known.map_or_else(|| unused(asset), |listed| listed.market);
    let percentage = "a percentage like \"80%\"";
    let factor = if known.is_none() {
        Some(fields.required("collateral_factor", percentage)?)
    } else {
        fields.optional("collateral_factor")
    };
    if let Some(node) = factor {
        market.collateral_factor = values::mantissa(node, 1)?;
        if market.collateral_factor > U256::from(HIGHEST_COLLATERAL_FACTOR) {
            return Err(node.invalid("a percentage from 0% to 90%"));
        }
    }
    let reserve = if known.is_none() {
        Some(fields.required("reserve_factor", percentage)?)
    } else {
        fields.optional("reserve_factor")
    };
    if let Some(node) = reserve {
        market.reserve_factor = values::mantissa(node, 1)?;
    }
    if let Some(node) = fields.optional("protocol_seize_share") {
        market.protocol_seize_share = values::mantissa(node, 1)?;
    }
    if let Some(node) = fields.optional("borrow_cap") {
        market.borrow_cap = values::cap(node, asset.decimals())?;
    }
    if let Some(node) = fields.optional("exchange_rate") {
        market.initial_exchange_rate = exchange_rate(node, asset)?;
    }
    for (key, place) in [
        ("comp_supply_speed", &mut market.supply_rewards.speed),
        ("comp_borrow_speed", &mut market.borrow_rewards.speed),
    ] {
        if let Some(node) = fields.optional(key) {
            *place = values::amount(node, 18)?;
        }
    }
    for (key, place) in
        [("mint_paused", &mut market.mint_paused), ("borrow_paused", &mut market.borrow_paused)]
    {
        if let Some(node) = fields.optional(key) {
            *place = node.boolean()?;
        }
    }
    let (curve, model) = curve::read(&mut fields, known.map(|listed| listed.curve), node)?;
    market.model = model;
    fields.finish()?;
    Ok(Listed { market, curve })
}

/// Underlying tokens per cToken, which has 8 decimals: a mantissa with `10 + decimals` decimals.
fn exchange_rate(node: &Node, asset: Asset) -> Result<U256, ConfigError> {
    let accepted = || node.invalid("tokens per cToken like \"0.02\", above zero");
    let rate =
        parse_units(node.digits()?.trim(), asset.decimals().saturating_add(10)).map_err(|_| accepted())?;
    if rate.is_zero() || rate.bit_len() > 160 { Err(accepted()) } else { Ok(rate) }
}
