use levmine_math::{MathError, Rounding, U256};
use levmine_vault::{Refusal, VaultError};

use crate::PROTOCOL;

/// The native layer's result.
pub type Result<T, E = ChefError> = std::result::Result<T, E>;

/// Why the contract refuses, with the values that decided it. Amounts are base units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[repr(u64)]
pub enum ChefError {
    /// More is to be withdrawn than is staked.
    #[error("{needed} base units are to be withdrawn, and {available} are staked")]
    NotGood {
        /// What was asked for.
        needed: U256,
        /// What is staked.
        available: U256,
    },
    /// More is to be put in than a wallet can have: the contract holds the rest of the token.
    #[error("{needed} base units are to be put in, and wallets can have at most {available}")]
    WalletTooSmall {
        /// What was asked for.
        needed: U256,
        /// What can exist outside of the contract.
        available: U256,
    },
    /// The contract has less of the staked token than it owes.
    #[error("{needed} base units are to be paid back, and the contract has {available}")]
    ShortOfStakes {
        /// What is owed.
        needed: U256,
        /// What is there.
        available: U256,
    },
    /// The developers' address is zero, for which the token refuses to mint.
    #[error("the developers have no address to mint to")]
    NoDev,
    /// Only the owner may do this.
    #[error("the caller is not the owner")]
    NotOwner,
    /// A new owner must not be the zero address.
    #[error("the new owner is the zero address")]
    NoNewOwner,
    /// Only the developers may do this.
    #[error("the caller does not get the developers' part")]
    NotDev,
    /// There is no pool of this number: the compiler's check of a list's bounds.
    #[error("there is no pool {pid}; there are {pools}")]
    NoSuchPool {
        /// What was asked for.
        pid: U256,
        /// How many there are.
        pools: usize,
    },
    /// A sum above 2^256 − 1.
    #[error("{left} + {right} does not fit 256 bits")]
    Addition {
        /// The first term.
        left: U256,
        /// The second term.
        right: U256,
    },
    /// A difference below zero.
    #[error("{left} - {right} is below zero")]
    Subtraction {
        /// What is subtracted from.
        left: U256,
        /// What is subtracted.
        right: U256,
    },
    /// A product above 2^256 − 1.
    #[error("{left} * {right} does not fit 256 bits")]
    Multiplication {
        /// The first factor.
        left: U256,
        /// The second factor.
        right: U256,
    },
    /// A division by zero: no pool has allocation points.
    #[error("{dividend} is to be divided by zero")]
    Division {
        /// What is divided.
        dividend: U256,
    },
}

impl ChefError {
    /// The contract's own name of the reason, as it stands in a revert.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotGood { .. } => "withdraw: not good",
            Self::WalletTooSmall { .. } | Self::ShortOfStakes { .. } => {
                "ERC20: transfer amount exceeds balance"
            }
            Self::NoDev => "ERC20: mint to the zero address",
            Self::NotOwner => "Ownable: caller is not the owner",
            Self::NoNewOwner => "Ownable: new owner is the zero address",
            Self::NotDev => "dev: wut?",
            Self::NoSuchPool { .. } => "invalid opcode",
            Self::Addition { .. } => "SafeMath: addition overflow",
            Self::Subtraction { .. } => "SafeMath: subtraction overflow",
            Self::Multiplication { .. } => "SafeMath: multiplication overflow",
            Self::Division { .. } => "SafeMath: division by zero",
        }
    }

    /// The kind of refusal in the words that all vaults share.
    #[must_use]
    pub const fn refusal(&self) -> Refusal {
        match self {
            Self::NotGood { .. } | Self::WalletTooSmall { .. } => Refusal::InsufficientBalance,
            Self::ShortOfStakes { .. } => Refusal::InsufficientLiquidity,
            Self::NoDev => Refusal::Closed,
            Self::NotOwner | Self::NotDev => Refusal::NotAllowed,
            Self::NoNewOwner | Self::NoSuchPool { .. } => Refusal::Other,
            Self::Addition { .. }
            | Self::Subtraction { .. }
            | Self::Multiplication { .. }
            | Self::Division { .. } => Refusal::Arithmetic,
        }
    }
}

impl From<ChefError> for VaultError {
    fn from(error: ChefError) -> Self {
        Self::Refused {
            protocol: PROTOCOL,
            refusal: error.refusal(),
            code: error.code(),
            source: Box::new(error),
        }
    }
}

/// The sum, as `SafeMath.add`.
pub(crate) fn add(left: U256, right: U256) -> Result<U256> {
    levmine_math::add(left, right).map_err(|_| ChefError::Addition { left, right })
}

/// The difference, as `SafeMath.sub`.
pub(crate) fn sub(left: U256, right: U256) -> Result<U256> {
    levmine_math::sub(left, right).map_err(|_| ChefError::Subtraction { left, right })
}

/// The product, as `SafeMath.mul`.
pub(crate) fn mul(left: U256, right: U256) -> Result<U256> {
    levmine_math::mul(left, right).map_err(|_| ChefError::Multiplication { left, right })
}

/// The quotient rounded down, as `SafeMath.div`.
pub(crate) fn div(dividend: U256, divisor: U256) -> Result<U256> {
    let failed = |_: MathError| ChefError::Division { dividend };
    levmine_math::div(dividend, divisor, Rounding::Down).map_err(failed)
}
