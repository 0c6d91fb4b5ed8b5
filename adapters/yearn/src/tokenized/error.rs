use levmine_math::{MathError, U256};
use levmine_vault::Refusal;

/// Why a tokenized strategy reverts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[repr(u64)]
pub enum TokenizedError {
    /// More than may be deposited.
    #[error("{amount} is above {limit}, the most that can be deposited")]
    DepositLimit {
        /// The deposit.
        amount: U256,
        /// The most.
        limit: U256,
    },
    /// More shares than may be minted.
    #[error("{shares} shares are above {limit}, the most that can be minted")]
    MintLimit {
        /// The shares.
        shares: U256,
        /// The most.
        limit: U256,
    },
    /// More than may be withdrawn.
    #[error("{amount} is above {limit}, the most that can be withdrawn")]
    WithdrawLimit {
        /// What is asked for.
        amount: U256,
        /// The most.
        limit: U256,
    },
    /// More shares than may be redeemed.
    #[error("{shares} shares are above {limit}, the most that can be redeemed")]
    RedeemLimit {
        /// The shares.
        shares: U256,
        /// The most.
        limit: U256,
    },
    /// Too little for a share.
    #[error("the amount is too little for a share")]
    ZeroShares,
    /// The shares are worth nothing.
    #[error("the shares are worth nothing")]
    ZeroAssets,
    /// A loss above 100% is accepted.
    #[error("{value} basis points of loss are more than all")]
    MaxLoss {
        /// What is accepted.
        value: U256,
    },
    /// Too much would be lost.
    #[error("the loss {loss} is above {limit}, the most that the caller accepts")]
    Loss {
        /// The loss.
        loss: U256,
        /// The most accepted.
        limit: U256,
    },
    /// The caller's wallet does not hold so much.
    #[error("{needed} is to be paid, and the wallet holds {available}")]
    Wallet {
        /// What is to be paid.
        needed: U256,
        /// What is there.
        available: U256,
    },
    /// The caller is neither keeper nor manager.
    #[error("the caller is not a keeper")]
    NotKeeper,
    /// The caller is not the manager.
    #[error("the caller is not the manager")]
    NotManagement,
    /// The caller has no rights in an emergency.
    #[error("the caller has no rights in an emergency")]
    NotEmergency,
    /// A fee above half.
    #[error("a fee of {fee} basis points is above half")]
    MaxFee {
        /// The fee.
        fee: U256,
    },
    /// A period of more than a year.
    #[error("{seconds} s are more than a year")]
    UnlockTooLong {
        /// The period.
        seconds: U256,
    },
    /// Only in an emergency.
    #[error("the strategy is not shut down")]
    NotShutdown,
    /// The arithmetic.
    #[error(transparent)]
    Math(#[from] MathError),
}

impl TokenizedError {
    /// The contract's own words.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::DepositLimit { .. } => "ERC4626: deposit more than max",
            Self::MintLimit { .. } => "ERC4626: mint more than max",
            Self::WithdrawLimit { .. } => "ERC4626: withdraw more than max",
            Self::RedeemLimit { .. } => "ERC4626: redeem more than max",
            Self::ZeroShares => "ZERO_SHARES",
            Self::ZeroAssets => "ZERO_ASSETS",
            Self::MaxLoss { .. } => "exceeds MAX_BPS",
            Self::Loss { .. } => "too much loss",
            Self::Wallet { .. } => "SafeERC20: low-level call failed",
            Self::NotKeeper => "!keeper",
            Self::NotManagement => "!management",
            Self::NotEmergency => "!emergency authorized",
            Self::MaxFee { .. } => "MAX FEE",
            Self::UnlockTooLong { .. } => "too long",
            Self::NotShutdown => "not shutdown",
            Self::Math(MathError::DivisionByZero { .. }) => "Panic(0x12)",
            Self::Math(_) => "Panic(0x11)",
        }
    }

    /// The kind of refusal.
    #[must_use]
    pub const fn refusal(&self) -> Refusal {
        match self {
            Self::DepositLimit { .. } | Self::MintLimit { .. } => Refusal::LimitReached,
            // Without knowing the holder it cannot be told from too few shares.
            Self::WithdrawLimit { .. } => Refusal::InsufficientLiquidity,
            Self::RedeemLimit { .. } | Self::Wallet { .. } => Refusal::InsufficientBalance,
            Self::ZeroShares
            | Self::ZeroAssets
            | Self::MaxLoss { .. }
            | Self::MaxFee { .. }
            | Self::UnlockTooLong { .. } => Refusal::InvalidAmount,
            Self::Loss { .. } => Refusal::Loss,
            Self::NotKeeper | Self::NotManagement | Self::NotEmergency => Refusal::NotAllowed,
            Self::NotShutdown => Refusal::Closed,
            Self::Math(_) => Refusal::Arithmetic,
        }
    }
}
