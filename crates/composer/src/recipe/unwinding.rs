use levmine_market::{Asset, Holder, Mark, TokenAmount, VenueId};
use rust_decimal::Decimal;

use super::limits::{Limits, widened, within};
use super::{ExitBy, partly};
use crate::{Action, Plan, Recipe, StepError, Transaction, World};

/// Takes the whole position apart through its venues, until the wallet holds nothing but the assets to keep.
///
/// Pool shares are redeemed, each lending market is left ([`Recipe::Exit`]), the rest is sold. A market is left alone
/// when paying its debt would cost more than its collateral is worth: a lender without recourse cannot ask for more, so
/// the farmer's loss ends at what he put in there. Out of a market that cannot be left whole comes what its own rule lets
/// go. Each of these is a transaction of its own; a step that cannot be done leaves what it would have taken where it is.
///
/// # Errors
///
/// [`StepError`] when a price or the arithmetic fails; never for a venue that refuses.
pub fn unwind(world: &mut World, keep: &[Asset]) -> Result<Vec<Transaction>, StepError> {
    take_all(world, keep, Limits::default())
}

/// The same in the course of a run: what stays somewhere must live on, so it is left with a margin above its liquidation.
pub(crate) fn unwind_and_go_on(world: &mut World, keep: &[Asset]) -> Result<Vec<Transaction>, StepError> {
    take_all(world, keep, Limits { goes_on: true, ..Limits::default() })
}

/// The same for somebody who says what his swaps may lose against the market price, as a fraction: what cannot be done
/// within that is tried within twice as much, then four times, for he wants to get out. Without a word of it whatever the
/// pools pay is taken.
///
/// # Errors
///
/// As [`unwind`].
pub fn unwind_within(
    world: &mut World,
    keep: &[Asset],
    most: Option<Decimal>,
) -> Result<Vec<Transaction>, StepError> {
    let limits = most.map(widened).unwrap_or_default();
    let done = take_all(world, keep, Limits { slippage: &limits, goes_on: false });
    world.tolerate(None);
    done
}

fn take_all(world: &mut World, keep: &[Asset], limits: Limits<'_>) -> Result<Vec<Transaction>, StepError> {
    // A reward without a price could be marked nowhere: everything that pays it would seem to refuse.
    for reward in waiting(world)? {
        world.market.price(reward.asset)?;
    }
    let mut done = claim_all(world)?;
    take_apart(world, &mut done)?;
    leave_all(world, limits, &mut done)?;
    let stuck = in_use(world);
    if !stuck.is_empty() {
        for at in stuck {
            if let Some((plan, _)) = partly::plan(world, at, true, limits)? {
                done.extend(within(world, &plan, limits).ok());
            }
        }
        take_apart(world, &mut done)?;
        // What one market has let go may pay what is owed to another.
        leave_all(world, limits, &mut done)?;
    }
    take_apart(world, &mut done)?;
    done.extend(gather(world, keep, limits));
    done.retain(|transaction: &Transaction| !transaction.steps.is_empty());
    Ok(done)
}

/// The lending markets where the farmer has or owes anything.
fn in_use(world: &World) -> Vec<VenueId> {
    let used = |at: &VenueId| {
        world.lending(*at).is_ok_and(|market| {
            market.position(world.farmer, world.now).is_ok_and(|position| {
                position.supplied.iter().any(|held| !held.amount.is_zero())
                    || position.debts.iter().any(|debt| !debt.is_zero())
            })
        })
    };
    world.venue_ids().filter(used).collect()
}

/// Leaves each market that can be left and is worth it; those that could not be, once more after the others.
fn leave_all(world: &mut World, limits: Limits<'_>, done: &mut Vec<Transaction>) -> Result<(), StepError> {
    for _ in world.venue_ids() {
        let (before, markets) = (done.len(), in_use(world));
        for at in markets.iter().copied() {
            if let Some(plan) = leaving(world, at, limits)? {
                done.extend(within(world, &plan, limits).ok());
            }
        }
        if done.len() == before || in_use(world).is_empty() || markets.len() == 1 {
            break;
        }
    }
    Ok(())
}

/// A debt that could be paid is left only where that saves one part in this many of everything held.
pub(super) const WORTH_STAYING: Mark = 100;

/// The plan that leaves a market the way that the strategy wants; `None` where leaving it costs more than it brings, or
/// leaves clearly less than taking out what comes free without. A way that cannot be gone gives way to the other.
fn leaving(world: &mut World, at: VenueId, limits: Limits<'_>) -> Result<Option<Plan>, StepError> {
    let plan = |by| Plan::of(vec![Action::Recipe(Recipe::Exit { at, by })]);
    let wanted = world.portfolio.exit;
    let before = wallet_mark(world)?;
    let mut tried = |by| {
        world.trial(|world| {
            let done = within(world, &plan(by), limits).ok()?;
            let after = wallet_mark(world).ok().filter(|after| *after >= before)?;
            Some((after, world.portfolio.equity(), is_in_turns(&done)))
        })
    };
    let first = if wanted == ExitBy::Flash { ExitBy::Flash } else { ExitBy::Iteration };
    let found = tried(first);
    // A flash loan can only be cheaper than turns.
    let is_enough = found.is_some_and(|(_, _, in_turns)| !in_turns || wanted != ExitBy::Cheapest);
    let other = if first == ExitBy::Flash { ExitBy::Iteration } else { ExitBy::Flash };
    let second = if is_enough { None } else { tried(other) };
    let equity = |found: Option<(Mark, Mark, bool)>| found.map(|(_, equity, _)| equity);
    let best = if equity(second) > equity(found) { (other, second) } else { (first, found) };
    let (by, Some((after, ..))) = best else { return Ok(None) };
    // Where what is owed is dear to buy, a trifle of it is left with what secures it.
    let partly = partly::plan(world, at, false, limits)?;
    let little = world.portfolio.assets().max(0) / WORTH_STAYING;
    Ok(partly.is_none_or(|(_, without)| after.saturating_add(little) >= without).then(|| plan(by)))
}

