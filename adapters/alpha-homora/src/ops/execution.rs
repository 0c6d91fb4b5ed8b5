//! Who acts on which position, and what is asked for at the end.

use levmine_market::Account;
use levmine_math::U256;
use smallvec::SmallVec;

use crate::error::{HomoraError, Result};
use crate::math::{add, mul};
use crate::oracle::{Prices, as_eth_borrow, as_eth_collateral};
use crate::state::{Position, State};
use crate::transaction::Transaction;

/// The position `number` for its owner; 0 opens a new one.
///
/// Source: `HomoraBank.execute`.
pub(crate) fn enter(tx: &mut Transaction<'_>, caller: Account, number: u64) -> Result<u64> {
    if number == 0 {
        return open(tx, caller);
    }
    let owner = tx.state().position(number)?.owner;
    if owner == caller { Ok(number) } else { Err(HomoraError::NotPositionOwner { caller, position: number }) }
}

fn open(tx: &mut Transaction<'_>, owner: Account) -> Result<u64> {
    let number = tx.state().core.next_position;
    let next = number.checked_add(1);
    tx.core_mut().next_position =
        next.ok_or(HomoraError::AddOverflow { a: U256::from(number), b: U256::ONE })?;
    let shares = SmallVec::from_elem(U256::ZERO, tx.state().core.banks.len());
    tx.set_position(number, Position { owner, collateral: None, size: U256::ZERO, shares });
    if !tx.state().of.contains_key(&owner) {
        tx.set_position_of(owner, number);
    }
    Ok(number)
}

/// What the collateral of a position counts, with its factor, in wei.
///
/// Source: `HomoraBank.getCollateralETHValue`.
pub(crate) fn collateral_value(state: &State, number: u64, prices: &dyn Prices) -> Result<U256> {
    let size = state.position(number)?.size;
    if size.is_zero() {
        return Ok(U256::ZERO);
    }
    as_eth_collateral(state.lp, state.core.lp_factors, size, prices)
}

/// What all debts of a position count, with their factors, in wei; totals as stored.
///
/// Source: `HomoraBank.getBorrowETHValue`.
pub(crate) fn borrow_value(state: &State, number: u64, prices: &dyn Prices) -> Result<U256> {
    let mut value = U256::ZERO;
    let position = state.position(number)?;
    for (bank, share) in state.core.banks.iter().zip(&position.shares) {
        if share.is_zero() {
            continue;
        }
        let debt = crate::math::ceil_div(mul(*share, bank.total_debt)?, bank.total_share)?;
        value = add(value, as_eth_borrow(bank.token, bank.factors, debt, prices)?)?;
    }
    Ok(value)
}

/// That the collateral counts at least what the debts count.
///
/// Source: `HomoraBank.execute`.
pub(crate) fn leave(state: &State, number: u64, prices: &dyn Prices) -> Result<()> {
    let collateral = collateral_value(state, number, prices)?;
    let borrow = borrow_value(state, number, prices)?;
    if collateral >= borrow {
        Ok(())
    } else {
        Err(HomoraError::InsufficientCollateral { collateral, borrow })
    }
}
