use levmine_math::{MathError, U256};
use levmine_vault::Refusal;

/// Why a V2 vault reverts. The contract gives no reasons: each is `no data`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[repr(u64)]
pub enum V2Error {
    /// Deposits are shut.
    #[error("the vault is in emergency shutdown")]
    Shutdown,
    /// The deposit limit.
    #[error("{total} and {amount} more are above the deposit limit {limit}")]
    DepositLimit {
        /// Total assets.
        total: U256,
        /// The deposit.
        amount: U256,
        /// The limit.
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
    /// Nothing is deposited, or no share withdrawn.
    #[error("the amount is zero")]
    Zero,
    /// A deposit or a fee too small for a single share.
    #[error("{amount} is too little for a share")]
    NoShares {
        /// The amount.
        amount: U256,
    },
    /// More shares than somebody has.
    #[error("{shares} shares are asked for, and the holder has {balance}")]
    NotEnoughShares {
        /// The shares.
        shares: U256,
        /// The holder's.
        balance: U256,
    },
    /// A value outside of what may be set or asked for.
    #[error("{value} is above {limit}, the most that is accepted")]
    TooHigh {
        /// The value.
        value: U256,
        /// The most accepted.
        limit: U256,
    },
    /// The withdrawal would realise too much loss.
    #[error("the loss {loss} is above {limit}, the most that the caller accepts")]
    Loss {
        /// The loss.
        loss: U256,
        /// The most accepted.
        limit: U256,
    },
    /// Not a strategy of the vault.
    #[error("strategy {index} is not one of the vault's")]
    NoStrategy {
        /// Its number.
        index: usize,
    },
    /// A strategy that is one already.
    #[error("strategy {index} is there already")]
    StrategyThere {
        /// Its number.
        index: usize,
    },
    /// A report of more than the strategy holds.
    #[error("the strategy reports {reported}, and holds {balance}")]
    NotThere {
        /// Gain and repayment.
        reported: U256,
        /// What it holds.
        balance: U256,
    },
    /// A loss above what the strategy owes.
    #[error("a loss of {loss} is above the debt {debt}")]
    LossAboveDebt {
        /// The loss.
        loss: U256,
        /// The debt.
        debt: U256,
    },
    /// A strategy reports a second time in the same second.
    #[error("the strategy has reported in this very second")]
    TwiceInASecond,
    /// The queue is full, or holds the strategy already, or does not hold it.
    #[error("the queue does not let this be done")]
    Queue,
    /// The arithmetic.
    #[error(transparent)]
    Math(#[from] MathError),
}

impl V2Error {
    /// What a revert carries: nothing.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        "no data"
    }

    /// The kind of refusal.
    #[must_use]
    pub const fn refusal(&self) -> Refusal {
        match self {
            Self::Shutdown => Refusal::Closed,
            Self::DepositLimit { .. } => Refusal::LimitReached,
            Self::Wallet { .. } | Self::NotEnoughShares { .. } => Refusal::InsufficientBalance,
            Self::Zero | Self::NoShares { .. } | Self::TooHigh { .. } => Refusal::InvalidAmount,
            Self::Loss { .. } => Refusal::Loss,
            Self::TwiceInASecond => Refusal::TooEarly,
            Self::Math(_) => Refusal::Arithmetic,
            Self::NoStrategy { .. }
            | Self::StrategyThere { .. }
            | Self::NotThere { .. }
            | Self::LossAboveDebt { .. }
            | Self::Queue => Refusal::Other,
        }
    }
}
