use std::fmt;

use levmine_math::{U256, format_units};

use crate::{Asset, MarketError};

/// An amount of one asset in base units. Amounts of two assets never add.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenAmount {
    /// The asset.
    pub asset: Asset,
    /// Base units: 10^decimals of them are one token.
    pub raw: U256,
}

impl TokenAmount {
    /// An amount in base units.
    #[must_use]
    pub const fn new(asset: Asset, raw: U256) -> Self {
        Self { asset, raw }
    }

    /// None of the asset.
    #[must_use]
    pub const fn zero(asset: Asset) -> Self {
        Self { asset, raw: U256::ZERO }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.raw.is_zero()
    }

    /// Returns the sum.
    ///
    /// # Errors
    ///
    /// [`MarketError::AssetMismatch`], or [`MarketError::Math`] above 2^256 − 1.
    pub fn plus(self, other: Self) -> Result<Self, MarketError> {
        self.same(other)?;
        Ok(Self::new(self.asset, levmine_math::add(self.raw, other.raw)?))
    }

    /// Returns the difference.
    ///
    /// # Errors
    ///
    /// [`MarketError::AssetMismatch`], or [`MarketError::Math`] below zero.
    pub fn minus(self, other: Self) -> Result<Self, MarketError> {
        self.same(other)?;
        Ok(Self::new(self.asset, levmine_math::sub(self.raw, other.raw)?))
    }

    fn same(self, other: Self) -> Result<(), MarketError> {
        if self.asset == other.asset {
            Ok(())
        } else {
            Err(MarketError::AssetMismatch { left: self.asset, right: other.asset })
        }
    }
}

impl fmt::Display for TokenAmount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", format_units(self.raw, self.asset.decimals()), self.asset)
    }
}

impl fmt::Debug for TokenAmount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}
