use levmine_math::{MathError, U256};

use crate::{Asset, Holder};

/// What the words of the market refuse.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[repr(u64)]
pub enum MarketError {
    /// A symbol that cannot be an asset's.
    #[error("\"{symbol}\" is not an asset symbol: 1 to 23 printable ASCII characters without spaces")]
    BadSymbol {
        /// What was read.
        symbol: String,
    },
    /// More decimals than arithmetic has room for.
    #[error("asset {symbol} cannot have {decimals} decimals: at most 36")]
    BadDecimals {
        /// The asset.
        symbol: String,
        /// What was read.
        decimals: u8,
    },
    /// Two different assets were to be added, subtracted or compared.
    #[error("{left} and {right} are different assets")]
    AssetMismatch {
        /// The first asset.
        left: Asset,
        /// The second asset.
        right: Asset,
    },
    /// No price is known.
    #[error("there is no price of {asset}")]
    NoPrice {
        /// The asset.
        asset: Asset,
    },
    /// A holder would give away more than it holds.
    #[error("{holder} holds {available} base units of {asset} and cannot give {needed}")]
    InsufficientBalance {
        /// The holder.
        holder: Holder,
        /// The asset.
        asset: Asset,
        /// What was to be moved, in base units.
        needed: U256,
        /// What is there, in base units.
        available: U256,
    },
    /// A value is too large to be marked.
    #[error("a value of {asset} is too large to be marked")]
    TooLarge {
        /// The asset in which it was to be expressed.
        asset: Asset,
    },
    /// The arithmetic failed.
    #[error(transparent)]
    Math(#[from] MathError),
}
