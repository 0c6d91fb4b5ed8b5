//! `deposit` and `withdraw`.

use levmine_market::Account;
use levmine_math::U256;

use crate::accrual::{normalized_income, update_rates, update_state};
use crate::balances::worth;
use crate::error::{AaveV2Error, Result};
use crate::ops::Security;
use crate::transaction::Transaction;
use crate::world::{self, World};

/// Source: `LendingPool.deposit`, `ValidationLogic.validateDeposit`.
pub(crate) fn supply(
    tx: &mut Transaction<'_>,
    owner: Account,
    id: usize,
    amount: U256,
    world: World<'_>,
) -> Result<()> {
    world::not_paused(tx)?;
    if amount.is_zero() {
        return Err(AaveV2Error::InvalidAmount);
    }
    let reserve = tx.reserve(id)?;
    world::active(reserve)?;
    world::not_frozen(reserve)?;
    let reserve = tx.reserve_mut(id)?;
    update_state(reserve, world.now)?;
    update_rates(reserve, world.now, amount, U256::ZERO)?;
    tx.take_in(id, amount)?;
    // The first aTokens become collateral, whatever the threshold.
    if tx.mint_supply(id, owner, amount)? {
        tx.user_mut(owner).set_collateral(id, true);
    }
    Ok(())
}

/// Returns what is paid out; an amount of 2^256 − 1 is everything.
///
/// Source: `LendingPool.withdraw`, `ValidationLogic.validateWithdraw`.
pub(crate) fn withdraw(
    tx: &mut Transaction<'_>,
    owner: Account,
    id: usize,
    asked: U256,
    world: World<'_>,
    security: Security,
) -> Result<U256> {
    world::not_paused(tx)?;
    let balance = worth(tx.user(owner).supplied(id), normalized_income(tx.reserve(id)?, world.now)?)?;
    let amount = if asked == U256::MAX { balance } else { asked };
    if amount.is_zero() {
        return Err(AaveV2Error::InvalidAmount);
    }
    if amount > balance {
        return Err(AaveV2Error::NotEnoughAvailableUserBalance { needed: amount, available: balance });
    }
    world::active(tx.reserve(id)?)?;
    if security == Security::Asked
        && !tx.pool().may_leave(tx.user(owner), id, amount, world.oracle, world.now)?
    {
        return Err(AaveV2Error::TransferNotAllowed);
    }
    let reserve = tx.reserve_mut(id)?;
    update_state(reserve, world.now)?;
    update_rates(reserve, world.now, U256::ZERO, amount)?;
    if amount == balance {
        tx.user_mut(owner).set_collateral(id, false);
    }
    tx.burn_supply(id, owner, amount)?;
    Ok(amount)
}
