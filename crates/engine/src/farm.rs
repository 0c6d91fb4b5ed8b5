//! One strategy in the course of a run: its keeper, its liquidators, what is seen of it.

use levmine_composer::{StepError, Strategy, Transaction, World, unwind};
use levmine_market::{Account, Holder, MARKS_PER_BASE_UNIT, Mark, Timestamp};

use crate::agents::{Keeper, Liquidator};
use crate::run::{at, fund_and_open};
use crate::{EngineError, Event, Metrics, Outcome, Sample};

/// A strategy that has been opened.
pub(crate) struct Farm<'a> {
    farmer: Account,
    keeper: Keeper<'a>,
    liquidator: Liquidator,
    peak: Mark,
    metrics: Metrics,
    opening: Transaction,
    events: Vec<Event>,
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
        let mut farm = Self {
            farmer: world.farmer,
            keeper: Keeper::new(strategy, from),
            liquidator: Liquidator::default(),
            peak: world.portfolio.start.max(world.portfolio.equity()),
            metrics: Metrics::new(from),
            opening,
            events: Vec::new(),
            samples: Vec::new(),
        };
        farm.metrics.see_health(world.lowest_health_factor(), from);
        farm.sample(world);
        Ok(farm)
    }

    /// What happens to it in a step, after the world has moved.
    pub(crate) fn step(&mut self, world: &mut World) -> Result<(), StepError> {
        world.take_seat(self.farmer);
        self.look(world);
        self.keeper.work(world, self.peak, &mut self.metrics, &mut self.events)?;
        self.metrics.liquidations += self.liquidator.act(world, &mut self.events)?;
        self.sample(world);
        Ok(())
    }

    /// Something happened that is told among the events.
    pub(crate) fn hear(&mut self, events: impl IntoIterator<Item = Event>) {
        self.events.extend(events);
    }

    fn look(&mut self, world: &World) {
        self.metrics.steps += 1;
        let equity = world.portfolio.equity();
        self.peak = self.peak.max(equity);
        self.metrics.see_equity(equity, self.peak, world.now.time);
        self.metrics.see_health(world.lowest_health_factor(), world.now.time);
    }

    fn sample(&mut self, world: &World) {
        let (time, equity) = (world.now.time, world.portfolio.equity());
        let health = world.lowest_health_factor();
        self.metrics.see_equity(equity, self.peak, time);
        self.samples.push(Sample { time, equity, health });
    }

    /// Takes it apart and closes its books.
    pub(crate) fn finish(self, world: &mut World, from: Timestamp) -> Result<Outcome, EngineError> {
        world.take_seat(self.farmer);
        let unwinding = unwind(world, &self.keeper.keep).map_err(at(world))?;
        let settlement = world.settle().map_err(at(world))?;
        let audit = world.audit()?;
        let start_equity = world.portfolio.start / i128::from(MARKS_PER_BASE_UNIT);
        let final_equity = settlement.equity;
        let attribution = world.portfolio.attribution;
        let parts = attribution.in_base_units(final_equity.saturating_sub(start_equity));
        Ok(Outcome {
            span: (from, world.now.time),
            quote: world.quote,
            start_equity,
            final_equity,
            parts,
            attribution,
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
