//! `flashLoanSimple`, cut where the receiver acts.

use levmine_math::{Rounding, U256};

use crate::accrual::{Cache, update_rates, update_state};
use crate::error::{AaveError, Result};
use crate::ops::borrow::total_supply;
use crate::rates::wad_to_ray;
use crate::state::Pool;
use crate::transaction::Transaction;
use crate::validation;
use crate::wad_ray::{self, RAY, add128, percent_mul, ray_div, ray_mul, to_u128};

/// The premium of a flash loan.
pub(crate) fn premium(pool: &Pool, amount: U256) -> Result<U256> {
    percent_mul(amount, U256::from(pool.flash_premium), pool.rules.value.flash_premium)
}

/// Pays the loan out and returns its premium. Indexes and rates are not touched.
///
/// Source: `FlashLoanLogic.executeFlashLoanSimple`, `ValidationLogic.validateFlashloanSimple`.
pub(crate) fn lend(tx: &mut Transaction<'_>, id: usize, amount: U256, now: u64) -> Result<U256> {
    let rules = tx.rules();
    let reserve = tx.reserve(id)?;
    let asset = reserve.asset;
    validation::not_paused(reserve)?;
    validation::active(reserve)?;
    if !reserve.params.flash_loans {
        return Err(AaveError::FlashloanDisabled { asset });
    }
    if rules.checks_total_supply && amount > total_supply(tx, id, now)? {
        return Err(AaveError::InvalidAmount { amount });
    }
    let premium = premium(tx.pool(), amount)?;
    if rules.virtual_balance {
        let narrow = to_u128(amount)?;
        let reserve = tx.reserve_mut(id)?;
        reserve.virtual_balance =
            reserve.virtual_balance.checked_sub(narrow).ok_or(AaveError::InsufficientLiquidity {
                asset,
                available: U256::from(reserve.virtual_balance),
                needed: amount,
            })?;
    }
    tx.pay_out(id, amount)?;
    Ok(premium)
}

/// Takes the loan and its premium back. Up to 3.3 the part of the premium that is not the protocol's raises the
/// liquidity index at once; since 3.4 all of it is the treasury's.
///
/// Source: `FlashLoanLogic._handleFlashLoanRepayment`.
pub(crate) fn take_back(
    tx: &mut Transaction<'_>,
    id: usize,
    amount: U256,
    premium: U256,
    now: u64,
) -> Result<()> {
    let rules = tx.rules();
    let to_protocol = if rules.premium_to_treasury {
        premium
    } else {
        percent_mul(premium, U256::from(tx.pool().flash_premium_to_protocol), Rounding::HalfUp)?
    };
    let to_suppliers = wad_ray::sub(premium, to_protocol)?;
    let with_premium = wad_ray::add(amount, premium)?;

    let reserve = tx.reserve_mut(id)?;
    let mut cache = Cache::of(reserve);
    update_state(rules, reserve, &mut cache, now)?;
    if !rules.premium_to_treasury {
        let index = cache.next_liquidity_index;
        let accrued = U256::from(reserve.accrued_to_treasury);
        let supplied = wad_ray::add(
            ray_mul(reserve.scaled_supply, index, Rounding::HalfUp)?,
            ray_mul(accrued, index, Rounding::HalfUp)?,
        )?;
        let growth = ray_div(wad_to_ray(to_suppliers)?, wad_to_ray(supplied)?, Rounding::HalfUp)?;
        cache.next_liquidity_index =
            ray_mul(wad_ray::add(growth, RAY)?, U256::from(reserve.liquidity_index), Rounding::HalfUp)?;
        reserve.liquidity_index = to_u128(cache.next_liquidity_index)?;
        reserve.seen.forget();
    }
    let scaled = ray_div(to_protocol, cache.next_liquidity_index, rules.scaled.supply_mint)?;
    reserve.accrued_to_treasury = add128(reserve.accrued_to_treasury, to_u128(scaled)?)?;
    update_rates(rules, reserve, &cache, with_premium, U256::ZERO)?;
    tx.take_in(id, with_premium)
}
