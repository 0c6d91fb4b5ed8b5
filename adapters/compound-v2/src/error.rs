use levmine_lending::{LendingError, Refusal};
use levmine_market::{Account, Asset, MarketError};
use levmine_math::{MathError, U256};

use crate::failure::{Detail, Failure};
use crate::version::Version;

/// The native layer's result.
pub type Result<T, E = CompoundError> = std::result::Result<T, E>;

/// Why the Comptroller rejects, with the values that decided it. Values in US dollars have 18 decimals.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Rejection {
    /// The account would owe more than its collateral carries.
    #[error("the account would be short of {shortfall} in value")]
    InsufficientLiquidity {
        /// What would be missing.
        shortfall: U256,
    },
    /// The account can carry its debt.
    #[error("the account has no shortfall")]
    InsufficientShortfall,
    /// More is to be repaid than the close factor allows.
    #[error("{repay} to be repaid is more than the {most} that the close factor allows")]
    TooMuchRepay {
        /// What was asked for, in base units.
        repay: U256,
        /// What is allowed, in base units.
        most: U256,
    },
    /// The oracle's price is zero.
    #[error("the price of {asset} is zero")]
    PriceError {
        /// The asset.
        asset: Asset,
    },
    /// A cToken cannot tell its balances.
    #[error("the balances of {asset} cannot be told: {source}")]
    SnapshotError {
        /// The asset.
        asset: Asset,
        /// Why.
        source: MathError,
    },
}

impl Rejection {
    const fn detail(&self) -> Detail {
        match self {
            Self::InsufficientLiquidity { .. } => Detail::InsufficientLiquidity,
            Self::InsufficientShortfall => Detail::InsufficientShortfall,
            Self::TooMuchRepay { .. } => Detail::TooMuchRepay,
            Self::PriceError { .. } => Detail::PriceError,
            Self::SnapshotError { .. } => Detail::SnapshotError,
        }
    }

    const fn refusal(&self) -> Refusal {
        match self {
            Self::InsufficientLiquidity { .. } => Refusal::InsufficientCollateral,
            Self::InsufficientShortfall => Refusal::NotLiquidatable,
            Self::TooMuchRepay { .. } => Refusal::InvalidAmount,
            Self::PriceError { .. } => Refusal::Other,
            Self::SnapshotError { .. } => Refusal::Arithmetic,
        }
    }
}

/// Whose words an arithmetic failure is told in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Library {
    /// `ExponentialNoError`.
    Exponential,
    /// `SafeMath` in a rate model.
    Model,
    /// A check of its own, with this message.
    Message(&'static str),
}

/// What is switched off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "named as in the contracts")]
pub enum Pause {
    Mint,
    Borrow,
    Transfer,
    Seize,
}

