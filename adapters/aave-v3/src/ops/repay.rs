//! `repay` and `repayWithATokens`.

use levmine_market::Actor;
use levmine_math::U256;

use crate::accrual::{Cache, update_rates, update_state};
use crate::balances::Token;
use crate::error::{AaveError, Result};
use crate::isolation;
use crate::transaction::Transaction;
use crate::validation::{self, World};
use crate::version::Version;
use crate::wad_ray::{ray_div, ray_mul};

/// What the debt is paid with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Means {
    /// The token.
    Underlying,
    /// The owner's own aTokens.
    ATokens,
}

/// Returns what is paid; an amount of 2^256 − 1 is the whole debt, or all of the aTokens.
///
/// Source: `BorrowLogic.executeRepay`, `ValidationLogic.validateRepay`.
pub(crate) fn repay(
    tx: &mut Transaction<'_>,
    actor: Actor,
    id: usize,
    asked: U256,
    means: Means,
    world: World<'_>,
) -> Result<U256> {
    let rules = tx.rules();
    let owner = actor.owner;
    let (scaled_supply, scaled_debt) = {
        let user = tx.user(owner);
        (U256::from(user.supplied(id)), U256::from(user.debt(id)))
    };
    let reserve = tx.reserve_mut(id)?;
    let mut cache = Cache::of(reserve);
    update_state(rules, reserve, &mut cache, world.now)?;
    let debt = ray_mul(scaled_debt, cache.next_borrow_index, rules.scaled.debt_balance)?;

    validation::not_zero(asked, asked)?;
    if asked == U256::MAX && actor.caller != owner {
        return Err(AaveError::NoExplicitAmountToRepayOnBehalf);
    }
    validation::active(reserve)?;
    validation::not_paused(reserve)?;
    let nothing_owed = if rules.scales_first { scaled_debt.is_zero() } else { debt.is_zero() };
    if nothing_owed {
        return Err(AaveError::NoDebtOfSelectedType { asset: reserve.asset });
    }

    let offered = if means == Means::ATokens && asked == U256::MAX {
        ray_mul(scaled_supply, cache.next_liquidity_index, rules.scaled.supply_balance)?
    } else {
        asked
    };
    let paid = offered.min(debt);
    let scaled = ray_div(paid, cache.next_borrow_index, rules.scaled.debt_burn)?;
    let emptied = tx.burn(id, owner, scaled, Token::Debt)?;
    let reserve = tx.reserve_mut(id)?;
    cache.next_scaled_debt = reserve.scaled_debt;
    let added = if means == Means::Underlying { paid } else { U256::ZERO };
    update_rates(rules, reserve, &cache, added, U256::ZERO)?;
    let settled = if rules.scales_first { emptied } else { paid == debt };
    if settled {
        tx.user_mut(owner).set_borrowing(id, false);
    }
    isolation::reduce(tx, owner, id, paid)?;
    match means {
        Means::Underlying => tx.take_in(id, paid)?,
        Means::ATokens => burn_atokens(tx, actor, id, paid, &cache, world)?,
    }
    Ok(paid)
}

fn burn_atokens(
    tx: &mut Transaction<'_>,
    actor: Actor,
    id: usize,
    paid: U256,
    cache: &Cache,
    world: World<'_>,
) -> Result<()> {
    let rules = tx.rules();
    let owner = actor.owner;
    let scaled = ray_div(paid, cache.next_liquidity_index, rules.scaled.supply_burn)?;
    let emptied = tx.burn(id, owner, scaled, Token::Supply)?;
    // 3.0 left the flag on an empty balance.
    if rules.version == Version::V3_0 || !tx.user(owner).uses_as_collateral(id) {
        return Ok(());
    }
    if emptied {
        tx.user_mut(owner).set_collateral(id, false);
    }
    if rules.checks_borrow_after && tx.user(owner).borrowing != 0 {
        validation::healthy(tx, owner, world)?;
    }
    Ok(())
}
