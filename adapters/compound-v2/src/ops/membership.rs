//! `enterMarkets` and `exitMarket`.

use levmine_market::Account;

use super::redeem;
use crate::accrual::{borrow_balance, exchange_rate};
use crate::error::{CompoundError, Failing, Library, Result};
use crate::failure::Failure;
use crate::transaction::{Transaction, World};

/// Puts a market at the end of the account's list, unless it is there.
///
/// Source: `Comptroller.addToMarketInternal`.
pub(crate) fn enter(tx: &mut Transaction<'_>, account: Account, id: usize) -> Result<()> {
    if tx.user(account).is_in(id) {
        return Ok(());
    }
    tx.market(id)?;
    let number = u8::try_from(id).map_err(|_| CompoundError::NoMarket { id })?;
    tx.user_mut(account).assets_in.push(number);
    Ok(())
}

/// Takes a market off the account's list; the last one moves to its place. Nothing may be owed there, and the rest must
/// carry what is owed elsewhere. Looks at what is stored: nothing is accrued.
///
/// Source: `Comptroller.exitMarket`.
pub(crate) fn exit(tx: &mut Transaction<'_>, account: Account, id: usize, world: World<'_>) -> Result<()> {
    let unknown = Library::Message("exitMarket: getAccountSnapshot failed");
    let market = tx.market(id)?;
    let holding = tx.user(account).holding(id);
    let owed = borrow_balance(market, &holding).reverting(unknown)?;
    exchange_rate(market).reverting(unknown)?;
    if !owed.is_zero() {
        return Err(CompoundError::BalanceOwed { owed });
    }
    redeem::allowed(tx, account, id, holding.tokens, world)?
        .map_err(|reason| CompoundError::Rejected { failure: Failure::ExitMarketRejection, reason })?;
    let place = tx.user(account).assets_in.iter().position(|market| usize::from(*market) == id);
    if let Some(at) = place {
        tx.user_mut(account).assets_in.swap_remove(at);
    }
    Ok(())
}
