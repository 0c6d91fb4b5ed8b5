//! `setUserEMode`.

use levmine_market::Account;

use crate::account_data::effective_ltv;
use crate::error::{AaveError, Result};
use crate::transaction::Transaction;
use crate::validation::{self, World};

/// Source: `EModeLogic.executeSetUserEMode`, `ValidationLogic.validateSetUserEMode`.
pub(crate) fn set(tx: &mut Transaction<'_>, owner: Account, mode: u8, world: World<'_>) -> Result<()> {
    let rules = tx.rules();
    let before = tx.user(owner).mode;
    if rules.same_mode_is_idle && before == mode {
        return Ok(());
    }
    validate(tx, owner, mode)?;
    tx.user_mut(owner).mode = mode;
    // The first category was entered without a look at the health factor until 3.2.
    if before != 0 || rules.same_mode_is_idle {
        validation::healthy(tx, owner, world)?;
    }
    Ok(())
}

fn validate(tx: &Transaction<'_>, owner: Account, mode: u8) -> Result<()> {
    let rules = tx.rules();
    let category = tx.pool().category(mode);
    if mode != 0 && category.is_none_or(|category| category.liquidation_threshold == 0) {
        return Err(AaveError::InconsistentEModeCategory { category: mode });
    }
    let user = tx.user(owner);
    let mut left = user.borrowing | user.collateral;
    if mode == 0 && !rules.decoupled_emodes {
        return Ok(());
    }
    while left != 0 {
        let id = left.trailing_zeros() as usize;
        left &= left - 1;
        let reserve = tx.reserve(id)?;
        let asset = reserve.asset;
        if user.borrows(id) {
            let allowed = category.map_or(reserve.params.borrowing, |category| category.has_borrowable(id));
            if !allowed {
                return Err(if rules.decoupled_emodes {
                    AaveError::InvalidDebtInEmode { asset, category: mode }
                } else if rules.liquid_emodes {
                    AaveError::NotBorrowableInEMode { asset, category: mode }
                } else {
                    AaveError::InconsistentEModeCategory { category: mode }
                });
            }
        }
        if rules.decoupled_emodes
            && user.uses_as_collateral(id)
            && effective_ltv(rules, &reserve.params, id, category) == 0
        {
            return Err(AaveError::InvalidCollateralInEmode { asset, category: mode });
        }
    }
    Ok(())
}
