//! `claimComp` and `_grantComp`.

use levmine_market::Account;
use levmine_math::{MathError, U256};

use crate::error::{CompoundError, Failing, Library, Result};
use crate::math::add;
use crate::rewards::{Side, credit, distribute, update, updated};
use crate::state::{Pool, User};
use crate::transaction::Transaction;

/// Credits an account in all markets and pays everything out, and nothing where the Comptroller does not hold so much.
/// Returns what was paid. Interest is not accrued.
///
/// Source: `Comptroller.claimComp`, `grantCompInternal`.
pub(crate) fn claim(tx: &mut Transaction<'_>, holder: Account, block: u64) -> Result<U256> {
    for id in 0..tx.pool().markets.len() {
        for side in [Side::Borrow, Side::Supply] {
            update(tx, id, side, block)?;
            distribute(tx, id, side, holder)?;
        }
    }
    let amount = tx.user(holder).comp_accrued;
    let settings = tx.settings_mut();
    let Some(left) = settings.comp_balance.checked_sub(amount) else { return Ok(U256::ZERO) };
    settings.comp_balance = left;
    tx.user_mut(holder).comp_accrued = U256::ZERO;
    Ok(amount)
}

/// What [`claim`] would pay.
pub(crate) fn claimable(pool: &Pool, holder: Account, block: u64) -> Result<U256> {
    let nobody = User::default();
    let user = pool.users.get(&holder).unwrap_or(&nobody);
    let mut accrued = user.comp_accrued;
    for (id, market) in pool.markets.iter().enumerate() {
        let holding = user.holding(id);
        for side in [Side::Borrow, Side::Supply] {
            let index = updated(market, side, block)?.index;
            let earned = credit(pool.version, market, &holding, side, index)?;
            accrued = add(accrued, earned).reverting(Library::Exponential)?;
        }
    }
    Ok(if accrued <= pool.settings.comp_balance { accrued } else { U256::ZERO })
}

/// Pays COMP out of the Comptroller.
///
/// Source: `Comptroller._grantComp`.
pub(crate) fn grant(tx: &mut Transaction<'_>, amount: U256) -> Result<()> {
    let settings = tx.settings_mut();
    let available = settings.comp_balance;
    settings.comp_balance =
        available.checked_sub(amount).ok_or(CompoundError::InsufficientComp { needed: amount, available })?;
    Ok(())
}

/// COMP sent to the Comptroller; all of it fits 96 bits.
///
/// Source: `Comp`.
pub(crate) fn fund(tx: &mut Transaction<'_>, amount: U256) -> Result<()> {
    let settings = tx.settings_mut();
    let balance = add(settings.comp_balance, amount).map_err(|source| CompoundError::Token { source })?;
    if balance.bit_len() > 96 {
        let source = MathError::Overflow { operation: "sum", a: settings.comp_balance, b: amount };
        return Err(CompoundError::Token { source });
    }
    settings.comp_balance = balance;
    Ok(())
}
