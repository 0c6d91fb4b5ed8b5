//! The operations, one file each.

pub(crate) mod borrow;
pub(crate) mod claim;
pub(crate) mod flow;
pub(crate) mod governance;
pub(crate) mod liquidation;
pub(crate) mod membership;
pub(crate) mod mint;
pub(crate) mod redeem;
pub(crate) mod repay;
pub(crate) mod reserves;
pub(crate) mod transfer;

use levmine_math::U256;

use crate::accrual::accrue_interest;
use crate::error::{CompoundError, Result};
use crate::transaction::Transaction;

/// Whether an operation asks what secures the position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Security {
    /// As the contract does.
    Asked,
    /// The position stands for many accounts, of which each is secured for itself.
    Waived,
}

/// Brings the interest of a market to `block`.
pub(crate) fn accrue(tx: &mut Transaction<'_>, id: usize, block: u64) -> Result<()> {
    accrue_interest(tx.market_mut(id)?, block)
}

/// Takes underlying in. Its own supply, which fits 256 bits, is above what any cToken holds.
pub(crate) fn take_in(tx: &mut Transaction<'_>, id: usize, amount: U256) -> Result<()> {
    let market = tx.market_mut(id)?;
    market.cash = levmine_math::add(market.cash, amount).map_err(|source| CompoundError::Token { source })?;
    Ok(())
}

/// Pays underlying out; that there is enough has been checked.
pub(crate) fn pay_out(tx: &mut Transaction<'_>, id: usize, amount: U256) -> Result<()> {
    let market = tx.market_mut(id)?;
    market.cash = levmine_math::sub(market.cash, amount).map_err(|source| CompoundError::Token { source })?;
    Ok(())
}
