//! The whole state in the contracts' integers, as a dump writes it.
//!
//! Accounts are numbered from 0 in the order in which `users` names them, as a replay numbers names; a name of the form
//! `outsider 7` stays that outsider. Names that `users` does not have are numbered on. Every number may be left out:
//! indexes are then one, totals the sum of the balances, and everything else zero.

use std::sync::Arc;

use levmine_config::{ConfigError, Node};
use levmine_market::{BuildContext, Roster};
use levmine_math::U256;

use super::{Listed, RAY, Setup, listing, values};
use crate::market::AaveV2Market;
use crate::math::PERCENTAGE_FACTOR;
use crate::params::{Curve, Params};
use crate::stable::StableDebt;
use crate::state::{Pool, RateMode, Reserve, User};

/// Lists the reserves of a state that neither a preset nor `reserves` described.
pub(crate) fn list_reserves(
    setup: &mut Setup,
    node: &Node,
    ctx: &BuildContext<'_>,
) -> Result<(), ConfigError> {
    let Some(reserves) = node.fields()?.optional("reserves") else { return Ok(()) };
    for (symbol, table) in reserves.entries()? {
        if setup.find(symbol).is_some() {
            continue;
        }
        let asset = ctx.assets.get(symbol).ok_or_else(|| ctx.assets.unknown(table, symbol))?;
        // The parameters of a reserve that nothing else describes stand in its bitmap.
        table.fields()?.required("configuration", "the reserve's configuration bitmap")?;
        let params = Params { decimals: asset.decimals(), ..Params::default() };
        listing::add(setup, None, Listed { asset, params, curve: Curve::default() }, table)?;
    }
    Ok(())
}

/// Reads the state into a market without balances.
pub(crate) fn read(market: &mut AaveV2Market, setup: &Setup, node: &Node) -> Result<(), ConfigError> {
    let mut fields = node.fields()?;
    let pool = &mut market.pool;
    if let Some(node) = fields.optional("paused") {
        pool.paused = node.boolean()?;
    }
    let reserves = fields.optional("reserves");
    if let Some(node) = reserves {
        for (symbol, table) in node.entries()? {
            let id = setup.id(table, symbol)?;
            if let Some(place) = pool.reserves.get_mut(id) {
                *place = reserve(*place, table)?;
            }
        }
    }
    let mut names = Roster::default();
    if let Some(node) = fields.optional("users") {
        for (name, table) in node.entries()? {
            let account = names.account(name);
            let read = user(setup, table)?;
            pool.users.insert(account, read);
        }
    }
    if let Some(node) = fields.optional("allowances") {
        for item in node.list()? {
            allowance(pool, setup, &mut names, item)?;
        }
    }
    complete_totals(pool, reserves)?;
    fields.finish()?;
    market.names = Arc::new(names.into_known());
    Ok(())
}

fn reserve(before: Reserve, node: &Node) -> Result<Reserve, ConfigError> {
    let mut fields = node.fields()?;
    let mut reserve = before;
    if let Some(node) = fields.optional("configuration") {
        reserve.params = Params::from_bitmap(values::integer(node, 80)?);
        check_params(node, &reserve.params, &before)?;
    }
    for (key, place) in [
        ("liquidityIndex", &mut reserve.liquidity_index),
        ("currentLiquidityRate", &mut reserve.liquidity_rate),
        ("variableBorrowIndex", &mut reserve.borrow_index),
        ("currentVariableBorrowRate", &mut reserve.borrow_rate),
        ("currentStableBorrowRate", &mut reserve.stable_rate),
        ("optimalUtilizationRate", &mut reserve.curve.optimal),
        ("baseVariableBorrowRate", &mut reserve.curve.base),
        ("variableRateSlope1", &mut reserve.curve.slope1),
        ("variableRateSlope2", &mut reserve.curve.slope2),
        ("stableRateSlope1", &mut reserve.curve.stable_slope1),
        ("stableRateSlope2", &mut reserve.curve.stable_slope2),
        ("marketBorrowRate", &mut reserve.curve.market_rate),
    ] {
        if let Some(node) = fields.optional(key) {
            *place = values::narrow(node, 128)?;
        }
    }
    for (key, index) in
        [("liquidityIndex", reserve.liquidity_index), ("variableBorrowIndex", reserve.borrow_index)]
    {
        if index < RAY
            && let Some(node) = fields.optional(key)
        {
            return Err(node.invalid("an index, not below one in ray (1 and 27 zeros)"));
        }
    }
    for (key, place) in [
        ("lastUpdateTimestamp", &mut reserve.last_update),
        ("stableDebtLastUpdated", &mut reserve.stable.updated),
    ] {
        if let Some(node) = fields.optional(key) {
            // 40 bits, so nothing is lost.
            *place = values::narrow(node, 40)? as u64;
        }
    }
    for (key, place) in [
        ("aTokenScaledTotalSupply", &mut reserve.scaled_supply),
        ("vTokenScaledTotalSupply", &mut reserve.scaled_debt),
        ("stableDebtPrincipal", &mut reserve.stable.principal),
        ("averageStableRate", &mut reserve.stable.average_rate),
        ("treasuryScaled", &mut reserve.treasury_scaled),
        ("underlyingHeld", &mut reserve.held),
    ] {
        if let Some(node) = fields.optional(key) {
            *place = values::integer(node, 256)?;
        }
    }
    fields.finish()?;
    Ok(reserve)
}

