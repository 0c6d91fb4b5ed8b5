//! Governance through the trait: the Comptroller's and the cTokens' functions, by parameter.
//!
//! A market has one collateral factor: it is the maximal loan-to-value and the liquidation threshold at once. The close
//! factor and the liquidators' bonus are the Comptroller's, for all markets.

use levmine_lending::{Change, Context, Curve, LendingError, Setting};
use levmine_math::{Rounding, U256, Wad, mul_div};

use crate::market::CompoundV2Market;
use crate::math::ONE;
use crate::ops::governance;
use crate::rates::RateModel;
use crate::state::RewardState;

/// A year of 365 days in milliseconds.
const YEAR: u64 = 365 * 86_400_000;

/// Changes a parameter of a market, or of all of them.
pub(crate) fn govern(
    market: &mut CompoundV2Market,
    change: &Change,
    ctx: &Context<'_>,
) -> Result<(), LendingError> {
    let of_all =
        matches!(change.to, Setting::CloseFactor(_) | Setting::LiquidationBonus(_) | Setting::Rewards(_));
    if of_all {
        return of_comptroller(market, change, ctx);
    }
    let asset = change.of_asset(crate::PROTOCOL)?;
    let id = market.pool.market_id(asset);
    let id = market.lending(id)?;
    match change.to {
        Setting::LiquidationThreshold(part) | Setting::MaxLtv(part) => {
            market.transact(ctx, |tx, world| governance::set_collateral_factor(tx, id, part.raw(), world))
        }
        Setting::ReserveFactor(part) => {
            market.transact(ctx, |tx, world| governance::set_reserve_factor(tx, id, part.raw(), world.block))
        }
        Setting::Curve(curve) => {
            let model = model(market, change, curve)?;
            market.transact(ctx, |tx, world| governance::set_rate_model(tx, id, model, world.block))
        }
        Setting::BorrowCap(cap) => {
            // Zero is no cap.
            let cap = cap.map(|cap| if cap.is_zero() { Err(change.unfit(crate::PROTOCOL)) } else { Ok(cap) });
            let cap = cap.transpose()?.unwrap_or_default();
            market.transact(ctx, |tx, _| {
                tx.market_mut(id)?.borrow_cap = cap;
                Ok(())
            })
        }
        Setting::Frozen(on) => market.transact(ctx, |tx, _| {
            let market = tx.market_mut(id)?;
            (market.mint_paused, market.borrow_paused) = (on, on);
            Ok(())
        }),
        Setting::Borrowable(on) => market.transact(ctx, |tx, _| {
            tx.market_mut(id)?.borrow_paused = !on;
            Ok(())
        }),
        _ => Err(change.unknown(crate::PROTOCOL)),
    }
}

fn of_comptroller(
    market: &mut CompoundV2Market,
    change: &Change,
    ctx: &Context<'_>,
) -> Result<(), LendingError> {
    if change.asset.is_some() {
        let operation = "such a parameter of one asset";
        return Err(LendingError::Unsupported { protocol: crate::PROTOCOL, operation });
    }
    match change.to {
        Setting::CloseFactor(part) => market.transact(ctx, |tx, _| {
            tx.settings_mut().close_factor = part.raw();
            Ok(())
        }),
        Setting::LiquidationBonus(part) => {
            let incentive = part.add(Wad::ONE)?.raw();
            market.transact(ctx, |tx, _| {
                tx.settings_mut().liquidation_incentive = incentive;
                Ok(())
            })
        }
        Setting::Rewards(factor) => {
            let scaled = |state: &RewardState| factor.mul_int(state.speed, Rounding::Down);
            let speeds = market
                .pool
                .markets()
                .iter()
                .map(|market| Ok((scaled(&market.supply_rewards)?, scaled(&market.borrow_rewards)?)));
            let speeds: Vec<(U256, U256)> = speeds.collect::<Result<_, LendingError>>()?;
            if market
                .pool
                .markets()
                .iter()
                .all(|market| market.supply_rewards.speed.is_zero() && market.borrow_rewards.speed.is_zero())
            {
                return Err(change.unknown(crate::PROTOCOL));
            }
            market.transact(ctx, |tx, world| {
                for (id, (supply, borrow)) in speeds.into_iter().enumerate() {
                    governance::set_comp_speeds(tx, id, supply, borrow, world.block)?;
                }
                Ok(())
            })
        }
        _ => Err(change.unknown(crate::PROTOCOL)),
    }
}

/// The kinked model in its second form: the slopes are what is added up to the kink and from there to full utilization.
fn model(market: &CompoundV2Market, change: &Change, curve: Curve) -> Result<RateModel, LendingError> {
    let unfit = || change.unfit(crate::PROTOCOL);
    let blocks = U256::from(YEAR / market.milliseconds_per_block.max(1));
    let rest = Wad::ONE.sub(curve.kink).map_err(|_| unfit())?;
    if rest.is_zero() || curve.kink.is_zero() {
        return Err(unfit());
    }
    let jump = mul_div(curve.slope2.raw(), U256::from(ONE), rest.raw(), Rounding::Down)?;
    let rates = [curve.base.raw(), curve.slope1.raw(), jump, curve.kink.raw()];
    RateModel::jump_v2(rates, blocks).map_err(LendingError::from)
}
