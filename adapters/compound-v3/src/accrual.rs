//! Time passing: utilization, rates, the two indexes, and the rewards.
//!
//! Source: `Comet`, functions of the same names.

use levmine_math::{U256, mul, sub};

use crate::casts::{FACTOR_SCALE, add64, div, mul_div, mul_factor, safe64, sub64};
use crate::error::{CometError, Result};
use crate::params::{Curve, Params};
use crate::principal::{present_value_borrow, present_value_supply};
use crate::state::{Totals, User};

/// Times must be below this many seconds: `uint40`.
pub(crate) const LAST_SECOND: u64 = 1 << 40;

/// `totalBorrow × 10^18 ÷ totalSupply` at the indexes in `totals`, rounded down; zero without supply. It
/// passes one where reserves are lent out.
///
/// # Errors
///
/// None that 104 and 64 bits can cause.
pub fn utilization(totals: &Totals) -> Result<U256> {
    let supply = present_value_supply(totals.base_supply_index, totals.total_supply_base)?;
    if supply.is_zero() {
        return Ok(supply);
    }
    let borrow = present_value_borrow(totals.base_borrow_index, totals.total_borrow_base)?;
    mul_div(borrow, U256::from(FACTOR_SCALE), supply)
}

/// The rate per second at this utilization, 18 decimals: `base + slopeLow × U` up to the kink, and
/// `slopeHigh` for what is above it; each product rounded down. `curve` is per second.
///
/// # Errors
///
/// [`CometError::DoesNotFit`] above 64 bits.
pub fn rate(curve: &Curve, utilization: U256) -> Result<u64> {
    let kink = U256::from(curve.kink);
    let (low, high) = (U256::from(curve.slope_low), U256::from(curve.slope_high));
    let base = U256::from(curve.base);
    safe64(if utilization <= kink {
        levmine_math::add(base, mul_factor(low, utilization)?)?
    } else {
        let to_the_kink = levmine_math::add(base, mul_factor(low, kink)?)?;
        levmine_math::add(to_the_kink, mul_factor(high, sub(utilization, kink)?)?)?
    })
}

/// The supply and the borrow index after so many seconds more: simple interest at the rates of the state
/// before.
fn accrued_interest_indices(params: &Params, totals: &Totals, elapsed: u64) -> Result<(u64, u64)> {
    let (supply, borrow) = (totals.base_supply_index, totals.base_borrow_index);
    if elapsed == 0 {
        return Ok((supply, borrow));
    }
    let utilization = utilization(totals)?;
    // Both rates must fit before any index is looked at.
    let rates = (rate(&params.supply, utilization)?, rate(&params.borrow, utilization)?);
    let grown = |index: u64, rate: u64| {
        let factor = mul(U256::from(rate), U256::from(elapsed))?;
        add64(index, safe64(mul_factor(U256::from(index), factor)?)?)
    };
    Ok((grown(supply, rates.0)?, grown(borrow, rates.1)?))
}

/// Seconds since the last accrual; none where `now` is before it.
pub(crate) fn elapsed(totals: &Totals, now: u64) -> Result<u64> {
    if now >= LAST_SECOND {
        return Err(CometError::TimestampTooLarge { time: now });
    }
    Ok(now.saturating_sub(totals.last_accrual_time))
}

/// The totals with both indexes at `now`, as the views read them: without rewards, and not stored.
///
/// # Errors
///
/// [`CometError::DoesNotFit`] where a rate or a growth passes 64 bits, [`CometError::Panic`] where an index
/// does.
pub fn projected(params: &Params, totals: &Totals, now: u64) -> Result<Totals> {
    let (base_supply_index, base_borrow_index) =
        accrued_interest_indices(params, totals, elapsed(totals, now)?)?;
    Ok(Totals { base_supply_index, base_borrow_index, ..*totals })
}

/// The totals accrued to `now`, interest and rewards.
///
/// Source: `Comet.accrueInternal`.
///
/// # Errors
///
/// As [`projected`], and the same for the tracking indexes. What fails once fails for good: the market is
/// frozen.
pub fn accrued(params: &Params, totals: &Totals, now: u64) -> Result<Totals> {
    let elapsed = elapsed(totals, now)?;
    if elapsed == 0 {
        return Ok(*totals);
    }
    let mut next = *totals;
    (next.base_supply_index, next.base_borrow_index) = accrued_interest_indices(params, totals, elapsed)?;
    let tracked = |index: u64, speed: u64, total: u128| {
        if total < params.base_min_for_rewards {
            return Ok(index);
        }
        let tokens = mul(U256::from(speed), U256::from(elapsed))?;
        let growth = mul_div(tokens, U256::from(params.base_scale), U256::from(total))?;
        add64(index, safe64(growth)?)
    };
    next.tracking_supply_index =
        tracked(next.tracking_supply_index, params.base_tracking_supply_speed, next.total_supply_base)?;
    next.tracking_borrow_index =
        tracked(next.tracking_borrow_index, params.base_tracking_borrow_speed, next.total_borrow_base)?;
    next.last_accrual_time = totals.last_accrual_time.saturating_add(elapsed);
    Ok(next)
}

/// Sets the account's principal, after the rewards for the old one are accrued; `totals` are accrued.
///
/// `|principal| × growth ÷ indexScale ÷ descale`, each division rounded down, in favour of the rewards'
/// payer.
///
/// Source: `Comet.updateBasePrincipal`.
pub(crate) fn update_base_principal(
    params: &Params,
    totals: &Totals,
    user: &mut User,
    principal: i128,
) -> Result<()> {
    let side = |principal: i128| {
        if principal >= 0 { totals.tracking_supply_index } else { totals.tracking_borrow_index }
    };
    let growth = sub64(side(user.principal), user.base_tracking_index)?;
    let size = U256::from(user.principal.unsigned_abs());
    let earned = mul_div(size, U256::from(growth), U256::from(params.tracking_index_scale))?;
    let earned = div(earned, U256::from(params.accrual_descale_factor))?;
    user.base_tracking_accrued = add64(user.base_tracking_accrued, safe64(earned)?)?;
    user.base_tracking_index = side(principal);
    user.principal = principal;
    Ok(())
}
