//! Why the contracts refuse.

use levmine_market::{Account, Asset};
use levmine_math::{MathError, U256};
use levmine_vault::{Refusal, VaultError};

/// What the native layer answers.
pub type Result<T> = std::result::Result<T, LidoError>;

/// Why the contracts refuse, with the values in wei or shares: a variant for each reason.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[repr(u64)]
pub enum LidoError {
    /// Nothing is staked.
    #[error("a stake of zero")]
    ZeroDeposit,
    /// New ether is not taken now.
    #[error("staking is paused")]
    StakingPaused,
    /// More than the current limit is staked.
    #[error("{amount} wei are staked and the limit is {limit} now")]
    StakeLimit {
        /// What is staked.
        amount: U256,
        /// What may be.
        limit: U256,
    },
    /// An amount of ether of 2^128 − 1 or more.
    #[error("{amount} wei are too much to be converted")]
    EtherTooLarge {
        /// The amount.
        amount: U256,
    },
    /// An amount of shares of 2^128 − 1 or more.
    #[error("{shares} shares are too many to be converted")]
    SharesTooLarge {
        /// The shares.
        shares: U256,
    },
    /// Somebody has fewer shares than are moved or burned.
    #[error("{needed} shares are needed and there are {available}")]
    BalanceExceeded {
        /// What is moved.
        needed: U256,
        /// What there is.
        available: U256,
    },
    /// The whole token is stopped.
    #[error("the contract is stopped")]
    Stopped,
    /// Nothing is wrapped.
    #[error("nothing is wrapped")]
    WrapZero,
    /// Nothing is unwrapped.
    #[error("nothing is unwrapped")]
    UnwrapZero,
    /// More wstETH is unwrapped than exists.
    #[error("{needed} base units of wstETH are needed and there are {available}")]
    BurnExceedsBalance {
        /// What is burned.
        needed: U256,
        /// What exists.
        available: U256,
    },
    /// The queue takes no requests now.
    #[error("the withdrawal queue is paused")]
    QueuePaused,
    /// A request below the least amount.
    #[error("a request of {amount} wei of stETH is too small")]
    RequestTooSmall {
        /// The amount.
        amount: U256,
    },
    /// A request above the greatest amount.
    #[error("a request of {amount} wei of stETH is too large")]
    RequestTooLarge {
        /// The amount.
        amount: U256,
    },
    /// There is no such request, or not in this place.
    #[error("request {id} is not a valid one here")]
    InvalidRequestId {
        /// The request.
        id: u64,
    },
    /// The request waits still, or does not exist.
    #[error("request {id} is not finalized")]
    NotFinalized {
        /// The request.
        id: u64,
    },
    /// The request has been paid.
    #[error("request {id} has been claimed")]
    AlreadyClaimed {
        /// The request.
        id: u64,
    },
    /// Somebody else's request.
    #[error("{caller} does not own the request, {owner} does")]
    NotOwner {
        /// Who claims.
        caller: Account,
        /// Whose it is.
        owner: Account,
    },
    /// Requests are finalized at no rate.
    #[error("a share rate of zero")]
    ZeroShareRate,
    /// The batches do not rise.
    #[error("the batches do not rise")]
    BatchesNotSorted,
    /// More ether is locked than the requests ask for.
    #[error("{ether} wei would be locked for requests of {requested}")]
    TooMuchEtherToFinalize {
        /// What would be locked.
        ether: U256,
        /// What is asked for.
        requested: U256,
    },
    /// The buffer does not hold the ether that requests need.
    #[error("{needed} wei are needed and the buffer has {available}")]
    BufferTooSmall {
        /// What is needed.
        needed: U256,
        /// What there is.
        available: U256,
    },
    /// Above the greatest ratio of external shares.
    #[error("{shares} external shares are above the {limit} that may be minted")]
    ExternalLimit {
        /// What would be minted.
        shares: U256,
        /// What may be.
        limit: U256,
    },
    /// More external shares are taken away than there are.
    #[error("{needed} external shares are needed and there are {available}")]
    ExternalTooSmall {
        /// What is taken.
        needed: U256,
        /// What there is.
        available: U256,
    },
    /// No external shares are minted.
    #[error("no shares are minted")]
    MintZero,
    /// No external shares are burned.
    #[error("no shares are burned")]
    BurnZero,
    /// No ether comes with the rebalancing.
    #[error("no ether is brought")]
    ZeroValue,
    /// The ether is not what the shares are worth, rounded up.
    #[error("{value} wei are brought for shares worth {worth}")]
    ValueMismatch {
        /// What is brought.
        value: U256,
        /// What the shares are worth.
        worth: U256,
    },
    /// A ratio above one.
    #[error("a ratio of {ratio} basis points is above 10000")]
    InvalidRatio {
        /// Basis points.
        ratio: U256,
    },
    /// A limit of staking that cannot be kept.
    #[error("a stake limit of {max} growing by {increase} a block is not possible")]
    BadStakeLimit {
        /// The contract's reason.
        code: &'static str,
        /// The limit.
        max: U256,
        /// What it grows by.
        increase: U256,
    },
    /// Validators cannot be funded: bunker mode, or stopped.
    #[error("no deposits to validators now")]
    CanNotDeposit,
    /// A burn that is no share.
    #[error("a burn of no shares")]
    ZeroBurnAmount,
    /// More shares are burned than wait for it.
    #[error("{needed} shares would be burned and {available} wait for it")]
    BurnExceedsActual {
        /// What would be burned.
        needed: U256,
        /// What waits.
        available: U256,
    },
    /// A report of the future.
    #[error("a report of {reported}, made at {now}")]
    ReportTimestamp {
        /// The reported time.
        reported: u64,
        /// The block's time.
        now: u64,
    },
    /// More validators than were funded.
    #[error("{reported} validators are reported, {least} to {most} are possible")]
    ReportValidators {
        /// Reported.
        reported: U256,
        /// Seen before.
        least: U256,
        /// Funded.
        most: U256,
    },
    /// The vault of withdrawals holds less.
    #[error("the vault of withdrawals holds {actual} wei")]
    WithdrawalsVaultBalance {
        /// What it holds.
        actual: U256,
    },
    /// The vault of execution rewards holds less.
    #[error("the vault of execution rewards holds {actual} wei")]
    RewardsVaultBalance {
        /// What it holds.
        actual: U256,
    },
    /// Fewer shares wait to be burned.
    #[error("{actual} shares wait to be burned")]
    SharesRequestedToBurn {
        /// What waits.
        actual: U256,
    },
    /// The validators lost more in 18 days than is believed.
    #[error("{lost} wei were lost in 18 days, {most} are believed")]
    BalanceDecrease {
        /// What was lost.
        lost: U256,
        /// What is believed.
        most: U256,
    },
    /// The validators gained more than is believed.
    #[error("the validators gain {annual} basis points a year")]
    BalanceIncrease {
        /// Basis points per year.
        annual: U256,
    },
    /// More validators appeared than is believed.
    #[error("{appeared} validators appeared")]
    AppearedValidators {
        /// How many.
        appeared: U256,
    },
    /// The share rate of the report is not that of the result.
    #[error("a share rate of {simulated} is reported, and {actual} results")]
    SimulatedShareRate {
        /// Reported, times 10^27.
        simulated: U256,
        /// Actual, times 10^27.
        actual: U256,
    },
    /// There is nothing behind the shares.
    #[error("the share rate is zero")]
    ActualShareRateIsZero,
    /// A request that is too young to be finalized.
    #[error("a request of {asked} is too young for the report")]
    RequestFinalization {
        /// When it was asked for.
        asked: u64,
    },
    /// The validators lost more than there was.
    #[error("more is lost than there is")]
    NegativeTotalPooledEther,
    /// The limit of rebases is zero.
    #[error("a rebase limit of zero")]
    RebaseLimitTooLow,
    /// The limit of rebases does not fit 64 bits.
    #[error("a rebase limit above 2^64 - 1")]
    RebaseLimitTooHigh,
    /// An amount does not fit the 128 bits that the contracts keep.
    #[error("{value} does not fit 128 bits")]
    TooWide {
        /// The amount.
        value: U256,
    },
    /// There are as many requests as can be counted.
    #[error("the queue is full")]
    QueueFull,
    /// Checked arithmetic fails.
    #[error("checked arithmetic: {0}")]
    Panic(#[from] MathError),
    /// The asset is neither deposited nor issued here.
    #[error("{asset} is not of Lido")]
    UnknownAsset {
        /// The asset.
        asset: Asset,
    },
    /// There is no way to do this at once.
    #[error("no {operation}")]
    Unsupported {
        /// What was tried.
        operation: &'static str,
    },
}

const NO_REASON: &str = "no reason";

impl LidoError {
    /// The contract's own words.
    ///
    /// Source: `Lido`, `StETH`, `StakeLimitUtils` (0.4.24), `WstETH` (0.6.12), `Accounting`, `Burner`,
    /// `WithdrawalQueue`, `OracleReportSanityChecker` (0.8.9); Solidity's panic codes.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::ZeroDeposit => "ZERO_DEPOSIT",
            Self::StakingPaused => "STAKING_PAUSED",
            Self::StakeLimit { .. } => "STAKE_LIMIT",
            Self::EtherTooLarge { .. } => "ETH_TOO_LARGE",
            Self::SharesTooLarge { .. } => "SHARES_TOO_LARGE",
            Self::BalanceExceeded { .. } => "BALANCE_EXCEEDED",
            Self::Stopped => "CONTRACT_IS_STOPPED",
            Self::WrapZero => "wstETH: can't wrap zero stETH",
            Self::UnwrapZero => "wstETH: zero amount unwrap not allowed",
            Self::BurnExceedsBalance { .. } => "ERC20: burn amount exceeds balance",
            Self::QueuePaused => "ResumedExpected",
            Self::RequestTooSmall { .. } => "RequestAmountTooSmall",
            Self::RequestTooLarge { .. } => "RequestAmountTooLarge",
            Self::InvalidRequestId { .. } => "InvalidRequestId",
            Self::NotFinalized { .. } => "RequestNotFoundOrNotFinalized",
            Self::AlreadyClaimed { .. } => "RequestAlreadyClaimed",
            Self::NotOwner { .. } => "NotOwner",
            Self::ZeroShareRate => "ZeroShareRate",
            Self::BatchesNotSorted => "BatchesAreNotSorted",
            Self::TooMuchEtherToFinalize { .. } => "TooMuchEtherToFinalize",
            Self::ExternalLimit { .. } => "EXTERNAL_BALANCE_LIMIT_EXCEEDED",
            Self::ExternalTooSmall { .. } => "EXT_SHARES_TOO_SMALL",
            Self::MintZero => "MINT_ZERO_AMOUNT_OF_SHARES",
            Self::BurnZero => "BURN_ZERO_AMOUNT_OF_SHARES",
            Self::ZeroValue => "ZERO_VALUE",
            Self::ValueMismatch { .. } => "VALUE_SHARES_MISMATCH",
            Self::InvalidRatio { .. } => "INVALID_MAX_EXTERNAL_RATIO",
            Self::BadStakeLimit { code, .. } => code,
            Self::CanNotDeposit => "CAN_NOT_DEPOSIT",
            Self::ZeroBurnAmount => "ZeroBurnAmount",
            Self::BurnExceedsActual { .. } => "BurnAmountExceedsActual",
            Self::ReportTimestamp { .. } => "IncorrectReportTimestamp",
            Self::ReportValidators { .. } => "IncorrectReportValidators",
            Self::WithdrawalsVaultBalance { .. } => "IncorrectWithdrawalsVaultBalance",
            Self::RewardsVaultBalance { .. } => "IncorrectELRewardsVaultBalance",
            Self::SharesRequestedToBurn { .. } => "IncorrectSharesRequestedToBurn",
            Self::BalanceDecrease { .. } => "IncorrectCLBalanceDecrease",
            Self::BalanceIncrease { .. } => "IncorrectCLBalanceIncrease",
            Self::AppearedValidators { .. } => "IncorrectAppearedValidators",
            Self::SimulatedShareRate { .. } => "IncorrectSimulatedShareRate",
            Self::ActualShareRateIsZero => "ActualShareRateIsZero",
            Self::RequestFinalization { .. } => "IncorrectRequestFinalization",
            Self::NegativeTotalPooledEther => "NegativeTotalPooledEther",
            Self::RebaseLimitTooLow => "TooLowTokenRebaseLimit",
            Self::RebaseLimitTooHigh => "TooHighTokenRebaseLimit",
            Self::Panic(MathError::DivisionByZero { .. }) => "Panic(0x12)",
            Self::Panic(_) => "Panic(0x11)",
            // A bare revert, or what the contracts would cut off and cannot reach.
            Self::BufferTooSmall { .. }
            | Self::TooWide { .. }
            | Self::QueueFull
            | Self::UnknownAsset { .. }
            | Self::Unsupported { .. } => NO_REASON,
        }
    }

    /// The kind of refusal, common to all protocols.
    #[must_use]
    pub const fn refusal(&self) -> Refusal {
        match self {
            Self::ZeroDeposit
            | Self::EtherTooLarge { .. }
            | Self::SharesTooLarge { .. }
            | Self::WrapZero
            | Self::UnwrapZero
            | Self::RequestTooSmall { .. }
            | Self::RequestTooLarge { .. }
            | Self::MintZero
            | Self::BurnZero
            | Self::ZeroValue
            | Self::ZeroBurnAmount
            | Self::ValueMismatch { .. } => Refusal::InvalidAmount,
            Self::BalanceExceeded { .. } | Self::BurnExceedsBalance { .. } => Refusal::InsufficientBalance,
            Self::BufferTooSmall { .. } => Refusal::InsufficientLiquidity,
            Self::StakeLimit { .. } | Self::ExternalLimit { .. } => Refusal::LimitReached,
            Self::StakingPaused | Self::Stopped | Self::QueuePaused | Self::CanNotDeposit => Refusal::Closed,
            Self::NotFinalized { .. } => Refusal::TooEarly,
            Self::NotOwner { .. } => Refusal::NotAllowed,
            Self::TooWide { .. } | Self::Panic(_) => Refusal::Arithmetic,
            _ => Refusal::Other,
        }
    }
}

impl From<LidoError> for VaultError {
    fn from(error: LidoError) -> Self {
        let protocol = crate::PROTOCOL;
        match error {
            LidoError::UnknownAsset { asset } => Self::UnknownAsset { protocol, asset },
            LidoError::Unsupported { operation } => Self::Unsupported { protocol, operation },
            error => Self::Refused {
                protocol,
                refusal: error.refusal(),
                code: error.code(),
                source: Box::new(error),
            },
        }
    }
}
