use levmine_market::Timestamp;
use levmine_math::{MathError, U256, add};

use crate::Yield;

/// What changes: the contract's own integers, in base units, and since when the assets have earned. A plain value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct State {
    /// What the vault has of its asset: `totalAssets`.
    pub assets: U256,
    /// How many shares exist: `totalSupply`.
    pub shares: U256,
    /// The moment up to which what was earned has been transferred.
    pub updated: Timestamp,
}

impl State {
    /// The state at `now`, and what is transferred to the vault until then. Before the last moment nothing is.
    ///
    /// # Errors
    ///
    /// [`MathError`] where it does not fit 256 bits.
    pub fn at(&self, now: Timestamp, earns: Yield) -> Result<(Self, U256), MathError> {
        let gain = earns.of(self.assets, now.since(self.updated))?;
        let updated = self.updated.max(now);
        Ok((Self { assets: add(self.assets, gain)?, shares: self.shares, updated }, gain))
    }
}
