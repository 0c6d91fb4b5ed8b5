//! What an operation may know of the world, and the checks that several operations share.

use crate::account_data::Oracle;
use crate::error::{AaveV2Error, Result};
use crate::state::Reserve;
use crate::transaction::Transaction;

/// What an operation may know of the world.
#[derive(Clone, Copy)]
pub(crate) struct World<'a> {
    /// Unix seconds.
    pub(crate) now: u64,
    pub(crate) oracle: &'a dyn Oracle,
}

/// Source: `LendingPool.whenNotPaused`.
pub(crate) fn not_paused(tx: &Transaction<'_>) -> Result<()> {
    if tx.pool().paused { Err(AaveV2Error::PoolPaused) } else { Ok(()) }
}

pub(crate) fn active(reserve: &Reserve) -> Result<()> {
    if reserve.params.active { Ok(()) } else { Err(AaveV2Error::NoActiveReserve { asset: reserve.asset }) }
}

pub(crate) fn not_frozen(reserve: &Reserve) -> Result<()> {
    if reserve.params.frozen { Err(AaveV2Error::ReserveFrozen { asset: reserve.asset }) } else { Ok(()) }
}
