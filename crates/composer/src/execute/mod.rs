//! Runs a plan as one transaction.

mod liquidity;
mod resolve;
mod vaults;

use levmine_amm::{AmmError, Fees, Pool, Quote};
use levmine_lending::{Amount, LendingMarketExt};
use levmine_market::{Asset, Cause, Entry, Holder, Mark, Moment, Reason, TokenAmount, Transfers, VenueId};
use levmine_math::{Rounding, U256, Wad};
use rust_decimal::Decimal;
use smallvec::SmallVec;

pub(crate) use self::liquidity::range_of;
use self::resolve::wrong;
use crate::fraction::percent;
use crate::gas::Usage;
use crate::portfolio::{quotient, residual};
use crate::trouble::Front;
use crate::{Action, AmountSpec, Plan, PlanError, Step, StepError, World};

/// A step that was executed, with what it moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Executed {
    /// The verb.
    pub verb: &'static str,
    /// The venue.
    pub at: VenueId,
    /// How deep it stands within recipes and flash loans.
    pub depth: usize,
    /// What left the wallet.
    pub paid: SmallVec<[TokenAmount; 2]>,
    /// What came into the wallet.
    pub received: SmallVec<[TokenAmount; 2]>,
}

/// A plan that was executed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Transaction {
    /// The plain steps, in order.
    pub steps: Vec<Executed>,
    /// Units of gas it used.
    pub gas_units: u64,
    /// What the gas cost, in base units of the quote asset.
    pub gas_cost: U256,
    /// How much of it is for data that is published on another chain.
    pub gas_data: U256,
}

/// Rounds after which a recipe is given up.
const MOST_ROUNDS: usize = 200;

#[derive(Default)]
struct Costs {
    swap_fees: Mark,
    flash_fees: Mark,
    rewards: Mark,
    /// What harvests have added to shares in the wallet.
    yielded: Mark,
    traded: bool,
}

struct Run<'w> {
    world: &'w mut World,
    done: Transaction,
    costs: Costs,
    usage: Usage,
}

impl World {
    /// Executes `plan` as one transaction: all of it, or nothing and the reason. Gas is paid only for what succeeds.
    ///
    /// # Errors
    ///
    /// [`PlanError`] with the step that failed; the world is as it was before.
    pub fn transact(&mut self, plan: &Plan) -> Result<Transaction, PlanError> {
        let saved = self.save();
        match self.try_plan(plan) {
            Ok(done) => Ok(done),
            Err(error) => {
                self.restore(saved);
                Err(error)
            }
        }
    }

    fn try_plan(&mut self, plan: &Plan) -> Result<Transaction, PlanError> {
        let whole =
            |source: StepError| PlanError { place: None, number: 0, verb: "plan", source: source.into() };
        self.journal.begin(self.now.time);
        self.settle_shares().map_err(whole)?;
        let before = self.portfolio.equity();
        let (done, costs, usage) = <(Transaction, Costs, Usage)>::default();
        let mut run = Run { world: self, done, costs, usage };
        run.steps(&plan.steps, 0)?;
        let Run { mut done, costs, usage, .. } = run;
        self.pay_gas(&usage, &mut done).map_err(whole)?;
        let after = self.rebuild_portfolio().map_err(whole)?;
        self.stands_for_gas(done.gas_cost).map_err(whole)?;
        self.book_costs(before, after, &costs, done.gas_cost).map_err(whole)?;
        self.tell_the_parked(false).map_err(whole)?;
        Ok(done)
    }

    fn book_costs(&mut self, before: Mark, after: Mark, costs: &Costs, gas: U256) -> Result<(), StepError> {
        let gas = self.market.mark(TokenAmount::new(self.quote, gas), self.quote)?;
        let attribution = &mut self.portfolio.attribution;
        attribution.book(Cause::SwapFees, costs.swap_fees.saturating_neg())?;
        attribution.book(Cause::FlashFees, costs.flash_fees.saturating_neg())?;
        attribution.book(Cause::Rewards, costs.rewards)?;
        attribution.book(Cause::Yield, costs.yielded)?;
        attribution.book(Cause::Gas, gas.saturating_neg())?;
        let booked = costs
            .rewards
            .saturating_add(costs.yielded)
            .saturating_sub(costs.swap_fees)
            .saturating_sub(costs.flash_fees)
            .saturating_sub(gas);
        let rest = if costs.traded { Cause::Slippage } else { Cause::Rounding };
        attribution.book(rest, residual(before, after, booked))?;
        Ok(())
    }

    /// Whether a swap loses no more than its step and its keeper allow.
    fn accepts(&self, quote: &Quote, of_step: Option<Decimal>) -> bool {
        let Some(limit) = self.tolerated(of_step) else { return true };
        self.lost_beyond(quote.sell, quote.buy, limit).is_ok_and(|lost| lost.is_none())
    }

