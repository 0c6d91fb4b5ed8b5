//! Putting idle tokens and rewards back to work.

use levmine_market::{Holder, VenueId};

use crate::{Action, AmountSpec, Plan, StepError, Transaction, World};

/// Claims what can be claimed, then adds whatever the wallet holds of a pool's coins to the pool whose shares the farmer
/// has.
pub(super) fn act(world: &mut World) -> Result<Vec<Transaction>, StepError> {
    let mut actions = Vec::new();
    for id in world.venue_ids() {
        let Ok(market) = world.lending(id) else { continue };
        if market.claimable(world.farmer, world.now)?.iter().any(|amount| !amount.is_zero()) {
            actions.push(Action::Claim { at: id });
        }
    }
    actions.extend(pools_held(world).into_iter().filter_map(|at| {
        let pool = world.pool(at).ok()?;
        let idle: Vec<AmountSpec> = world
            .journal
            .balances(Holder::Wallet(world.farmer))
            .filter(|held| pool.coins().contains(&held.asset))
            .map(|held| AmountSpec::All(held.asset))
            .collect();
        (!idle.is_empty()).then_some(Action::Zap { at, amounts: idle })
    }));
    if actions.is_empty() {
        return Ok(Vec::new());
    }
    match world.transact(&Plan::of(actions)) {
        Ok(done) => Ok(vec![done]),
        // Dust that is too small to be added is nothing to compound.
        Err(error) if error.verb == "zap" => Ok(Vec::new()),
        Err(error) => Err(*error.source),
    }
}

fn pools_held(world: &World) -> Vec<VenueId> {
    world.portfolio.shares.iter().map(|line| line.pool).collect()
}
