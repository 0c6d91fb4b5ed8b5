//! Shares and what they are worth, with a million virtual shares and one virtual base unit: an empty market has a price
//! per share too, and nobody can move it by a donation.
//!
//! Source: Morpho Blue 1.0.0, `SharesMathLib`.

use levmine_math::U256;

use crate::error::Result;
use crate::wad::{mul_div_down, mul_div_up};

const VIRTUAL_SHARES: U256 = U256::from_limbs([1_000_000, 0, 0, 0]);
const VIRTUAL_ASSETS: U256 = U256::from_limbs([1, 0, 0, 0]);

/// All assets of a side (supply or debt) in base units, and all its shares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Side {
    /// Base units.
    pub assets: u128,
    /// Shares.
    pub shares: u128,
}

impl Side {
    /// Both with what is virtual; 129 bits at most, so the sums fit.
    fn parts(self) -> (U256, U256) {
        let assets = U256::from(self.assets).wrapping_add(VIRTUAL_ASSETS);
        let shares = U256::from(self.shares).wrapping_add(VIRTUAL_SHARES);
        (assets, shares)
    }

    /// The shares of `assets` base units, rounded down.
    ///
    /// # Errors
    ///
    /// [`crate::MorphoError::Panic`] beyond 256 bits.
    pub fn to_shares_down(self, assets: U256) -> Result<U256> {
        let (all, shares) = self.parts();
        mul_div_down(assets, shares, all)
    }

    /// The shares of `assets` base units, rounded up.
    ///
    /// # Errors
    ///
    /// As [`Side::to_shares_down`].
    pub fn to_shares_up(self, assets: U256) -> Result<U256> {
        let (all, shares) = self.parts();
        mul_div_up(assets, shares, all)
    }

    /// The base units of `shares`, rounded down.
    ///
    /// # Errors
    ///
    /// As [`Side::to_shares_down`].
    pub fn to_assets_down(self, shares: U256) -> Result<U256> {
        let (assets, all) = self.parts();
        mul_div_down(shares, assets, all)
    }

    /// The base units of `shares`, rounded up.
    ///
    /// # Errors
    ///
    /// As [`Side::to_shares_down`].
    pub fn to_assets_up(self, shares: U256) -> Result<U256> {
        let (assets, all) = self.parts();
        mul_div_up(shares, assets, all)
    }
}
