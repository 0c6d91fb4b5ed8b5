//! Leaving a lending market: all debts paid from what the wallet holds, from pool shares, and from the collateral itself.

use levmine_lending::{LendingMarketExt, Position};
use levmine_market::{TokenAmount, VenueId};
use levmine_math::U256;

use crate::apart::apart;
use crate::route::{along, best_exact_out, best_route};
use crate::{Action, AmountSpec, StepError, World};

/// A sale for less than one part in this many of what is missing is not made.
const DUST: u64 = 1_000_000;

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
    actions.extend(apart(world, asset));
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
    if let Some(action) = crate::apart::next(world, &[])? {
        return Ok(vec![action]);
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
        if held.asset == missing.asset || crate::apart::is_pooled(world, held)? {
            continue;
        }
        if let Some((at, needed)) = best_exact_out(world, held.asset, missing)
            && needed <= held.raw
        {
            return Ok(Some(vec![Action::SwapFor { at, from: held.asset, buy: missing }]));
        }
        let Ok((route, got)) = best_route(world, held, missing.asset) else { continue };
        // A few base units that a rounding left are not worth the gas.
        if got < missing.raw / U256::from(DUST) {
            continue;
        }
        if best.as_ref().is_none_or(|(most, _)| got > *most) {
            best = Some((got, along(world, AmountSpec::All(held.asset), &route)));
        }
    }
    Ok(best.map(|(_, actions)| actions))
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
    actions.extend(apart(world, free.asset));
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
