//! Governance through the trait: a new implementation with other constants.
//!
//! The parameters are constants of the contract: governance sets them in the configurator, deploys an implementation with
//! them and points the proxy to it. Nothing accrues by that, so what has not accrued yet does so under the new ones;
//! whoever wants it otherwise accrues first. The factors must be those that the constructor accepts.

use std::sync::Arc;

use levmine_lending::{Change, Context, Curve as Kinked, LendingError, Setting};
use levmine_math::{Rounding, U256, Wad, mul_div};

use crate::error::CometError;
use crate::market::CompoundV3Market;
use crate::params::{Collateral, Curve, Params};
use crate::state::Action;

/// Basis points.
const BPS: u8 = 4;

/// Changes a constant.
pub(crate) fn govern(
    market: &mut CompoundV3Market,
    change: &Change,
    _ctx: &Context<'_>,
) -> Result<(), LendingError> {
    let mut params = Params::clone(&market.comet.params);
    match change.to {
        Setting::Rewards(factor) => {
            let scaled = |speed: u64| -> Result<u64, LendingError> {
                let scaled = factor.mul_int(U256::from(speed), Rounding::Down)?;
                u64::try_from(scaled).map_err(|_| change.unfit(crate::PROTOCOL))
            };
            if params.base_tracking_supply_speed == 0 && params.base_tracking_borrow_speed == 0 {
                return Err(change.unknown(crate::PROTOCOL));
            }
            params.base_tracking_supply_speed = scaled(params.base_tracking_supply_speed)?;
            params.base_tracking_borrow_speed = scaled(params.base_tracking_borrow_speed)?;
        }
        Setting::Curve(curve) => {
            let asset = change.of_asset(crate::PROTOCOL)?;
            if asset != params.base {
                return Err(CometError::NotBase { asset }.into());
            }
            params.borrow = kinked(change, curve)?;
        }
        Setting::Frozen(on) => {
            // The pause guardian's switches: nothing is supplied, and nothing is borrowed or taken out.
            let bits =
                [Action::Supply, Action::Withdraw].iter().fold(0, |flags, action| flags | action.bit());
            let flags = market.comet.totals.pause_flags;
            market.comet.totals.pause_flags = if on { flags | bits } else { flags & !bits };
            return Ok(());
        }
        _ => of_collateral(&mut params, change)?,
    }
    market.comet.params = Arc::new(params);
    Ok(())
}

fn of_collateral(params: &mut Params, change: &Change) -> Result<(), LendingError> {
    let asset = change.of_asset(crate::PROTOCOL)?;
    let unlisted = LendingError::UnknownAsset { protocol: crate::PROTOCOL, asset };
    let Some(found) = params.collaterals.iter_mut().find(|known| known.asset == asset) else {
        return Err(if asset == params.base { change.unknown(crate::PROTOCOL) } else { unlisted });
    };
    let mut kept: Collateral = *found;
    let bps = |part| change.fit::<u16>(part, BPS, crate::PROTOCOL);
    match change.to {
        Setting::MaxLtv(part) => kept.borrow_collateral_factor = bps(part)?,
        Setting::LiquidationThreshold(part) => kept.liquidate_collateral_factor = bps(part)?,
        // What the seized collateral is credited with: the rest is the penalty.
        Setting::LiquidationBonus(part) => {
            kept.liquidation_factor = bps(Wad::ONE.sub(part).map_err(|_| change.unfit(crate::PROTOCOL))?)?;
        }
        Setting::SupplyCap(cap) => {
            let cap = cap.ok_or_else(|| change.unfit(crate::PROTOCOL))?;
            let whole = (cap % U256::from(kept.scale)).is_zero();
            let cap = whole.then(|| u128::try_from(cap).ok()).flatten();
            kept.supply_cap = cap.ok_or_else(|| change.unfit(crate::PROTOCOL))?;
        }
        _ => return Err(change.unknown(crate::PROTOCOL)),
    }
    if kept.borrow_collateral_factor >= kept.liquidate_collateral_factor {
        return Err(CometError::BorrowCFTooLarge { asset }.into());
    }
    if kept.liquidate_collateral_factor > 10_000 {
        return Err(CometError::LiquidateCFTooLarge { asset }.into());
    }
    *found = kept;
    Ok(())
}

/// The curve per second: each slope is what a unit of utilization adds.
fn kinked(change: &Change, curve: Kinked) -> Result<Curve, LendingError> {
    let unfit = || change.unfit(crate::PROTOCOL);
    let rest = Wad::ONE.sub(curve.kink).map_err(|_| unfit())?;
    if rest.is_zero() || curve.kink.is_zero() {
        return Err(unfit());
    }
    let small = |raw: U256| u64::try_from(raw).map_err(|_| unfit());
    let slope = |added: Wad, over: Wad| -> Result<u64, LendingError> {
        small(mul_div(added.raw(), Wad::ONE.raw(), over.raw(), Rounding::Down)?)
    };
    let (kink, base) = (small(curve.kink.raw())?, small(curve.base.raw())?);
    let (slope_low, slope_high) = (slope(curve.slope1, curve.kink)?, slope(curve.slope2, rest)?);
    Ok(Curve { kink, base, slope_low, slope_high }.per_second())
}
