use levmine_math::{MathError, U256};
use levmine_vault::Refusal;

/// Why a V3 vault reverts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[repr(u64)]
pub enum V3Error {
    /// The deposit limit.
    #[error("{amount} is above {limit}, the most that can be deposited")]
    DepositLimit {
        /// The deposit.
        amount: U256,
        /// The most.
        limit: U256,
    },
    /// Nothing is deposited.
    #[error("nothing is deposited")]
    DepositZero,
    /// A deposit too small for a share.
    #[error("the deposit is too little for a share")]
    MintZero,
    /// The caller's wallet does not hold so much.
    #[error("{needed} is to be paid, and the wallet holds {available}")]
    Wallet {
        /// What is to be paid.
        needed: U256,
        /// What is there.
        available: U256,
    },
    /// No share is redeemed.
    #[error("no shares are redeemed")]
    RedeemZero,
    /// The shares are worth nothing.
    #[error("the shares are worth nothing")]
    WithdrawZero,
    /// A loss above 100% is accepted.
    #[error("{value} basis points of loss are more than all")]
    MaxLoss {
        /// What is accepted.
        value: U256,
    },
    /// More shares than somebody has.
    #[error("{shares} shares are asked for, and the holder has {balance}")]
    NotEnoughShares {
        /// The shares.
        shares: U256,
        /// The holder's.
        balance: U256,
    },
    /// The queue cannot free so much.
    #[error("{needed} is asked for, and {available} can be freed")]
    NotEnoughAssets {
        /// What is asked for.
        needed: U256,
        /// What is there.
        available: U256,
    },
    /// Too much would be lost.
    #[error("the loss {loss} is above {limit}, the most that the caller accepts")]
    Loss {
        /// The loss.
        loss: U256,
        /// The most accepted.
        limit: U256,
    },
    /// Not a strategy of the vault.
    #[error("strategy {index} is not one of the vault's")]
    Inactive {
        /// Its number.
        index: usize,
    },
    /// Nothing would change.
    #[error("the strategy has {debt} already")]
    SameDebt {
        /// The debt.
        debt: U256,
    },
    /// Debt is not taken from a strategy whose loss is not reported.
    #[error("{loss} of what is taken back is lost and not reported")]
    UnrealisedLosses {
        /// The share of the loss.
        loss: U256,
    },
    /// A period of more than a year.
    #[error("{seconds} s are more than a year")]
    UnlockTooLong {
        /// The period.
        seconds: U256,
    },
    /// The caller lacks the role.
    #[error("the caller does not have the role")]
    NotAllowed,
    /// The vault is shut down.
    #[error("the vault is shut down")]
    Shutdown,
    /// Debt of a strategy that has none.
    #[error("the strategy has no debt to buy")]
    NothingToBuy,
    /// Nothing is paid for debt.
    #[error("nothing is paid for the debt")]
    NothingToBuyWith,
    /// Too little for a share of the strategy.
    #[error("{amount} of debt is less than a share of the strategy")]
    BuyZero {
        /// What is paid.
        amount: U256,
    },
    /// Debt of a strategy that is none of the vault's.
    #[error("strategy {index} is not active")]
    NotActive {
        /// Its number.
        index: usize,
    },
    /// The arithmetic, of the vault or of a strategy.
    #[error(transparent)]
    Math(#[from] MathError),
}

impl V3Error {
    /// The contract's own words.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::DepositLimit { .. } => "exceed deposit limit",
            Self::DepositZero => "cannot deposit zero",
            Self::MintZero => "cannot mint zero",
            Self::RedeemZero => "no shares to redeem",
            Self::WithdrawZero => "no assets to withdraw",
            Self::MaxLoss { .. } => "max loss",
            Self::NotEnoughShares { .. } => "insufficient shares to redeem",
            Self::NotEnoughAssets { .. } => "insufficient assets in vault",
            Self::Loss { .. } => "too much loss",
            Self::Inactive { .. } => "inactive strategy",
            Self::SameDebt { .. } => "new debt equals current debt",
            Self::UnrealisedLosses { .. } => "strategy has unrealised losses",
            Self::UnlockTooLong { .. } => "profit unlock time too long",
            Self::NotAllowed => "not allowed",
            Self::NothingToBuy => "nothing to buy",
            Self::NothingToBuyWith => "nothing to buy with",
            Self::BuyZero { .. } => "cannot buy zero",
            Self::NotActive { .. } => "not active",
            Self::Wallet { .. } | Self::Shutdown | Self::Math(_) => "no data",
        }
    }

    /// The kind of refusal.
    #[must_use]
    pub const fn refusal(&self) -> Refusal {
        match self {
            Self::DepositLimit { .. } => Refusal::LimitReached,
            Self::DepositZero | Self::MintZero | Self::RedeemZero | Self::WithdrawZero => {
                Refusal::InvalidAmount
            }
            Self::MaxLoss { .. } | Self::UnlockTooLong { .. } => Refusal::InvalidAmount,
            Self::Wallet { .. } | Self::NotEnoughShares { .. } => Refusal::InsufficientBalance,
            Self::NotEnoughAssets { .. } => Refusal::InsufficientLiquidity,
            Self::Loss { .. } | Self::UnrealisedLosses { .. } => Refusal::Loss,
            Self::NotAllowed => Refusal::NotAllowed,
            Self::Shutdown => Refusal::Closed,
            Self::Math(_) => Refusal::Arithmetic,
            Self::Inactive { .. }
            | Self::SameDebt { .. }
            | Self::NothingToBuy
            | Self::NothingToBuyWith
            | Self::BuyZero { .. }
            | Self::NotActive { .. } => Refusal::Other,
        }
    }
}
