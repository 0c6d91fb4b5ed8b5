//! Debt at a stable rate: principal, rate and time of each borrower, and the average of all.
//!
//! Source: `StableDebtToken`.

use levmine_market::Account;
use levmine_math::U256;

use crate::accrual::compounded_interest;
use crate::error::{AaveV2Error, Result};
use crate::math::{add, narrow, ray_div, ray_mul, sub, wad_to_ray};
use crate::transaction::Transaction;

/// What one account owes at a stable rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StableDebt {
    /// The debt at the time of the last change, in base units.
    pub principal: U256,
    /// Its rate, in ray, simple and per year.
    pub rate: u128,
    /// The time of the last change, in Unix seconds.
    pub updated: u64,
}

/// What all accounts owe at stable rates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StableTotals {
    /// The debt at the time of the last change, in base units.
    pub principal: U256,
    /// The average of the rates, in ray.
    pub average_rate: U256,
    /// The time of the last change, in Unix seconds.
    pub updated: u64,
}

impl StableDebt {
    /// What is owed at `now`, in base units, half up.
    ///
    /// Source: `StableDebtToken.balanceOf`.
    ///
    /// # Errors
    ///
    /// Where the arithmetic of the contract fails.
    #[inline]
    pub fn balance(&self, now: u64) -> Result<U256> {
        grown(self.principal, U256::from(self.rate), now.saturating_sub(self.updated))
    }
}

impl StableTotals {
    /// What is owed at `now`, in base units, half up.
    ///
    /// Source: `StableDebtToken.totalSupply`.
    ///
    /// # Errors
    ///
    /// Where the arithmetic of the contract fails.
    #[inline]
    pub fn balance(&self, now: u64) -> Result<U256> {
        grown(self.principal, self.average_rate, now.saturating_sub(self.updated))
    }
}

#[inline]
fn grown(principal: U256, rate: U256, dt: u64) -> Result<U256> {
    if principal.is_zero() {
        return Ok(U256::ZERO);
    }
    ray_mul(principal, compounded_interest(rate, dt)?)
}

/// Opens or enlarges a debt at `rate`; the debt's rate becomes the average. Returns whether there was none before.
///
/// Source: `StableDebtToken.mint`.
pub(crate) fn mint(
    tx: &mut Transaction<'_>,
    id: usize,
    owner: Account,
    amount: U256,
    rate: u128,
    now: u64,
) -> Result<bool> {
    let before = tx.user(owner).stable(id);
    let balance = before.balance(now)?;
    let increase = sub(balance, before.principal)?;
    let totals = tx.reserve(id)?.stable;
    let supply = totals.balance(now)?;
    let next_supply = add(supply, amount)?;
    let in_ray = wad_to_ray(amount)?;
    let rate = U256::from(rate);
    let own = ray_div(
        add(ray_mul(U256::from(before.rate), wad_to_ray(balance)?)?, ray_mul(in_ray, rate)?)?,
        wad_to_ray(add(balance, amount)?)?,
    )?;
    let own = narrow(own).ok_or(AaveV2Error::StableDebtOverflow { value: own })?;
    let average = ray_div(
        add(ray_mul(totals.average_rate, wad_to_ray(supply)?)?, ray_mul(rate, in_ray)?)?,
        wad_to_ray(next_supply)?,
    )?;
    let principal = add(before.principal, add(amount, increase)?)?;
    tx.reserve_mut(id)?.stable = StableTotals { principal: next_supply, average_rate: average, updated: now };
    tx.user_mut(owner).holding_mut(id)?.stable = StableDebt { principal, rate: own, updated: now };
    Ok(balance.is_zero())
}

/// Repays `amount` of a debt. The last borrower's rounding may differ from the average's; then the average starts anew.
///
/// Source: `StableDebtToken.burn`.
pub(crate) fn burn(
    tx: &mut Transaction<'_>,
    id: usize,
    owner: Account,
    amount: U256,
    now: u64,
) -> Result<()> {
    let before = tx.user(owner).stable(id);
    let balance = before.balance(now)?;
    let increase = sub(balance, before.principal)?;
    let totals = tx.reserve(id)?.stable;
    let supply = totals.balance(now)?;
    let mut next = StableTotals { principal: U256::ZERO, average_rate: U256::ZERO, updated: now };
    if supply > amount {
        let left = sub(supply, amount)?;
        let all = ray_mul(totals.average_rate, wad_to_ray(supply)?)?;
        let repaid = ray_mul(U256::from(before.rate), wad_to_ray(amount)?)?;
        if repaid < all {
            next.principal = left;
            next.average_rate = ray_div(sub(all, repaid)?, wad_to_ray(left)?)?;
        }
    }
    let mut debt = StableDebt { updated: now, ..before };
    if amount == balance {
        (debt.rate, debt.updated) = (0, 0);
    }
    debt.principal = if increase > amount {
        add(before.principal, sub(increase, amount)?)?
    } else {
        let needed = sub(amount, increase)?;
        let available = before.principal;
        available.checked_sub(needed).ok_or(AaveV2Error::BurnExceedsBalance { available, needed })?
    };
    tx.reserve_mut(id)?.stable = next;
    tx.user_mut(owner).holding_mut(id)?.stable = debt;
    Ok(())
}
