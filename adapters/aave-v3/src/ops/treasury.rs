//! `mintToTreasury`, donations, and bringing a reserve up to date.

use levmine_math::U256;

use crate::accrual::{Cache, normalized_income, update_rates, update_state};
use crate::error::{AaveError, Result};
use crate::transaction::Transaction;
use crate::wad_ray::{self, add128, ray_div, ray_mul, to_balance};

/// Mints what the treasury is owed. Inactive reserves are passed over; indexes and rates are not touched.
///
/// Source: `PoolLogic.executeMintToTreasury`.
pub(crate) fn mint(tx: &mut Transaction<'_>, id: usize, now: u64) -> Result<()> {
    let rules = tx.rules();
    let reserve = tx.reserve_mut(id)?;
    if !reserve.params.active || reserve.accrued_to_treasury == 0 {
        return Ok(());
    }
    let accrued = U256::from(reserve.accrued_to_treasury);
    reserve.accrued_to_treasury = 0;
    let scaled = if rules.scales_first {
        accrued
    } else {
        let index = normalized_income(reserve, now)?;
        let amount = ray_mul(accrued, index, rules.scaled.supply_balance)?;
        if amount.is_zero() {
            return Ok(());
        }
        ray_div(amount, index, rules.scaled.supply_mint)?
    };
    if scaled.is_zero() {
        return Err(AaveError::InvalidMintAmount);
    }
    let narrow = to_balance(scaled, rules.balance_bits)?;
    reserve.scaled_supply = wad_ray::add(reserve.scaled_supply, scaled)?;
    reserve.treasury_scaled = add128(reserve.treasury_scaled, narrow)?;
    Ok(())
}

/// Brings the reserve's indexes and rates to `now`, as an operation of no amount would.
pub(crate) fn touch(tx: &mut Transaction<'_>, id: usize, now: u64) -> Result<()> {
    let rules = tx.rules();
    let reserve = tx.reserve(id)?;
    // In a version with token balances a donation waits for the next operation to move the rates; a record moves its
    // reserve alone.
    if reserve.last_update >= now || reserve.follows {
        return Ok(());
    }
    let reserve = tx.reserve_mut(id)?;
    let mut cache = Cache::of(reserve);
    update_state(rules, reserve, &mut cache, now)?;
    update_rates(rules, reserve, &cache, U256::ZERO, U256::ZERO)
}
