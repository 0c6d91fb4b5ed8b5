use levmine_amm::{AmmError, Refusal};
use levmine_math::U256;

use crate::PROTOCOL;

/// What the records say where a contract reverts without a word.
const SILENT: &str = "no data";

/// Why a pool reverts; amounts in base units, invariants with 18 decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[repr(u64)]
pub enum CurveError {
    /// The owner has stopped the pool.
    #[error("the pool is killed: only proportional removals work")]
    Killed,
    /// The same coin twice, or one that the pool does not have.
    #[error("coins {i} and {j} are to be traded in a pool of {coins}")]
    BadCoins {
        /// What is sold.
        i: usize,
        /// What is bought.
        j: usize,
        /// How many coins there are.
        coins: usize,
    },
    /// Nothing is sold, or nothing is burned, where the contract asks for something.
    #[error("the amount is zero")]
    Nothing,
    /// The first deposit must have all coins.
    #[error("the first deposit lacks coin {coin}")]
    FirstDeposit {
        /// The coin that is missing.
        coin: usize,
    },
    /// A deposit must raise the invariant.
    #[error("the invariant goes from {before} to {after}, and must rise")]
    InvariantNotRaised {
        /// Before.
        before: U256,
        /// After.
        after: U256,
    },
    /// A swap pays less than the caller accepts.
    #[error("the swap pays {got}, below the least accepted {min}")]
    TooFewCoins {
        /// What it pays.
        got: U256,
        /// The limit.
        min: U256,
        /// The contract's words.
        words: &'static str,
    },
    /// A deposit mints less than the caller accepts.
    #[error("the deposit mints {minted}, below the least accepted {min}")]
    TooFewShares {
        /// What it mints.
        minted: U256,
        /// The limit.
        min: U256,
    },
    /// A removal of chosen amounts burns more than the caller accepts.
    #[error("the removal burns {burned}, above the most accepted {max}")]
    TooManyShares {
        /// What it burns.
        burned: U256,
        /// The limit.
        max: U256,
    },
    /// A removal in one coin pays less than the caller accepts.
    #[error("the removal pays {paid}, below the least accepted {min}")]
    TooLittleRemoved {
        /// What it pays.
        paid: U256,
        /// The limit.
        min: U256,
    },
    /// A proportional removal pays less of a coin than the caller accepts.
    #[error("the removal pays {paid} of coin {coin}, below the least accepted {min}")]
    TooLittleOfCoin {
        /// The coin.
        coin: usize,
        /// What it pays.
        paid: U256,
        /// The limit.
        min: U256,
        /// The contract's words.
        words: &'static str,
    },
    /// A removal in chosen amounts burns nothing.
    #[error("the removal burns nothing")]
    NothingBurned,
    /// No shares exist.
    #[error("no shares exist")]
    NoShares,
    /// More shares are to be burned than exist.
    #[error("{burned} shares are to be burned, and {supply} exist")]
    MoreThanAllShares {
        /// What is to be burned.
        burned: U256,
        /// What exists.
        supply: U256,
    },
    /// The pool does not hold what it should pay.
    #[error("the pool holds {held} of coin {coin} and cannot pay {amount}")]
    TransferFailed {
        /// The coin.
        coin: usize,
        /// What it holds.
        held: U256,
        /// What it should pay.
        amount: U256,
    },
    /// Nothing, or not enough, was sent to the pool before.
    #[error("{received} of coin {coin} lie in the pool for this swap, and {asked} are to be sold")]
    NotReceived {
        /// The coin.
        coin: usize,
        /// What lies there.
        received: U256,
        /// What is to be sold.
        asked: U256,
    },
    /// What was sent before cannot be told from a rebase.
    #[error("a pool with rebasing coins cannot tell what was sent to it")]
    RebasingNotReceived,
    /// An iteration does not end.
    #[error("{what} does not converge in 255 rounds")]
    NoConvergence {
        /// What was to be found.
        what: &'static str,
    },
    /// A sum, product, difference or quotient that the compiler's checks refuse.
    #[error("the arithmetic of {what} leaves 256 bits, goes below zero or divides by it")]
    Arithmetic {
        /// What was to be computed.
        what: &'static str,
    },
    /// Somebody else than the owner.
    #[error("only the owner may do that")]
    NotOwner,
    /// A change of A too soon, too fast or too far.
    #[error("A cannot go from {from} to {to} (in its own parts) at {now} until {until}")]
    BadRamp {
        /// The present A.
        from: U256,
        /// The A that is to come.
        to: U256,
        /// The present second.
        now: u64,
        /// When it is to be there.
        until: U256,
    },
    /// A fee, a part of it or a multiplier above what the contract allows.
    #[error("a fee of {fee} is above what is allowed")]
    FeeTooHigh {
        /// The fee, or what is too high of it.
        fee: U256,
    },
    /// A change waits already, none waits, or it has not waited long enough.
    #[error("a change of parameters waits until {deadline} (0 for none)")]
    BadAction {
        /// Until when; 0 for none.
        deadline: u64,
    },
    /// The pool can no longer be stopped.
    #[error("the pool could be killed until {deadline}")]
    KillDeadline {
        /// Until when.
        deadline: u64,
    },
    /// An index for which there is no average, or a window of zero seconds.
    #[error("there is no such average")]
    NoAverage,
    /// Not one amount for each coin: no contract can be called so.
    #[error("{given} amounts are given for {coins} coins")]
    NotOneEach {
        /// How many are given.
        given: usize,
        /// How many coins there are.
        coins: usize,
    },
    /// Amounts that a call of this pool cannot carry: no contract says this.
    #[error("the pool has no such operation")]
    NoSuchOperation,
}

