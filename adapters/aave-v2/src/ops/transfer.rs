//! `aToken.transfer`.

use levmine_market::Account;
use levmine_math::U256;

use crate::accrual::normalized_income;
use crate::balances::worth;
use crate::error::{AaveV2Error, Result};
use crate::math::{WAD, ray_div, sub};
use crate::transaction::Transaction;
use crate::world::{self, World};

/// Moves aTokens worth `amount`. Indexes and rates are not touched.
///
/// Source: `AToken._transfer`, `LendingPool.finalizeTransfer`, `ValidationLogic.validateTransfer`.
pub(crate) fn transfer(
    tx: &mut Transaction<'_>,
    from: Account,
    to: Account,
    id: usize,
    amount: U256,
    world: World<'_>,
) -> Result<()> {
    let index = normalized_income(tx.reserve(id)?, world.now)?;
    let from_before = worth(tx.user(from).supplied(id), index)?;
    let to_before = worth(tx.user(to).supplied(id), index)?;
    tx.transfer_supply(id, from, to, ray_div(amount, index)?)?;
    world::not_paused(tx)?;
    if tx.pool().value(tx.user(from), world.oracle, world.now)?.health_factor < WAD {
        return Err(AaveV2Error::TransferNotAllowed);
    }
    if from == to {
        return Ok(());
    }
    if sub(from_before, amount)?.is_zero() {
        tx.user_mut(from).set_collateral(id, false);
    }
    if to_before.is_zero() && !amount.is_zero() {
        tx.user_mut(to).set_collateral(id, true);
    }
    Ok(())
}
