use levmine_lending::{LendingError, Refusal};
use levmine_market::{Account, Asset, MarketError};
use levmine_math::U256;

/// The contracts' result.
pub type Result<T, E = SynthetixError> = std::result::Result<T, E>;

/// Why the contracts revert, with the values that decided it; amounts and ratios with 18 decimals.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[repr(u64)]
pub enum SynthetixError {
    /// A sum does not fit 256 bits.
    #[error("{a} + {b} does not fit 256 bits")]
    AdditionOverflow {
        /// The first term.
        a: U256,
        /// The second term.
        b: U256,
    },
    /// A difference is below zero: of a balance, or of a limit.
    #[error("{a} − {b} is below zero")]
    SubtractionOverflow {
        /// What is there.
        a: U256,
        /// What is taken away.
        b: U256,
    },
    /// A product does not fit 256 bits.
    #[error("{a} × {b} does not fit 256 bits")]
    MultiplicationOverflow {
        /// The first factor.
        a: U256,
        /// The second factor.
        b: U256,
    },
    /// A division by zero.
    #[error("{a} divided by zero")]
    DivisionByZero {
        /// The dividend.
        a: U256,
    },
    /// A number does not fit an `int256`.
    #[error("{value} does not fit an int256")]
    NoInt256 {
        /// The number.
        value: U256,
    },
    /// The price of SNX is too old.
    #[error("the price of SNX is of {time}, too old at {now}")]
    SynthOrSnxRateInvalid {
        /// When the price was published, in Unix seconds.
        time: u64,
        /// Now.
        now: u64,
    },
    /// The liquidator's contract finds the price of SNX too old.
    #[error("the price of SNX is of {time}, too old at {now}")]
    RateInvalid {
        /// When the price was published, in Unix seconds.
        time: u64,
        /// Now.
        now: u64,
    },
    /// A synth's price is too old for an exchange.
    #[error("the price of {asset} is too old at {now}")]
    ExchangeRateStale {
        /// The synth.
        asset: Asset,
        /// Now, in Unix seconds.
        now: u64,
    },
    /// Nothing is to be minted.
    #[error("nothing is to be minted")]
    CannotIssueZero,
    /// More than the issuance ratio allows.
    #[error("{amount} sUSD is more than the {remaining} that can still be minted")]
    AmountTooLarge {
        /// What is asked for.
        amount: U256,
        /// What the collateral still allows.
        remaining: U256,
    },
    /// Burning too soon after minting.
    #[error("burning is possible from {from} on, and it is {now}")]
    MinimumStakeTime {
        /// From when on, in Unix seconds.
        from: u64,
        /// Now.
        now: u64,
    },
    /// The account owes nothing.
    #[error("the account owes nothing")]
    NoDebtToForgive,
    /// SNX that the debt locks.
    #[error("{amount} SNX is more than the {transferable} that the debt does not lock")]
    StakedOrEscrowed {
        /// What was to be moved.
        amount: U256,
        /// What can be moved.
        transferable: U256,
    },
    /// The account has a liquidation flag already.
    #[error("the account is flagged already, until {deadline}")]
    AlreadyFlagged {
        /// From when on it can be liquidated, in Unix seconds.
        deadline: u64,
    },
    /// The account is safe.
    #[error("a ratio of {ratio} is below the liquidation ratio {liquidation}")]
    RatioBelowLiquidation {
        /// Debt over collateral.
        ratio: U256,
        /// The ratio at which accounts can be flagged.
        liquidation: U256,
    },
    /// The account's SNX would not pay for those who liquidate it.
    #[error("{collateral} SNX does not pay the rewards of {rewards}")]
    NotEnoughForRewards {
        /// All SNX of the account.
        collateral: U256,
        /// Of flagging and of liquidating.
        rewards: U256,
    },
    /// There is no liquidation ratio.
    #[error("there is no liquidation ratio")]
    LiquidationRatioNotSet,
    /// There is no delay of liquidations.
    #[error("there is no delay of liquidations")]
    LiquidationDelayNotSet,
    /// The account has no liquidation flag.
    #[error("the account is not flagged")]
    NoLiquidationSet,
    /// The account cannot be liquidated, or not yet.
    #[error(
        "the account is not open for liquidation: debt over collateral {ratio}, flagged until {deadline}"
    )]
    NotOpenForLiquidation {
        /// Debt over collateral.
        ratio: U256,
        /// From when on it can be liquidated; 0 without a flag.
        deadline: u64,
        /// Only the flag's delay stands in between.
        waits: bool,
    },
    /// Liquidating oneself would remove no debt.
    #[error("liquidating oneself would remove no debt")]
    CannotSelfLiquidate,
    /// Nothing was to be put into escrow.
    #[error("nothing is to be put into escrow")]
    QuantityZero,
    /// An escrow without duration, or with too long a one.
    #[error("an escrow of {duration} s: it must last, and at most {most} s")]
    EscrowDuration {
        /// In seconds.
        duration: U256,
        /// The longest.
        most: u64,
    },
    /// No escrow to take from.
    #[error("there is no escrow to take from")]
    NoEscrowEntries,
    /// The escrow entries hold too little.
    #[error("the escrow entries hold {total} of {target} SNX")]
    EscrowTooSmall {
        /// What they hold.
        total: U256,
        /// What is needed.
        target: U256,
    },
    /// An exchange of a synth into itself.
    #[error("{asset} cannot be exchanged into itself")]
    SameSynth {
        /// The synth.
        asset: Asset,
    },
    /// An exchange of nothing.
    #[error("nothing is to be exchanged")]
    ZeroAmount,
    /// The debt that synths are cached with is more than all debt.
    #[error("the synths' cached debt {synths} is more than the total {total}")]
    CachedSynthSum {
        /// The synths'.
        synths: U256,
        /// All.
        total: U256,
    },
    /// Fees cannot be claimed at this ratio.
    #[error("fees cannot be claimed: debt over collateral {ratio} is above {most}")]
    PenaltyThreshold {
        /// Debt over collateral.
        ratio: U256,
        /// Up to which fees are paid.
        most: U256,
    },
    /// No fees for this account.
    #[error("there are no fees to claim")]
    NoFees,
    /// The fee period still runs.
    #[error("the fee period can be closed from {from} on, and it is {now}")]
    FeePeriodRuns {
        /// From when on, in Unix seconds.
        from: u64,
        /// Now.
        now: u64,
    },
    /// Acting on somebody else's position.
    #[error("{caller} may not act for {owner}")]
    NotApproved {
        /// Who acts.
        caller: Account,
        /// For whom.
        owner: Account,
    },
    /// The asset cannot be used that way.
    #[error("{asset} cannot be used that way")]
    WrongSide {
        /// The asset.
        asset: Asset,
    },
    /// Everything, where that has no meaning.
    #[error("\"all\" has no meaning here")]
    InvalidAmount,
    /// A price is missing.
    #[error(transparent)]
    Market(#[from] MarketError),
}

