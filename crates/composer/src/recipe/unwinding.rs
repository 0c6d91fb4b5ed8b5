use levmine_market::{Asset, Cause, Holder, MARKS_PER_BASE_UNIT, Mark, TokenAmount, VenueId};

use super::ExitBy;
use crate::portfolio::LineKind;
use crate::{Action, Plan, Recipe, StepError, Transaction, World};

/// Takes the whole position apart through its venues, until the wallet holds nothing but the assets to keep.
///
/// Pool shares are redeemed, each lending market is left ([`Recipe::Exit`]), the rest is sold. A market is left alone
/// when paying its debt would cost more than its collateral is worth: a lender without recourse cannot ask for more, so
/// the farmer's loss ends at what he put in there. Each of these is a transaction of its own; a step that cannot be done
/// leaves what it would have taken where it is.
///
/// # Errors
///
/// [`StepError`] when a price or the arithmetic fails; never for a venue that refuses.
pub fn unwind(world: &mut World, keep: &[Asset]) -> Result<Vec<Transaction>, StepError> {
    // A reward without a price could be marked nowhere: everything that pays it would seem to refuse.
    for reward in waiting(world)? {
        world.market.price(reward.asset)?;
    }
    let mut done = claim_all(world)?;
    take_apart(world, &mut done)?;
    let ids: Vec<VenueId> = world.venue_ids().collect();
    for id in ids {
        let in_use = world.portfolio.lines.iter().any(|line| match line.kind {
            LineKind::Supplied(at) | LineKind::Owed(at) => at == id,
            LineKind::Wallet | LineKind::Staked(_) | LineKind::Queued(_) => false,
        });
        let shares = world.lending(id).is_ok_and(|market| {
            market.position(world.farmer, world.now).is_ok_and(|position| !position.supplied.is_empty())
        });
        if !in_use && !shares {
            continue;
        }
        if let Some(plan) = leaving(world, id)? {
            done.extend(world.transact(&plan).ok());
        }
    }
    take_apart(world, &mut done)?;
    done.extend(gather(world, keep));
    done.retain(|transaction: &Transaction| !transaction.steps.is_empty());
    Ok(done)
}

