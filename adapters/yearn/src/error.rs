use levmine_math::MathError;
use levmine_vault::{Refusal, VaultError};

use crate::PROTOCOL;
use crate::tokenized::TokenizedError;
use crate::v2::V2Error;
use crate::v3::V3Error;

/// Why a vault of any generation reverts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[repr(u64)]
pub enum YearnError {
    /// A V2 vault.
    #[error(transparent)]
    V2(#[from] V2Error),
    /// A V3 vault.
    #[error(transparent)]
    V3(#[from] V3Error),
    /// A tokenized strategy.
    #[error(transparent)]
    Tokenized(#[from] TokenizedError),
    /// An operation that this generation does not have.
    #[error("this generation of vaults does not have {operation}")]
    Unsupported {
        /// The operation.
        operation: &'static str,
    },
}

impl YearnError {
    /// The contract's own words, `no data` where it gives none.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::V2(error) => error.code(),
            Self::V3(error) => error.code(),
            Self::Tokenized(error) => error.code(),
            Self::Unsupported { .. } => "UNSUPPORTED",
        }
    }

    /// The kind of refusal in the words that all vaults share.
    #[must_use]
    pub const fn refusal(&self) -> Refusal {
        match self {
            Self::V2(error) => error.refusal(),
            Self::V3(error) => error.refusal(),
            Self::Tokenized(error) => error.refusal(),
            Self::Unsupported { .. } => Refusal::Other,
        }
    }

    /// The arithmetic that failed, if it was that.
    #[must_use]
    pub const fn math(&self) -> Option<MathError> {
        match self {
            Self::V2(V2Error::Math(error))
            | Self::V3(V3Error::Math(error))
            | Self::Tokenized(TokenizedError::Math(error)) => Some(*error),
            _ => None,
        }
    }
}

impl From<YearnError> for VaultError {
    fn from(error: YearnError) -> Self {
        if let Some(error) = error.math() {
            return Self::Math(error);
        }
        match error {
            YearnError::Unsupported { operation } => Self::Unsupported { protocol: PROTOCOL, operation },
            error => Self::Refused {
                protocol: PROTOCOL,
                refusal: error.refusal(),
                code: error.code(),
                source: Box::new(error),
            },
        }
    }
}