/// Why the contracts refuse, with the values that decided it. Amounts are base units.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[repr(u64)]
pub enum CompoundError {
    /// The Comptroller rejects.
    #[error("{reason}")]
    Rejected {
        /// What was rejected.
        failure: Failure,
        /// Why.
        reason: Rejection,
    },
    /// Arithmetic whose failure is returned as a code.
    #[error("arithmetic: {source}")]
    Math {
        /// Where.
        failure: Failure,
        /// What.
        source: MathError,
    },
    /// Interest cannot be accrued, or another step within the operation failed; its code alone is passed on.
    #[error("arithmetic within the operation: {source}")]
    Within {
        /// Where.
        failure: Failure,
        /// What.
        source: MathError,
    },
    /// The cToken does not hold what it is to pay.
    #[error("{needed} base units are asked for, and the cToken holds {available}")]
    Cash {
        /// Where.
        failure: Failure,
        /// What was asked for.
        needed: U256,
        /// What is there.
        available: U256,
    },
    /// An argument that is never accepted.
    #[error("the argument {value} is not accepted")]
    Argument {
        /// Where.
        failure: Failure,
        /// What was read.
        value: U256,
    },
    /// Liquidator and borrower are the same.
    #[error("{account} cannot liquidate itself")]
    OwnLiquidation {
        /// Who.
        account: Account,
    },
    /// cTokens are transferred to who has them.
    #[error("{account} cannot transfer to itself")]
    OwnTransfer {
        /// Who.
        account: Account,
    },
    /// A market is to be left while something is owed there.
    #[error("{owed} base units are still owed")]
    BalanceOwed {
        /// What is owed.
        owed: U256,
    },
    /// A guardian has switched it off.
    #[error("{pause:?} is paused")]
    Paused {
        /// What.
        pause: Pause,
    },
    /// The borrow cap is reached.
    #[error("{borrowed} base units borrowed would not be below the cap of {cap}")]
    BorrowCap {
        /// What would be borrowed.
        borrowed: U256,
        /// The cap.
        cap: U256,
    },
    /// The rate model asks for more than 0.0005 % a block.
    #[error("a borrow rate of {rate} per block is absurdly high")]
    RateTooHigh {
        /// The rate, 18 decimals.
        rate: U256,
    },
    /// So little is redeemed that no cToken would be burned for it.
    #[error("no cToken would be burned for {amount} base units")]
    RedeemTokensZero {
        /// What was asked for.
        amount: U256,
    },
    /// More collateral is to be seized than the borrower has.
    #[error("{needed} cTokens are to be seized, and the borrower has {available}")]
    SeizeTooMuch {
        /// What is to be seized.
        needed: U256,
        /// What there is.
        available: U256,
    },
    /// What is to be seized cannot be told, because a price is zero.
    #[error("what is to be seized cannot be told: the price of {asset} is zero")]
    SeizeAmount {
        /// The asset.
        asset: Asset,
    },
    /// The seizure failed within the collateral's cToken.
    #[error("the seizure failed: {source}")]
    Seizure {
        /// What.
        source: MathError,
    },
    /// In a deprecated market, more is to be repaid than is owed.
    #[error("{repay} to be repaid is more than the {owed} owed")]
    RepayAboveBorrow {
        /// What was asked for.
        repay: U256,
        /// What is owed.
        owed: U256,
    },
    /// Arithmetic whose failure reverts.
    #[error("arithmetic: {source}")]
    Arithmetic {
        /// In whose words.
        library: Library,
        /// What.
        source: MathError,
    },
    /// The block number does not fit the 32 bits that rewards have for it.
    #[error("block {block} exceeds 32 bits")]
    BlockNumber {
        /// The block.
        block: u64,
    },
    /// An index of rewards does not fit its 224 bits.
    #[error("a reward index of {index} exceeds 224 bits")]
    RewardIndex {
        /// The index.
        index: U256,
    },
    /// The Comptroller does not hold so much COMP.
    #[error("{needed} base units of COMP are granted, and the Comptroller holds {available}")]
    InsufficientComp {
        /// What is granted.
        needed: U256,
        /// What is there.
        available: U256,
    },
    /// The contracts have no function for it: only the owner of a position supplies to it, takes from it or borrows.
    #[error("{caller} cannot act for {owner}")]
    NotOwner {
        /// Who calls.
        caller: Account,
        /// Whose position it is.
        owner: Account,
    },
    /// Everything, where that has no meaning.
    #[error("everything is no amount here")]
    NoAmount,
    /// No token can have so large a supply.
    #[error("no token can have so large a supply: {source}")]
    Token {
        /// What.
        source: MathError,
    },
    /// No market has this underlying.
    #[error("there is no market of {asset}")]
    UnknownAsset {
        /// The asset.
        asset: Asset,
    },
    /// No market has this number.
    #[error("there is no market number {id}")]
    NoMarket {
        /// The number.
        id: usize,
    },
    /// A price is missing.
    #[error(transparent)]
    Market(#[from] MarketError),
}

impl CompoundError {
    /// The contracts' own name of the reason: `FAILURE(DETAIL)` for error codes, the custom error for the later version,
    /// the text of a revert.
    #[must_use]
    pub fn code(&self, version: Version) -> &'static str {
        let [code, custom] = self.names();
        match version {
            Version::ErrorCodes => code,
            Version::CustomErrors => custom,
        }
    }

    fn names(&self) -> [&'static str; 2] {
        let text = |text: &'static str| [text, text];
        match self {
            // The later version has no code for it: the snapshot itself reverts.
            Self::Rejected { failure, reason: reason @ Rejection::SnapshotError { source, .. } } => {
                let [code, _] = failure.with(reason.detail());
                [code, panic_of(source)]
            }
            Self::Rejected { failure, reason } => failure.with(reason.detail()),
            Self::Math { failure, source } => failure.with(Detail::of_math(source)),
            Self::Within { failure, source } => {
                let [code, _] = failure.names();
                [code, panic_of(source)]
            }
            Self::Cash { failure, .. } | Self::Argument { failure, .. } => failure.names(),
            Self::OwnLiquidation { .. } => Failure::LiquidateLiquidatorIsBorrower.names(),
            Self::OwnTransfer { .. } => Failure::TransferNotAllowed.names(),
            Self::BalanceOwed { .. } => Failure::ExitMarketBalanceOwed.names(),
            Self::Paused { pause: Pause::Mint } => text("mint is paused"),
            Self::Paused { pause: Pause::Borrow } => text("borrow is paused"),
            Self::Paused { pause: Pause::Transfer } => text("transfer is paused"),
            Self::Paused { pause: Pause::Seize } => text("seize is paused"),
            Self::BorrowCap { .. } => text("market borrow cap reached"),
            Self::RateTooHigh { .. } => text("borrow rate is absurdly high"),
            Self::RedeemTokensZero { .. } => text("redeemTokens zero"),
            Self::SeizeTooMuch { .. } => text("LIQUIDATE_SEIZE_TOO_MUCH"),
            Self::SeizeAmount { .. } => text("LIQUIDATE_COMPTROLLER_CALCULATE_AMOUNT_SEIZE_FAILED"),
            Self::Seizure { source } => ["token seizure failed", panic_of(source)],
            Self::RepayAboveBorrow { .. } => text("Can not repay more than the total borrow"),
            Self::Arithmetic { library, source } => [words(*library, source), panic_of(source)],
            Self::BlockNumber { .. } => text("block number exceeds 32 bits"),
            Self::RewardIndex { .. } => text("new index exceeds 224 bits"),
            Self::InsufficientComp { .. } => text("insufficient comp for grant"),
            // The contracts have no function for it, so they have no name for its failure either.
            Self::NotOwner { .. }
            | Self::NoAmount
            | Self::Token { .. }
            | Self::UnknownAsset { .. }
            | Self::NoMarket { .. }
            | Self::Market(_) => text("no reason"),
        }
    }

