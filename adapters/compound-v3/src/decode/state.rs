//! The whole state in the contracts' integers, as a dump writes it.
//!
//! Accounts are numbered from 0 in the order in which `users` names them, as a replay numbers names; a name
//! of the form `outsider 7` stays that outsider. Names that `users` does not have are numbered on. Every
//! number may be left out: indexes are then one, the last accrual is now, totals are the sums of the
//! balances, what is held is the total, and everything else is zero.

use std::sync::Arc;

use levmine_config::{ConfigError, Node};
use levmine_market::Roster;
use levmine_math::U256;

use super::values;
use crate::accrual::LAST_SECOND;
use crate::casts::BASE_INDEX_SCALE;
use crate::market::CompoundV3Market;
use crate::state::{Comet, Stock, User};

/// Reads the state into a market without balances.
pub(crate) fn read(market: &mut CompoundV3Market, node: &Node) -> Result<(), ConfigError> {
    let mut fields = node.fields()?;
    let comet = &mut market.comet;
    let mut names = Roster::default();
    if let Some(node) = fields.optional("users") {
        for (name, table) in node.entries()? {
            let account = names.account(name);
            let read = user(comet, table)?;
            comet.users.insert(account, read);
        }
    }
    let totals = &mut comet.totals;
    for (key, place) in [
        ("baseSupplyIndex", &mut totals.base_supply_index),
        ("baseBorrowIndex", &mut totals.base_borrow_index),
    ] {
        if let Some(node) = fields.optional(key) {
            *place = values::small(node, 64)?;
            if *place < BASE_INDEX_SCALE {
                return Err(node.invalid("an index, not below one (1 and 15 zeros)"));
            }
        }
    }
    for (key, place) in [
        ("trackingSupplyIndex", &mut totals.tracking_supply_index),
        ("trackingBorrowIndex", &mut totals.tracking_borrow_index),
    ] {
        if let Some(node) = fields.optional(key) {
            *place = values::small(node, 64)?;
        }
    }
    if let Some(node) = fields.optional("lastAccrualTime") {
        totals.last_accrual_time = values::small(node, 40)?;
    }
    totals.last_accrual_time = totals.last_accrual_time.min(LAST_SECOND - 1);
    if let Some(node) = fields.optional("pauseFlags") {
        // Five bits fit a byte.
        totals.pause_flags = values::small(node, 5)? as u8;
    }
    for (key, place) in [("cash", &mut comet.cash), ("rewardsHeld", &mut comet.rewards_held)] {
        if let Some(node) = fields.optional(key) {
            *place = values::integer(node, 255)?;
        }
    }
    for (key, place) in [("governor", &mut comet.governor), ("pauseGuardian", &mut comet.pause_guardian)] {
        if let Some(node) = fields.optional(key) {
            *place = Some(names.account(node.text()?));
        }
    }
    if let Some(node) = fields.optional("allowed") {
        for item in node.list()? {
            let mut fields = item.fields()?;
            let mut account = |key| {
                let name = fields.required(key, "the name of an account")?.text()?;
                Ok::<_, ConfigError>(names.account(name))
            };
            let pair = (account("owner")?, account("manager")?);
            fields.finish()?;
            comet.allowed.insert(pair);
        }
    }
    base_totals(comet, fields.optional("totalSupplyBase"), fields.optional("totalBorrowBase"))?;
    stocks(comet, fields.optional("collaterals"))?;
    fields.finish()?;
    market.names = Arc::new(names.into_known());
    Ok(())
}

fn number(comet: &Comet, node: &Node, symbol: &str) -> Result<usize, ConfigError> {
    let names = || comet.params.collaterals.iter().map(|listed| listed.asset.symbol());
    names().position(|name| name == symbol).ok_or_else(|| node.unknown_name(symbol, names()))
}

fn user(comet: &Comet, node: &Node) -> Result<User, ConfigError> {
    let mut fields = node.fields()?;
    let mut user = User::default();
    if let Some(node) = fields.optional("principal") {
        user.principal = values::principal(node)?;
    }
    for (key, place) in [
        ("baseTrackingIndex", &mut user.base_tracking_index),
        ("baseTrackingAccrued", &mut user.base_tracking_accrued),
    ] {
        if let Some(node) = fields.optional(key) {
            *place = values::small(node, 64)?;
        }
    }
    if let Some(node) = fields.optional("rewardsClaimed") {
        user.rewards_claimed = values::integer(node, 255)?;
    }
    if let Some(node) = fields.optional("collateral") {
        for (symbol, item) in node.entries()? {
            user.set_balance(number(comet, item, symbol)?, values::medium(item, 128)?);
        }
    }
    // The bits say nothing that the balances do not.
    if let Some(node) = fields.optional("assetsIn")
        && values::small(node, 16)? != u64::from(user.assets_in())
    {
        return Err(node.invalid(format!("{}, a bit for each collateral there is", user.assets_in())));
    }
    fields.finish()?;
    Ok(user)
}

/// A total that is named, or the sum of the balances; never below the sum.
fn total(node: Option<&Node>, sum: u128, bits: usize) -> Result<u128, ConfigError> {
    let Some(node) = node else { return Ok(sum) };
    let total = values::medium(node, bits)?;
    if total < sum {
        return Err(node.invalid(format!("at least the sum of the balances, {sum}")));
    }
    Ok(total)
}

fn base_totals(comet: &mut Comet, supply: Option<&Node>, borrow: Option<&Node>) -> Result<(), ConfigError> {
    let (mut supplied, mut borrowed) = (0_u128, 0_u128);
    for user in comet.users.values() {
        let side = if user.principal < 0 { &mut borrowed } else { &mut supplied };
        *side = side.saturating_add(user.principal.unsigned_abs());
    }
    comet.totals.total_supply_base = total(supply, supplied, 104)?;
    comet.totals.total_borrow_base = total(borrow, borrowed, 104)?;
    Ok(())
}

fn stocks(comet: &mut Comet, node: Option<&Node>) -> Result<(), ConfigError> {
    for number in 0..comet.stocks.len() {
        let balances = comet.users.values().map(|user| user.balance(number));
        let sum = balances.fold(0_u128, u128::saturating_add);
        comet.set_stock(number, Stock { total_supply_asset: sum, held: U256::from(sum) });
    }
    let Some(node) = node else { return Ok(()) };
    for (symbol, table) in node.entries()? {
        let number = number(comet, table, symbol)?;
        let Some(sum) = comet.stocks.get(number).map(|stock| stock.total_supply_asset) else { continue };
        let mut fields = table.fields()?;
        let total_supply_asset = total(fields.optional("totalSupplyAsset"), sum, 128)?;
        let held = match fields.optional("held") {
            None => U256::from(total_supply_asset),
            Some(node) => {
                let held = values::integer(node, 255)?;
                if held < U256::from(total_supply_asset) {
                    return Err(node.invalid(format!("at least what accounts have, {total_supply_asset}")));
                }
                held
            }
        };
        fields.finish()?;
        comet.set_stock(number, Stock { total_supply_asset, held });
    }
    Ok(())
}
