//! `transfer` of cTokens.

use levmine_market::Account;
use levmine_math::U256;

use super::redeem;
use crate::error::{CompoundError, Failing, Pause, Result};
use crate::failure::Failure;
use crate::math::{add, sub};
use crate::rewards::{Side, keep_moving};
use crate::transaction::{Transaction, World};

/// Gives cTokens to somebody else. Looks at what is stored: nothing is accrued.
///
/// Source: `CToken.transferTokens`, `Comptroller.transferAllowed`.
pub(crate) fn transfer(
    tx: &mut Transaction<'_>,
    from: Account,
    to: Account,
    id: usize,
    tokens: U256,
    world: World<'_>,
) -> Result<()> {
    if tx.pool().settings.transfer_paused {
        return Err(CompoundError::Paused { pause: Pause::Transfer });
    }
    redeem::allowed(tx, from, id, tokens, world)?.map_err(|reason| CompoundError::Rejected {
        failure: Failure::TransferComptrollerRejection,
        reason,
    })?;
    keep_moving(tx, id, Side::Supply, &[from, to], world.block)?;
    if from == to {
        return Err(CompoundError::OwnTransfer { account: from });
    }
    let left = sub(tx.user(from).holding(id).tokens, tokens).within(Failure::TransferNotEnough)?;
    let received = add(tx.user(to).holding(id).tokens, tokens).within(Failure::TransferTooMuch)?;
    tx.user_mut(from).holding_mut(id)?.tokens = left;
    tx.user_mut(to).holding_mut(id)?.tokens = received;
    Ok(())
}