fn check_params(node: &Node, params: &Params, before: &Reserve) -> Result<(), ConfigError> {
    if params.decimals != before.asset.decimals() {
        return Err(node.invalid(format!("a configuration with {} decimals", before.asset.decimals())));
    }
    if params.ltv > PERCENTAGE_FACTOR || params.liquidation_threshold > PERCENTAGE_FACTOR {
        return Err(node.invalid("a configuration whose LTV and threshold are at most 10,000 basis points"));
    }
    Ok(())
}

fn user(setup: &Setup, node: &Node) -> Result<User, ConfigError> {
    let mut fields = node.fields()?;
    let mut user = User::default();
    if let Some(node) = fields.optional("userConfiguration") {
        user.set_configuration(values::integer(node, 256)?);
        let count = u32::try_from(setup.listed.len()).unwrap_or(u32::MAX);
        let listed = 1_u128.checked_shl(count).map_or(u128::MAX, |bit| bit - 1);
        if (user.collateral | user.borrowing) & !listed != 0 {
            return Err(node.invalid("two bits for each reserve of the market"));
        }
    }
    for (key, supply) in [("scaledSupply", true), ("scaledDebt", false)] {
        let Some(node) = fields.optional(key) else { continue };
        for (symbol, item) in node.entries()? {
            let balance = values::integer(item, 256)?;
            if balance.is_zero() {
                continue;
            }
            let id = setup.id(item, symbol)?;
            let holding = user.holding_mut(id).map_err(|error| item.invalid(error.to_string()))?;
            if supply { holding.supplied = balance } else { holding.debt = balance }
        }
    }
    if let Some(node) = fields.optional("stableDebt") {
        for (symbol, item) in node.entries()? {
            let id = setup.id(item, symbol)?;
            let holding = user.holding_mut(id).map_err(|error| item.invalid(error.to_string()))?;
            holding.stable = stable(item)?;
        }
    }
    fields.finish()?;
    Ok(user)
}

fn stable(node: &Node) -> Result<StableDebt, ConfigError> {
    let mut fields = node.fields()?;
    let debt = StableDebt {
        principal: values::integer(fields.required("principal", "base units")?, 256)?,
        rate: values::narrow(fields.required("rate", "ray")?, 128)?,
        // 40 bits, so nothing is lost.
        updated: values::narrow(fields.required("lastUpdated", "Unix seconds")?, 40)? as u64,
    };
    fields.finish()?;
    Ok(debt)
}

fn allowance(pool: &mut Pool, setup: &Setup, names: &mut Roster, node: &Node) -> Result<(), ConfigError> {
    let mut fields = node.fields()?;
    let mut account = |key| {
        let name = fields.required(key, "the name of an account")?.text()?;
        Ok::<_, ConfigError>(names.account(name))
    };
    let (owner, delegatee) = (account("owner")?, account("delegatee")?);
    let asset = fields.required("asset", "the symbol of a reserve")?;
    let id = setup.id(asset, asset.text()?)?;
    let mode = match fields.optional("rateMode") {
        Some(node) if node.text()? == "stable" => RateMode::Stable,
        Some(node) if node.text()? != "variable" => {
            return Err(node.invalid("\"stable\" or \"variable\""));
        }
        _ => RateMode::Variable,
    };
    let amount = values::integer(fields.required("amount", "base units")?, 256)?;
    fields.finish()?;
    for account in [owner, delegatee] {
        pool.users.entry(account).or_default();
    }
    if let Ok(number) = u8::try_from(id)
        && !amount.is_zero()
    {
        pool.allowances.insert((owner, delegatee, number, mode), amount);
    }
    Ok(())
}

/// Fills the totals that were left out and refuses balances above those that were not.
///
/// The total of stable debt is no sum: its rounding is its own.
fn complete_totals(pool: &mut Pool, reserves: Option<&Node>) -> Result<(), ConfigError> {
    for id in 0..pool.reserves.len() {
        let Some(reserve) = pool.reserves.get(id) else { continue };
        let begin = (reserve.treasury_scaled, U256::ZERO);
        let sums = pool.users.values().fold(begin, |sums, user| {
            (sums.0.saturating_add(user.supplied(id)), sums.1.saturating_add(user.debt(id)))
        });
        let table = reserves.and_then(|node| {
            let entries = node.entries().ok()?;
            entries.iter().find(|(name, _)| name == reserve.asset.symbol()).map(|(_, table)| table)
        });
        let total = |key: &'static str, total: U256, sum: U256| {
            let given = table.and_then(|table| table.fields().ok()?.optional(key));
            match given {
                Some(node) if total < sum => {
                    Err(node.invalid(format!("at least the sum of the balances, {sum}")))
                }
                Some(_) => Ok(total),
                None => Ok(sum),
            }
        };
        let supply = total("aTokenScaledTotalSupply", reserve.scaled_supply, sums.0)?;
        let debt = total("vTokenScaledTotalSupply", reserve.scaled_debt, sums.1)?;
        if let Some(reserve) = pool.reserves.get_mut(id) {
            (reserve.scaled_supply, reserve.scaled_debt) = (supply, debt);
        }
    }
    Ok(())
}
