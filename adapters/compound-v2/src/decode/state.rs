//! The whole state in the contracts' integers, as a dump writes it.
//!
//! Accounts are numbered from 0 in the order in which `users` names them, as a replay numbers names; a name of the form
//! `outsider 7` stays that outsider. Every number may be left out: the borrow index is then one, an account's indexes are
//! those of its market, totals the sum of the balances, and everything else zero.

use std::sync::Arc;

use levmine_config::{ConfigError, Node};
use levmine_market::{BuildContext, Roster};
use levmine_math::U256;

use super::{Curve, Listed, Setup, listing, unused, values};
use crate::accrual::borrow_balance;
use crate::market::CompoundV2Market;
use crate::math::ONE;
use crate::rates::RateModel;
use crate::state::{Holding, Market, Pool, RewardState, Settings, User};

/// Lists the markets of a state that neither a preset nor `markets` described.
pub(crate) fn list_markets(
    setup: &mut Setup,
    node: &Node,
    ctx: &BuildContext<'_>,
) -> Result<(), ConfigError> {
    let Some(markets) = node.fields()?.optional("markets") else { return Ok(()) };
    for (symbol, table) in markets.entries()? {
        if setup.find(symbol).is_some() {
            continue;
        }
        let asset = ctx.assets.get(symbol).ok_or_else(|| ctx.assets.unknown(table, symbol))?;
        table.fields()?.required("interestRateModel", "the rates of the market's model")?;
        listing::add(setup, None, Listed { market: unused(asset), curve: Curve::default() }, table)?;
    }
    Ok(())
}

/// Reads the state into a market without balances.
pub(crate) fn read(market: &mut CompoundV2Market, setup: &Setup, node: &Node) -> Result<(), ConfigError> {
    let mut fields = node.fields()?;
    let pool = &mut market.pool;
    settings(&mut pool.settings, &mut fields)?;
    let markets = fields.optional("markets");
    if let Some(node) = markets {
        for (symbol, table) in node.entries()? {
            let id = setup.id(table, symbol)?;
            let Some(place) = pool.markets.get_mut(id) else { continue };
            *place = read_market(place, table)?;
        }
    }
    let mut names = Roster::default();
    if let Some(node) = fields.optional("users") {
        for (name, table) in node.entries()? {
            let account = names.account(name);
            let read = user(setup, pool, table)?;
            pool.users.insert(account, read);
        }
    }
    fields.finish()?;
    complete_totals(pool, markets)?;
    market.names = Arc::new(names.into_known());
    Ok(())
}

fn settings(settings: &mut Settings, fields: &mut levmine_config::Fields<'_>) -> Result<(), ConfigError> {
    for (key, place, bits) in [
        ("closeFactorMantissa", &mut settings.close_factor, 256),
        ("liquidationIncentiveMantissa", &mut settings.liquidation_incentive, 256),
        ("compBalance", &mut settings.comp_balance, 96),
    ] {
        if let Some(node) = fields.optional(key) {
            *place = values::integer(node, bits)?;
        }
    }
    for (key, place) in [
        ("transferGuardianPaused", &mut settings.transfer_paused),
        ("seizeGuardianPaused", &mut settings.seize_paused),
    ] {
        if let Some(node) = fields.optional(key) {
            *place = node.boolean()?;
        }
    }
    Ok(())
}

fn read_market(before: &Market, node: &Node) -> Result<Market, ConfigError> {
    let mut fields = node.fields()?;
    let mut market = *before;
    for (key, place, bits) in [
        ("cash", &mut market.cash, 255),
        ("totalBorrows", &mut market.total_borrows, 256),
        ("totalReserves", &mut market.total_reserves, 256),
        ("totalSupply", &mut market.total_supply, 256),
        ("borrowIndex", &mut market.borrow_index, 256),
        ("initialExchangeRateMantissa", &mut market.initial_exchange_rate, 256),
        ("reserveFactorMantissa", &mut market.reserve_factor, 60),
        ("protocolSeizeShareMantissa", &mut market.protocol_seize_share, 60),
        ("collateralFactorMantissa", &mut market.collateral_factor, 60),
        ("borrowCap", &mut market.borrow_cap, 256),
        ("compSupplySpeed", &mut market.supply_rewards.speed, 256),
        ("compBorrowSpeed", &mut market.borrow_rewards.speed, 256),
    ] {
        if let Some(node) = fields.optional(key) {
            *place = values::integer(node, bits)?;
        }
    }
    for (key, value, most) in [
        ("reserveFactorMantissa", market.reserve_factor, ONE),
        ("protocolSeizeShareMantissa", market.protocol_seize_share, ONE),
    ] {
        if let Some(node) = fields.optional(key).filter(|_| value > U256::from(most)) {
            return Err(node.invalid("a share, at most 1 and 18 zeros"));
        }
    }
    for (key, value) in
        [("borrowIndex", market.borrow_index), ("initialExchangeRateMantissa", market.initial_exchange_rate)]
    {
        if let Some(node) = fields.optional(key).filter(|_| value.is_zero()) {
            return Err(node.invalid("an integer above zero"));
        }
    }
    for (key, place) in
        [("mintGuardianPaused", &mut market.mint_paused), ("borrowGuardianPaused", &mut market.borrow_paused)]
    {
        if let Some(node) = fields.optional(key) {
            *place = node.boolean()?;
        }
    }
    if let Some(node) = fields.optional("accrualBlockNumber") {
        market.accrual_block = values::block(node, 64)?;
    }
    if let Some(node) = fields.optional("interestRateModel") {
        market.model = model(node)?;
    }
    for (key, place) in
        [("compSupplyState", &mut market.supply_rewards), ("compBorrowState", &mut market.borrow_rewards)]
    {
        if let Some(node) = fields.optional(key) {
            reward(place, node)?;
        }
    }
    fields.finish()?;
    Ok(market)
}

