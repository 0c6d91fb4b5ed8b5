//! What belongs to the protocol: `_addReserves`, `_reduceReserves`.

use levmine_math::U256;

use super::{accrue, pay_out, take_in};
use crate::error::{CompoundError, Failing, Library, Passing, Result};
use crate::failure::Failure;
use crate::math::{add, sub};
use crate::transaction::Transaction;

/// Puts underlying in as reserves.
///
/// Source: `CToken._addReservesFresh`.
pub(crate) fn add_reserves(tx: &mut Transaction<'_>, id: usize, amount: U256, block: u64) -> Result<()> {
    accrue(tx, id, block).passing(Failure::AddReservesAccrueInterest)?;
    take_in(tx, id, amount)?;
    let market = tx.market_mut(id)?;
    market.total_reserves =
        add(market.total_reserves, amount).reverting(Library::Message("add reserves unexpected overflow"))?;
    Ok(())
}

/// Takes reserves out to the admin.
///
/// Source: `CToken._reduceReservesFresh`.
pub(crate) fn reduce_reserves(tx: &mut Transaction<'_>, id: usize, amount: U256, block: u64) -> Result<()> {
    accrue(tx, id, block).passing(Failure::ReduceReservesAccrueInterest)?;
    let market = tx.market(id)?;
    if market.cash < amount {
        let (needed, available) = (amount, market.cash);
        return Err(CompoundError::Cash { failure: Failure::ReduceReservesCash, needed, available });
    }
    let left = sub(market.total_reserves, amount)
        .map_err(|_| CompoundError::Argument { failure: Failure::ReduceReservesValidation, value: amount })?;
    tx.market_mut(id)?.total_reserves = left;
    pay_out(tx, id, amount)
}
