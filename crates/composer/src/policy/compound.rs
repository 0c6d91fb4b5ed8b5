//! Putting idle tokens and rewards back to work.

use levmine_market::{Asset, MARKS_PER_BASE_UNIT, Mark, TokenAmount, VenueId};
use levmine_math::U256;
use rust_decimal::Decimal;

use crate::fraction::part_of;
use crate::recipe::claims;
use crate::route::{along, best_route};
use crate::{Action, AmountSpec, Placement, Plan, StepError, Transaction, World};

/// Claims what waits, a transaction for each venue, and leaves it in the wallet. A venue that refuses keeps no other from
/// it; its error is told when nothing was claimed.
pub(super) fn claim(world: &mut World) -> Result<Vec<Transaction>, StepError> {
    let (mut done, mut failed) = (Vec::new(), None);
    for action in claims(world)? {
        match world.transact(&Plan::of(vec![action])) {
            Ok(transaction) => done.push(transaction),
            Err(error) => failed = failed.or(Some(*error.source)),
        }
    }
    failed.filter(|_| done.is_empty()).map_or(Ok(done), Err)
}

/// The same where what can be claimed is worth more than `above` times the gas that it takes; without a multiple always.
pub(super) fn act_above(
    world: &mut World,
    keep: &[Asset],
    above: Option<Decimal>,
) -> Result<Vec<Transaction>, StepError> {
    let Some(times) = above else { return act(world, keep) };
    let waits = waiting(world)?;
    let mut sum: Mark = 0;
    for amount in &waits {
        sum = sum.saturating_add(world.market.mark(*amount, world.quote)?);
    }
    let raw = U256::from(sum.max(0).unsigned_abs()) / U256::from(MARKS_PER_BASE_UNIT);
    let reward = TokenAmount::new(world.quote, raw);
    let saved = world.save();
    let tried = act(world, keep);
    world.restore(saved);
    let gas = tried?.iter().fold(U256::ZERO, |sum, done| sum.saturating_add(done.gas_cost));
    if reward.raw <= part_of(gas, times)? {
        let cost = TokenAmount::new(world.quote, gas);
        return Err(StepError::NotWorthIt { reward, cost, times: times.normalize() });
    }
    act(world, keep)
}

/// What waits to be claimed: rewards, incentives, fees beside positions.
fn waiting(world: &World) -> Result<Vec<TokenAmount>, StepError> {
    let mut found = Vec::new();
    for at in world.venue_ids() {
        found.extend(world.earned_incentives(at));
        if let Ok(market) = world.lending(at) {
            found.extend(market.claimable(world.farmer, world.now)?);
        }
        if let Ok(vault) = world.vault(at) {
            found.extend(vault.claimable(world.farmer, world.now)?);
        }
    }
    // Fees of positions that lie elsewhere cannot be collected from here.
    for line in world.portfolio.shares.iter().filter(|line| !world.wallet(line.share).is_zero()) {
        let pool = world.pool(line.pool)?;
        let fees = pool.earned(line.share, world.now)?;
        found.extend(pool.coins().iter().zip(fees).map(|(coin, raw)| TokenAmount::new(*coin, raw)));
    }
    Ok(found)
}

/// Claims what waits, sells the rewards that are no coin of a pool in use, then adds whatever the wallet holds of a pool's
/// coins to the pools whose shares the farmer has, one after the other, and puts the new shares where the others are:
/// supplied, staked or deposited. Each is a transaction of its own, so dust that a pool does not take stands in nobody's
/// way.
pub(super) fn act(world: &mut World, keep: &[Asset]) -> Result<Vec<Transaction>, StepError> {
    let kinds = rewards(world)?;
    let mut done = claim(world)?;
    let rewards = received(&done, &kinds);
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

/// The tokens that are paid as rewards, and can be claimed now.
fn rewards(world: &World) -> Result<Vec<Asset>, StepError> {
    let mut assets = Vec::new();
    for at in world.venue_ids() {
        assets.extend(world.earned_incentives(at).iter().map(|amount| amount.asset));
        if let Ok(market) = world.lending(at) {
            assets.extend(market.claimable(world.farmer, world.now)?.iter().map(|amount| amount.asset));
        }
        if let Ok(vault) = world.vault(at) {
            assets.extend(vault.claimable(world.farmer, world.now)?.iter().map(|amount| amount.asset));
        }
    }
    Ok(assets)
}

/// What transactions brought of these assets.
fn received(done: &[Transaction], of: &[Asset]) -> Vec<TokenAmount> {
    let mut sums: Vec<TokenAmount> = Vec::new();
    for amount in done.iter().flat_map(|done| &done.steps).flat_map(|step| &step.received) {
        match sums.iter_mut().find(|sum| sum.asset == amount.asset) {
            Some(sum) => sum.raw = sum.raw.saturating_add(amount.raw),
            None if of.contains(&amount.asset) => sums.push(*amount),
            None => {}
        }
    }
    sums
}

/// Sells a reward for the first coin of a pool in use, unless it is a coin of one, or is to be kept.
fn sell(
    world: &mut World,
    reward: TokenAmount,
    pools: &[(VenueId, Asset)],
    keep: &[Asset],
) -> Option<Transaction> {
    let is_coin = |at: &VenueId| world.pool(*at).is_ok_and(|pool| pool.coins().contains(&reward.asset));
    if keep.contains(&reward.asset) || pools.iter().any(|(at, _)| is_coin(at)) {
        return None;
    }
    let to = match pools.first() {
        Some((at, _)) => world.pool(*at).ok()?.coins().first().copied()?,
        None => keep.first().copied()?,
    };
    let (route, _) = best_route(world, reward, to).ok()?;
    let steps = along(world, AmountSpec::Exact(reward), &route);
    world.transact(&Plan::of(steps)).ok()
}

/// The steps that put shares in the wallet where the farmer has the others.
pub(super) fn back_to_work(world: &World, share: Asset) -> Result<Vec<Action>, StepError> {
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
