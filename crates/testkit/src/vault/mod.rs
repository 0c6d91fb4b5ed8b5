//! The conformance suite of vaults.

mod checks;
mod sandbox;

use levmine_market::{Asset, Dump, Moment};
use levmine_math::U256;
use levmine_vault::Vault;

pub use sandbox::{Done, Sandbox, Settled};

use crate::suite::{self, Check};
use crate::{Report, Verdict};

/// Builds a vault from what another one dumped; what cannot be read of it is told.
pub type Rebuild = fn(&Dump) -> Result<Box<dyn Vault>, String>;

/// A vault to be checked.
#[derive(Debug)]
pub struct VaultSetup {
    /// The vault, with outsiders' deposits in it.
    pub vault: Box<dyn Vault>,
    /// When the checks begin; not before the last moment that the vault has seen.
    pub start: Moment,
    /// Milliseconds from block to block.
    pub milliseconds_per_block: u64,
    /// How many days a redemption may wait in the queue until it must be ready.
    pub patience: u64,
    /// What nobody wonders at as a deposit, in base units; a hundredth of what is there where nothing is said.
    pub ordinary: Vec<(Asset, U256)>,
    /// Builds a vault from its dump, where the dump is a whole state.
    pub rebuild: Option<Rebuild>,
    /// How much of a token one operation's rounding may give to whoever acts, because the real contracts do; base
    /// units. None where nothing is said.
    pub rounding: Vec<(Asset, U256)>,
    /// Checks that the real contracts do not pass, by name, each with the reason. Shown as skipped.
    pub exceptions: Vec<(&'static str, String)>,
}

impl VaultSetup {
    /// A setup without any allowance, with a block each 12 s, and 30 days of patience.
    #[must_use]
    pub fn new(vault: Box<dyn Vault>, start: Moment) -> Self {
        Self {
            vault,
            start,
            milliseconds_per_block: 12_000,
            patience: 30,
            ordinary: Vec::new(),
            rebuild: None,
            rounding: Vec::new(),
            exceptions: Vec::new(),
        }
    }

    /// With another pace of blocks.
    #[must_use]
    pub const fn block_pace(mut self, milliseconds: u64) -> Self {
        self.milliseconds_per_block = milliseconds;
        self
    }

    /// Waits so many days for the queue.
    #[must_use]
    pub const fn patience(mut self, days: u64) -> Self {
        self.patience = days;
        self
    }

    /// Says what nobody wonders at as a deposit of `asset`, in base units.
    #[must_use]
    pub fn ordinarily(mut self, asset: Asset, units: U256) -> Self {
        self.ordinary.push((asset, units));
        self
    }

    /// Says that a dump is a whole state, and how a vault is built from it.
    #[must_use]
    pub fn rebuilt_by(mut self, rebuild: Rebuild) -> Self {
        self.rebuild = Some(rebuild);
        self
    }

    /// Allows one operation's rounding to give `units` base units of `token` to whoever acts.
    #[must_use]
    pub fn rounding(mut self, token: Asset, units: u64) -> Self {
        self.rounding.push((token, U256::from(units)));
        self
    }

    /// Declares a check that the real contracts do not pass.
    #[must_use]
    pub fn except(mut self, check: &'static str, reason: impl Into<String>) -> Self {
        self.exceptions.push((check, reason.into()));
        self
    }

    pub(crate) fn slack(&self, token: Asset) -> U256 {
        self.rounding.iter().find(|(known, _)| *known == token).map(|(_, units)| *units).unwrap_or_default()
    }

    fn subject(&self) -> String {
        format!("{} {}", self.vault.descriptor().title, self.vault.version())
    }
}

/// Runs the whole suite, prints what was passed and skipped, and panics if a promise is broken.
pub fn conformance(setup: &VaultSetup) -> Report {
    report(setup).conclude()
}

/// Runs the whole suite and tells what came of it.
#[must_use]
pub fn report(setup: &VaultSetup) -> Report {
    suite::run_all(setup.subject(), checks::ALL, setup, &setup.exceptions)
}

/// Runs the check of this name alone.
#[must_use]
pub fn check(setup: &VaultSetup, name: &str) -> Verdict {
    suite::run_check(suite::find(checks::ALL, name), setup, &setup.exceptions)
}

/// The names of all checks with what each holds a vault to.
pub fn names() -> impl Iterator<Item = (&'static str, &'static str)> {
    checks::ALL.iter().map(|Check { name, promise, .. }| (*name, *promise))
}
