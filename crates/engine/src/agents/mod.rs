//! Who acts in a run beside the farmer, each small and replaceable.

mod arbitrageur;
mod borrowers;
mod curve;
mod feeds;
mod gas;
mod keeper;
mod liquidator;
mod oracle;
mod rates;
mod reports;
mod traders;
mod trades;
mod volume;

use levmine_composer::{LiquidationTerms, StepError, World};
use levmine_market::{Asset, Timestamp, VenueId};

use self::borrowers::BorrowerState;
use self::gas::Gas;
use self::oracle::OraclePrices;
use self::rates::Rates;
use self::traders::TraderState;
use self::trades::Trades;
use crate::{Accuracy, Event, Scenario};

pub use arbitrageur::{Arbitrage, ArbitrageRule};
pub use borrowers::{Borrower, MovedBy, RecordedUse, Reverting, Target};
pub use feeds::{Feed, Feeds};
pub(crate) use keeper::Keeper;
pub(crate) use liquidator::Liquidator;
pub use rates::RateRecord;
pub(crate) use reports::Log;
pub use traders::{Direction, Trader};
pub use trades::TradeRecord;
pub use volume::{Recorded, RecordedIn, Volume, VolumeModel};

/// The rules by which the world's other people act, beside the traders.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OtherPeople {
    /// Who brings the pools to the market.
    pub arbitrage: Arbitrage,
    /// Who moves the utilization of lending markets.
    pub borrowers: Vec<Borrower>,
    /// What liquidators ask for.
    pub liquidators: LiquidationTerms,
    /// How the oracle publishes.
    pub feeds: Feeds,
}

/// Everybody but the farmer and those who look after his position.
pub(crate) struct Others<'a> {
    scenario: &'a Scenario,
    gas: Gas<'a>,
    oracle: OraclePrices<'a>,
    traders: Vec<TraderState<'a>>,
    borrowers: Vec<BorrowerState<'a>>,
    /// Markets and assets of which something else has hold, so that they do not move them.
    pub resting: Vec<(VenueId, Asset)>,
    /// What they have to tell.
    told: Vec<Event>,
    rates: Vec<Rates<'a>>,
    trades: Vec<Trades<'a>>,
}

impl<'a> Others<'a> {
    pub(crate) fn new(scenario: &'a Scenario) -> Self {
        let seed = scenario.seed;
        let traders = scenario.traders.iter().zip(0..).map(|(rule, at)| TraderState::new(rule, seed, at));
        let borrowers = &scenario.others.borrowers;
        let borrowers = borrowers.iter().zip(0..).map(|(rule, at)| BorrowerState::new(rule, seed, at));
        Self {
            scenario,
            gas: Gas::new(scenario),
            oracle: OraclePrices::new(scenario),
            traders: traders.collect(),
            borrowers: borrowers.collect(),
            resting: Vec::new(),
            told: Vec::new(),
            rates: scenario.rates.iter().map(Rates::new).collect(),
            trades: scenario.trades.iter().map(Trades::new).collect(),
        }
    }

    /// What is there at the beginning of a step, before time has passed for the venues.
    pub(crate) fn begin(&mut self, world: &mut World, now: Timestamp) -> Result<(), StepError> {
        self.gas.publish(world, now);
        self.rates.iter_mut().try_for_each(|rates| rates.follow(world, now))?;
        self.trades.iter_mut().try_for_each(|trades| trades.begin(world, now))
    }

    /// Before anybody opens anything: the oracle has published, and the lending markets are used as they are in the
    /// first step.
    pub(crate) fn open(&mut self, world: &mut World) -> Result<(), StepError> {
        world.liquidators = self.scenario.others.liquidators;
        self.publish(world)?;
        self.use_markets(world, 0)
    }

    /// What happens after the market's prices have moved: others trade, lend and borrow, then the oracle publishes.
    pub(crate) fn act(&mut self, world: &mut World, seconds: u64) -> Result<(), StepError> {
        for trader in &mut self.traders {
            trader.act(world, seconds)?;
        }
        self.trades.iter_mut().try_for_each(|trades| trades.follow(world))?;
        self.arbitrage(world)?;
        self.trades.iter_mut().for_each(|trades| trades.count_earned(world));
        self.use_markets(world, seconds)?;
        self.publish(world)
    }

    /// The arbitrageur brings the pools to the market.
    pub(crate) fn arbitrage(&mut self, world: &mut World) -> Result<(), StepError> {
        self.scenario.others.arbitrage.act(world)?;
        world.settle_shares()
    }

    /// What they have told since the last time.
    pub(crate) fn told(&mut self) -> impl Iterator<Item = Event> + '_ {
        self.told.drain(..)
    }

    fn use_markets(&mut self, world: &mut World, seconds: u64) -> Result<(), StepError> {
        let resting = &self.resting;
        let moving = self.borrowers.iter_mut().filter(|others| !resting.contains(&others.place()));
        moving.into_iter().try_for_each(|others| others.act(world, seconds, &mut self.told))
    }

    /// How near what was recorded the run came.
    pub(crate) fn accuracy(&self, world: &World) -> Vec<Accuracy> {
        let rates = self.rates.iter().filter_map(|rates| rates.accuracy(world));
        let trades = self.trades.iter().filter_map(|trades| trades.accuracy(world));
        rates.chain(self.borrowers.iter().filter_map(|others| others.accuracy(world))).chain(trades).collect()
    }

    /// The oracle publishes.
    fn publish(&mut self, world: &mut World) -> Result<(), StepError> {
        self.oracle.publish(world);
        world.publish_oracle()
    }
}