/// What stands for a reason that the contracts have no text of.
const NO_REASON: &str = "no reason";

impl SynthetixError {
    /// The contract's own text, as it stands in a revert.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.both().0
    }

    /// The kind of refusal in the words that all markets share.
    #[must_use]
    pub const fn refusal(&self) -> Refusal {
        self.both().1
    }

    const fn both(&self) -> (&'static str, Refusal) {
        use Refusal as R;
        match self {
            Self::AdditionOverflow { .. } => ("SafeMath: addition overflow", R::Arithmetic),
            Self::SubtractionOverflow { .. } => ("SafeMath: subtraction overflow", R::InsufficientBalance),
            Self::MultiplicationOverflow { .. } => ("SafeMath: multiplication overflow", R::Arithmetic),
            Self::DivisionByZero { .. } => ("SafeMath: division by zero", R::Arithmetic),
            Self::NoInt256 { .. } => ("SafeCast: value doesn't fit in an int256", R::Arithmetic),
            Self::SynthOrSnxRateInvalid { .. } => ("A synth or SNX rate is invalid", R::Closed),
            Self::RateInvalid { .. } => ("Rate invalid or not a synth", R::Closed),
            Self::ExchangeRateStale { .. } => ("src/dest rate stale or flagged", R::Closed),
            Self::CannotIssueZero => ("cannot issue 0 synths", R::InvalidAmount),
            Self::AmountTooLarge { .. } => ("Amount too large", R::InsufficientCollateral),
            Self::MinimumStakeTime { .. } => ("Minimum stake time not reached", R::Closed),
            Self::NoDebtToForgive => ("No debt to forgive", R::NoDebt),
            Self::StakedOrEscrowed { .. } => {
                ("Cannot transfer staked or escrowed SNX", R::InsufficientCollateral)
            }
            Self::AlreadyFlagged { .. } => ("Account already flagged for liquidation", R::Closed),
            Self::RatioBelowLiquidation { .. } => {
                ("Account issuance ratio is less than liquidation ratio", R::NotLiquidatable)
            }
            Self::NotEnoughForRewards { .. } => ("not enough SNX for rewards", R::TooSmall),
            Self::LiquidationRatioNotSet => ("Liquidation ratio not set", R::Closed),
            Self::LiquidationDelayNotSet => ("Liquidation delay not set", R::Closed),
            Self::NoLiquidationSet => ("Account has no liquidation set", R::NotLiquidatable),
            Self::NotOpenForLiquidation { waits: true, .. } => ("Not open for liquidation", R::Closed),
            Self::NotOpenForLiquidation { .. } => ("Not open for liquidation", R::NotLiquidatable),
            Self::CannotSelfLiquidate => ("cannot self liquidate", R::NotLiquidatable),
            Self::QuantityZero => ("Quantity cannot be zero", R::InvalidAmount),
            Self::EscrowDuration { .. } => {
                ("Cannot escrow with 0 duration OR above max_duration", R::InvalidAmount)
            }
            Self::NoEscrowEntries => ("no entries to iterate", R::InsufficientBalance),
            Self::EscrowTooSmall { .. } => ("entries sum less than target", R::InsufficientBalance),
            Self::SameSynth { .. } => ("Can't be same synth", R::NotAllowed),
            Self::ZeroAmount => ("Zero amount", R::InvalidAmount),
            Self::CachedSynthSum { .. } => ("Cached synth sum exceeds total debt", R::Other),
            Self::PenaltyThreshold { .. } => ("C-Ratio below penalty threshold", R::InsufficientCollateral),
            Self::NoFees => {
                ("No fees or rewards available for period, or fees already claimed", R::InvalidAmount)
            }
            Self::FeePeriodRuns { .. } => ("Too early to close fee period", R::Closed),
            Self::NotApproved { .. } => ("Not approved to act on behalf", R::Unauthorized),
            Self::WrongSide { .. } => (NO_REASON, R::NotAllowed),
            Self::InvalidAmount => (NO_REASON, R::InvalidAmount),
            Self::Market(_) => (NO_REASON, R::Other),
        }
    }
}

impl From<SynthetixError> for LendingError {
    fn from(error: SynthetixError) -> Self {
        match error {
            SynthetixError::Market(error) => Self::Market(error),
            error => Self::Refused {
                protocol: crate::PROTOCOL,
                refusal: error.refusal(),
                code: error.code(),
                source: Box::new(error),
            },
        }
    }
}
