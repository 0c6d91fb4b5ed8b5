//! The pool's operations in the contracts' own terms, one file each. They run inside a transaction, so a failure on
//! the way leaves nothing behind, and they follow the contracts line by line: the order decides which error is given.

pub(crate) mod borrow;
pub(crate) mod collateral;
pub(crate) mod flash;
pub(crate) mod flow;
pub(crate) mod governance;
pub(crate) mod liquidation;
pub(crate) mod rate_mode;
pub(crate) mod repay;
pub(crate) mod supply;
pub(crate) mod transfer;

use levmine_math::U256;

use crate::accrual::{update_rates, update_state};
use crate::error::Result;
use crate::transaction::Transaction;

/// Whether an operation asks what secures the position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Security {
    /// As the contract does.
    Asked,
    /// The position stands for many accounts, of which each is secured for itself.
    Waived,
}

/// Brings the reserve's indexes and rates to `now`, as an operation of no amount would.
pub(crate) fn touch(tx: &mut Transaction<'_>, id: usize, now: u64) -> Result<()> {
    // A donation waits for the next operation to move the rates.
    if tx.reserve(id)?.last_update >= now {
        return Ok(());
    }
    let reserve = tx.reserve_mut(id)?;
    update_state(reserve, now)?;
    update_rates(reserve, now, U256::ZERO, U256::ZERO)
}
