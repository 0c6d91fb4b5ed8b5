use std::error::Error;

use levmine_market::{Asset, MarketError};
use levmine_math::MathError;

/// What a vault answers instead of an outcome. The state is as it was before, to the last wei.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[repr(u64)]
pub enum VaultError {
    /// The vault has no such operation; it says so in its capabilities.
    #[error("{protocol} does not support {operation}")]
    Unsupported {
        /// The protocol.
        protocol: &'static str,
        /// The operation.
        operation: &'static str,
    },
    /// The asset is neither deposited here nor one of the vault's shares.
    #[error("{asset} is not in this {protocol} vault")]
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
        /// The contract's own name of it, as it stands in a revert.
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

/// Why a vault refuses, in the words that all protocols share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Refusal {
    /// Zero, or too small to count, or more than there is.
    InvalidAmount,
    /// The account does not have enough shares or stake.
    InsufficientBalance,
    /// The vault cannot pay so much now.
    InsufficientLiquidity,
    /// A deposit limit is reached.
    LimitReached,
    /// The loss is above what the caller accepts, or the result outside of his limits.
    Loss,
    /// The operation is switched off, paused or shut down.
    Closed,
    /// Too early: a delay has not passed, or it was done in this very second.
    TooEarly,
    /// The caller may not do this.
    NotAllowed,
    /// The arithmetic of the contract fails.
    Arithmetic,
    /// Anything else; the code tells.
    Other,
}

impl VaultError {
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
