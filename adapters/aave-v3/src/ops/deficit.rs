//! `eliminateReserveDeficit`.

use levmine_market::Account;
use levmine_math::U256;

use crate::accrual::{Cache, update_rates, update_state};
use crate::balances::Token;
use crate::error::{AaveError, Result};
use crate::transaction::Transaction;
use crate::validation;
use crate::wad_ray::{ray_div, ray_mul, sub128, to_u128};

/// Burns the caller's aTokens against a reserve's deficit and returns how much of it is covered. Where the pool knows
/// the module that covers deficits, nobody else may.
///
/// Source: `LiquidationLogic.executeEliminateDeficit`, since 3.3.
pub(crate) fn eliminate(
    tx: &mut Transaction<'_>,
    caller: Account,
    id: usize,
    amount: U256,
    now: u64,
) -> Result<U256> {
    let rules = tx.rules();
    if !rules.deficits {
        return Err(AaveError::NotInVersion { version: rules.name });
    }
    if tx.pool().umbrella.is_some_and(|umbrella| umbrella != caller) {
        return Err(AaveError::CallerNotUmbrella { caller });
    }
    validation::not_zero(amount, amount)?;
    let reserve = tx.reserve(id)?;
    let deficit = reserve.deficit;
    if deficit == 0 {
        return Err(AaveError::ReserveNotInDeficit { asset: reserve.asset });
    }
    if tx.user(caller).borrowing != 0 {
        return Err(AaveError::UserCannotHaveDebt);
    }
    let owned = U256::from(tx.user(caller).supplied(id));
    let reserve = tx.reserve_mut(id)?;
    let mut cache = Cache::of(reserve);
    update_state(rules, reserve, &mut cache, now)?;
    validation::active(reserve)?;

    let covered = amount.min(U256::from(deficit));
    let index = cache.next_liquidity_index;
    let scaled = ray_div(covered, index, rules.scaled.supply_burn)?;
    let (needed, available) = if rules.scales_first {
        (scaled, owned)
    } else {
        (covered, ray_mul(owned, index, rules.scaled.supply_balance)?)
    };
    if needed > available {
        return Err(AaveError::NotEnoughAvailableUserBalance { needed, available });
    }
    if needed == available && tx.user(caller).uses_as_collateral(id) {
        tx.user_mut(caller).set_collateral(id, false);
    }
    tx.burn(id, caller, scaled, Token::Supply)?;
    let reserve = tx.reserve_mut(id)?;
    reserve.deficit = sub128(reserve.deficit, to_u128(covered)?)?;
    update_rates(rules, reserve, &cache, U256::ZERO, U256::ZERO)?;
    Ok(covered)
}
