//! The conformance suite of pools.

mod checks;
mod sandbox;

use levmine_amm::Pool;
use levmine_market::{Asset, Moment, PriceBook};
use levmine_math::U256;

pub use sandbox::{Sandbox, Settled};

use crate::suite::{self, Check};
use crate::{Report, Verdict};

/// A pool to be checked.
#[derive(Debug)]
pub struct PoolSetup {
    /// The pool, with outsiders' liquidity in it.
    pub pool: Box<dyn Pool>,
    /// A price for each of its coins; the pool need not stand at them.
    pub prices: PriceBook,
    /// When the checks begin; not before the last moment that the pool has seen.
    pub start: Moment,
    /// How much of a coin one operation's rounding may give to whoever acts, because the real contracts do; base
    /// units. None where nothing is said.
    pub rounding: Vec<(Asset, U256)>,
    /// Checks that the real contracts do not pass, by name, each with the reason. Shown as skipped.
    pub exceptions: Vec<(&'static str, String)>,
}

impl PoolSetup {
    /// A setup without any allowance.
    #[must_use]
    pub fn new(pool: Box<dyn Pool>, prices: PriceBook, start: Moment) -> Self {
        Self { pool, prices, start, rounding: Vec::new(), exceptions: Vec::new() }
    }

    /// Allows one operation's rounding to give `units` base units of `coin` to whoever acts.
    #[must_use]
    pub fn rounding(mut self, coin: Asset, units: u64) -> Self {
        self.rounding.push((coin, U256::from(units)));
        self
    }

    /// Declares a check that the real contracts do not pass.
    #[must_use]
    pub fn except(mut self, check: &'static str, reason: impl Into<String>) -> Self {
        self.exceptions.push((check, reason.into()));
        self
    }

    pub(crate) fn slack(&self, coin: Asset) -> U256 {
        self.rounding.iter().find(|(known, _)| *known == coin).map(|(_, units)| *units).unwrap_or_default()
    }

    fn subject(&self) -> String {
        format!("{} {}", self.pool.descriptor().title, self.pool.version())
    }
}

/// Runs the whole suite, prints what was passed and skipped, and panics if a promise is broken.
pub fn conformance(setup: &PoolSetup) -> Report {
    report(setup).conclude()
}

/// Runs the whole suite and tells what came of it.
#[must_use]
pub fn report(setup: &PoolSetup) -> Report {
    suite::run_all(setup.subject(), checks::ALL, setup, &setup.exceptions)
}

/// Runs the check of this name alone.
#[must_use]
pub fn check(setup: &PoolSetup, name: &str) -> Verdict {
    suite::run_check(suite::find(checks::ALL, name), setup, &setup.exceptions)
}

/// The names of all checks with what each holds a pool to.
pub fn names() -> impl Iterator<Item = (&'static str, &'static str)> {
    checks::ALL.iter().map(|Check { name, promise, .. }| (*name, *promise))
}