/// Whether an asset was taken out more than once.
fn is_in_turns(done: &Transaction) -> bool {
    let mut taken: Vec<Asset> = Vec::new();
    for step in done.steps.iter().filter(|step| step.verb == "withdraw") {
        for amount in &step.received {
            if taken.contains(&amount.asset) {
                return true;
            }
            taken.push(amount.asset);
        }
    }
    false
}

/// The rewards and incentives that wait to be claimed.
fn waiting(world: &World) -> Result<Vec<TokenAmount>, StepError> {
    let mut waiting = Vec::new();
    for at in world.venue_ids() {
        waiting.extend(world.earned_incentives(at));
        if let Ok(market) = world.lending(at) {
            waiting.extend(market.claimable(world.farmer, world.now)?);
        }
        if let Ok(vault) = world.vault(at) {
            waiting.extend(vault.claimable(world.farmer, world.now)?);
        }
    }
    waiting.retain(|amount| !amount.is_zero());
    Ok(waiting)
}

/// Claims what venues owe: rewards, incentives, fees, redemptions that are ready. Each is a transaction of its own; what
/// refuses stays.
fn claim_all(world: &mut World) -> Result<Vec<Transaction>, StepError> {
    let mut done = Vec::new();
    for action in claims(world)? {
        done.extend(world.transact(&Plan::of(vec![action])).ok());
    }
    Ok(done)
}

/// The actions that claim whatever waits.
pub(crate) fn claims(world: &World) -> Result<Vec<Action>, StepError> {
    let (farmer, now) = (world.farmer, world.now);
    let any = |amounts: Vec<TokenAmount>| amounts.iter().any(|amount| !amount.is_zero());
    let mut actions = Vec::new();
    for at in world.venue_ids() {
        let mut waits = any(world.earned_incentives(at));
        if let Ok(market) = world.lending(at) {
            waits |= any(market.claimable(farmer, now)?);
        }
        if let Ok(vault) = world.vault(at) {
            waits |= any(vault.claimable(farmer, now)?);
            waits |= vault.requests(farmer, now)?.iter().any(|request| request.is_ready);
        }
        if waits {
            actions.push(Action::Claim { at });
        }
        let Ok(pool) = world.pool(at) else { continue };
        let mut fees = false;
        for line in world.portfolio.shares.iter().filter(|line| line.pool == at) {
            fees |= !world.wallet(line.share).is_zero()
                && pool.earned(line.share, now)?.iter().any(|amount| !amount.is_zero());
        }
        if fees {
            actions.push(Action::Collect { at });
        }
    }
    Ok(actions)
}

/// Rounds after which what is left of a stack of shares stays.
const MOST_LAYERS: usize = 64;

/// Redeems shares and stakes, layer by layer, until the wallet holds none that could be. Each is a transaction of its own;
/// what cannot be done stays.
fn take_apart(world: &mut World, done: &mut Vec<Transaction>) -> Result<(), StepError> {
    let mut refused = Vec::new();
    for _ in 0..MOST_LAYERS {
        let Some(action) = crate::apart::next(world, &refused)? else { break };
        match world.transact(&Plan::of(vec![action.clone()])) {
            Ok(transaction) => done.push(transaction),
            Err(_) => refused.push(action),
        }
    }
    Ok(())
}

/// Sells what is not to be kept, all of it in one transaction; where something stands in its way, each asset in one of
/// its own, so that only that stays.
fn gather(world: &mut World, keep: &[Asset], limits: Limits<'_>) -> Vec<Transaction> {
    let selling = |keep: Vec<Asset>| Plan::of(vec![Action::Recipe(Recipe::Gather { keep })]);
    // What is dear to sell is no reason to sell the rest dearly.
    let narrow = Limits { slippage: limits.slippage.get(..1).unwrap_or_default(), ..limits };
    if let Ok(done) = within(world, &selling(keep.to_vec()), narrow) {
        return vec![done];
    }
    let held: Vec<Asset> =
        world.journal.balances(Holder::Wallet(world.farmer)).map(|amount| amount.asset).collect();
    let mut done = Vec::new();
    for asset in held.iter().filter(|asset| !keep.contains(asset)) {
        let others = keep.iter().chain(held.iter().filter(|other| *other != asset));
        done.extend(within(world, &selling(others.copied().collect()), limits).ok());
    }
    done
}

/// What the wallet holds at market prices, less the gas that is due.
pub(crate) fn wallet_mark(world: &World) -> Result<Mark, StepError> {
    let mut sum: Mark = 0;
    for held in world.journal.balances(Holder::Wallet(world.farmer)) {
        // Shares do not count: they are redeemed before.
        if !crate::apart::is_pooled(world, held)? {
            sum = sum.saturating_add(world.market.mark(held, world.quote)?);
        }
    }
    // Gas of before that is paid now, because now there is something to pay it with, is no cost of now.
    Ok(sum.saturating_sub(world.market.mark(TokenAmount::new(world.quote, world.gas_due), world.quote)?))
}
