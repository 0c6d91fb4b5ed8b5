//! Moving to the cheapest lending market.

use levmine_lending::{LendingMarket, Position};
use levmine_market::{TokenAmount, VenueId};
use levmine_math::{Ray, Rounding, U256, mul_div};
use rust_decimal::Decimal;

use crate::fraction::percent;
use crate::{Action, Plan, Recipe, StepError, Transaction, World, recipe::Refinance};

/// Moves each position that costs more than at another market of the strategy by at least `by` a year. A market where it
/// cannot be done keeps no other from it; its error is told when none was.
pub(super) fn act(world: &mut World, by: Decimal) -> Result<Vec<Transaction>, StepError> {
    let (mut done, mut failed) = (Vec::new(), None);
    let markets: Vec<VenueId> =
        world.healths().iter().filter(|(_, health)| !health.debt.is_zero()).map(|(at, _)| *at).collect();
    for at in markets {
        match from_market(world, at, by) {
            Ok(transaction) => done.push(transaction),
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    failed.filter(|_| done.is_empty()).map_or(Ok(done), Err)
}

fn from_market(world: &mut World, from: VenueId, by: Decimal) -> Result<Transaction, StepError> {
    let position = world.lending(from)?.position(world.farmer, world.now)?;
    let now = net_rate(world, from, &position)?;
    let mut others: Vec<VenueId> = Vec::new();
    for to in world.venue_ids().filter(|to| *to != from && takes(world, *to, &position)) {
        // Rates that are not good enough before the position is there are not once it is.
        if net_rate(world, to, &position)? - now >= by {
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
                net_rate(world, to, &there).map(Some)
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
    let Some((_, plan)) = best else {
        let none = StepError::NoCheaperVenue { venue: world.name(from).into(), by: percent(by) };
        return Err(refused.unwrap_or(none));
    };
    world.transact(&plan).map_err(|error| *error.source)
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

/// What the collateral of a position earns at a market less what its debt costs there in a year, as a fraction of the debt:
/// (Σ supplied·rate − Σ owed·rate) ÷ Σ owed.
fn net_rate(world: &World, at: VenueId, position: &Position) -> Result<Decimal, StepError> {
    let market = world.lending(at)?;
    let (mut earned, mut paid, mut owed) = (U256::ZERO, U256::ZERO, U256::ZERO);
    for held in &position.supplied {
        let value = world.oracle.value(held.amount)?.raw();
        let rate = rate_of(market, held.amount, world, true)?;
        earned = earned.saturating_add(mul_div(value, rate.raw(), Ray::ONE.raw(), Rounding::Down)?);
    }
    for debt in &position.debts {
        let value = world.oracle.value(*debt)?.raw();
        let rate = rate_of(market, *debt, world, false)?;
        paid = paid.saturating_add(mul_div(value, rate.raw(), Ray::ONE.raw(), Rounding::Up)?);
        owed = owed.saturating_add(value);
    }
    let part = |value| {
        crate::fraction::fine_ratio(levmine_math::Wad::from_raw(value), levmine_math::Wad::from_raw(owed))
    };
    Ok(part(earned) - part(paid))
}

fn rate_of(
    market: &dyn LendingMarket,
    amount: TokenAmount,
    world: &World,
    supplied: bool,
) -> Result<Ray, StepError> {
    match market.rates(amount.asset, world.now) {
        Ok(rates) if supplied => Ok(rates.supply),
        Ok(rates) => Ok(rates.borrow),
        // Collateral that is not lent earns nothing.
        Err(_) if supplied => Ok(Ray::ZERO),
        Err(error) => Err(error.into()),
    }
}
