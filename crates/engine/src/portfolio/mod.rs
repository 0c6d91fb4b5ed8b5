//! Portfolios: several strategies with capital weights in one world.
//!
//! Each strategy has a farmer of its own, so its equity, its books and its health are its own; the venues are everybody's.
//! In each step the world moves once, then the strategies act in the order of the file. When one has traded, the
//! arbitrageur comes by before the next one acts.

mod file;
mod limits;
mod outcome;
mod statistics;
mod watch;

use levmine_composer::{Strategy, World};
use levmine_market::{Account, Asset, MARKS_PER_BASE_UNIT, PriceBook};
use rust_decimal::Decimal;

pub use file::{
    CASH, NOT_CASH, PortfolioFile, WeightedFile, is_cash, is_portfolio, no_portfolio, read_portfolio,
};
pub use limits::{Breach, Limit, LimitUse, Measured};
pub use outcome::{PartOutcome, PortfolioOutcome};
pub use statistics::Statistics;
pub use watch::{Concentration, TokenConcentration};

use self::watch::Watch;
use crate::farm::Farm;
use crate::run::{at, begin, check_windows};
use crate::{EngineError, Scenario};

/// Strategies with their parts of one capital.
#[derive(Debug, Clone, PartialEq)]
pub struct Allocation {
    /// The name for people.
    pub name: String,
    /// The asset in which the whole is counted.
    pub asset: Asset,
    /// The strategies, each with the capital that its weight gives it.
    pub parts: Vec<Weighted>,
    /// What must not be exceeded.
    pub limits: Vec<Limit>,
}

/// A strategy and its part of the capital.
#[derive(Debug, Clone, PartialEq)]
pub struct Weighted {
    /// The strategy.
    pub strategy: Strategy,
    /// Its part of the capital at the beginning: one is all of it.
    pub weight: Decimal,
}

/// Runs the strategies of `allocation` together in `world` over `scenario`. The world is left as it is at the end.
///
/// # Errors
///
/// [`EngineError`] when a step of an opening cannot be done, a limit is exceeded by the openings, or the run has no answer.
pub fn run_portfolio(
    world: &mut World,
    allocation: &Allocation,
    scenario: &Scenario,
) -> Result<PortfolioOutcome, EngineError> {
    for part in &allocation.parts {
        check_windows(&part.strategy, scenario)?;
    }
    let seats = take_seats(world, allocation);
    let (from, mut steps) = begin(world, scenario)?;
    let mut farms = Vec::with_capacity(seats.len());
    for (part, farmer) in allocation.parts.iter().zip(&seats) {
        if !farms.is_empty() {
            steps.between(world)?;
        }
        world.take_seat(*farmer);
        farms.push(Farm::open(world, &part.strategy, from)?);
    }
    let mut watch = Watch::new(world, allocation, seats);
    watch.open(world)?;
    let start = watch.starts(world).map_err(at(world))?;
    steps.go(world, &mut farms, |world| watch.look(world))?;
    let mut outcomes = Vec::with_capacity(farms.len());
    for farm in farms {
        if !outcomes.is_empty() {
            steps.between(world)?;
        }
        outcomes.push(farm.finish(world, from)?);
    }
    watch.close(world, &outcomes).map_err(at(world))?;
    let accuracy = steps.accuracy(world);
    outcome::put_together(world, allocation, watch, &start, outcomes, accuracy)
}

/// The market's prices when `scenario` begins. The world is left at that moment.
///
/// # Errors
///
/// [`EngineError`] as [`run_portfolio`], as far as the beginning goes.
pub fn opening_prices(world: &mut World, scenario: &Scenario) -> Result<PriceBook, EngineError> {
    begin(world, scenario)?;
    Ok(world.market.clone())
}

/// The farmers of the strategies, in their order; the world's own is the first one's.
fn take_seats(world: &mut World, allocation: &Allocation) -> Vec<Account> {
    let mut seats = vec![world.farmer];
    for part in allocation.parts.iter().skip(1) {
        let quote = part.strategy.capital.amounts.first().map_or(allocation.asset, |amount| amount.asset);
        seats.push(world.add_seat(quote));
    }
    seats
}

/// Marks as whole base units, rounded towards zero.
fn base_units(mark: levmine_market::Mark) -> i128 {
    mark / i128::from(MARKS_PER_BASE_UNIT)
}
