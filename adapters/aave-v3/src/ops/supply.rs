//! `supply` and `withdraw`.

use levmine_market::Account;
use levmine_math::U256;

use crate::accrual::{Cache, update_rates, update_state};
use crate::balances::Token;
use crate::error::{AaveError, Result};
use crate::ops::Security;
use crate::transaction::Transaction;
use crate::validation::{self, World};
use crate::wad_ray::{self, ray_div, ray_mul};

/// Source: `SupplyLogic.executeSupply`, `ValidationLogic.validateSupply`.
pub(crate) fn supply(
    tx: &mut Transaction<'_>,
    owner: Account,
    id: usize,
    amount: U256,
    world: World<'_>,
) -> Result<()> {
    let rules = tx.rules();
    let reserve = tx.reserve_mut(id)?;
    let mut cache = Cache::of(reserve);
    update_state(rules, reserve, &mut cache, world.now)?;

    if !rules.scales_first {
        validation::not_zero(amount, amount)?;
    }
    let scaled = || ray_div(amount, cache.next_liquidity_index, rules.scaled.supply_mint);
    if rules.scales_first {
        validation::not_zero(scaled()?, amount)?;
    }
    validation::active(reserve)?;
    validation::not_paused(reserve)?;
    validation::not_frozen(reserve)?;
    if let Some(cap) = validation::cap(reserve.params.supply_cap, reserve)? {
        let owed = wad_ray::add(reserve.scaled_supply, U256::from(reserve.accrued_to_treasury))?;
        let balance = |scaled| ray_mul(scaled, cache.next_liquidity_index, rules.scaled.supply_balance);
        let supplied = if rules.scales_first {
            balance(wad_ray::add(owed, scaled()?)?)?
        } else {
            wad_ray::add(balance(owed)?, amount)?
        };
        if supplied > cap {
            return Err(AaveError::SupplyCapExceeded { asset: reserve.asset, supplied, cap });
        }
    }
    update_rates(rules, reserve, &cache, amount, U256::ZERO)?;
    tx.take_in(id, amount)?;
    let first = tx.mint(id, owner, scaled()?, Token::Supply)?;
    if first { validation::enable_collateral(tx, owner, id) } else { Ok(()) }
}

/// Returns what is paid out; an amount of 2^256 − 1 is everything.
///
/// Source: `SupplyLogic.executeWithdraw`, `ValidationLogic.validateWithdraw`.
pub(crate) fn withdraw(
    tx: &mut Transaction<'_>,
    owner: Account,
    id: usize,
    asked: U256,
    world: World<'_>,
    security: Security,
) -> Result<U256> {
    let rules = tx.rules();
    let owned = U256::from(tx.user(owner).supplied(id));
    let reserve = tx.reserve_mut(id)?;
    let mut cache = Cache::of(reserve);
    update_state(rules, reserve, &mut cache, world.now)?;

    let index = cache.next_liquidity_index;
    let balance = ray_mul(owned, index, rules.scaled.supply_balance)?;
    let amount = if asked == U256::MAX { balance } else { asked };
    let scaled = if rules.scales_first {
        let scaled =
            if asked == U256::MAX { owned } else { ray_div(amount, index, rules.scaled.supply_burn)? };
        validation::not_zero(scaled, amount)?;
        if scaled > owned {
            return Err(AaveError::NotEnoughAvailableUserBalance { needed: scaled, available: owned });
        }
        scaled
    } else {
        validation::not_zero(amount, amount)?;
        if amount > balance {
            return Err(AaveError::NotEnoughAvailableUserBalance { needed: amount, available: balance });
        }
        ray_div(amount, index, rules.scaled.supply_burn)?
    };
    validation::active(reserve)?;
    validation::not_paused(reserve)?;
    update_rates(rules, reserve, &cache, U256::ZERO, amount)?;

    let was_collateral = tx.user(owner).uses_as_collateral(id);
    let emptied = tx.burn(id, owner, scaled, Token::Supply)?;
    tx.pay_out(id, amount)?;
    // Up to 3.4 the contract compares amounts, since 3.5 it looks at the scaled balance that is left.
    let everything = if rules.scales_first { emptied } else { amount == balance };
    if was_collateral {
        if everything {
            tx.user_mut(owner).set_collateral(id, false);
        }
        if tx.user(owner).borrowing != 0 && security == Security::Asked {
            validation::may_leave(tx, owner, id, world)?;
        }
    }
    Ok(amount)
}
