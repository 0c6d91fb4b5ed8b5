//! `borrow`, and the delegated credit that it uses.

use levmine_lending::Amount;
use levmine_market::{Account, Actor};
use levmine_math::U256;

use crate::accrual::{normalized_income, update_rates, update_state};
use crate::balances::worth;
use crate::error::{AaveV2Error, Result};
use crate::math::{WAD, add, percent_div, percent_mul, value};
use crate::stable;
use crate::state::{Delegation, RateMode, Reserve};
use crate::transaction::Transaction;
use crate::world::{self, World};

/// The largest loan at a stable rate: a quarter of the liquidity, in basis points.
const LARGEST_STABLE_PART: u64 = 2_500;

/// Borrows `amount` to the caller on the owner's credit.
///
/// Source: `LendingPool._executeBorrow`.
pub(crate) fn borrow(
    tx: &mut Transaction<'_>,
    actor: Actor,
    id: usize,
    amount: U256,
    mode: RateMode,
    world: World<'_>,
) -> Result<()> {
    world::not_paused(tx)?;
    validate(tx, actor.owner, id, amount, mode, world)?;
    lend(tx, actor, id, amount, mode, world)
}

/// Borrows at the variable rate without asking what secures it.
pub(crate) fn unsecured(
    tx: &mut Transaction<'_>,
    owner: Account,
    id: usize,
    amount: U256,
    world: World<'_>,
) -> Result<()> {
    world::not_paused(tx)?;
    can_be_lent(tx.reserve(id)?, amount)?;
    lend(tx, owner.into(), id, amount, RateMode::Variable, world)
}

/// The loan itself, once it has been allowed.
fn lend(
    tx: &mut Transaction<'_>,
    actor: Actor,
    id: usize,
    amount: U256,
    mode: RateMode,
    world: World<'_>,
) -> Result<()> {
    let Actor { caller, owner } = actor;
    let reserve = tx.reserve_mut(id)?;
    update_state(reserve, world.now)?;
    let rate = reserve.stable_rate;
    if caller != owner {
        use_allowance(tx, actor, id, mode, amount)?;
    }
    let first = match mode {
        RateMode::Stable => stable::mint(tx, id, owner, amount, rate, world.now)?,
        RateMode::Variable => tx.mint_debt(id, owner, amount)?,
    };
    if first {
        tx.user_mut(owner).set_borrowing(id, true);
    }
    update_rates(tx.reserve_mut(id)?, world.now, U256::ZERO, amount)?;
    tx.pay_out(id, amount)
}

/// Source: `ValidationLogic.validateBorrow`.
fn validate(
    tx: &Transaction<'_>,
    owner: Account,
    id: usize,
    amount: U256,
    mode: RateMode,
    world: World<'_>,
) -> Result<()> {
    let reserve = tx.reserve(id)?;
    let asset = reserve.asset;
    let worth_of_loan = value(world.oracle.price(asset)?, amount, reserve.params.unit())?;
    can_be_lent(reserve, amount)?;
    let user = tx.user(owner);
    let data = tx.pool().value(user, world.oracle, world.now)?;
    if data.collateral.is_zero() {
        return Err(AaveV2Error::CollateralBalanceIsZero);
    }
    if data.health_factor <= WAD {
        return Err(AaveV2Error::HealthFactorLowerThanLiquidationThreshold { factor: data.health_factor });
    }
    let needed = percent_div(add(data.debt, worth_of_loan)?, data.ltv)?;
    if needed > data.collateral {
        return Err(AaveV2Error::CollateralCannotCoverNewBorrow { needed, available: data.collateral });
    }
    if mode == RateMode::Variable {
        return Ok(());
    }
    if !reserve.params.stable_borrowing {
        return Err(AaveV2Error::StableBorrowingNotEnabled { asset });
    }
    not_mostly_itself(tx, owner, id, amount, world.now)?;
    let most = percent_mul(reserve.held, U256::from(LARGEST_STABLE_PART))?;
    if amount > most {
        return Err(AaveV2Error::AmountBiggerThanMaxLoanSizeStable { amount, most });
    }
    Ok(())
}

/// The checks that are about the reserve alone.
fn can_be_lent(reserve: &Reserve, amount: U256) -> Result<()> {
    world::active(reserve)?;
    world::not_frozen(reserve)?;
    if amount.is_zero() {
        return Err(AaveV2Error::InvalidAmount);
    }
    if !reserve.params.borrowing {
        return Err(AaveV2Error::BorrowingNotEnabled { asset: reserve.asset });
    }
    Ok(())
}

/// Refuses a stable rate to whoever has as much of the asset as collateral as he borrows of it.
pub(crate) fn not_mostly_itself(
    tx: &Transaction<'_>,
    owner: Account,
    id: usize,
    debt: U256,
    now: u64,
) -> Result<()> {
    let (user, reserve) = (tx.user(owner), tx.reserve(id)?);
    if !user.uses_as_collateral(id) || reserve.params.ltv == 0 {
        return Ok(());
    }
    if debt > worth(user.supplied(id), normalized_income(reserve, now)?)? {
        Ok(())
    } else {
        Err(AaveV2Error::CollateralSameAsBorrowingCurrency { asset: reserve.asset })
    }
}

/// Source: `DebtTokenBase._decreaseBorrowAllowance`.
fn use_allowance(
    tx: &mut Transaction<'_>,
    actor: Actor,
    id: usize,
    mode: RateMode,
    amount: U256,
) -> Result<()> {
    let owner = actor.owner;
    let delegation = delegation(owner, actor.caller, id, mode)?;
    let available = tx.allowance(delegation);
    let left = available.checked_sub(amount);
    let left = left.ok_or(AaveV2Error::BorrowAllowanceNotEnough { owner, available, needed: amount })?;
    tx.set_allowance(delegation, left);
    Ok(())
}

/// Source: `DebtTokenBase.approveDelegation`.
pub(crate) fn approve(
    tx: &mut Transaction<'_>,
    owner: Account,
    delegatee: Account,
    id: usize,
    mode: RateMode,
    amount: U256,
) -> Result<()> {
    let delegation = delegation(owner, delegatee, id, mode)?;
    tx.set_allowance(delegation, amount);
    Ok(())
}

fn delegation(owner: Account, delegatee: Account, id: usize, mode: RateMode) -> Result<Delegation> {
    let number = u8::try_from(id).map_err(|_| AaveV2Error::NoReserve { id })?;
    Ok((owner, delegatee, number, mode))
}

/// The contracts' way to say "everything".
pub(crate) const fn native(amount: Amount) -> U256 {
    match amount {
        Amount::Exact(amount) => amount,
        Amount::All => U256::MAX,
    }
}
