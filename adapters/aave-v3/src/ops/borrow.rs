//! `borrow`, and the delegated credit that it uses.

use levmine_lending::Amount;
use levmine_market::{Account, Actor};
use levmine_math::{Rounding, U256};

use crate::accrual::{Cache, normalized_income, update_rates, update_state};
use crate::balances::Token;
use crate::error::{AaveError, Result};
use crate::isolation;
use crate::ops::Security;
use crate::transaction::Transaction;
use crate::validation::{self, World};
use crate::wad_ray::{self, WAD, in_base_currency, ray_div, ray_mul};

/// Borrows `amount` to the caller on the owner's credit.
///
/// Source: `BorrowLogic.executeBorrow`.
pub(crate) fn borrow(
    tx: &mut Transaction<'_>,
    actor: Actor,
    id: usize,
    amount: U256,
    world: World<'_>,
    security: Security,
) -> Result<()> {
    let rules = tx.rules();
    let reserve = tx.reserve_mut(id)?;
    let mut cache = Cache::of(reserve);
    update_state(rules, reserve, &mut cache, world.now)?;

    let scaled = if rules.scales_first {
        ray_div(amount, cache.next_borrow_index, rules.scaled.debt_mint)?
    } else {
        // Scaled where it is minted, after the checks.
        amount
    };
    let loan = Loan { owner: actor.owner, id, amount, scaled, security };
    validate(tx, &loan, &cache, world)?;

    let scaled = if rules.scales_first {
        scaled
    } else {
        ray_div(amount, cache.next_borrow_index, rules.scaled.debt_mint)?
    };
    if actor.caller != actor.owner {
        use_allowance(tx, actor, id, amount, scaled, &cache)?;
    }
    tx.mint(id, actor.owner, scaled, Token::Debt)?;
    tx.user_mut(actor.owner).set_borrowing(id, true);
    if security == Security::Asked {
        isolation::increase(tx, actor.owner, id, amount)?;
    }
    let reserve = tx.reserve_mut(id)?;
    cache.next_scaled_debt = reserve.scaled_debt;
    update_rates(rules, reserve, &cache, U256::ZERO, amount)?;
    tx.pay_out(id, amount)?;
    if rules.checks_borrow_after && security == Security::Asked {
        validate_after(tx, actor.owner, world)
    } else {
        Ok(())
    }
}

/// What is asked for.
struct Loan {
    owner: Account,
    id: usize,
    amount: U256,
    /// The scaled amount since 3.5.
    scaled: U256,
    security: Security,
}

/// Source: `ValidationLogic.validateBorrow`.
fn validate(tx: &Transaction<'_>, loan: &Loan, cache: &Cache, world: World<'_>) -> Result<()> {
    let Loan { owner, id, amount, scaled, security } = *loan;
    let rules = tx.rules();
    let reserve = tx.reserve(id)?;
    let asset = reserve.asset;
    let user = tx.user(owner);
    validation::not_zero(scaled, amount)?;
    validation::active(reserve)?;
    validation::not_paused(reserve)?;
    validation::not_frozen(reserve)?;
    let category = tx.pool().category(user.mode);
    let in_category = || match category {
        Some(category) if !category.has_borrowable(id) => {
            if rules.liquid_emodes {
                Err(AaveError::NotBorrowableInEMode { asset, category: category.id })
            } else {
                Err(AaveError::InconsistentEModeCategory { category: category.id })
            }
        }
        _ => Ok(()),
    };
    // Since 3.6 a category decides alone.
    if rules.decoupled_emodes && category.is_some() {
        in_category()?;
    } else if !reserve.params.borrowing {
        return Err(AaveError::BorrowingNotEnabled { asset });
    }
    let debt_balance = |scaled| ray_mul(scaled, cache.next_borrow_index, rules.scaled.debt_balance);
    let owed = if rules.scales_first { debt_balance(scaled)? } else { amount };
    if rules.checks_total_supply {
        let supplied = total_supply(tx, id, world.now)?;
        if owed > supplied {
            return Err(AaveError::InvalidAmount { amount });
        }
    }
    if let Some(cap) = validation::cap(reserve.params.borrow_cap, reserve)? {
        let borrowed = if rules.scales_first {
            debt_balance(wad_ray::add(cache.scaled_debt, scaled)?)?
        } else {
            wad_ray::add(debt_balance(cache.scaled_debt)?, amount)?
        };
        if borrowed > cap {
            return Err(AaveError::BorrowCapExceeded { asset, borrowed, cap });
        }
    }
    if security == Security::Waived {
        return Ok(());
    }
    if !rules.isolation_after_mint
        && let Some(collateral) = isolation::isolated_collateral(tx.pool(), user)
    {
        isolation::check(tx.pool(), collateral, id, amount)?;
    }
    if !rules.decoupled_emodes {
        in_category()?;
    }
    if !rules.checks_borrow_after {
        validate_before(tx, owner, id, amount, world)?;
    }
    validation::check_silo(tx, user, id)
}

