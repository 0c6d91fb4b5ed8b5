//! `setUserUseReserveAsCollateral`.

use levmine_market::Account;

use crate::accrual::normalized_income;
use crate::balances::worth;
use crate::error::{AaveV2Error, Result};
use crate::transaction::Transaction;
use crate::world::{self, World};

/// Source: `ValidationLogic.validateSetUseReserveAsCollateral`.
pub(crate) fn set(
    tx: &mut Transaction<'_>,
    owner: Account,
    id: usize,
    enabled: bool,
    world: World<'_>,
) -> Result<()> {
    world::not_paused(tx)?;
    let reserve = tx.reserve(id)?;
    let asset = reserve.asset;
    let balance = worth(tx.user(owner).supplied(id), normalized_income(reserve, world.now)?)?;
    if balance.is_zero() {
        return Err(AaveV2Error::UnderlyingBalanceNotGreaterThanZero { asset });
    }
    if !enabled && !tx.pool().may_leave(tx.user(owner), id, balance, world.oracle, world.now)? {
        return Err(AaveV2Error::DepositAlreadyInUse { asset });
    }
    tx.user_mut(owner).set_collateral(id, enabled);
    Ok(())
}
