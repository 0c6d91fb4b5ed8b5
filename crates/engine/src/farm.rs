//! One strategy in the course of a run: its keeper, its liquidators, what is seen of it.

use levmine_composer::{News, Policy, StepError, Strategy, Transaction, World, unwind_within};
use levmine_market::{Account, Holder, MARKS_PER_BASE_UNIT, Mark, Timestamp};
use rust_decimal::Decimal;

use crate::agents::{Keeper, Liquidator, Log};
use crate::costs::{Told, gas_costs, idle_earnings};
use crate::run::{at, fund_and_open};
use crate::{EngineError, Event, EventKind, Metrics, Outcome, Sample};

/// A strategy that has been opened.
pub(crate) struct Farm<'a> {
    farmer: Account,
    opened: Timestamp,
    policies: &'a [Policy],
    keeper: Keeper<'a>,
    /// Whether it opens nothing and does nothing, as what no strategy of a portfolio was given.
    idle: bool,
    /// What a swap of the unwinding may lose.
    tolerance: Option<Decimal>,
    liquidator: Liquidator,
    peak: Mark,
    /// The equity at the beginning of the step.
    seen: Mark,
    metrics: Metrics,
    opening: Transaction,
    events: Vec<Event>,
    /// How many of them stand before the opening.
    before_opening: usize,
    samples: Vec<Sample>,
}

impl<'a> Farm<'a> {
    /// Gives the farmer who acts the capital of `strategy`, and opens it.
    pub(crate) fn open(
        world: &mut World,
        strategy: &'a Strategy,
        from: Timestamp,
    ) -> Result<Self, EngineError> {
        let opening = fund_and_open(world, strategy)?;
        // The price at the opening is the first of those whose volatility policies look at.
        world.sample_volatility().map_err(at(world))?;
        let mut farm = Self {
            farmer: world.farmer,
            opened: from,
            policies: &strategy.policies,
            keeper: Keeper::new(strategy, world, from),
            idle: strategy.open.steps.is_empty() && strategy.policies.is_empty(),
            tolerance: strategy.keeper.max_slippage,
            liquidator: Liquidator::default(),
            peak: world.portfolio.start.max(world.portfolio.equity()),
            seen: world.portfolio.start,
            metrics: Metrics::new(from),
            opening,
            events: Vec::new(),
            before_opening: 0,
            samples: Vec::new(),
        };
        farm.metrics.see_healths(world.healths(), from);
        farm.overhear(world);
        farm.sample(world);
        Ok(farm)
    }

    /// What happens to it in a step, after the world has moved; nobody acts while the chain is halted.
    pub(crate) fn step(&mut self, world: &mut World, halted: bool) -> Result<(), StepError> {
        world.take_seat(self.farmer);
        if !halted {
            world.tend_covers()?;
        }
        self.overhear(world);
        self.look(world);
        if halted {
            self.sample(world);
            return Ok(());
        }
        let mut log = Log { metrics: &mut self.metrics, events: &mut self.events };
        self.keeper.work(world, self.peak, &mut log)?;
        let liquidations = self.liquidator.act(world, &mut self.events)?;
        if liquidations > 0 {
            self.metrics.liquidations += liquidations;
            self.keeper.liquidated(world, &mut Log { metrics: &mut self.metrics, events: &mut self.events });
        }
        self.overhear(world);
        self.sample(world);
        Ok(())
    }

    /// Puts what has happened to its farmer among its events.
    fn overhear(&mut self, world: &mut World) {
        let news = world.take_news();
        if news.is_empty() {
            return;
        }
        let (time, equity) = (world.now.time, world.portfolio.equity());
        let kind = |news| match news {
            News::Sandwich(sandwich) => EventKind::Sandwich(sandwich),
            News::Cover(news) => EventKind::Cover(news),
        };
        self.events.extend(news.into_iter().map(|news| Event { time, equity, kind: kind(news) }));
    }

    /// Something happened to `who`, or to everybody, that is told among the events with the equity of whoever hears it.
    pub(crate) fn hear(&mut self, world: &mut World, who: Option<Account>, event: &Event) {
        // Who is in no venue has nothing to do with what happens to him there.
        if who.is_some_and(|who| who != self.farmer || self.idle) {
            return;
        }
        let mut event = event.clone();
        if world.is_shared() {
            // Whoever sat there when it happened was perhaps another.
            world.take_seat(self.farmer);
            event.equity = world.portfolio.equity();
        }
        if event.time <= self.opened {
            // What happened at the beginning stands before what the opening met with.
            event.equity = world.portfolio.start;
            self.events.insert(self.before_opening.min(self.events.len()), event);
            self.before_opening += 1;
            return;
        }
        self.events.push(event);
    }

    fn look(&mut self, world: &World) {
        self.metrics.steps += 1;
        let equity = world.portfolio.equity();
        self.peak = self.peak.max(equity);
        self.seen = equity;
        self.metrics.see_equity(equity, self.peak, world.now.time);
        self.metrics.see_healths(world.healths(), world.now.time);
    }

    fn sample(&mut self, world: &World) {
        let (time, equity) = (world.now.time, world.portfolio.equity());
        let health = world.lowest_health_factor();
        if equity != self.seen {
            self.metrics.see_equity(equity, self.peak, time);
        }
        self.samples.push(Sample { time, equity, health });
    }

    /// Takes it apart and closes its books.
    pub(crate) fn finish(mut self, world: &mut World, from: Timestamp) -> Result<Outcome, EngineError> {
        world.take_seat(self.farmer);
        let unwinding = unwind_within(world, &self.keeper.keep, self.tolerance).map_err(at(world))?;
        self.overhear(world);
        let claims = world.waiting_claims().into_iter().map(EventKind::Cover);
        let (time, equity) = (world.now.time, world.portfolio.equity());
        self.events.extend(claims.map(|kind| Event { time, equity, kind }));
        let settlement = world.settle().map_err(at(world))?;
        // What getting out costs, and what cannot be got out, is lost as well.
        let left = settlement.equity.saturating_mul(i128::from(MARKS_PER_BASE_UNIT));
        self.metrics.see_equity(left, self.peak, time);
        let audit = world.audit()?;
        let start_equity = world.portfolio.start / i128::from(MARKS_PER_BASE_UNIT);
        let final_equity = settlement.equity;
        let attribution = world.portfolio.attribution;
        let parts = attribution.in_base_units(final_equity.saturating_sub(start_equity));
        let span = (from, world.now.time);
        let (policies, events) = (self.policies, self.events.as_slice());
        let told = Told { policies, events, span, start_equity, parts: &parts, waits: idle_earnings(world) };
        let gas = gas_costs(world, &told);
        Ok(Outcome {
            span,
            quote: world.quote,
            start_equity,
            final_equity,
            parts,
            attribution,
            gas,
            opening: self.opening,
            events: self.events,
            samples: self.samples,
            metrics: self.metrics,
            settlement,
            unwinding,
            wallet: world.journal.balances(Holder::Wallet(world.farmer)).collect(),
            audit,
            accuracy: Vec::new(),
        })
    }
}
