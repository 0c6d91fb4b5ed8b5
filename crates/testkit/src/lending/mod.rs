//! The conformance suite of lending markets.

mod checks;
mod sandbox;

use levmine_lending::LendingMarket;
use levmine_market::{Asset, Moment, PriceBook};
use levmine_math::{U256, Wad};

pub use sandbox::{Sandbox, Settled};

use crate::suite::{self, Check};
use crate::{Report, Verdict};

/// A market to be checked.
#[derive(Debug)]
pub struct LendingSetup {
    /// The market, with outsiders' liquidity in it.
    pub market: Box<dyn LendingMarket>,
    /// A price for each of its assets.
    pub prices: PriceBook,
    /// When the checks begin; not before the last moment that the market has seen.
    pub start: Moment,
    /// The block's pace; Ethereum's unless told otherwise.
    pub milliseconds_per_block: u64,
    /// How much of an asset one operation's rounding may give to whoever acts, because the real contracts do; base
    /// units. None where nothing is said.
    pub rounding: Vec<(Asset, U256)>,
    /// By how much of itself a health factor may move against the rule through rounding, because the real contracts
    /// average thresholds in whole basis points or similar.
    pub health_slack: Wad,
    /// Checks that the real contracts do not pass, by name, each with the reason. Shown as skipped.
    pub exceptions: Vec<(&'static str, String)>,
}

impl LendingSetup {
    /// A setup without any allowance.
    #[must_use]
    pub fn new(market: Box<dyn LendingMarket>, prices: PriceBook, start: Moment) -> Self {
        Self {
            market,
            prices,
            start,
            milliseconds_per_block: 12_000,
            rounding: Vec::new(),
            health_slack: Wad::ZERO,
            exceptions: Vec::new(),
        }
    }

    /// Allows one operation's rounding to give `units` base units of `asset` to whoever acts.
    #[must_use]
    pub fn rounding(mut self, asset: Asset, units: u64) -> Self {
        self.rounding.push((asset, U256::from(units)));
        self
    }

    /// Allows rounding to move a health factor by this part of itself against the rule.
    #[must_use]
    pub fn health_slack(mut self, part: Wad) -> Self {
        self.health_slack = part;
        self
    }

    /// Declares a check that the real contracts do not pass.
    #[must_use]
    pub fn except(mut self, check: &'static str, reason: impl Into<String>) -> Self {
        self.exceptions.push((check, reason.into()));
        self
    }

    pub(crate) fn slack(&self, asset: Asset) -> U256 {
        self.rounding.iter().find(|(known, _)| *known == asset).map(|(_, units)| *units).unwrap_or_default()
    }

    fn subject(&self) -> String {
        format!("{} {}", self.market.descriptor().title, self.market.version())
    }
}

/// Runs the whole suite, prints what was passed and skipped, and panics if a promise is broken.
pub fn conformance(setup: &LendingSetup) -> Report {
    report(setup).conclude()
}

/// Runs the whole suite and tells what came of it.
#[must_use]
pub fn report(setup: &LendingSetup) -> Report {
    suite::run_all(setup.subject(), checks::ALL, setup, &setup.exceptions)
}

/// Runs the check of this name alone.
#[must_use]
pub fn check(setup: &LendingSetup, name: &str) -> Verdict {
    suite::run_check(suite::find(checks::ALL, name), setup, &setup.exceptions)
}

/// The names of all checks with what each holds a market to.
pub fn names() -> impl Iterator<Item = (&'static str, &'static str)> {
    checks::ALL.iter().map(|Check { name, promise, .. }| (*name, *promise))
}
