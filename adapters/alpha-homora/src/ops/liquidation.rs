//! Liquidation.

use levmine_market::Account;
use levmine_math::U256;

use super::debt::{accrue, repay_internal};
use super::execution::{borrow_value, collateral_value};
use crate::bank::Repaid;
use crate::error::{HomoraError, Result};
use crate::math::{add, sub};
use crate::oracle::{Prices, convert_for_liquidation};
use crate::state::Wrapped;
use crate::transaction::Transaction;

/// What a liquidation did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Liquidated {
    /// What was repaid.
    pub repaid: Repaid,
    /// The wrapped token that the liquidator has got.
    pub token: Wrapped,
    /// How much of it: at most what the position held.
    pub bounty: U256,
}

/// Repays up to the whole debt in one token, and takes its worth of collateral with both incentives. No close factor,
/// and nothing is asked of what remains: a debt without collateral stays.
///
/// Source: `HomoraBank.liquidate`.
pub(crate) fn liquidate(
    tx: &mut Transaction<'_>,
    liquidator: Account,
    number: u64,
    place: usize,
    amount: U256,
    prices: &dyn Prices,
    block: u64,
) -> Result<Liquidated> {
    accrue(tx, place, block)?;
    if !tx.state().positions.contains_key(&number) {
        // What does not exist owes nothing.
        return Err(HomoraError::StillHealthy { collateral: U256::ZERO, borrow: U256::ZERO });
    }
    let collateral = collateral_value(tx.state(), number, prices)?;
    let borrow = borrow_value(tx.state(), number, prices)?;
    if collateral >= borrow {
        return Err(HomoraError::StillHealthy { collateral, borrow });
    }
    let repaid = repay_internal(tx, number, place, amount)?;
    let mut position = tx.state().position(number)?.clone();
    let token = position.collateral.ok_or(HomoraError::InvalidCollateral)?;
    let state = tx.state();
    let bank = state.bank(place)?;
    let worth = convert_for_liquidation(
        (bank.token, bank.factors),
        (state.lp, state.core.lp_factors),
        repaid.paid,
        prices,
    )?;
    let bounty = worth.min(position.size);
    position.size = sub(position.size, bounty)?;
    tx.set_position(number, position);
    let held = tx.state().wrapped.get(&(liquidator, token)).copied().unwrap_or_default();
    tx.set_wrapped(liquidator, token, add(held, bounty)?);
    Ok(Liquidated { repaid, token, bounty })
}
