//! Putting idle tokens and rewards back to work.

use levmine_market::VenueId;

use crate::{Action, AmountSpec, Plan, StepError, Transaction, World};

/// Claims what can be claimed, then adds whatever the wallet holds of a pool's coins to the pools whose shares the farmer
/// has, one after the other. The claims are one transaction and each pool is another, so dust that a pool does not take
/// stands in nobody's way.
pub(super) fn act(world: &mut World) -> Result<Vec<Transaction>, StepError> {
    let mut claims = Vec::new();
    for at in world.venue_ids() {
        let Ok(market) = world.lending(at) else { continue };
        if market.claimable(world.farmer, world.now)?.iter().any(|amount| !amount.is_zero()) {
            claims.push(Action::Claim { at });
        }
    }
    let mut done = Vec::new();
    if !claims.is_empty() {
        done.push(world.transact(&Plan::of(claims)).map_err(|error| *error.source)?);
    }
    let pools: Vec<VenueId> = world.portfolio.shares.iter().map(|line| line.pool).collect();
    for at in pools {
        let amounts = idle(world, at)?;
        if !amounts.is_empty() {
            done.extend(world.transact(&Plan::of(vec![Action::Zap { at, amounts }])).ok());
        }
    }
    Ok(done)
}

/// What the wallet holds of the coins of a pool.
fn idle(world: &World, at: VenueId) -> Result<Vec<AmountSpec>, StepError> {
    let coins = world.pool(at)?.coins();
    let held = coins.iter().filter(|coin| !world.wallet(**coin).is_zero());
    Ok(held.map(|coin| AmountSpec::All(*coin)).collect())
}
