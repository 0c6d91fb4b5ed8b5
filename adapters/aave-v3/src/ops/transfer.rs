//! `aToken.transfer`.

use levmine_market::Account;
use levmine_math::U256;

use crate::accrual::normalized_income;
use crate::error::Result;
use crate::transaction::Transaction;
use crate::validation::{self, World};
use crate::version::Version;
use crate::wad_ray::{ray_div, ray_mul, to_balance};

/// Moves aTokens worth `amount`. Indexes and rates are not touched.
///
/// Source: `AToken._transfer`, `SupplyLogic.executeFinalizeTransfer`.
pub(crate) fn transfer(
    tx: &mut Transaction<'_>,
    from: Account,
    to: Account,
    id: usize,
    amount: U256,
    world: World<'_>,
) -> Result<()> {
    let rules = tx.rules();
    to_balance(amount, rules.balance_bits)?;
    let index = normalized_income(tx.reserve(id)?, world.now)?;
    let from_before = U256::from(tx.user(from).supplied(id));
    let to_before = tx.user(to).supplied(id);
    let scaled = ray_div(amount, index, rules.scaled.supply_transfer)?;
    tx.transfer_supply(id, from, to, scaled)?;

    validation::not_paused(tx.reserve(id)?)?;
    // 3.0 looks at the amount also where it scales to nothing.
    let counted = if rules.version == Version::V3_0 { amount } else { scaled };
    if from == to || counted.is_zero() {
        return Ok(());
    }
    let everything = if rules.scales_first {
        scaled == from_before
    } else {
        amount == ray_mul(from_before, index, rules.scaled.supply_balance)?
    };
    if tx.user(from).uses_as_collateral(id) {
        if tx.user(from).borrowing != 0 {
            validation::may_leave(tx, from, id, world)?;
        }
        if everything {
            tx.user_mut(from).set_collateral(id, false);
        }
    }
    if to_before == 0 && rules.receiving_enables_collateral {
        validation::enable_collateral(tx, to, id)?;
    }
    Ok(())
}
