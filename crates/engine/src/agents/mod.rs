//! Who acts in a run beside the farmer, each small and replaceable.

mod gas;
mod keeper;
mod liquidator;
mod oracle;
mod traders;

use levmine_composer::{StepError, World};
use levmine_market::Timestamp;

use self::gas::Gas;
use self::oracle::OraclePrices;
use crate::Scenario;

pub(crate) use keeper::Keeper;
pub(crate) use liquidator::liquidate;
pub use traders::Trader;

/// Everybody but the farmer and those who look after his position.
pub(crate) struct Others<'a> {
    scenario: &'a Scenario,
    gas: Gas<'a>,
    oracle: OraclePrices<'a>,
}

impl<'a> Others<'a> {
    pub(crate) fn new(scenario: &'a Scenario) -> Self {
        let gas = Gas { points: &scenario.gas, passed: 0 };
        Self { scenario, gas, oracle: OraclePrices::new(scenario) }
    }

    /// What is there at the beginning of a step, before time has passed for the venues.
    pub(crate) fn begin(&mut self, world: &mut World, now: Timestamp) {
        self.gas.publish(world, now);
    }

    /// What happens after the market's prices have moved: others trade, then the oracle publishes.
    pub(crate) fn act(&mut self, world: &mut World, seconds: u64) -> Result<(), StepError> {
        for trader in &self.scenario.traders {
            trader.trade(world, seconds)?;
        }
        self.arbitrage(world)?;
        self.publish(world)
    }

    /// The arbitrageur brings the pools to the market.
    pub(crate) fn arbitrage(&mut self, world: &mut World) -> Result<(), StepError> {
        world.arbitrage()?;
        world.settle_shares()
    }

    /// The oracle publishes.
    pub(crate) fn publish(&mut self, world: &mut World) -> Result<(), StepError> {
        self.oracle.publish(world);
        world.publish_oracle()
    }
}
