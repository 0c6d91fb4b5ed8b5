//! `setUserUseReserveAsCollateral`.

use levmine_market::Account;

use crate::error::{AaveError, Result};
use crate::transaction::Transaction;
use crate::validation::{self, World};
use crate::version::Version;

/// Source: `SupplyLogic.executeUseReserveAsCollateral`.
pub(crate) fn set(
    tx: &mut Transaction<'_>,
    owner: Account,
    id: usize,
    on: bool,
    world: World<'_>,
) -> Result<()> {
    let reserve = tx.reserve(id)?;
    let asset = reserve.asset;
    let has_some = tx.user(owner).supplied(id) != 0;
    // Up to 3.3 even switching off needs a balance.
    if tx.rules().version < Version::V3_4 && !has_some {
        return Err(AaveError::UnderlyingBalanceZero { asset });
    }
    validation::active(reserve)?;
    validation::not_paused(reserve)?;
    if tx.user(owner).uses_as_collateral(id) == on {
        return Ok(());
    }
    if on {
        if !has_some {
            return Err(AaveError::UnderlyingBalanceZero { asset });
        }
        if !validation::can_be_collateral(tx, tx.user(owner), id)? {
            return Err(AaveError::UserInIsolationModeOrLtvZero { asset });
        }
        tx.user_mut(owner).set_collateral(id, true);
        return Ok(());
    }
    tx.user_mut(owner).set_collateral(id, false);
    validation::may_leave(tx, owner, id, world)
}
