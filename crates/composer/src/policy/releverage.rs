//! Borrowing more and putting it to work where the rest is.

use levmine_lending::LendingMarketExt;
use levmine_market::{Asset, TokenAmount, VenueId};
use levmine_math::{U256, Wad};
use rust_decimal::Decimal;

use super::compound::back_to_work;
use super::deleverage::largest_debt;
use super::towards::{is_kept, leverage_room};
use crate::fraction::{ratio, scale};
use crate::recipe::{LoopBy, laid_in, largest_that, with_flash_loans};
use crate::route::{along, best_route};
use crate::target::Turn;
use crate::{Action, AmountSpec, Placement, Plan, Step, StepError, Target, Transaction, World};

/// Turns of borrowing and putting to work before giving up.
const MOST_TURNS: usize = 60;
/// Halvings of the last turn's amount: finds it to one in 2^14 of it.
const HALVINGS: usize = 14;
/// A turn for less than this part of the collateral is not worth doing.
const CLOSE_ENOUGH: Decimal = Decimal::from_parts(1, 0, 0, false, 4);

/// Where what is borrowed goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Work {
    /// It becomes more of a collateral at the same market.
    Collateral(Asset),
    /// It becomes shares of a pool, which go where the others are.
    Pool { pool: VenueId, share: Asset, secures: bool },
    /// It goes into a vault.
    Vault { at: VenueId, asset: Asset },
}

impl Work {
    /// Whether a market asks for health only once the new shares are there.
    fn is_batched(self, world: &World, at: VenueId) -> Result<bool, StepError> {
        Ok(matches!(self, Self::Pool { secures: true, .. }) && world.lending(at)?.capabilities().batches)
    }
}

