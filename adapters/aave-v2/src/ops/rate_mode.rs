//! `swapBorrowRateMode` and `rebalanceStableBorrowRate`.

use levmine_market::Account;
use levmine_math::U256;

use super::borrow::not_mostly_itself;
use crate::accrual::{normalized_debt, update_rates, update_state};
use crate::error::{AaveV2Error, Result};
use crate::math::{add, percent_mul, ray_div, ray_mul, wad_to_ray};
use crate::stable;
use crate::state::RateMode;
use crate::transaction::Transaction;
use crate::world::{self, World};

/// The utilization from which stable rates are brought up: 95 %, in ray.
const REBALANCE_USAGE: u128 = 950_000_000_000_000_000_000_000_000;

/// The part of the highest variable rate below which suppliers earn little, in basis points.
const REBALANCE_RATE_PART: u64 = 4_000;

/// Makes the whole debt of a kind a debt of the other kind; `mode` is the kind it is.
///
/// Source: `LendingPool.swapBorrowRateMode`, `ValidationLogic.validateSwapRateMode`.
pub(crate) fn swap(
    tx: &mut Transaction<'_>,
    owner: Account,
    id: usize,
    mode: RateMode,
    world: World<'_>,
) -> Result<()> {
    world::not_paused(tx)?;
    let (_, stable_debt, variable_debt) = tx.pool().owed(tx.user(owner), id, world.now)?;
    let reserve = tx.reserve(id)?;
    let asset = reserve.asset;
    world::active(reserve)?;
    world::not_frozen(reserve)?;
    match mode {
        RateMode::Stable if stable_debt.is_zero() => {
            return Err(AaveV2Error::NoStableRateLoanInReserve { asset });
        }
        RateMode::Stable => {}
        RateMode::Variable => {
            if variable_debt.is_zero() {
                return Err(AaveV2Error::NoVariableRateLoanInReserve { asset });
            }
            if !reserve.params.stable_borrowing {
                return Err(AaveV2Error::StableBorrowingNotEnabled { asset });
            }
            not_mostly_itself(tx, owner, id, add(stable_debt, variable_debt)?, world.now)?;
        }
    }
    let reserve = tx.reserve_mut(id)?;
    update_state(reserve, world.now)?;
    let rate = reserve.stable_rate;
    match mode {
        RateMode::Stable => {
            stable::burn(tx, id, owner, stable_debt, world.now)?;
            tx.mint_debt(id, owner, stable_debt)?;
        }
        RateMode::Variable => {
            tx.burn_debt(id, owner, variable_debt)?;
            stable::mint(tx, id, owner, variable_debt, rate, world.now)?;
        }
    }
    update_rates(tx.reserve_mut(id)?, world.now, U256::ZERO, U256::ZERO)
}

/// Brings the stable rate of a borrower to that of a new debt. Anybody may, where the asset is scarce and its suppliers
/// earn little.
///
/// Source: `LendingPool.rebalanceStableBorrowRate`, `ValidationLogic.validateRebalanceStableBorrowRate`.
pub(crate) fn rebalance(tx: &mut Transaction<'_>, owner: Account, id: usize, world: World<'_>) -> Result<()> {
    world::not_paused(tx)?;
    let debt = tx.user(owner).stable(id).balance(world.now)?;
    let reserve = tx.reserve(id)?;
    world::active(reserve)?;
    let variable = ray_mul(reserve.scaled_debt, normalized_debt(reserve, world.now)?)?;
    let total = wad_to_ray(add(reserve.stable.balance(world.now)?, variable)?)?;
    let available = wad_to_ray(reserve.held)?;
    let usage = if total.is_zero() { U256::ZERO } else { ray_div(total, add(available, total)?)? };
    let little = percent_mul(reserve.curve.highest(), U256::from(REBALANCE_RATE_PART))?;
    if usage < U256::from(REBALANCE_USAGE) || U256::from(reserve.liquidity_rate) > little {
        return Err(AaveV2Error::RebalanceConditionsNotMet { asset: reserve.asset });
    }
    let reserve = tx.reserve_mut(id)?;
    update_state(reserve, world.now)?;
    let rate = reserve.stable_rate;
    stable::burn(tx, id, owner, debt, world.now)?;
    stable::mint(tx, id, owner, debt, rate, world.now)?;
    update_rates(tx.reserve_mut(id)?, world.now, U256::ZERO, U256::ZERO)
}