/// The borrowing power of the position before the loan, up to 3.4.
fn validate_before(
    tx: &Transaction<'_>,
    owner: Account,
    id: usize,
    amount: U256,
    world: World<'_>,
) -> Result<()> {
    let data = tx.pool().value(tx.user(owner), world.oracle, world.now)?;
    if data.collateral.is_zero() {
        return Err(AaveError::CollateralBalanceIsZero);
    }
    if data.ltv.is_zero() {
        return Err(AaveError::LtvValidationFailed);
    }
    // Strictly above one, unlike everywhere else.
    if data.health_factor <= WAD {
        return Err(AaveError::HealthFactorLowerThanLiquidationThreshold { factor: data.health_factor });
    }
    let reserve = tx.reserve(id)?;
    let price = world.oracle.price(reserve.asset)?;
    let value = in_base_currency(amount, price, reserve.params.unit(), Rounding::Down)?;
    covers(tx, &data, wad_ray::add(data.debt, value)?)
}

/// The borrowing power of the position with the loan, since 3.5.
///
/// Source: `ValidationLogic.validateHFAndLtv` since 3.5.
fn validate_after(tx: &Transaction<'_>, owner: Account, world: World<'_>) -> Result<()> {
    let data = tx.pool().value(tx.user(owner), world.oracle, world.now)?;
    if data.ltv.is_zero() {
        return Err(AaveError::LtvValidationFailed);
    }
    if data.health_factor < WAD {
        return Err(AaveError::HealthFactorLowerThanLiquidationThreshold { factor: data.health_factor });
    }
    covers(tx, &data, data.debt)
}

fn covers(tx: &Transaction<'_>, data: &crate::AccountData, debt: U256) -> Result<()> {
    let needed = data.collateral_needed(debt, tx.rules())?;
    if needed > data.collateral {
        return Err(AaveError::CollateralCannotCoverNewBorrow { needed, available: data.collateral });
    }
    Ok(())
}

/// `aToken.totalSupply()`.
pub(crate) fn total_supply(tx: &Transaction<'_>, id: usize, now: u64) -> Result<U256> {
    let reserve = tx.reserve(id)?;
    ray_mul(reserve.scaled_supply, normalized_income(reserve, now)?, tx.rules().scaled.supply_balance)
}

/// Takes the loan off the credit that the owner delegated.
///
/// Source: `DebtTokenBase._decreaseBorrowAllowance`; since 3.5 `VariableDebtToken.mint` takes what the debt really
/// grows by, as far as the credit goes.
fn use_allowance(
    tx: &mut Transaction<'_>,
    actor: Actor,
    id: usize,
    amount: U256,
    scaled: U256,
    cache: &Cache,
) -> Result<()> {
    let rules = tx.rules();
    let number = u8::try_from(id).map_err(|_| AaveError::NoReserve { id })?;
    let delegation = (actor.owner, actor.caller, number);
    let available = tx.allowance(delegation);
    if available < amount {
        return Err(AaveError::InsufficientBorrowAllowance { owner: actor.owner, available, needed: amount });
    }
    let used = if rules.scales_first {
        ray_mul(scaled, cache.next_borrow_index, rules.scaled.debt_balance)?.min(available)
    } else {
        amount
    };
    tx.set_allowance(delegation, wad_ray::sub(available, used)?);
    Ok(())
}

/// Lets `delegatee` borrow up to `amount` on the owner's credit.
///
/// Source: `DebtTokenBase.approveDelegation`.
pub(crate) fn approve(
    tx: &mut Transaction<'_>,
    owner: Account,
    delegatee: Account,
    id: usize,
    amount: U256,
) -> Result<()> {
    let number = u8::try_from(id).map_err(|_| AaveError::NoReserve { id })?;
    // Both stand among the accounts of a dump.
    tx.user_mut(owner);
    tx.user_mut(delegatee);
    tx.set_allowance((owner, delegatee, number), amount);
    Ok(())
}

/// The contract's way to say everything is 2^256 − 1.
pub(crate) fn native(amount: Amount) -> U256 {
    match amount {
        Amount::Exact(amount) => amount,
        Amount::All => U256::MAX,
    }
}
