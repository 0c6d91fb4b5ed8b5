//! Putting idle tokens and rewards back to work.

use levmine_market::{Asset, TokenAmount, VenueId};

use crate::recipe::claims;
use crate::route::{along, best_route};
use crate::{Action, AmountSpec, Placement, Plan, StepError, Transaction, World};

/// Claims what waits, in one transaction, and leaves it in the wallet.
pub(super) fn claim(world: &mut World) -> Result<Vec<Transaction>, StepError> {
    let actions = claims(world)?;
    if actions.is_empty() {
        return Ok(Vec::new());
    }
    Ok(vec![world.transact(&Plan::of(actions)).map_err(|error| *error.source)?])
}

/// Claims what waits, sells the rewards that are no coin of a pool in use, then adds whatever the wallet holds of a pool's
/// coins to the pools whose shares the farmer has, one after the other, and puts the new shares where the others are:
/// supplied, staked or deposited. The claims are one transaction and each sale and each pool another, so dust that a pool
/// does not take stands in nobody's way.
pub(super) fn act(world: &mut World, keep: &[Asset]) -> Result<Vec<Transaction>, StepError> {
    let mut done = claim(world)?;
    let rewards = received(&done);
    let pools = pools_in_use(world);
    for reward in rewards {
        done.extend(sell(world, reward, &pools, keep));
    }
    for (at, share) in pools {
        let amounts = idle(world, at)?;
        if amounts.is_empty() {
            continue;
        }
        let place = match world.pool(at)?.share() {
            Some(_) => Placement::Everywhere,
            None => Placement::Into(share),
        };
        let mut steps = vec![Action::Zap { at, amounts, place }];
        steps.extend(back_to_work(world, share)?);
        done.extend(world.transact(&Plan::of(steps)).ok());
    }
    Ok(done)
}

/// The pools whose shares the farmer has, each with one of them.
fn pools_in_use(world: &World) -> Vec<(VenueId, Asset)> {
    let mut pools: Vec<(VenueId, Asset)> = Vec::new();
    for line in &world.portfolio.shares {
        if pools.iter().all(|(pool, _)| *pool != line.pool) {
            pools.push((line.pool, line.share));
        }
    }
    pools
}

/// The assets that transactions brought.
fn received(done: &[Transaction]) -> Vec<Asset> {
    let mut assets: Vec<Asset> = Vec::new();
    for amount in done.iter().flat_map(|done| &done.steps).flat_map(|step| &step.received) {
        if !assets.contains(&amount.asset) {
            assets.push(amount.asset);
        }
    }
    assets
}

/// Sells a reward for the first coin of a pool in use, unless it is a coin of one, or is to be kept.
fn sell(world: &mut World, reward: Asset, pools: &[(VenueId, Asset)], keep: &[Asset]) -> Option<Transaction> {
    let is_coin = |at: &VenueId| world.pool(*at).is_ok_and(|pool| pool.coins().contains(&reward));
    if keep.contains(&reward) || pools.iter().any(|(at, _)| is_coin(at)) {
        return None;
    }
    let to = match pools.first() {
        Some((at, _)) => world.pool(*at).ok()?.coins().first().copied()?,
        None => keep.first().copied()?,
    };
    let held = TokenAmount::new(reward, world.wallet(reward));
    let (route, _) = best_route(world, held, to).ok()?;
    let steps = along(world, AmountSpec::All(reward), &route);
    world.transact(&Plan::of(steps)).ok()
}

/// The steps that put shares in the wallet where the farmer has the others.
fn back_to_work(world: &World, share: Asset) -> Result<Vec<Action>, StepError> {
    let amount = AmountSpec::All(share);
    for at in world.venue_ids() {
        if let Ok(market) = world.lending(at)
            && market.listing(share).is_ok()
            && !market.supplied(world.farmer, share, world.now)?.is_zero()
        {
            return Ok(vec![Action::Supply { at, amount }]);
        }
        let Ok(vault) = world.vault(at) else { continue };
        let staked = !vault.staked(world.farmer, share, world.now).is_zero();
        let deposited = vault.share(share).is_some_and(|of_vault| {
            let held = |line: &crate::ShareLine| line.through.iter().any(|amount| amount.asset == of_vault);
            world.portfolio.shares.iter().any(held)
        });
        if staked || deposited {
            return Ok(vec![Action::Deposit { at, amount }]);
        }
    }
    Ok(Vec::new())
}

/// What the wallet holds of the coins of a pool.
fn idle(world: &World, at: VenueId) -> Result<Vec<AmountSpec>, StepError> {
    let coins = world.pool(at)?.coins();
    let held = coins.iter().filter(|coin| !world.wallet(**coin).is_zero());
    Ok(held.map(|coin| AmountSpec::All(*coin)).collect())
}
