//! The whole state in the contracts' integers, as a dump writes it.
//!
//! Accounts are numbered from 0 in the order in which `users` names them, as a replay numbers names; a name of the form
//! `outsider 7` stays that outsider. Names that `users` does not have are numbered on. Every number may be left out:
//! indexes are then one, totals the sum of the balances, and everything else zero.

use std::sync::Arc;

use levmine_config::{ConfigError, Fields, Node};
use levmine_market::{BuildContext, Roster};
use levmine_math::U256;

use super::{Listed, RAY, Setup, listing, values};
use crate::market::AaveV3Market;
use crate::params::{Category, Curve, Params, bit};
use crate::state::{Pool, Reserve, User};
use crate::version::Version;
use crate::wad_ray::{PERCENTAGE_FACTOR, to_u128};

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
pub(crate) fn read(market: &mut AaveV3Market, setup: &Setup, node: &Node) -> Result<(), ConfigError> {
    let mut fields = node.fields()?;
    let pool = &mut market.pool;
    if let Some(node) = fields.optional("flashLoanPremium") {
        pool.flash_premium = share(node)?;
    }
    if let Some(node) = fields.optional("flashLoanPremiumToProtocol") {
        pool.flash_premium_to_protocol = share(node)?;
    }
    let mut in_bitmaps = Vec::new();
    if let Some(node) = fields.optional("reserves") {
        for (symbol, table) in node.entries()? {
            let id = setup.id(table, symbol)?;
            let Some(place) = pool.reserves.get_mut(id) else { continue };
            let (read, category) = reserve(*place, table)?;
            *place = read;
            in_bitmaps.push((id, category));
        }
    }
    match fields.optional("categories") {
        Some(node) => pool.categories = categories(setup, node, pool)?,
        // Up to 3.1 a reserve's category stands in its bitmap.
        None if pool.rules.liquid_emodes => {}
        None => {
            for (id, category) in in_bitmaps.into_iter().filter(|(_, category)| *category != 0) {
                if let Some(known) = pool.categories.iter_mut().find(|known| known.id == category) {
                    known.collateral |= bit(id);
                    known.borrowable |= bit(id);
                }
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
    if let Some(node) = fields.optional("umbrella") {
        let account = names.account(node.text()?);
        pool.users.entry(account).or_default();
        pool.umbrella = Some(account);
    }
    complete_totals(pool, &mut fields)?;
    fields.finish()?;
    market.names = Arc::new(names.into_known());
    Ok(())
}

fn share(node: &Node) -> Result<u16, ConfigError> {
    let accepted = "basis points, 0 to 10000";
    let value: u16 = node.parse(accepted)?;
    if value <= PERCENTAGE_FACTOR { Ok(value) } else { Err(node.invalid(accepted)) }
}

/// Returns the reserve and the category in its bitmap.
fn reserve(before: Reserve, node: &Node) -> Result<(Reserve, u8), ConfigError> {
    let mut fields = node.fields()?;
    let mut reserve = Reserve { liquidity_index: RAY, borrow_index: RAY, ..before };
    let mut category = 0;
    if let Some(node) = fields.optional("configuration") {
        let (params, in_bitmap) = before.params.with_bitmap(values::integer(node, 256)?);
        check_params(node, &params, &before)?;
        (reserve.params, category) = (params, in_bitmap);
    }
    for (key, place) in [
        ("liquidityIndex", &mut reserve.liquidity_index),
        ("currentLiquidityRate", &mut reserve.liquidity_rate),
        ("variableBorrowIndex", &mut reserve.borrow_index),
        ("currentVariableBorrowRate", &mut reserve.borrow_rate),
        ("accruedToTreasury", &mut reserve.accrued_to_treasury),
        ("treasuryScaled", &mut reserve.treasury_scaled),
        ("virtualUnderlyingBalance", &mut reserve.virtual_balance),
        ("deficit", &mut reserve.deficit),
        ("isolationModeTotalDebt", &mut reserve.isolation_debt),
        ("optimalUsageRatio", &mut reserve.curve.optimal),
        ("baseVariableBorrowRate", &mut reserve.curve.base),
        ("variableRateSlope1", &mut reserve.curve.slope1),
        ("variableRateSlope2", &mut reserve.curve.slope2),
    ] {
        if let Some(node) = fields.optional(key) {
            *place = values::narrow(node, 128)?;
        }
    }
    for (key, place) in
        [("liquidityIndex", reserve.liquidity_index), ("variableBorrowIndex", reserve.borrow_index)]
    {
        if place < RAY
            && let Some(node) = fields.optional(key)
        {
            return Err(node.invalid("an index, not below one in ray (1 and 27 zeros)"));
        }
    }
    for (key, place) in [
        ("lastUpdateTimestamp", &mut reserve.last_update),
        ("liquidationGracePeriodUntil", &mut reserve.params.liquidation_grace_until),
    ] {
        if let Some(node) = fields.optional(key) {
            // 40 bits, so nothing is lost.
            *place = values::narrow(node, 40)? as u64;
        }
    }
    if let Some(node) = fields.optional("pendingLtv") {
        reserve.params.pending_ltv = share(node)?;
    }
    for (key, place) in [
        ("aTokenScaledTotalSupply", &mut reserve.scaled_supply),
        ("vTokenScaledTotalSupply", &mut reserve.scaled_debt),
        ("underlyingHeld", &mut reserve.held),
    ] {
        if let Some(node) = fields.optional(key) {
            *place = values::integer(node, 255)?;
        }
    }
    fields.finish()?;
    Ok((reserve, category))
}

fn check_params(node: &Node, params: &Params, before: &Reserve) -> Result<(), ConfigError> {
    let shares =
        [params.ltv, params.liquidation_threshold, params.reserve_factor, params.liquidation_protocol_fee];
    if params.decimals != before.asset.decimals() {
        return Err(node.invalid(format!("a configuration with {} decimals", before.asset.decimals())));
    }
    if shares.iter().any(|share| *share > PERCENTAGE_FACTOR) {
        return Err(node.invalid("a configuration whose shares are at most 10,000 basis points"));
    }
    Ok(())
}

fn categories(setup: &Setup, node: &Node, pool: &Pool) -> Result<Vec<Category>, ConfigError> {
    let mut categories = Vec::new();
    for (number, table) in node.entries()? {
        let accepted = "the number of a category, 1 to 255";
        let id: u8 = number.parse().ok().filter(|id| *id != 0).ok_or_else(|| table.invalid(accepted))?;
        let mut fields = table.fields()?;
        let mut category = Category { id, ..Category::default() };
        for (key, place) in [
            ("ltv", &mut category.ltv),
            ("liquidationThreshold", &mut category.liquidation_threshold),
            ("liquidationBonus", &mut category.liquidation_bonus),
        ] {
            *place = fields.required(key, "basis points")?.parse("basis points, 0 to 65535")?;
        }
        for (key, place) in [
            ("collateral", &mut category.collateral),
            ("borrowable", &mut category.borrowable),
            ("ltvZero", &mut category.ltv_zero),
        ] {
            if let Some(node) = fields.optional(key) {
                *place = setup.bits(node)?;
            }
        }
        if !pool.rules.liquid_emodes {
            category.borrowable = category.collateral;
        }
        if let Some(node) = fields.optional("isolated") {
            category.isolated = node.boolean()? && pool.rules.version >= Version::V3_7;
        }
        fields.finish()?;
        categories.push(category);
    }
    categories.sort_by_key(|category: &Category| category.id);
    categories.dedup_by_key(|category| category.id);
    Ok(categories)
}

fn user(setup: &Setup, node: &Node) -> Result<User, ConfigError> {
    let mut fields = node.fields()?;
    let mut user = User::default();
    if let Some(node) = fields.optional("eMode") {
        user.mode = node.parse("a category, 0 to 255")?;
    }
    if let Some(node) = fields.optional("userConfiguration") {
        let bits = values::integer(node, 256)?;
        user.set_configuration(bits);
        let listed = (1_u128.checked_shl(setup.listed.len() as u32)).map_or(u128::MAX, |bit| bit - 1);
        if (user.collateral | user.borrowing) & !listed != 0 {
            return Err(node.invalid("two bits for each reserve of the market"));
        }
    }
    for (key, supply) in [("scaledSupply", true), ("scaledDebt", false)] {
        let Some(node) = fields.optional(key) else { continue };
        for (symbol, item) in node.entries()? {
            let id = setup.id(item, symbol)?;
            let balance = values::narrow(item, 128)?;
            if balance == 0 {
                continue;
            }
            let holding = user.holding_mut(id).map_err(|error| item.invalid(error.to_string()))?;
            if supply { holding.supplied = balance } else { holding.debt = balance }
        }
    }
    fields.finish()?;
    Ok(user)
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
    let amount = values::integer(fields.required("amount", "base units")?, 256)?;
    fields.finish()?;
    for account in [owner, delegatee] {
        pool.users.entry(account).or_default();
    }
    if let Ok(number) = u8::try_from(id)
        && !amount.is_zero()
    {
        pool.allowances.insert((owner, delegatee, number), amount);
    }
    Ok(())
}

/// Fills the totals that were left out and refuses balances above those that were not.
fn complete_totals(pool: &mut Pool, fields: &mut Fields<'_>) -> Result<(), ConfigError> {
    let nodes = fields.optional("reserves");
    for id in 0..pool.reserves.len() {
        let Some(reserve) = pool.reserves.get(id) else { continue };
        let sums =
            pool.users.values().fold((U256::from(reserve.treasury_scaled), U256::ZERO), |sums, user| {
                let (supply, debt) = (U256::from(user.supplied(id)), U256::from(user.debt(id)));
                (sums.0.saturating_add(supply), sums.1.saturating_add(debt))
            });
        let symbol = reserve.asset.symbol().to_string();
        let table = nodes.and_then(|node| {
            node.entries().ok()?.iter().find(|(name, _)| *name == symbol).map(|(_, table)| table)
        });
        let total = |key: &'static str, total: U256, sum: U256| match table {
            Some(table) => {
                let mut fields = table.fields()?;
                match fields.optional(key) {
                    Some(node) if total < sum => {
                        Err(node.invalid(format!("at least the sum of the balances, {sum}")))
                    }
                    Some(_) => Ok(total),
                    None => Ok(sum),
                }
            }
            None => Ok(sum),
        };
        let supply = total("aTokenScaledTotalSupply", reserve.scaled_supply, sums.0)?;
        let debt = total("vTokenScaledTotalSupply", reserve.scaled_debt, sums.1)?;
        let given = |key: &'static str| {
            table.and_then(|table| table.fields().ok()?.optional(key).map(|_| ())).is_some()
        };
        // Without a virtual balance of its own it is the token balance.
        let virtual_balance = if given("virtualUnderlyingBalance") || !given("underlyingHeld") {
            reserve.virtual_balance
        } else {
            to_u128(reserve.held).unwrap_or(u128::MAX)
        };
        if let Some(reserve) = pool.reserves.get_mut(id) {
            (reserve.scaled_supply, reserve.scaled_debt) = (supply, debt);
            if pool.rules.virtual_balance {
                reserve.virtual_balance = virtual_balance;
            } else {
                reserve.virtual_balance = 0;
            }
        }
    }
    Ok(())
}