/// One transaction for each market that is safer than the target. A market where it cannot be done keeps no other from it;
/// its error is told when none was.
pub(super) fn act(world: &mut World, target: Target) -> Result<Vec<Transaction>, StepError> {
    let (mut done, mut failed, mut any) = (Vec::new(), None, false);
    let markets: Vec<VenueId> = world.venue_ids().filter(|at| world.lending(*at).is_ok()).collect();
    for at in markets {
        any |= largest_debt(world, at)?.is_some();
        match at_market(world, at, target) {
            Ok(transaction) => done.extend(transaction),
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    if !any {
        return Err(StepError::NoDebt);
    }
    failed.filter(|_| done.is_empty()).map_or(Ok(done), Err)
}

pub(super) fn at_market(
    world: &mut World,
    at: VenueId,
    target: Target,
) -> Result<Option<Transaction>, StepError> {
    let Some(debt) = largest_debt(world, at)? else { return Ok(None) };
    if !is_kept(world, at, target)? {
        return Ok(None);
    }
    let job = Job { at, borrow: debt.asset, work: work(world, at, debt)?, target };
    let mut tried = |by| {
        let saved = world.save();
        let found = job.search(world, by);
        let equity = world.portfolio.equity();
        world.restore(saved);
        found.map(|found| (found, equity))
    };
    let (turns, after_turns) = tried(LoopBy::Iteration)?;
    let mut actions = turns.concat();
    if actions.is_empty() {
        return Ok(None);
    }
    // One flash loan instead of many turns, where that leaves more.
    if turns.len() > 1
        && let Ok((flash, after_flash)) = tried(LoopBy::Flash)
        && after_flash > after_turns
    {
        actions = flash.concat();
    }
    world.transact(&Plan::of(actions)).map(Some).map_err(|error| *error.source)
}

/// Where the rest of what was borrowed works: in a pool whose shares are held, in a vault, else as collateral.
fn work(world: &World, at: VenueId, debt: TokenAmount) -> Result<Work, StepError> {
    let market = world.lending(at)?;
    let secures = |asset| -> Result<bool, StepError> {
        Ok(market.listing(asset).is_ok() && !market.supplied(world.farmer, asset, world.now)?.is_zero())
    };
    if let Some(line) = world.portfolio.shares.iter().max_by_key(|line| line.mark) {
        let mut through = false;
        for amount in &line.through {
            through |= secures(amount.asset)?;
        }
        let secures = secures(line.share)? || through;
        return Ok(Work::Pool { pool: line.pool, share: line.share, secures });
    }
    // A vault that takes what is owed, and whose share is held or which has a stake in its books.
    for id in world.venue_ids() {
        let Ok(vault) = world.vault(id) else { continue };
        for asset in vault.assets() {
            let share = vault.share(*asset);
            let staked = !vault.staked(world.farmer, *asset, world.now).is_zero();
            let held = share.is_some_and(|share| !world.wallet(share).is_zero());
            let reachable = *asset == debt.asset || best_route(world, debt, *asset).is_ok();
            if (staked || held) && reachable {
                return Ok(Work::Vault { at: id, asset: *asset });
            }
        }
    }
    let position = market.position(world.farmer, world.now)?;
    let mut largest: Option<(Wad, Asset)> = None;
    for held in position.supplied.iter().filter(|held| held.collateral) {
        let value = world.oracle.value(held.amount)?;
        if largest.is_none_or(|(most, _)| value > most) {
            largest = Some((value, held.amount.asset));
        }
    }
    largest.map(|(_, asset)| Work::Collateral(asset)).ok_or(StepError::NoDebt)
}

/// What is to be done.
struct Job {
    at: VenueId,
    borrow: Asset,
    work: Work,
    target: Target,
}

impl Job {
    /// What to do so that the target is met and not passed, turn by turn, found by doing it.
    fn search(&self, world: &mut World, by: LoopBy) -> Result<Vec<Vec<Action>>, StepError> {
        let &Self { at, borrow, work, target } = self;
        let mut turns = Vec::new();
        for _ in 0..MOST_TURNS {
            let health = world.lending(at)?.health(world.farmer, &world.context())?;
            let wanted = world.units_of(room(world, at, work, target)?, borrow)?;
            let little = world.units_of(scale(health.collateral, CLOSE_ENOUGH)?, borrow)?;
            if wanted <= little {
                break;
            }
            let mut most = wanted;
            if by == LoopBy::Iteration && !work.is_batched(world, at)? {
                let headroom = world.lending(at)?.borrow_headroom(world.farmer, borrow, &world.context())?;
                most = most.min(headroom);
            }
            let mut refused = None;
            let found = largest_that(most, HALVINGS, |raw| {
                let steps = steps(world, at, TokenAmount::new(borrow, raw), work, by)?;
                world.trial(|world| match world.transact(&Plan::of(steps)) {
                    Ok(_) => is_kept(world, at, target),
                    Err(error) => {
                        refused = Some(*error.source);
                        Ok(false)
                    }
                })
            })?;
            if found <= little {
                if turns.is_empty() {
                    return Err(refused.unwrap_or_else(|| lends_no_more(world, at, target)));
                }
                break;
            }
            let steps = steps(world, at, TokenAmount::new(borrow, found), work, by)?;
            world.transact(&Plan::of(steps.clone())).map_err(|error| *error.source)?;
            turns.push(steps);
            if found < most {
                break;
            }
        }
        Ok(turns)
    }
}

fn lends_no_more(world: &World, at: VenueId, target: Target) -> StepError {
    let (venue, wanted) = (world.name(at).into(), target.words());
    StepError::TargetOutOfReach { venue, wanted, why: "the market lends no more".into() }
}

/// The value to borrow until the target is met, if borrowing and putting to work cost nothing.
fn room(world: &World, at: VenueId, work: Work, target: Target) -> Result<Wad, StepError> {
    if let Target::Leverage(to) = target {
        return leverage_room(world, to);
    }
    let health = world.lending(at)?.health(world.farmer, &world.context())?;
    match work {
        Work::Collateral(_) | Work::Pool { secures: true, .. } => {
            let threshold = ratio(health.liquidation_limit, health.collateral);
            target.more(&health, Turn { gain: Decimal::ONE, owes: Decimal::ONE, threshold })
        }
        _ => Ok(target.debt_beside(&health)?.sub(health.debt).unwrap_or(Wad::ZERO)),
    }
}

/// Borrows an amount and puts it to work: first the one, then the other, unless a batch or a flash loan allows to be
/// healthy only at the end.
fn steps(
    world: &World,
    at: VenueId,
    amount: TokenAmount,
    work: Work,
    by: LoopBy,
) -> Result<Vec<Action>, StepError> {
    let borrow = |amount| Action::Borrow { at, amount: AmountSpec::Exact(amount) };
    let mut actions = Vec::new();
    match work {
        Work::Collateral(asset) => {
            let put = change(world, amount, asset, &mut actions)?;
            actions.push(Action::Supply { at, amount: put });
        }
        Work::Vault { at, asset } => {
            let put = change(world, amount, asset, &mut actions)?;
            actions.push(Action::Deposit { at, amount: put });
        }
        Work::Pool { pool, share, .. } => {
            let held = world.pool(pool)?;
            let coin = match held.coins() {
                coins if coins.contains(&amount.asset) => amount.asset,
                coins => coins.first().copied().unwrap_or(amount.asset),
            };
            let place = if held.share().is_some() { Placement::Everywhere } else { Placement::Into(share) };
            let put = change(world, amount, coin, &mut actions)?;
            actions.push(laid_in(world, pool, vec![put], place)?);
            actions.extend(back_to_work(world, share)?);
        }
    }
    if by == LoopBy::Flash && !work.is_batched(world, at)? {
        return with_flash_loans(world, &[amount], |back| {
            Ok(actions.into_iter().chain(back.iter().copied().map(borrow)).collect())
        });
    }
    actions.insert(0, borrow(amount));
    if work.is_batched(world, at)? {
        let steps = actions.into_iter().map(|action| Step { action, place: None }).collect();
        return Ok(vec![Action::Batch { at, steps }]);
    }
    Ok(actions)
}

/// Adds the changes that make `to` of what was borrowed; returns the amount to go on with.
fn change(
    world: &World,
    amount: TokenAmount,
    to: Asset,
    actions: &mut Vec<Action>,
) -> Result<AmountSpec, StepError> {
    if amount.asset == to {
        return Ok(AmountSpec::Exact(amount));
    }
    // A route is chosen for a size that is there; dust finds none, and is no turn.
    let least = TokenAmount::new(amount.asset, amount.raw.max(U256::ONE));
    let (route, _) = best_route(world, least, to)?;
    actions.extend(along(world, AmountSpec::Exact(amount), &route));
    Ok(AmountSpec::Received(to))
}
