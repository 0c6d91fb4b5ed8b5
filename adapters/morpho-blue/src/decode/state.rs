//! The whole state in the contract's integers, as a dump writes it.
//!
//! Accounts are numbered from 0 in the order in which `users` names them, as a replay numbers names; a name of the form
//! `outsider 7` stays that outsider. Names that `users` does not have are numbered on. Every number may be left out:
//! totals of shares are then the sum of the positions, the tokens held what the totals say, the last update the moment at
//! which the venue begins, and everything else zero.

use std::collections::BTreeMap;

use levmine_config::{ConfigError, Fields, Node};
use levmine_market::{Account, BuildContext, Roster};
use levmine_math::U256;

use super::{read_irm, values};
use crate::irm::{MAX_RATE_AT_TARGET, MIN_RATE_AT_TARGET};
use crate::params::MAX_FEE;
use crate::state::{Position, State, Totals};
use crate::wad::WAD_U64;

/// Reads the state into a market without positions; returns the names of the accounts.
pub(crate) fn read(
    state: &mut State,
    node: &Node,
    ctx: &BuildContext<'_>,
) -> Result<BTreeMap<Account, String>, ConfigError> {
    let mut fields = node.fields()?;
    let mut names = Roster::default();
    if let Some(node) = fields.optional("users") {
        for (name, table) in node.entries()? {
            let account = names.account(name);
            let read = position(table)?;
            state.positions.insert(account, read);
        }
    }
    totals(state, &mut fields, ctx)?;
    if let Some(node) = fields.optional("oraclePrice") {
        state.oracle_price = Some(values::integer(node, 256)?);
    }
    for (key, place) in [("owner", &mut state.owner), ("feeRecipient", &mut state.fee_recipient)] {
        if let Some(node) = fields.optional(key) {
            *place = Some(names.account(node.text()?));
        }
    }
    if let Some(node) = fields.optional("enabledLltvs") {
        let read = |item: &Node| values::small(item, WAD_U64 - 1);
        state.enabled_lltvs = node.list()?.iter().map(read).collect::<Result<_, _>>()?;
    }
    if let Some(node) = fields.optional("enabledIrms") {
        state.enabled_irms = node.list()?.iter().map(read_irm).collect::<Result<_, _>>()?;
    }
    if let Some(node) = fields.optional("authorizations") {
        for item in node.list()? {
            let mut fields = item.fields()?;
            let mut account = |key| {
                let name = fields.required(key, "the name of an account")?.text()?;
                Ok::<_, ConfigError>(names.account(name))
            };
            let pair = (account("authorizer")?, account("authorized")?);
            fields.finish()?;
            state.authorizations.insert(pair);
        }
    }
    fields.finish()?;
    Ok(names.into_known())
}

fn position(node: &Node) -> Result<Position, ConfigError> {
    let mut fields = node.fields()?;
    let mut position = Position::default();
    // Supply shares are 256 bits wide in the contract, but their total is not.
    if let Some(node) = fields.optional("supplyShares") {
        position.supply_shares = values::integer(node, 128)?;
    }
    for (key, place) in
        [("borrowShares", &mut position.borrow_shares), ("collateral", &mut position.collateral)]
    {
        if let Some(node) = fields.optional(key) {
            *place = values::narrow(node)?;
        }
    }
    fields.finish()?;
    Ok(position)
}

/// What all positions have.
#[derive(Default)]
struct Sums {
    supply_shares: U256,
    borrow_shares: U256,
    collateral: U256,
}

fn sums(state: &State) -> Sums {
    state.positions.values().fold(Sums::default(), |sums, position| Sums {
        supply_shares: sums.supply_shares.saturating_add(position.supply_shares),
        borrow_shares: sums.borrow_shares.saturating_add(U256::from(position.borrow_shares)),
        collateral: sums.collateral.saturating_add(U256::from(position.collateral)),
    })
}

fn totals(state: &mut State, fields: &mut Fields<'_>, ctx: &BuildContext<'_>) -> Result<(), ConfigError> {
    let mut sums = sums(state);
    let totals: &mut Totals = &mut state.totals;
    if let Some(node) = fields.optional("zeroAddressSupplyShares") {
        totals.ownerless_shares = values::integer(node, 128)?;
        sums.supply_shares = sums.supply_shares.saturating_add(totals.ownerless_shares);
    }
    for (key, place) in
        [("totalSupplyAssets", &mut totals.supply.assets), ("totalBorrowAssets", &mut totals.borrow.assets)]
    {
        if let Some(node) = fields.optional(key) {
            *place = values::narrow(node)?;
        }
    }
    if totals.borrow.assets > totals.supply.assets {
        let node = fields.required("totalBorrowAssets", "at most totalSupplyAssets")?;
        return Err(node.invalid("at most totalSupplyAssets"));
    }
    for (key, place, sum) in [
        ("totalSupplyShares", &mut totals.supply.shares, sums.supply_shares),
        ("totalBorrowShares", &mut totals.borrow.shares, sums.borrow_shares),
    ] {
        *place = match fields.optional(key) {
            Some(node) => {
                let total = values::narrow(node)?;
                if U256::from(total) < sum {
                    return Err(node.invalid(format!("at least the sum of the positions, {sum}")));
                }
                total
            }
            None => u128::try_from(sum).map_err(|_| ConfigError::Invalid {
                place: fields.place().clone(),
                read: format!("positions that have {sum} shares"),
                accepted: "positions whose shares fit 128 bits together".into(),
            })?,
        };
    }
    let lent = totals.supply.assets.saturating_sub(totals.borrow.assets);
    for (key, place, otherwise) in [
        ("morphoLoanBalance", &mut totals.loan_held, U256::from(lent)),
        ("morphoCollateralBalance", &mut totals.collateral_held, sums.collateral),
    ] {
        *place = match fields.optional(key) {
            Some(node) => values::integer(node, 256)?,
            None => otherwise,
        };
    }
    totals.last_update = match fields.optional("lastUpdate") {
        Some(node) => values::small(node, u64::MAX)?,
        None => ctx.now.time.0.max(1),
    };
    if let Some(node) = fields.optional("fee") {
        totals.fee = values::small(node, MAX_FEE)?;
    }
    if let Some(node) = fields.optional("rateAtTarget") {
        let rate = values::small(node, MAX_RATE_AT_TARGET)?;
        if rate != 0 && rate < MIN_RATE_AT_TARGET {
            return Err(node.invalid(format!("zero, or at least {MIN_RATE_AT_TARGET}")));
        }
        totals.rate_at_target = rate;
    }
    Ok(())
}
