//! `flashLoan` of one asset that is paid back, cut where the receiver acts.

use levmine_math::U256;

use crate::accrual::{update_rates, update_state};
use crate::balances::worth;
use crate::error::{AaveV2Error, Result};
use crate::math::{RAY, add, div, mul, narrow, ray_div, ray_mul, wad_to_ray};
use crate::transaction::Transaction;
use crate::world::{self};

/// The premium, in basis points.
///
/// Source: `LendingPool.FLASHLOAN_PREMIUM_TOTAL`.
pub(crate) const PREMIUM: u64 = 9;

/// The premium of a flash loan, rounded down in favour of whoever borrows.
pub(crate) fn premium(amount: U256) -> Result<U256> {
    div(mul(amount, U256::from(PREMIUM))?, crate::account_data::full())
}

/// Pays the loan out and returns its premium. Indexes and rates are not touched, and nothing of the reserve is asked.
///
/// Source: `LendingPool.flashLoan` up to the receiver.
pub(crate) fn lend(tx: &mut Transaction<'_>, id: usize, amount: U256) -> Result<U256> {
    world::not_paused(tx)?;
    let premium = premium(amount)?;
    tx.pay_out(id, amount)?;
    Ok(premium)
}

/// Takes the loan and its premium back; the premium raises the liquidity index at once.
///
/// Source: `LendingPool.flashLoan` after the receiver, `ReserveLogic.cumulateToLiquidityIndex`.
pub(crate) fn take_back(
    tx: &mut Transaction<'_>,
    id: usize,
    amount: U256,
    premium: U256,
    now: u64,
) -> Result<()> {
    let with_premium = add(amount, premium)?;
    let reserve = tx.reserve_mut(id)?;
    update_state(reserve, now)?;
    let index = U256::from(reserve.liquidity_index);
    let supplied =
        if reserve.scaled_supply.is_zero() { U256::ZERO } else { worth(reserve.scaled_supply, index)? };
    let growth = ray_div(wad_to_ray(premium)?, wad_to_ray(supplied)?)?;
    let grown = ray_mul(add(growth, RAY)?, index)?;
    reserve.liquidity_index = narrow(grown).ok_or(AaveV2Error::LiquidityIndexOverflow { value: grown })?;
    update_rates(reserve, now, with_premium, U256::ZERO)?;
    tx.take_in(id, with_premium)
}
