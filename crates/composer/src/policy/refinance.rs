//! Moving to the cheapest lending market.

use levmine_lending::Position;
use levmine_market::{TokenAmount, VenueId};
use rust_decimal::Decimal;

use super::net_rate::{Where, net_rate};
use crate::{Action, Plan, Recipe, StepError, Transaction, World, recipe::Refinance};

/// Moves each position that costs more than at another market of the strategy by at least `by` a year; nothing is to be done
/// where none is so much cheaper. A market where it cannot be done keeps no other from it; its error is told when none was.
pub(super) fn act(world: &mut World, by: Decimal) -> Result<Vec<Transaction>, StepError> {
    let (mut done, mut failed) = (Vec::new(), None);
    let markets: Vec<VenueId> =
        world.healths().iter().filter(|(_, health)| !health.debt.is_zero()).map(|(at, _)| *at).collect();
    for at in markets {
        match from_market(world, at, by) {
            Ok(transaction) => done.extend(transaction),
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    failed.filter(|_| done.is_empty()).map_or(Ok(done), Err)
}

/// `None` where no other market is so much cheaper.
fn from_market(world: &mut World, from: VenueId, by: Decimal) -> Result<Option<Transaction>, StepError> {
    let position = world.lending(from)?.position(world.farmer, world.now)?;
    let now = net_rate(world, from, &position, Where::Here)?;
    let mut others: Vec<VenueId> = Vec::new();
    for to in world.venue_ids().filter(|to| *to != from && takes(world, *to, &position)) {
        // Rates that are not good enough before the position is there are not once it is, nor is its share of the rewards.
        if net_rate(world, to, &position, Where::Elsewhere)? - now >= by {
            others.push(to);
        }
    }
    let (mut best, mut refused): (Option<(Decimal, Plan)>, _) = (None, None);
    for to in others {
        let recipe = Recipe::Refinance(Refinance { from, to, mode: None });
        let plan = Plan::of(vec![Action::Recipe(recipe)]);
        // What it costs there once the position has moved, and not before.
        let there = world.trial(|world| match world.transact(&plan) {
            Ok(_) => {
                let there = world.lending(to)?.position(world.farmer, world.now)?;
                net_rate(world, to, &there, Where::Here).map(Some)
            }
            Err(error) => {
                refused = Some(*error.source);
                Ok(None)
            }
        })?;
        let better = there.filter(|there| *there - now >= by && *there > now);
        if let Some(there) = better.filter(|there| best.as_ref().is_none_or(|(most, _)| there > most)) {
            best = Some((there, plan));
        }
    }
    let Some((_, plan)) = best else { return refused.map_or(Ok(None), Err) };
    world.transact(&plan).map(Some).map_err(|error| *error.source)
}

/// Whether a market takes all that a position has as collateral, and lends what it owes.
fn takes(world: &World, to: VenueId, position: &Position) -> bool {
    let Ok(market) = world.lending(to) else { return false };
    let listed = |amount: TokenAmount| market.listing(amount.asset).ok();
    let held = position.supplied.iter().all(|held| {
        listed(held.amount).is_some_and(|listing| {
            listing.suppliable && (!held.collateral || listing.liquidation_threshold.is_some())
        })
    });
    held && position.debts.iter().all(|debt| listed(*debt).is_some_and(|listing| listing.borrowable))
}