impl CurveError {
    /// The contract's words; `no data` where it reverts without any, and upper-case names for what only the workbench
    /// checks.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooFewCoins { words, .. } | Self::TooLittleOfCoin { words, .. } => words,
            Self::TooFewShares { .. } | Self::TooManyShares { .. } => "Slippage screwed you",
            Self::TooLittleRemoved { .. } => "Not enough coins removed",
            Self::NotOneEach { .. } => "NOT_ONE_EACH",
            Self::NoSuchOperation => "NO_SUCH_OPERATION",
            _ => SILENT,
        }
    }

    /// The kind of refusal in the words that all pools share.
    #[must_use]
    pub const fn refusal(&self) -> Refusal {
        match self {
            Self::Killed => Refusal::Closed,
            Self::BadCoins { .. }
            | Self::Nothing
            | Self::FirstDeposit { .. }
            | Self::NothingBurned
            | Self::NotOneEach { .. }
            | Self::NotReceived { .. } => Refusal::InvalidAmount,
            Self::InvariantNotRaised { .. } => Refusal::Invariant,
            Self::TooFewCoins { .. }
            | Self::TooFewShares { .. }
            | Self::TooManyShares { .. }
            | Self::TooLittleRemoved { .. }
            | Self::TooLittleOfCoin { .. } => Refusal::Slippage,
            Self::NoShares | Self::TransferFailed { .. } => Refusal::InsufficientLiquidity,
            Self::MoreThanAllShares { .. } => Refusal::InsufficientBalance,
            Self::NoConvergence { .. } => Refusal::NoConvergence,
            Self::Arithmetic { .. } => Refusal::Arithmetic,
            Self::RebasingNotReceived
            | Self::NotOwner
            | Self::BadRamp { .. }
            | Self::FeeTooHigh { .. }
            | Self::BadAction { .. }
            | Self::KillDeadline { .. }
            | Self::NoAverage
            | Self::NoSuchOperation => Refusal::Other,
        }
    }
}

impl From<CurveError> for AmmError {
    #[cold]
    fn from(error: CurveError) -> Self {
        Self::Refused {
            protocol: PROTOCOL,
            refusal: error.refusal(),
            code: error.code(),
            source: Box::new(error),
        }
    }
}

/// Names what was to be computed where the arithmetic fails.
pub(crate) trait Named<T> {
    fn named(self, what: &'static str) -> Result<T, CurveError>;
}

impl<T> Named<T> for Option<T> {
    #[inline(always)]
    fn named(self, what: &'static str) -> Result<T, CurveError> {
        match self {
            Some(value) => Ok(value),
            None => Err(CurveError::Arithmetic { what }),
        }
    }
}