    /// The kind of refusal, common to all protocols.
    #[must_use]
    pub fn refusal(&self) -> Refusal {
        match self {
            Self::Rejected { reason, .. } => reason.refusal(),
            Self::Math {
                failure: Failure::RedeemNewAccountBalance | Failure::RedeemNewTotalSupply, ..
            }
            | Self::Within { failure: Failure::TransferNotEnough, .. } => Refusal::InsufficientBalance,
            Self::Math { .. }
            | Self::Within { .. }
            | Self::Seizure { .. }
            | Self::Arithmetic { .. }
            | Self::BlockNumber { .. }
            | Self::RewardIndex { .. }
            | Self::Token { .. }
            | Self::RateTooHigh { .. } => Refusal::Arithmetic,
            Self::Cash { .. } | Self::InsufficientComp { .. } => Refusal::InsufficientLiquidity,
            Self::Argument { .. }
            | Self::RedeemTokensZero { .. }
            | Self::RepayAboveBorrow { .. }
            | Self::NoAmount => Refusal::InvalidAmount,
            Self::OwnLiquidation { .. } | Self::OwnTransfer { .. } | Self::BalanceOwed { .. } => {
                Refusal::NotAllowed
            }
            Self::Paused { .. } => Refusal::Closed,
            Self::BorrowCap { .. } => Refusal::CapExceeded,
            Self::SeizeTooMuch { .. } => Refusal::InsufficientBalance,
            Self::NotOwner { .. } => Refusal::Unauthorized,
            Self::SeizeAmount { .. }
            | Self::UnknownAsset { .. }
            | Self::NoMarket { .. }
            | Self::Market(_) => Refusal::Other,
        }
    }

    /// The trait's error.
    pub(crate) fn lending(self, version: Version) -> LendingError {
        match self {
            Self::UnknownAsset { asset } => LendingError::UnknownAsset { protocol: crate::PROTOCOL, asset },
            Self::Market(error) => LendingError::Market(error),
            error => LendingError::Refused {
                protocol: crate::PROTOCOL,
                refusal: error.refusal(),
                code: error.code(version),
                source: Box::new(error),
            },
        }
    }
}

/// Checked arithmetic of the later compiler.
const fn panic_of(error: &MathError) -> &'static str {
    match error {
        MathError::DivisionByZero { .. } => "Panic(0x12)",
        _ => "Panic(0x11)",
    }
}

fn words(library: Library, error: &MathError) -> &'static str {
    let is_sum = matches!(error, MathError::Overflow { operation: "sum", .. });
    match (library, error) {
        (Library::Message(message), _) => message,
        (Library::Exponential, MathError::DivisionByZero { .. }) => "divide by zero",
        (Library::Exponential, MathError::Underflow { .. }) => "subtraction underflow",
        (Library::Exponential, _) if is_sum => "addition overflow",
        (Library::Exponential, _) => "multiplication overflow",
        (Library::Model, MathError::DivisionByZero { .. }) => "SafeMath: division by zero",
        (Library::Model, MathError::Underflow { .. }) => "SafeMath: subtraction underflow",
        (Library::Model, _) if is_sum => "SafeMath: addition overflow",
        (Library::Model, _) => "SafeMath: multiplication overflow",
    }
}

/// Says where arithmetic failed.
pub(crate) trait Failing<T> {
    /// As a code that is returned, with the arithmetic's own code as its detail.
    fn failing(self, failure: Failure) -> Result<T>;
    /// As a code that is returned without a detail.
    fn within(self, failure: Failure) -> Result<T>;
    /// As a revert in the words of a library.
    fn reverting(self, library: Library) -> Result<T>;
}

impl<T> Failing<T> for Result<T, MathError> {
    #[inline]
    fn failing(self, failure: Failure) -> Result<T> {
        self.map_err(|source| CompoundError::Math { failure, source })
    }

    #[inline]
    fn within(self, failure: Failure) -> Result<T> {
        self.map_err(|source| CompoundError::Within { failure, source })
    }

    #[inline]
    fn reverting(self, library: Library) -> Result<T> {
        self.map_err(|source| CompoundError::Arithmetic { library, source })
    }
}

/// A code that a step returned is passed on under the operation's own name; a revert stays what it is.
pub(crate) trait Passing<T> {
    /// Names the failure of a step.
    fn passing(self, failure: Failure) -> Result<T>;
}

impl<T> Passing<T> for Result<T> {
    #[inline]
    fn passing(self, failure: Failure) -> Result<T> {
        self.map_err(|error| match error {
            CompoundError::Math { source, .. } => CompoundError::Within { failure, source },
            error => error,
        })
    }
}
