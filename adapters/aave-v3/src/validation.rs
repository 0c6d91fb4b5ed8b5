//! The checks that several operations share, in the contracts' order.

use levmine_market::Account;
use levmine_math::U256;

use crate::account_data::{AccountData, Oracle, effective_ltv};
use crate::error::{AaveError, Result};
use crate::isolation::isolated_collateral;
use crate::state::{Reserve, User};
use crate::transaction::Transaction;
use crate::wad_ray::WAD;

/// What an operation may know of the world.
#[derive(Clone, Copy)]
pub(crate) struct World<'a> {
    /// Unix seconds.
    pub(crate) now: u64,
    pub(crate) oracle: &'a dyn Oracle,
}

pub(crate) fn active(reserve: &Reserve) -> Result<()> {
    if reserve.params.active { Ok(()) } else { Err(AaveError::ReserveInactive { asset: reserve.asset }) }
}

pub(crate) fn not_paused(reserve: &Reserve) -> Result<()> {
    if reserve.params.paused { Err(AaveError::ReservePaused { asset: reserve.asset }) } else { Ok(()) }
}

pub(crate) fn not_frozen(reserve: &Reserve) -> Result<()> {
    if reserve.params.frozen { Err(AaveError::ReserveFrozen { asset: reserve.asset }) } else { Ok(()) }
}

/// `amount`, which must not be zero; `asked` is what the caller named.
pub(crate) fn not_zero(amount: U256, asked: U256) -> Result<()> {
    if amount.is_zero() { Err(AaveError::InvalidAmount { amount: asked }) } else { Ok(()) }
}

/// A cap in base units; `None` where there is none.
pub(crate) fn cap(tokens: u64, reserve: &Reserve) -> Result<Option<U256>> {
    if tokens == 0 {
        return Ok(None);
    }
    crate::wad_ray::mul(U256::from(tokens), reserve.params.unit()).map(Some)
}

/// Values the position and requires a health factor of one or more.
///
/// Source: `ValidationLogic.validateHealthFactor`.
pub(crate) fn healthy(tx: &Transaction<'_>, owner: Account, world: World<'_>) -> Result<AccountData> {
    let data = tx.pool().value(tx.user(owner), world.oracle, world.now)?;
    if data.health_factor < WAD {
        return Err(AaveError::HealthFactorLowerThanLiquidationThreshold { factor: data.health_factor });
    }
    Ok(data)
}

/// Requires a health factor of one or more, and that collateral without LTV leaves first.
///
/// Source: `ValidationLogic.validateHFAndLtv` up to 3.4, `validateHFAndLtvzero` since 3.5.
pub(crate) fn may_leave(tx: &Transaction<'_>, owner: Account, id: usize, world: World<'_>) -> Result<()> {
    let data = healthy(tx, owner, world)?;
    if !data.has_zero_ltv_collateral {
        return Ok(());
    }
    let params = &tx.reserve(id)?.params;
    let category = tx.pool().category(tx.user(owner).mode);
    let rules = tx.rules();
    let ltv = if rules.decoupled_emodes { effective_ltv(rules, params, id, category) } else { params.ltv };
    if ltv == 0 { Ok(()) } else { Err(AaveError::LtvValidationFailed) }
}

/// Whether reserve `id` can become collateral of `user`.
///
/// Source: `ValidationLogic.validateUseAsCollateral`.
pub(crate) fn can_be_collateral(tx: &Transaction<'_>, user: &User, id: usize) -> Result<bool> {
    let rules = tx.rules();
    let params = &tx.reserve(id)?.params;
    let ltv = if rules.decoupled_emodes {
        effective_ltv(rules, params, id, tx.pool().category(user.mode))
    } else {
        params.ltv
    };
    if ltv == 0 {
        return Ok(false);
    }
    if !rules.isolation_mode || user.collateral == 0 {
        return Ok(true);
    }
    Ok(isolated_collateral(tx.pool(), user).is_none() && params.debt_ceiling == 0)
}

/// Makes reserve `id` collateral of `owner`, who has just received his first of it, where that happens by itself.
///
/// Source: `ValidationLogic.validateAutomaticUseAsCollateral`; nobody holds the role that enables isolated assets.
pub(crate) fn enable_collateral(tx: &mut Transaction<'_>, owner: Account, id: usize) -> Result<()> {
    let isolated = tx.rules().isolation_mode && tx.reserve(id)?.params.debt_ceiling != 0;
    if !isolated && can_be_collateral(tx, tx.user(owner), id)? {
        tx.user_mut(owner).set_collateral(id, true);
    }
    Ok(())
}

/// The siloed asset among the debts of `user`, if there is one: then it is the only debt.
///
/// Source: `UserConfiguration.getSiloedBorrowingState`.
pub(crate) fn check_silo(tx: &Transaction<'_>, user: &User, id: usize) -> Result<()> {
    if user.borrowing == 0 {
        return Ok(());
    }
    let first = user.borrowing.trailing_zeros() as usize;
    let siloed_debt = user.borrowing.count_ones() == 1 && tx.reserve(first)?.params.siloed;
    let reserve = tx.reserve(id)?;
    let allowed = if siloed_debt { first == id } else { !reserve.params.siloed };
    if allowed { Ok(()) } else { Err(AaveError::SiloedBorrowingViolation { asset: reserve.asset }) }
}
