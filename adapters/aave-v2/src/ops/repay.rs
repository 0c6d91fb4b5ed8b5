//! `repay`.

use levmine_market::Actor;
use levmine_math::U256;

use crate::accrual::{update_rates, update_state};
use crate::error::{AaveV2Error, Result};
use crate::math::{add, sub};
use crate::stable;
use crate::state::RateMode;
use crate::transaction::Transaction;
use crate::world::{self, World};

/// Returns what is paid; an amount of 2^256 − 1 is the whole debt of this kind.
///
/// Source: `LendingPool.repay`, `ValidationLogic.validateRepay`.
pub(crate) fn repay(
    tx: &mut Transaction<'_>,
    actor: Actor,
    id: usize,
    asked: U256,
    mode: RateMode,
    world: World<'_>,
) -> Result<U256> {
    world::not_paused(tx)?;
    let Actor { caller, owner } = actor;
    let (_, stable_debt, variable_debt) = tx.pool().owed(tx.user(owner), id, world.now)?;
    let reserve = tx.reserve(id)?;
    world::active(reserve)?;
    if asked.is_zero() {
        return Err(AaveV2Error::InvalidAmount);
    }
    let debt = match mode {
        RateMode::Stable => stable_debt,
        RateMode::Variable => variable_debt,
    };
    if debt.is_zero() {
        return Err(AaveV2Error::NoDebtOfSelectedType { asset: reserve.asset });
    }
    if asked == U256::MAX && caller != owner {
        return Err(AaveV2Error::NoExplicitAmountToRepayOnBehalf);
    }
    let paid = asked.min(debt);
    update_state(tx.reserve_mut(id)?, world.now)?;
    match mode {
        RateMode::Stable => stable::burn(tx, id, owner, paid, world.now)?,
        RateMode::Variable => tx.burn_debt(id, owner, paid)?,
    }
    update_rates(tx.reserve_mut(id)?, world.now, paid, U256::ZERO)?;
    if sub(add(stable_debt, variable_debt)?, paid)?.is_zero() {
        tx.user_mut(owner).set_borrowing(id, false);
    }
    tx.take_in(id, paid)?;
    Ok(paid)
}
