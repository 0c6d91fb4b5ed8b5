//! Governance through the trait: the configurator's functions, by parameter.
//!
//! As on chain, a new curve or reserve factor shows in the rates only after the next operation, and what is changed counts
//! from the last accrual on; whoever wants it otherwise accrues first.

use levmine_lending::{Change, Context, LendingError, Setting};

use crate::market::AaveV2Market;
use crate::ops::governance;
use crate::params::{Curve, Params};
use crate::transaction::Transaction;

/// Basis points.
const BPS: u8 = 4;

/// Changes a parameter of a reserve.
pub(crate) fn govern(
    market: &mut AaveV2Market,
    change: &Change,
    ctx: &Context<'_>,
) -> Result<(), LendingError> {
    let asset = change.of_asset(crate::PROTOCOL)?;
    let id = market.pool.reserve_id(asset).map_err(crate::AaveV2Error::lending)?;
    let reserve = market.pool.reserve(id).map_err(crate::AaveV2Error::lending)?;
    let (params, curve) = (reserve.params, reserve.curve);
    let bps = |part| change.fit::<u16>(part, BPS, crate::PROTOCOL);
    let Params { ltv, liquidation_threshold: threshold, liquidation_bonus: bonus, .. } = params;
    let collateral = |ltv, threshold, bonus| {
        move |tx: &mut Transaction<'_>| governance::set_collateral(tx, id, ltv, threshold, bonus)
    };
    let set = |change: fn(&mut Params, bool), on| {
        move |tx: &mut Transaction<'_>| {
            change(&mut tx.reserve_mut(id)?.params, on);
            Ok(())
        }
    };
    match change.to {
        Setting::LiquidationThreshold(part) => {
            let set = collateral(ltv, bps(part)?, bonus);
            market.transact(ctx, |tx, _| set(tx))
        }
        Setting::MaxLtv(part) => {
            let set = collateral(bps(part)?, threshold, bonus);
            market.transact(ctx, |tx, _| set(tx))
        }
        Setting::LiquidationBonus(part) => {
            let bonus = bps(part)?.checked_add(10_000).ok_or_else(|| change.unfit(crate::PROTOCOL))?;
            let set = collateral(ltv, threshold, bonus);
            market.transact(ctx, |tx, _| set(tx))
        }
        Setting::ReserveFactor(part) => {
            let factor = bps(part)?;
            market.transact(ctx, |tx, _| {
                tx.reserve_mut(id)?.params.reserve_factor = factor;
                Ok(())
            })
        }
        Setting::Curve(new) => {
            let ray = |part: levmine_math::Wad| -> Result<u128, LendingError> {
                let wad = u128::try_from(part.raw()).ok();
                wad.and_then(|wad| wad.checked_mul(1_000_000_000))
                    .ok_or_else(|| change.unfit(crate::PROTOCOL))
            };
            let (optimal, base) = (ray(new.kink)?, ray(new.base)?);
            let curve = Curve { optimal, base, slope1: ray(new.slope1)?, slope2: ray(new.slope2)?, ..curve };
            market.transact(ctx, |tx, _| governance::set_curve(tx, id, curve))
        }
        Setting::Frozen(on) => {
            let set = set(|params, on| params.frozen = on, on);
            market.transact(ctx, |tx, _| set(tx))
        }
        Setting::Borrowable(on) => {
            let stable = params.stable_borrowing;
            market.transact(ctx, |tx, _| governance::set_borrowing(tx, id, on, stable))
        }
        _ => Err(change.unknown(crate::PROTOCOL)),
    }
}
