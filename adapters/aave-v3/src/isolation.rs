//! Isolation mode: an asset with a debt ceiling is collateral alone.

use levmine_market::Account;
use levmine_math::{U256, pow10};

use crate::error::{AaveError, Result};
use crate::params::Params;
use crate::state::{Pool, User};
use crate::transaction::Transaction;
use crate::wad_ray::{self, add128, to_u128};

/// Decimals of debt ceilings.
const CEILING_DECIMALS: u8 = 2;

/// The isolated collateral of a position, if that is all of its collateral.
///
/// Source: `UserConfiguration.getIsolationModeState`.
pub(crate) fn isolated_collateral(pool: &Pool, user: &User) -> Option<usize> {
    if !pool.rules.isolation_mode || user.collateral.count_ones() != 1 {
        return None;
    }
    let id = user.collateral.trailing_zeros() as usize;
    pool.reserves.get(id).filter(|reserve| reserve.params.debt_ceiling != 0).map(|_| id)
}

/// `amount` in the units of a debt ceiling; the fraction is dropped.
fn ceiling_units(params: &Params, amount: U256) -> Result<u128> {
    let places = wad_ray::sub(U256::from(params.decimals), U256::from(CEILING_DECIMALS))?;
    let divisor = pow10(places.try_into().unwrap_or(u32::MAX)).map_err(AaveError::Panic)?;
    to_u128(wad_ray::div(amount, divisor)?)
}

/// What would be owed against `collateral` after borrowing `amount` of `debt`; refused above the ceiling.
pub(crate) fn check(pool: &Pool, collateral: usize, debt: usize, amount: U256) -> Result<u128> {
    let borrowed = pool.reserve(debt)?;
    if !borrowed.params.borrowable_in_isolation {
        return Err(AaveError::AssetNotBorrowableInIsolation { asset: borrowed.asset });
    }
    let isolated = pool.reserve(collateral)?;
    let next = add128(isolated.isolation_debt, ceiling_units(&borrowed.params, amount)?)?;
    if next > u128::from(isolated.params.debt_ceiling) {
        return Err(AaveError::DebtCeilingExceeded { debt: next, ceiling: isolated.params.debt_ceiling });
    }
    Ok(next)
}

/// A loan against isolated collateral counts.
pub(crate) fn increase(tx: &mut Transaction<'_>, owner: Account, debt: usize, amount: U256) -> Result<()> {
    if let Some(collateral) = isolated_collateral(tx.pool(), tx.user(owner)) {
        let next = check(tx.pool(), collateral, debt, amount)?;
        tx.reserve_mut(collateral)?.isolation_debt = next;
    }
    Ok(())
}

/// A repayment of a position with isolated collateral counts. Interest never counted, so the counter stops at zero.
pub(crate) fn reduce(tx: &mut Transaction<'_>, owner: Account, debt: usize, amount: U256) -> Result<()> {
    match isolated_collateral(tx.pool(), tx.user(owner)) {
        Some(collateral) => reduce_of(tx, collateral, debt, amount),
        None => Ok(()),
    }
}

/// A repayment counts against `collateral`.
pub(crate) fn reduce_of(
    tx: &mut Transaction<'_>,
    collateral: usize,
    debt: usize,
    amount: U256,
) -> Result<()> {
    let repaid = ceiling_units(&tx.reserve(debt)?.params, amount)?;
    let isolated = tx.reserve_mut(collateral)?;
    isolated.isolation_debt = isolated.isolation_debt.saturating_sub(repaid);
    Ok(())
}
