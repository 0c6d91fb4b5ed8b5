//! Adding collateral out of the reserve.

use levmine_market::{TokenAmount, VenueId};
use levmine_math::{Rounding, U256, Wad, mul_div, pow10};
use rust_decimal::Decimal;

use super::towards::is_kept;
use crate::fraction::{ratio, scale, unscale};
use crate::route::{along, best_exact_out, best_route, least_for};
use crate::{Action, AmountSpec, Plan, StepError, Target, Transaction, World};

/// Rounds of taking from the reserve in one transaction: one for each asset of it, and one for what a sale cost.
const MOST_ROUNDS: usize = 8;

/// One transaction for each market that is below the target, as far as the reserve reaches. A market where it cannot be done
/// keeps no other from being helped; its error is told when none was.
pub(super) fn act(world: &mut World, target: Target) -> Result<Vec<Transaction>, StepError> {
    let (mut done, mut failed) = (Vec::new(), None);
    let markets: Vec<VenueId> =
        world.healths().iter().filter(|(_, health)| !health.debt.is_zero()).map(|(at, _)| *at).collect();
    for at in markets {
        if is_met(world, at, target)? {
            continue;
        }
        match at_market(world, at, target) {
            Ok(transaction) => done.push(transaction),
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    failed.filter(|_| done.is_empty()).map_or(Ok(done), Err)
}

/// A leverage is that of the market here: what lies in the reserve is held already, so moving it changes no other.
fn is_met(world: &World, at: VenueId, target: Target) -> Result<bool, StepError> {
    match target {
        Target::Leverage(_) => target.is_kept(&world.lending(at)?.health(world.farmer, &world.context())?),
        _ => is_kept(world, at, target),
    }
}

fn at_market(world: &mut World, at: VenueId, target: Target) -> Result<Transaction, StepError> {
    if world.reserve().is_empty() {
        return Err(StepError::ReserveEmpty);
    }
    let saved = world.save();
    let found = world.on_credit(|world| search(world, at, target));
    world.restore(saved);
    world.transact(&Plan::of(found?)).map_err(|error| *error.source)
}

fn search(world: &mut World, at: VenueId, target: Target) -> Result<Vec<Action>, StepError> {
    let (mut actions, mut failed) = (Vec::new(), None);
    for reserve in world.reserve() {
        for _ in 0..MOST_ROUNDS {
            if is_met(world, at, target)? {
                return Ok(actions);
            }
            let there = TokenAmount::new(reserve.asset, world.in_reserve(reserve.asset));
            if there.is_zero() {
                break;
            }
            let tried = steps(world, at, there, target).and_then(|steps| {
                world.transact(&Plan::of(steps.clone())).map_err(|error| *error.source)?;
                Ok(steps)
            });
            match tried {
                Ok(steps) => actions.extend(steps),
                Err(error) => {
                    failed = failed.or(Some(error));
                    break;
                }
            }
        }
    }
    if actions.is_empty() { Err(failed.unwrap_or(StepError::ReserveEmpty)) } else { Ok(actions) }
}

/// Takes as little of `there` as brings the position to the target, all of it where that is not enough, and supplies it: as
/// it is where the market counts it as collateral, else changed into the largest collateral.
fn steps(world: &World, at: VenueId, there: TokenAmount, target: Target) -> Result<Vec<Action>, StepError> {
    let market = world.lending(at)?;
    let position = market.position(world.farmer, world.now)?;
    let counted = position.supplied.iter().filter(|held| held.collateral);
    let mut largest: Option<(Wad, TokenAmount)> = None;
    for held in counted.clone() {
        let value = world.oracle.value(held.amount)?;
        if largest.is_none_or(|(most, _)| value > most) {
            largest = Some((value, held.amount));
        }
    }
    let is_counted = counted.clone().any(|held| held.amount.asset == there.asset);
    let asset = match largest {
        _ if is_counted => there.asset,
        Some((_, held)) => held.asset,
        None => there.asset,
    };
    let health = market.health(world.farmer, &world.context())?;
    // What the asset counts for, as far as the market tells it; the whole position's part else.
    let own = market.listing(asset)?.liquidation_threshold;
    let threshold = match counted.clone().count() {
        0 | 1 => ratio(health.liquidation_limit, health.collateral),
        _ => own.map_or(Decimal::ZERO, |bps| {
            u64::try_from(bps.raw())
                .map_or(Decimal::ONE, |bps| Decimal::new(i64::try_from(bps).unwrap_or(10_000), 4))
        }),
    };
    let value = missing(&health, target, threshold)?;
    let needed = TokenAmount::new(asset, units_up(world, value, asset)?);
    let supply = |amount| Action::Supply { at, amount };
    let take = |amount| Action::FromReserve { at, amount };
    if asset == there.asset {
        let put = TokenAmount::new(asset, needed.raw.min(there.raw));
        return Ok(vec![take(put), supply(AmountSpec::Exact(put))]);
    }
    if let Some((pool, least)) = best_exact_out(world, there.asset, needed)
        && least <= there.raw
    {
        let sold = TokenAmount::new(there.asset, least);
        let buy = Action::SwapFor { at: pool, from: there.asset, buy: needed };
        return Ok(vec![take(sold), buy, supply(AmountSpec::Exact(needed))]);
    }
    let (route, sold) = match least_for(world, there, needed) {
        Some((route, least)) => (route, TokenAmount::new(there.asset, least)),
        None => (best_route(world, there, asset)?.0, there),
    };
    let mut actions = vec![take(sold)];
    actions.extend(along(world, AmountSpec::Exact(sold), &route));
    actions.push(supply(AmountSpec::Received(asset)));
    Ok(actions)
}

/// The value of collateral that is missing. With collateral C, debt D, liquidation limit L and the threshold t of what is
/// added: (L + t·x) ÷ D = h, so x = (h·D − L) ÷ t; D ÷ (C + x) = l, so x = D ÷ l − C; and (C + x) ÷ (C + x − D) = λ, so
/// x = D·λ ÷ (λ − 1) − C.
fn missing(health: &levmine_lending::Health, target: Target, threshold: Decimal) -> Result<Wad, StepError> {
    let less = |a: Wad, b: Wad| a.sub(b).unwrap_or(Wad::ZERO);
    match target {
        Target::HealthFactor(to) if threshold > Decimal::ZERO => {
            unscale(less(scale(health.debt, to)?, health.liquidation_limit), threshold)
        }
        Target::HealthFactor(_) => Ok(Wad::ZERO),
        Target::Ltv(to) => Ok(less(unscale(health.debt, to)?, health.collateral)),
        Target::Leverage(to) if to > Decimal::ONE => {
            Ok(less(unscale(scale(health.debt, to)?, to - Decimal::ONE)?, health.collateral))
        }
        // No collateral makes a debt one of nothing.
        Target::Leverage(_) => Ok(Wad::MAX),
    }
}

/// Base units that are worth at least `value` by the oracle, a little more so that roundings on the way do not matter.
fn units_up(world: &World, value: Wad, asset: levmine_market::Asset) -> Result<U256, StepError> {
    let price = world.oracle.price(asset)?.0.raw();
    let unit = pow10(u32::from(asset.decimals()))?;
    let raw = mul_div(value.raw(), unit, price, Rounding::Up).unwrap_or(U256::MAX);
    let more = (raw / U256::from(1_000_000_u64)).saturating_add(U256::from(2_u64));
    Ok(raw.saturating_add(more))
}
