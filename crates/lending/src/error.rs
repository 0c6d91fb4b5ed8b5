use std::error::Error;

use levmine_market::{Asset, MarketError};
use levmine_math::MathError;

/// What a lending market answers instead of an outcome. The state is as it was before, to the last wei.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[repr(u64)]
pub enum LendingError {
    /// The market has no such operation; it says so in its capabilities.
    #[error("{protocol} does not support {operation}")]
    Unsupported {
        /// The protocol.
        protocol: &'static str,
        /// The operation.
        operation: &'static str,
    },
    /// The asset is not listed.
    #[error("{protocol} does not list {asset}")]
    UnknownAsset {
        /// The protocol.
        protocol: &'static str,
        /// The asset.
        asset: Asset,
    },
    /// The contract would revert.
    #[error("{protocol} refuses: {source}")]
    Refused {
        /// The protocol.
        protocol: &'static str,
        /// The kind of refusal, common to all protocols.
        refusal: Refusal,
        /// The contract's own name of it, as it stands in a revert: what recorded runs are compared with.
        code: &'static str,
        /// The adapter's own error with its values.
        source: Box<dyn Error + Send + Sync>,
    },
    /// A price is missing, or values do not fit.
    #[error(transparent)]
    Market(#[from] MarketError),
    /// The arithmetic fails where the contract's does.
    #[error("arithmetic: {0}")]
    Math(#[from] MathError),
}

/// Why a market refuses, in the words that all protocols share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Refusal {
    /// Zero, or too small to count, or more than there is.
    InvalidAmount,
    /// The operation or the asset is switched off, frozen or paused.
    Closed,
    /// The asset cannot be used that way.
    NotAllowed,
    /// A supply cap, borrow cap or debt ceiling is reached.
    CapExceeded,
    /// The position would be too risky afterwards.
    InsufficientCollateral,
    /// The position is below the smallest size.
    TooSmall,
    /// The market does not hold enough.
    InsufficientLiquidity,
    /// The account does not have enough.
    InsufficientBalance,
    /// There is no such debt.
    NoDebt,
    /// The position cannot be liquidated (now, or with this collateral).
    NotLiquidatable,
    /// The caller may not do this.
    Unauthorized,
    /// The arithmetic of the contract fails.
    Arithmetic,
    /// Anything else; the code tells.
    Other,
}

impl LendingError {
    /// The contract's own name of the refusal, where there is one.
    #[must_use]
    pub fn code(&self) -> Option<&'static str> {
        match self {
            Self::Refused { code, .. } => Some(code),
            _ => None,
        }
    }

    /// The kind of refusal, where the contract would revert.
    #[must_use]
    pub fn refusal(&self) -> Option<Refusal> {
        match self {
            Self::Refused { refusal, .. } => Some(*refusal),
            Self::Math(_) => Some(Refusal::Arithmetic),
            _ => None,
        }
    }
}
