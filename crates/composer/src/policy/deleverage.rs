//! Paying debt back until the position is as safe as it should be.
//!
//! The cheapest source is used first: what lies in the wallet, then pool shares (as few as needed), then the collateral
//! itself in rounds.

use levmine_market::{TokenAmount, VenueId};
use levmine_math::{U256, Wad};
use rust_decimal::Decimal;

use super::towards::{excess, is_kept};
use crate::fraction::scale;
use crate::recipe::{flash_lender, largest_that, repay_with_collateral};
use crate::route::{along, best_route};
use crate::{Action, AmountSpec, Plan, StepError, Target, Transaction, World};

/// Rounds of selling collateral before giving up.
const MOST_ROUNDS: usize = 40;
/// Sizes of one turn that are tried.
const MOST_SIZES: usize = 6;
/// Halvings of the part of the pool shares to sell: finds it to one in 2^12.
const HALVINGS: u32 = 12;
/// Halvings of what the wallet pays: finds it to one in 2^24.
const WALLET_HALVINGS: usize = 24;

/// One transaction for each market that is below. A market where it cannot be done keeps no other from being helped; its
/// error is told when none was.
pub(super) fn act(world: &mut World, target: Target) -> Result<Vec<Transaction>, StepError> {
    let (mut done, mut failed) = (Vec::new(), None);
    let markets: Vec<VenueId> = world.venue_ids().filter(|at| world.lending(*at).is_ok()).collect();
    for at in markets {
        match at_market(world, at, target) {
            Ok(transaction) => done.extend(transaction),
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    failed.filter(|_| done.is_empty()).map_or(Ok(done), Err)
}

pub(super) fn at_market(
    world: &mut World,
    at: VenueId,
    target: Target,
) -> Result<Option<Transaction>, StepError> {
    if is_kept(world, at, target)? || largest_debt(world, at)?.is_none() {
        return Ok(None);
    }
    // Nothing that could be tried out would say why.
    world.admits(at)?;
    let plan = plan(world, at, target)?;
    world.transact(&plan).map(Some).map_err(|error| *error.source)
}

/// The plan that brings the farmer's position at `at` to the target, found by trying it out.
fn plan(world: &mut World, at: VenueId, target: Target) -> Result<Plan, StepError> {
    let Some(debt) = largest_debt(world, at)? else { return Ok(Plan::default()) };
    let saved = world.save();
    let found = world.on_credit(|world| search(world, at, debt, target));
    world.restore(saved);
    found.map(Plan::of)
}

fn search(
    world: &mut World,
    at: VenueId,
    debt: TokenAmount,
    target: Target,
) -> Result<Vec<Action>, StepError> {
    let mut actions = Vec::new();
    // 1. The wallet, no more of it than needed.
    let steps = wallet_steps(world, at, debt, target)?;
    if try_steps(world, &mut actions, steps) && is_kept(world, at, target)? {
        return Ok(actions);
    }
    // 2. Pool shares, as few as needed.
    let pools: Vec<VenueId> = world.portfolio.shares.iter().map(|line| line.pool).collect();
    for pool in pools {
        let mut part = Decimal::ONE;
        if share_trial(world, at, pool, debt, part, target)? {
            let (mut low, mut high) = (Decimal::ZERO, Decimal::ONE);
            for _ in 0..HALVINGS {
                let middle = (low + high) / Decimal::TWO;
                if share_trial(world, at, pool, debt, middle, target)? { high = middle } else { low = middle }
            }
            part = high;
        }
        let steps = share_steps(world, at, pool, debt, part);
        if try_steps(world, &mut actions, steps) && is_kept(world, at, target)? {
            return Ok(actions);
        }
    }
    // 3. The collateral.
    for round in 0..MOST_ROUNDS {
        let steps = match sized_steps(world, at, debt, target, round) {
            // What has been reached so far is better than nothing.
            Err(_) if !actions.is_empty() => break,
            steps => steps?,
        };
        if steps.is_empty() || !try_steps(world, &mut actions, steps) || is_kept(world, at, target)? {
            break;
        }
    }
    if actions.is_empty() {
        return Err(StepError::Nothing { asset: debt.asset, verb: "repay with" });
    }
    Ok(actions)
}

pub(super) fn largest_debt(world: &World, at: VenueId) -> Result<Option<TokenAmount>, StepError> {
    let position = world.lending(at)?.position(world.farmer, world.now)?;
    let mut largest: Option<(Wad, TokenAmount)> = None;
    for debt in position.debts {
        let value = world.oracle.value(debt)?;
        if largest.as_ref().is_none_or(|(most, _)| value > *most) {
            largest = Some((value, debt));
        }
    }
    Ok(largest.map(|(_, debt)| debt))
}

/// Does `steps` in the trial world and keeps them if they could be done.
fn try_steps(world: &mut World, actions: &mut Vec<Action>, steps: Vec<Action>) -> bool {
    if steps.is_empty() || world.transact(&Plan::of(steps.clone())).is_err() {
        return false;
    }
    actions.extend(steps);
    true
}

/// Repays with what the wallet holds: the least of it that is enough, else all of it.
fn wallet_steps(
    world: &mut World,
    at: VenueId,
    debt: TokenAmount,
    target: Target,
) -> Result<Vec<Action>, StepError> {
    let held = world.wallet(debt.asset);
    if held.is_zero() {
        return Ok(Vec::new());
    }
    let all = Action::Repay { at, amount: AmountSpec::All(debt.asset) };
    if !is_enough(world, at, target, all.clone())? {
        return Ok(vec![all]);
    }
    let some = |raw| Action::Repay { at, amount: AmountSpec::Exact(TokenAmount::new(debt.asset, raw)) };
    let most = held.min(debt.raw);
    let too_little =
        largest_that(most, WALLET_HALVINGS, |raw| Ok(!is_enough(world, at, target, some(raw))?))?;
    // The search ends between what is too little and what is enough, no further apart than this.
    let least = some(too_little.saturating_add(most >> WALLET_HALVINGS).saturating_add(U256::ONE).min(most));
    Ok(vec![if is_enough(world, at, target, least.clone())? { least } else { all }])
}

fn is_enough(world: &mut World, at: VenueId, target: Target, action: Action) -> Result<bool, StepError> {
    world.trial(|world| Ok(world.transact(&Plan::of(vec![action])).is_ok() && is_kept(world, at, target)?))
}

fn share_trial(
    world: &mut World,
    at: VenueId,
    pool: VenueId,
    debt: TokenAmount,
    part: Decimal,
    target: Target,
) -> Result<bool, StepError> {
    let steps = share_steps(world, at, pool, debt, part);
    world.trial(|world| Ok(world.transact(&Plan::of(steps)).is_ok() && is_kept(world, at, target)?))
}

/// Redeems a part of the shares, those staked or deposited among them, sells the other coins for the debt's asset and
/// repays.
fn share_steps(world: &World, at: VenueId, pool: VenueId, debt: TokenAmount, part: Decimal) -> Vec<Action> {
    let mut steps = Vec::new();
    for line in world.portfolio.shares.iter().filter(|line| line.pool == pool) {
        for id in world.venue_ids() {
            let Ok(vault) = world.vault(id) else { continue };
            let staked = !vault.staked(world.farmer, line.share, world.now).is_zero();
            let held = line.through.iter().map(|amount| amount.asset);
            let own = held.filter(|share| vault.asset_of(*share) == Some(line.share));
            for share in
                own.filter(|share| !world.wallet(*share).is_zero()).chain(staked.then_some(line.share))
            {
                let amount = AmountSpec::Part(part, share);
                steps.push(Action::Redeem { at: id, amount, max_loss: Decimal::ONE });
            }
        }
    }
    // What was redeemed is taken apart whole.
    let part = if steps.is_empty() { part } else { Decimal::ONE };
    steps.push(Action::RemoveLiquidity { at: pool, part, to: None });
    steps.extend(sell_and_repay(world, at, pool, debt));
    steps
}

/// Sells the coins of a pool that the debt is not in, and repays.
fn sell_and_repay(world: &World, at: VenueId, pool: VenueId, debt: TokenAmount) -> Vec<Action> {
    let Ok(held) = world.pool(pool) else { return Vec::new() };
    let mut steps = Vec::new();
    for coin in held.coins().iter().filter(|coin| **coin != debt.asset) {
        // The route is chosen for one token; the amount follows when the step runs.
        let unit = levmine_math::pow10(u32::from(coin.decimals())).unwrap_or(U256::ONE);
        if let Ok((route, _)) = best_route(world, TokenAmount::new(*coin, unit), debt.asset) {
            steps.extend(along(world, AmountSpec::All(*coin), &route));
        }
    }
    steps.push(Action::Repay { at, amount: AmountSpec::All(debt.asset) });
    steps
}

/// A turn of selling collateral whose size is found by trying: what is still missing after it is added, so that one turn is
/// enough wherever enough comes free at once. A second turn would cost its gas again, which itself is leverage.
fn sized_steps(
    world: &mut World,
    at: VenueId,
    debt: TokenAmount,
    target: Target,
    round: usize,
) -> Result<Vec<Action>, StepError> {
    // Where it costs more than expected, what is missing shrinks from round to round without ever being nothing: a millionth
    // of the debt for each round makes the last one arrive.
    let owed = world.oracle.value(debt)?;
    let little = scale(owed, Decimal::new(1, 6))?;
    let mut extra = scale(owed, Decimal::new(i64::try_from(round).unwrap_or(0), 6))?;
    let (mut steps, mut is_whole) = collateral_steps(world, at, debt, target, extra)?;
    for _ in 0..MOST_SIZES {
        if steps.is_empty() || !is_whole {
            break;
        }
        let plan = Plan::of(steps.clone());
        let missing = world.trial(|world| match world.transact(&plan) {
            Ok(_) if !is_kept(world, at, target)? => excess(world, at, target).map(Some),
            _ => Ok(None),
        })?;
        let Some(missing) = missing else { break };
        extra = extra.add(scale(missing, Decimal::new(102, 2))?)?.add(little)?;
        (steps, is_whole) = collateral_steps(world, at, debt, target, extra)?;
    }
    Ok(steps)
}

/// Takes collateral out, sells it and repays: as much as [`Target::less`] says, and `extra`. Whether that was all, and not
/// just what comes free at once.
fn collateral_steps(
    world: &World,
    at: VenueId,
    debt: TokenAmount,
    target: Target,
    extra: Wad,
) -> Result<(Vec<Action>, bool), StepError> {
    use levmine_lending::LendingMarketExt;
    let (market, ctx) = (world.lending(at)?, world.context());
    let value = excess(world, at, target)?;
    if value.is_zero() {
        return Ok((Vec::new(), true));
    }
    // One percent more than the formula, because the sale itself costs.
    let value = scale(value, Decimal::new(101, 2))?;
    let value = value.add(extra)?;
    let position = market.position(world.farmer, world.now)?;
    let mut best: Option<(Wad, TokenAmount)> = None;
    for supplied in position.supplied.iter().filter(|supplied| supplied.collateral) {
        let worth = ctx.prices.value(supplied.amount)?;
        if best.as_ref().is_none_or(|(most, _)| worth > *most) {
            best = Some((worth, supplied.amount));
        }
    }
    let Some((_, collateral)) = best else { return Ok((Vec::new(), true)) };
    let wanted = world.units_of(value, collateral.asset)?.min(collateral.raw);
    let free = market.max_withdraw(world.farmer, collateral.asset, &ctx)?.min(wanted);
    if free < wanted {
        // Not enough comes free at once: one flash loan instead of many rounds, if somebody lends it.
        let repaid = TokenAmount::new(debt.asset, world.units_of(value, debt.asset)?.min(debt.raw));
        if let Some(steps) = repay_with_collateral(world, at, repaid, collateral)? {
            return Ok((steps, true));
        }
        if free.is_zero() {
            // Nothing comes free without a loan: where nobody lends it, that is why.
            return flash_lender(world, repaid).map(|_| (Vec::new(), true));
        }
    }
    if free.is_zero() {
        return Ok((Vec::new(), true));
    }
    let is_whole = free == wanted && wanted < collateral.raw;
    let free = TokenAmount::new(collateral.asset, free);
    let mut steps = vec![Action::Withdraw { at, amount: AmountSpec::Exact(free) }];
    if let Some(pool) = world.pool_of_share(world.look_through(free)?.asset) {
        steps.extend(crate::apart::apart(world, free.asset));
        steps.extend(sell_and_repay(world, at, pool, debt));
        return Ok((steps, is_whole));
    }
    if free.asset != debt.asset {
        // Only what was taken out is sold, so that other holdings of the wallet stay.
        let (route, _) = best_route(world, free, debt.asset)?;
        steps.extend(along(world, AmountSpec::Exact(free), &route));
    }
    steps.push(Action::Repay { at, amount: AmountSpec::All(debt.asset) });
    Ok((steps, is_whole))
}