/// A rate model as its contract stores it.
pub(crate) fn model(node: &Node) -> Result<RateModel, ConfigError> {
    let mut fields = node.fields()?;
    let accepted = "a rate with 18 decimals, an integer";
    let mut number = |key| values::integer(fields.required(key, accepted)?, 200);
    let has = |key| node.fields().ok().and_then(|mut fields| fields.optional(key)).is_some();
    let model = if has("blocksPerYear") {
        RateModel::Legacy {
            base_per_year: number("baseRate")?,
            multiplier_per_year: number("multiplier")?,
            blocks_per_year: number("blocksPerYear")?,
        }
    } else {
        let (base, multiplier) = (number("baseRatePerBlock")?, number("multiplierPerBlock")?);
        if has("kink") {
            RateModel::Jump {
                base,
                multiplier,
                jump_multiplier: number("jumpMultiplierPerBlock")?,
                kink: number("kink")?,
            }
        } else {
            RateModel::WhitePaper { base, multiplier }
        }
    };
    fields.finish()?;
    Ok(model)
}

fn reward(state: &mut RewardState, node: &Node) -> Result<(), ConfigError> {
    let mut fields = node.fields()?;
    if let Some(node) = fields.optional("index") {
        state.index = values::integer(node, 224)?;
    }
    if let Some(node) = fields.optional("block") {
        state.block = values::block(node, 32)?;
    }
    fields.finish()
}

fn user(setup: &Setup, pool: &Pool, node: &Node) -> Result<User, ConfigError> {
    let mut fields = node.fields()?;
    let mut user = User::default();
    if let Some(node) = fields.optional("compAccrued") {
        user.comp_accrued = values::integer(node, 256)?;
    }
    if let Some(node) = fields.optional("assetsIn") {
        for item in node.list()? {
            let id = setup.id(item, item.text()?)?;
            if user.is_in(id) {
                return Err(item.invalid("each market once"));
            }
            let number = u8::try_from(id).map_err(|_| item.invalid("a market of the venue"))?;
            user.assets_in.push(number);
        }
    }
    if let Some(node) = fields.optional("markets") {
        for (symbol, item) in node.entries()? {
            let id = setup.id(item, symbol)?;
            let Some(market) = pool.markets.get(id) else { continue };
            let read = holding(market, item)?;
            let place = user.holding_mut(id).map_err(|error| item.invalid(error.to_string()))?;
            *place = Holding { market: place.market, ..read };
        }
    }
    fields.finish()?;
    Ok(user)
}

fn holding(market: &Market, node: &Node) -> Result<Holding, ConfigError> {
    let mut fields = node.fields()?;
    let mut holding = Holding {
        supplier_index: market.supply_rewards.index,
        borrower_index: market.borrow_rewards.index,
        ..Holding::default()
    };
    for (key, place) in [
        ("accountTokens", &mut holding.tokens),
        ("principal", &mut holding.principal),
        ("interestIndex", &mut holding.interest_index),
        ("compSupplierIndex", &mut holding.supplier_index),
        ("compBorrowerIndex", &mut holding.borrower_index),
    ] {
        if let Some(node) = fields.optional(key) {
            *place = values::integer(node, 256)?;
        }
    }
    if !holding.principal.is_zero() && holding.interest_index.is_zero() {
        holding.interest_index = market.borrow_index;
    }
    fields.finish()?;
    Ok(holding)
}

/// Fills the totals that were left out, and refuses cTokens above those that were not. The total owed may be below the
/// sum of the debts: the contracts round them one by one.
fn complete_totals(pool: &mut Pool, markets: Option<&Node>) -> Result<(), ConfigError> {
    for id in 0..pool.markets.len() {
        let Some(market) = pool.markets.get(id) else { continue };
        let holdings = || pool.users.values().map(|user| user.holding(id));
        let tokens = holdings().fold(U256::ZERO, |sum, holding| sum.saturating_add(holding.tokens));
        let owed = holdings().fold(U256::ZERO, |sum, holding| {
            sum.saturating_add(borrow_balance(market, &holding).unwrap_or_default())
        });
        let symbol = market.asset.symbol().to_string();
        let table = markets.and_then(|node| {
            node.entries().ok()?.iter().find(|(name, _)| *name == symbol).map(|(_, table)| table)
        });
        let given = |key: &'static str| table.and_then(|table| table.fields().ok()?.optional(key));
        let total = market.total_supply;
        if let Some(node) = given("totalSupply").filter(|_| total < tokens) {
            return Err(node.invalid(format!("at least the sum of the balances, {tokens}")));
        }
        let (supply, borrows) = (given("totalSupply").is_none(), given("totalBorrows").is_none());
        if let Some(market) = pool.markets.get_mut(id) {
            if supply {
                market.total_supply = tokens;
            }
            if borrows {
                market.total_borrows = owed;
            }
        }
    }
    Ok(())
}