    /// What a swap loses against the market price, as a fraction of what is sold, where that is more than `limit`.
    fn lost_beyond(
        &self,
        sell: TokenAmount,
        bought: TokenAmount,
        limit: Decimal,
    ) -> Result<Option<Decimal>, StepError> {
        let (given, got) = (self.market.mark(sell, self.quote)?, self.market.mark(bought, self.quote)?);
        let keeps = Wad::from_decimal((Decimal::ONE - limit).max(Decimal::ZERO), Rounding::Up)?;
        let least = keeps.mul_int(U256::from(given.unsigned_abs()), Rounding::Up)?;
        if U256::from(got.unsigned_abs()) >= least {
            return Ok(None);
        }
        Ok(Some(quotient(given.saturating_sub(got), given).unwrap_or_default()))
    }
}

impl Run<'_> {
    fn steps(&mut self, steps: &[Step], depth: usize) -> Result<(), PlanError> {
        for (i, step) in steps.iter().enumerate() {
            self.action(&step.action, depth).map_err(|source| PlanError {
                place: step.place.clone(),
                number: i + 1,
                verb: step.action.verb(),
                source: source.into(),
            })?;
        }
        Ok(())
    }

    fn nested(&mut self, actions: &[Action], depth: usize) -> Result<(), StepError> {
        actions.iter().try_for_each(|action| self.action(action, depth))
    }

    fn action(&mut self, action: &Action, depth: usize) -> Result<(), StepError> {
        let first = self.world.journal.entries().len();
        let verb = action.verb();
        let farmer = self.world.farmer;
        match action {
            Action::Swap { at, from, to, max_slippage } => {
                let sell = self.of_wallet(from, verb)?;
                self.swap(*at, sell, *to, *max_slippage)?;
                self.record(verb, *at, depth, first);
            }
            Action::SwapFor { at, from, buy } => {
                let max = self.world.wallet(*from);
                self.usage.ticks_crossed = self.world.ticks_for(*at, *from, *buy);
                let fair = self.undisturbed(*at, |pool, now| pool.quote_exact_out(*from, *buy, now));
                let world = &*self.world;
                let front = world.find_front(*at, *from, buy.asset, |pool, now| {
                    let swap = pool.swap_exact_out(farmer, *from, max, *buy, now);
                    swap.is_ok_and(|swap| world.accepts(&swap.quote, None))
                })?;
                let front = self.world.front_run(*at, front, buy.asset)?;
                let quote = self.world.with_pool(*at, Reason::Swap, |pool, now| {
                    let swap = pool.swap_exact_out(farmer, *from, max, *buy, now)?;
                    Ok((swap.quote, swap.transfers))
                })?;
                self.pay_fees(*at, &quote.fees)?;
                self.close_sandwich(*at, front, fair, &quote)?;
                self.record(verb, *at, depth, first);
            }
            Action::Supply { at, amount } => {
                let put = self.of_wallet(amount, verb)?;
                self.world.takes(*at, None)?;
                self.world.with_lending(*at, Reason::Supply, |market, ctx| {
                    let amount = Amount::Exact(put.raw);
                    let receipt = market.supply_as_collateral(farmer.into(), put.asset, amount, ctx)?;
                    Ok(((), receipt.transfers))
                })?;
                self.record(verb, *at, depth, first);
            }
            Action::Withdraw { at, amount } => {
                let (asset, amount) = self.to_withdraw(*at, amount, verb)?;
                self.world.with_lending(*at, Reason::Withdraw, |market, ctx| {
                    let receipt = market.withdraw(farmer.into(), asset, amount, ctx)?;
                    Ok(((), receipt.transfers))
                })?;
                self.world.follow_loss(*at, first)?;
                self.record(verb, *at, depth, first);
            }
            Action::Borrow { at, amount } => {
                let borrow = self.to_borrow(*at, amount, verb)?;
                self.world.lends(*at)?;
                self.world.with_lending(*at, Reason::Borrow, |market, ctx| {
                    let receipt =
                        market.borrow(farmer.into(), borrow.asset, Amount::Exact(borrow.raw), ctx)?;
                    Ok(((), receipt.transfers))
                })?;
                self.record(verb, *at, depth, first);
            }
            Action::Repay { at, amount } => {
                let (asset, amount) = self.to_repay(*at, amount, verb)?;
                self.world.with_lending(*at, Reason::Repay, |market, ctx| {
                    let receipt = market.repay(farmer.into(), asset, amount, ctx)?;
                    Ok(((), receipt.transfers))
                })?;
                self.record(verb, *at, depth, first);
            }
            Action::AddLiquidity { at, amounts, place } => {
                let deposit = self.coins_of_wallet(*at, amounts, verb)?;
                self.add_liquidity(*at, deposit, *place)?;
                self.record(verb, *at, depth, first);
            }
            Action::RemoveLiquidity { at, part, to } => {
                self.remove_liquidity(*at, *part, *to)?;
                self.world.follow_loss(*at, first)?;
                self.record(verb, *at, depth, first);
            }
            Action::Collect { at } => {
                self.collect(*at)?;
                self.world.follow_loss(*at, first)?;
                self.record(verb, *at, depth, first);
            }
            Action::Zap { at, amounts, place } => self.zap(*at, amounts, *place, depth)?,
            Action::Deposit { at, amount } => {
                self.deposit(*at, amount)?;
                self.record(verb, *at, depth, first);
            }
            Action::Redeem { at, amount, max_loss } => {
                self.redeem(*at, amount, *max_loss)?;
                self.record(verb, *at, depth, first);
            }
            Action::Request { at, amount } => {
                self.request(*at, amount)?;
                self.record(verb, *at, depth, first);
            }
            Action::Harvest { at } => {
                self.harvest(*at)?;
                self.record(verb, *at, depth, first);
            }
            Action::Batch { at, steps } => self.batch(*at, steps, depth)?,
            Action::Flash { at, amount, steps } => self.flash(*at, amount, steps, depth)?,
            Action::SetMode { at, mode } => {
                self.world.with_lending(*at, Reason::Supply, |market, ctx| {
                    market.set_mode(farmer, *mode, ctx)?;
                    Ok(((), Transfers::new()))
                })?;
                self.record(verb, *at, depth, first);
            }
            Action::SetCollateral { at, asset, enabled } => {
                self.world.with_lending(*at, Reason::Supply, |market, ctx| {
                    market.set_collateral(farmer, *asset, *enabled, ctx)?;
                    Ok(((), Transfers::new()))
                })?;
                self.record(verb, *at, depth, first);
            }
            Action::Claim { at } => {
                self.claim(*at)?;
                self.record(verb, *at, depth, first);
            }
            Action::FromReserve { at, amount } => {
                self.world.take_from_reserve(*amount)?;
                self.record(verb, *at, depth, first);
            }
            Action::Recipe(recipe) => {
                for round in 0.. {
                    if round == MOST_ROUNDS {
                        return Err(StepError::Endless { recipe: recipe.verb(), rounds: round });
                    }
                    match recipe.round(self.world, round)? {
                        Some(actions) => self.nested(&actions, depth + 1)?,
                        None => break,
                    }
                }
            }
        }
        Ok(())
    }

    fn swap(
        &mut self,
        at: VenueId,
        sell: TokenAmount,
        to: Asset,
        limit: Option<Decimal>,
    ) -> Result<(), StepError> {
        let farmer = self.world.farmer;
        let bought = if self.world.lending(at).is_ok_and(|market| market.capabilities().exchange) {
            self.exchange(at, sell, to)?
        } else {
            self.usage.ticks_crossed = self.world.pool(at)?.ticks_crossed(sell, to, self.world.now);
            let fair = self.undisturbed(at, |pool, now| pool.quote_exact_in(sell, to, now));
            let world = &*self.world;
            let swap = |pool: &mut dyn Pool, now: Moment| {
                let swap = pool.swap_exact_in(farmer, sell, to, U256::ZERO, now);
                swap.is_ok_and(|swap| world.accepts(&swap.quote, limit))
            };
            let front = world.find_front(at, sell.asset, to, swap)?;
            let front = self.world.front_run(at, front, to)?;
            let quote = self.world.with_pool(at, Reason::Swap, |pool, now| {
                let swap = pool.swap_exact_in(farmer, sell, to, U256::ZERO, now)?;
                Ok((swap.quote, swap.transfers))
            })?;
            self.pay_fees(at, &quote.fees)?;
            self.close_sandwich(at, front, fair, &quote)?;
            quote.buy
        };
        let Some(limit) = limit else { return Ok(()) };
        if let Some(lost) = self.world.lost_beyond(sell, bought, limit)? {
            return Err(StepError::Slippage { lost: percent(lost), allowed: percent(limit) });
        }
        Ok(())
    }

    /// What a swap would do if nobody traded around it, where somebody may.
    fn undisturbed(
        &self,
        at: VenueId,
        quote: impl FnOnce(&dyn Pool, Moment) -> Result<Quote, AmmError>,
    ) -> Option<Quote> {
        if !self.world.is_watched() {
            return None;
        }
        quote(self.world.pool(at).ok()?, self.world.now).ok()
    }

    /// Lets whoever traded before the swap trade back, and writes down what it has cost.
    fn close_sandwich(
        &mut self,
        at: VenueId,
        front: Option<Front>,
        fair: Option<Quote>,
        done: &Quote,
    ) -> Result<(), StepError> {
        let (Some(front), Some(fair)) = (front, fair) else { return Ok(()) };
        let mark = |amount| self.world.market.mark(amount, self.world.quote);
        let paid = mark(done.sell)?.saturating_sub(mark(fair.sell)?);
        let cost = paid.saturating_add(mark(fair.buy)?).saturating_sub(mark(done.buy)?);
        self.world.back_run(at, front, cost)
    }

    fn pay_fees(&mut self, at: VenueId, fees: &Fees) -> Result<(), StepError> {
        for fee in [fees.liquidity, fees.protocol] {
            let mark = self.world.market.mark(fee, self.world.quote)?;
            self.costs.swap_fees = self.costs.swap_fees.saturating_add(mark);
        }
        self.costs.traded = true;
        self.world.pay_the_parked(at, fees)
    }

    /// Does the steps before the market asks how healthy the position is.
    fn batch(&mut self, at: VenueId, steps: &[Step], depth: usize) -> Result<(), StepError> {
        let (first, farmer) = (self.world.journal.entries().len(), self.world.farmer);
        self.world.with_lending(at, Reason::Supply, |market, ctx| {
            Ok((market.begin_batch(farmer, ctx)?, Transfers::new()))
        })?;
        self.record("batch", at, depth, first);
        let borrows = steps.iter().any(|step| matches!(step.action, Action::Borrow { .. }));
        let batched = self.usage.batched;
        self.world.count_batch(&mut self.usage, at, borrows);
        self.within(steps, depth)?;
        self.usage.batched = batched;
        self.world.with_lending(at, Reason::Supply, |market, ctx| {
            Ok((market.end_batch(farmer, ctx)?, Transfers::new()))
        })
    }

    /// Does steps that stand within another one.
    fn within(&mut self, steps: &[Step], depth: usize) -> Result<(), StepError> {
        steps.iter().try_for_each(|step| {
            self.action(&step.action, depth + 1).map_err(|source| StepError::Within {
                place: step.place.clone(),
                verb: step.action.verb(),
                source: source.into(),
            })
        })
    }

    fn flash(
        &mut self,
        at: VenueId,
        amount: &AmountSpec,
        steps: &[Step],
        depth: usize,
    ) -> Result<(), StepError> {
        let first = self.world.journal.entries().len();
        let AmountSpec::Exact(amount) = amount else {
            return Err(wrong(amount, "flash", "an exact amount, like \"4000 USDC\""));
        };
        let farmer = self.world.farmer;
        let loan = self.world.with_lending(at, Reason::FlashLoan, |market, ctx| {
            Ok(market.flash_borrow(farmer, *amount, ctx)?)
        })?;
        self.record("flash", at, depth, first);
        self.within(steps, depth)?;
        let first = self.world.journal.entries().len();
        let fee = self.world.market.mark(TokenAmount::new(amount.asset, loan.fee), self.world.quote)?;
        self.costs.flash_fees = self.costs.flash_fees.saturating_add(fee);
        self.world.with_lending(at, Reason::FlashLoan, |market, ctx| {
            let receipt = market.flash_repay(loan, ctx)?;
            Ok(((), receipt.transfers))
        })?;
        self.record("flash_repay", at, depth, first);
        Ok(())
    }

    /// Writes down what a step moved, from the journal's entries since `first`.
    fn record(&mut self, verb: &'static str, at: VenueId, depth: usize, first: usize) {
        let wallet = Holder::Wallet(self.world.farmer);
        let mut paid: SmallVec<[TokenAmount; 2]> = SmallVec::new();
        let mut received: SmallVec<[TokenAmount; 2]> = SmallVec::new();
        // What moved in other farmers' wallets is not this one's.
        let own = |entry: &&Entry| entry.from == wallet || entry.to == wallet;
        for entry in self.world.journal.entries().iter().skip(first).filter(own) {
            if entry.reason == Reason::Exploit {
                // What was lost has not been received.
                if let Some(amount) = received.iter_mut().find(|amount| amount.asset == entry.amount.asset) {
                    amount.raw = amount.raw.saturating_sub(entry.amount.raw);
                }
                continue;
            }
            let side = if entry.from == wallet { &mut paid } else { &mut received };
            match side.iter_mut().find(|amount| amount.asset == entry.amount.asset) {
                Some(amount) => amount.raw = amount.raw.saturating_add(entry.amount.raw),
                None => side.push(entry.amount),
            }
        }
        let step = Executed { verb, at, depth, paid, received };
        self.world.count_gas(&mut self.usage, &step, self.done.steps.last());
        self.done.steps.push(step);
    }
}
