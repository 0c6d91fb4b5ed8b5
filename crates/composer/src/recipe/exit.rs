//! Leaving a lending market: all debts paid from what the wallet holds, from pool shares, and from the collateral itself.

use levmine_lending::{LendingMarketExt, Position};
use levmine_market::{TokenAmount, VenueId};
use levmine_math::U256;
use rust_decimal::Decimal;

use crate::route::{best_exact_out, best_route};
use crate::{Action, AmountSpec, StepError, World};

/// What to do next to leave `at`; `None` when nothing is left there.
pub(crate) fn round(world: &World, at: VenueId) -> Result<Option<Vec<Action>>, StepError> {
    let position = world.lending(at)?.position(world.farmer, world.now)?;
    let owed = position.debts.iter().find(|debt| !debt.is_zero());
    match owed {
        Some(debt) => pay(world, at, &position, *debt).map(Some),
        None => Ok(take_out(world, at, &position)),
    }
}

fn take_out(world: &World, at: VenueId, position: &Position) -> Option<Vec<Action>> {
    let supplied = position.supplied.iter().find(|supplied| !supplied.amount.is_zero())?;
    let asset = supplied.amount.asset;
    let mut actions = vec![Action::Withdraw { at, amount: AmountSpec::All(asset) }];
    actions.extend(
        world.pool_of_share(asset).map(|pool| Action::RemoveLiquidity { at: pool, part: Decimal::ONE }),
    );
    Some(actions)
}

fn pay(world: &World, at: VenueId, position: &Position, debt: TokenAmount) -> Result<Vec<Action>, StepError> {
    let repay = Action::Repay { at, amount: AmountSpec::All(debt.asset) };
    let in_wallet = world.wallet(debt.asset);
    if in_wallet >= debt.raw {
        return Ok(vec![repay]);
    }
    let missing = TokenAmount::new(debt.asset, debt.raw - in_wallet);
    // The market's value of what is there must exceed the rest of the debt clearly before an exact purchase is tried.
    if let Some(actions) = buy_from_wallet(world, missing)? {
        return Ok(actions);
    }
    for id in world.venue_ids() {
        let shares = world.pool(id).ok().and_then(|pool| pool.share()).map(|share| world.wallet(share));
        if shares.is_some_and(|shares| !shares.is_zero()) {
            return Ok(vec![Action::RemoveLiquidity { at: id, part: Decimal::ONE }]);
        }
    }
    if !in_wallet.is_zero() {
        return Ok(vec![repay]);
    }
    free_collateral(world, at, position, debt)
}

/// Buys `missing` with another asset of the wallet: exactly if it is worth enough, else all of it.
fn buy_from_wallet(world: &World, missing: TokenAmount) -> Result<Option<Vec<Action>>, StepError> {
    let wallet = levmine_market::Holder::Wallet(world.farmer);
    let mut best: Option<(U256, Vec<Action>)> = None;
    for held in world.journal.balances(wallet) {
        if held.asset == missing.asset || world.pool_of_share(held.asset).is_some() {
            continue;
        }
        if let Some((at, needed)) = best_exact_out(world, held.asset, missing)
            && needed <= held.raw
        {
            return Ok(Some(vec![Action::SwapFor { at, from: held.asset, buy: missing }]));
        }
        let Ok((route, got)) = best_route(world, held, missing.asset) else { continue };
        if best.as_ref().is_none_or(|(most, _)| got > *most) {
            best = Some((got, along(AmountSpec::All(held.asset), &route)));
        }
    }
    Ok(best.map(|(_, actions)| actions))
}

/// Sells `first` along a route: each swap but the first sells what the one before brought.
pub(crate) fn along(first: AmountSpec, route: &[crate::route::Hop]) -> Vec<Action> {
    let mut from = first;
    let mut actions = Vec::with_capacity(route.len());
    for (at, to) in route {
        actions.push(Action::Swap { at: *at, from, to: *to, max_slippage: None });
        from = AmountSpec::Received(*to);
    }
    actions
}

/// Takes out as much collateral as the debt allows, so that it can be sold.
fn free_collateral(
    world: &World,
    at: VenueId,
    position: &Position,
    debt: TokenAmount,
) -> Result<Vec<Action>, StepError> {
    let (market, ctx) = (world.lending(at)?, world.context());
    let mut best: Option<(levmine_math::Wad, TokenAmount)> = None;
    for supplied in position.supplied.iter().filter(|supplied| !supplied.amount.is_zero()) {
        let asset = supplied.amount.asset;
        let free = TokenAmount::new(asset, market.max_withdraw(world.farmer, asset, &ctx)?);
        let value = ctx.prices.value(free)?;
        if !free.is_zero() && best.as_ref().is_none_or(|(most, _)| value > *most) {
            best = Some((value, free));
        }
    }
    let Some((_, free)) = best else { return by_flash(world, at, position, debt) };
    let mut actions = vec![Action::Withdraw { at, amount: AmountSpec::Exact(free) }];
    if let Some(pool) = world.pool_of_share(free.asset) {
        actions.push(Action::RemoveLiquidity { at: pool, part: Decimal::ONE });
    }
    Ok(actions)
}

/// Nothing can be taken out as it stands (the position is at its limit or beyond): a flash loan pays first.
fn by_flash(
    world: &World,
    at: VenueId,
    position: &Position,
    debt: TokenAmount,
) -> Result<Vec<Action>, StepError> {
    for supplied in &position.supplied {
        if let Some(steps) = super::repay_with_collateral(world, at, debt, supplied.amount)? {
            return Ok(steps);
        }
    }
    Err(StepError::Stuck { venue: world.name(at).into(), debt })
}