/// The plan that leaves a market the way that the strategy wants; `None` where leaving it costs more than it brings. A way
/// that cannot be gone gives way to the other.
fn leaving(world: &mut World, at: VenueId) -> Result<Option<Plan>, StepError> {
    let plan = |by| Plan::of(vec![Action::Recipe(Recipe::Exit { at, by })]);
    let wanted = world.portfolio.exit;
    let before = wallet_mark(world)?;
    let mut tried = |by| {
        world.trial(|world| {
            let done = world.transact(&plan(by)).ok()?;
            let worth_it = wallet_mark(world).is_ok_and(|after| after >= before);
            worth_it.then(|| (world.portfolio.equity(), is_in_turns(&done)))
        })
    };
    let first = if wanted == ExitBy::Flash { ExitBy::Flash } else { ExitBy::Iteration };
    let found = tried(first);
    let other = match found {
        // A flash loan can only be cheaper than turns.
        Some((_, in_turns)) if !in_turns || wanted != ExitBy::Cheapest => return Ok(Some(plan(first))),
        _ if first == ExitBy::Flash => ExitBy::Iteration,
        _ => ExitBy::Flash,
    };
    let equity = |found: Option<(Mark, bool)>| found.map(|(equity, _)| equity);
    let second = tried(other);
    let best = if equity(second) > equity(found) { other } else { first };
    Ok((found.is_some() || second.is_some()).then(|| plan(best)))
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
fn gather(world: &mut World, keep: &[Asset]) -> Vec<Transaction> {
    let selling = |keep: Vec<Asset>| Plan::of(vec![Action::Recipe(Recipe::Gather { keep })]);
    if let Ok(done) = world.transact(&selling(keep.to_vec())) {
        return vec![done];
    }
    let held: Vec<Asset> =
        world.journal.balances(Holder::Wallet(world.farmer)).map(|amount| amount.asset).collect();
    let mut done = Vec::new();
    for asset in held.iter().filter(|asset| !keep.contains(asset)) {
        let others = keep.iter().chain(held.iter().filter(|other| *other != asset));
        done.extend(world.transact(&selling(others.copied().collect())).ok());
    }
    done
}

fn wallet_mark(world: &World) -> Result<Mark, StepError> {
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

/// How an unwound position ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// Equity: what the wallet holds at market prices, in base units of the quote asset; while the chain stands, what is
    /// in venues, too.
    pub equity: i128,
    /// Debt that stays with lenders because nothing is left to pay it.
    pub bad_debt: Vec<(VenueId, TokenAmount)>,
    /// What stays in venues because they could not pay it out, or because it is not worth taking.
    pub stranded: Vec<(VenueId, TokenAmount)>,
}

impl World {
    fn holder_of(&self, share: Asset) -> Option<VenueId> {
        self.venue_ids().find(|id| {
            self.lending(*id).is_ok_and(|market| {
                market.supplied(self.farmer, share, self.now).is_ok_and(|supplied| !supplied.is_zero())
            })
        })
    }

    /// Whether nothing is left in any venue: neither debts nor supplies nor shares.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.portfolio.shares.is_empty()
            && self.portfolio.lines.iter().all(|line| line.kind == LineKind::Wallet)
    }

    /// Closes the books after [`unwind`]: equity is what the wallet holds. What is left in venues, both ways, is written
    /// off; while the chain stands, it stays open and counts at its marks.
    ///
    /// # Errors
    ///
    /// [`StepError`] when a price is missing.
    pub fn settle(&mut self) -> Result<Settlement, StepError> {
        self.settle_shares()?;
        // Gas that was due while the wallet was empty is paid first of all.
        self.journal.begin(self.now.time);
        self.return_reserve()?;
        self.pay_due()?;
        self.value_entries();
        let marked = self.portfolio.equity();
        let rebuilt = self.rebuild_portfolio()?;
        self.portfolio.attribution.book(Cause::Rounding, rebuilt.saturating_sub(marked))?;
        let mut settlement = Settlement { equity: 0, bad_debt: Vec::new(), stranded: Vec::new() };
        let before = self.portfolio.equity();
        let mut wallet: Mark = 0;
        // What is left at each lending market, debts subtracted: below zero it is the lender's loss.
        let mut left: Vec<(VenueId, Mark)> = Vec::new();
        let mut leave = |at: VenueId, mark: Mark| match left.iter_mut().find(|(known, _)| *known == at) {
            Some((_, sum)) => *sum = sum.saturating_add(mark),
            None => left.push((at, mark)),
        };
        for line in &self.portfolio.lines {
            match line.kind {
                LineKind::Wallet => wallet = wallet.saturating_add(line.mark),
                LineKind::Supplied(at) | LineKind::Staked(at) | LineKind::Queued(at) => {
                    settlement.stranded.push((at, line.amount));
                    leave(at, line.mark);
                }
                LineKind::Owed(at) => {
                    settlement.bad_debt.push((at, line.amount));
                    leave(at, line.mark.saturating_neg());
                }
            }
        }
        for line in &self.portfolio.shares {
            // Shares that are collateral stand with the market that has them.
            let through = line.through.iter().find_map(|amount| self.holder_of(amount.asset));
            let holder = self.holder_of(line.share).or(through).unwrap_or(line.pool);
            settlement.stranded.push((holder, TokenAmount::new(line.share, line.held)));
            leave(holder, line.mark);
        }
        let open = self.stays_open(&mut left);
        if self.is_halted() {
            settlement.bad_debt.retain(|(at, _)| left.iter().any(|(id, _)| id == at));
        }
        let mut booked: Mark = 0;
        for (_, mark) in left {
            let cause = if mark < 0 { Cause::BadDebt } else { Cause::Stranded };
            self.portfolio.attribution.book(cause, mark.saturating_neg())?;
            booked = booked.saturating_sub(mark);
        }
        // Gas beyond what the wallet holds is not paid: it does not count as spent.
        let equity = wallet.saturating_add(open).saturating_sub(self.portfolio.gas_due).max(0);
        let unpaid = equity.saturating_sub(before).saturating_sub(booked);
        let premium = self.market.mark(TokenAmount::new(self.quote, self.luck.premium_due), self.quote)?;
        let premium = premium.min(unpaid.max(0));
        self.portfolio.attribution.book(Cause::CoverPremium, premium)?;
        self.portfolio.attribution.book(Cause::Gas, unpaid.saturating_sub(premium))?;
        settlement.equity = equity / i128::from(MARKS_PER_BASE_UNIT);
        Ok(settlement)
    }
}
