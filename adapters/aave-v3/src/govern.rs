//! Governance through the trait: the configurator's functions, by parameter.

use levmine_lending::{Change, Context, LendingError, Setting};
use levmine_math::U256;

use crate::market::AaveV3Market;
use crate::ops::governance;
use crate::params::{Curve, Params};
use crate::transaction::Transaction;

/// Basis points.
const BPS: u8 = 4;

/// Changes a parameter of a reserve.
pub(crate) fn govern(
    market: &mut AaveV3Market,
    change: &Change,
    ctx: &Context<'_>,
) -> Result<(), LendingError> {
    let asset = change.of_asset(crate::PROTOCOL)?;
    let id = market.pool.reserve_id(asset);
    let id = market.lending(id)?;
    let params = market.pool.reserve(id).map(|reserve| reserve.params);
    let params = market.lending(params)?;
    let bps = |part| change.fit::<u16>(part, BPS, crate::PROTOCOL);
    // A frozen reserve keeps its LTV for later where freezing has cleared it.
    let ltv = if params.ltv == 0 { params.pending_ltv } else { params.ltv };
    let collateral = |ltv: u16, threshold: u16, bonus: u16| {
        move |tx: &mut Transaction<'_>, now| governance::set_collateral(tx, id, ltv, threshold, bonus, now)
    };
    match change.to {
        Setting::LiquidationThreshold(part) => {
            let set = collateral(ltv, bps(part)?, params.liquidation_bonus);
            market.transact(ctx, |tx, world| set(tx, world.now))
        }
        Setting::MaxLtv(part) => {
            let set = collateral(bps(part)?, params.liquidation_threshold, params.liquidation_bonus);
            market.transact(ctx, |tx, world| set(tx, world.now))
        }
        Setting::LiquidationBonus(part) => {
            let bonus = bps(part)?.checked_add(10_000).ok_or_else(|| change.unfit(crate::PROTOCOL))?;
            let set = collateral(ltv, params.liquidation_threshold, bonus);
            market.transact(ctx, |tx, world| set(tx, world.now))
        }
        Setting::SupplyCap(cap) => {
            let cap = whole(change, cap, &params)?;
            market.transact(ctx, |tx, _| governance::set_supply_cap(tx, id, cap))
        }
        Setting::BorrowCap(cap) => {
            let cap = whole(change, cap, &params)?;
            market.transact(ctx, |tx, _| governance::set_borrow_cap(tx, id, cap))
        }
        Setting::ReserveFactor(part) => {
            let factor = bps(part)?;
            market.transact(ctx, |tx, world| governance::set_reserve_factor(tx, id, factor, world.now))
        }
        Setting::Curve(curve) => {
            // Strategies since 3.1 have basis points, the one before has rays.
            let places = if market.pool.rules.virtual_balance { BPS } else { 18 };
            let ray = |part| -> Result<u128, LendingError> {
                let parts: u64 = change.fit(part, places, crate::PROTOCOL)?;
                let scale = 10_u128.pow(27 - u32::from(places));
                u128::from(parts).checked_mul(scale).ok_or_else(|| change.unfit(crate::PROTOCOL))
            };
            let (base, optimal) = (ray(curve.base)?, ray(curve.kink)?);
            let curve = Curve { optimal, base, slope1: ray(curve.slope1)?, slope2: ray(curve.slope2)? };
            market.transact(ctx, |tx, world| governance::set_curve(tx, id, curve, world.now))
        }
        Setting::Frozen(frozen) => {
            let done = governance::set_freeze(&mut market.pool, id, frozen);
            market.lending(done)
        }
        Setting::Borrowable(on) => market.transact(ctx, |tx, _| {
            tx.reserve_mut(id)?.params.borrowing = on;
            Ok(())
        }),
        _ => Err(change.unknown(crate::PROTOCOL)),
    }
}

/// A cap in whole tokens; zero is none. No cap of zero can be written.
fn whole(change: &Change, cap: Option<U256>, params: &Params) -> Result<u64, LendingError> {
    let Some(raw) = cap else { return Ok(0) };
    let unit = params.unit();
    let fits = (raw % unit).is_zero() && !raw.is_zero();
    let tokens = fits.then(|| raw / unit).and_then(|tokens| u64::try_from(tokens).ok());
    tokens.ok_or_else(|| change.unfit(crate::PROTOCOL))
}
