//! Why the contracts refuse.

use levmine_lending::{LendingError, Refusal};
use levmine_market::{Account, Asset, MarketError};
use levmine_math::{MathError, U256};

/// What the native layer answers.
pub type Result<T> = std::result::Result<T, HomoraError>;

/// Why the contracts refuse, with the values: a variant for each reason. Amounts are base units, values wei of ether.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[repr(u64)]
pub enum HomoraError {
    /// A sum does not fit.
    #[error("{a} and {b} do not fit 256 bits together")]
    AddOverflow {
        /// A term.
        a: U256,
        /// The other.
        b: U256,
    },
    /// A difference is below zero.
    #[error("{a} less {b} is below zero")]
    SubUnderflow {
        /// From what.
        a: U256,
        /// How much.
        b: U256,
    },
    /// A product does not fit.
    #[error("{a} times {b} does not fit 256 bits")]
    MulOverflow {
        /// A factor.
        a: U256,
        /// The other.
        b: U256,
    },
    /// A division by zero.
    #[error("{a} is divided by zero")]
    ZeroDivision {
        /// The dividend.
        a: U256,
    },
    /// The bank has no such token.
    #[error("there is no bank for {asset}")]
    NoBank {
        /// The token.
        asset: Asset,
    },
    /// A function of the bank that only a spell may call was called from outside.
    #[error("the bank is not executing anything")]
    NotWithinExecution,
    /// There is no such position.
    #[error("there is no position {position}")]
    NoPosition {
        /// Its number.
        position: u64,
    },
    /// Only the owner may act on a position.
    #[error("{caller} does not own position {position}")]
    NotPositionOwner {
        /// Who asked.
        caller: Account,
        /// The number of the position; 0 where its owner has none yet.
        position: u64,
    },
    /// After an execution the collateral must be worth at least the debt, both with their factors.
    #[error("the collateral counts {collateral} wei and the debt {borrow} wei")]
    InsufficientCollateral {
        /// With the collateral factor.
        collateral: U256,
        /// With the borrow factors.
        borrow: U256,
    },
    /// What is healthy is not liquidated.
    #[error("the collateral counts {collateral} wei, not below the {borrow} wei of the debt")]
    StillHealthy {
        /// With the collateral factor.
        collateral: U256,
        /// With the borrow factors.
        borrow: U256,
    },
    /// The lender refuses the loan: it has too little.
    #[error("the lender has {cash} base units of {asset}, not {amount}")]
    BadBorrow {
        /// The token.
        asset: Asset,
        /// What it has.
        cash: U256,
        /// What is asked for.
        amount: U256,
    },
    /// More was paid than the position owes.
    #[error("{paid} base units of {asset} are paid on a debt of {debt}")]
    PaidExceedsDebt {
        /// The token.
        asset: Asset,
        /// What was paid.
        paid: U256,
        /// What is owed.
        debt: U256,
    },
    /// The token is not on the bank's list.
    #[error("{asset} is not whitelisted")]
    TokenNotWhitelisted {
        /// The token.
        asset: Asset,
    },
    /// The spell does not take the LP token.
    #[error("the spell does not take {asset}")]
    LpNotWhitelisted {
        /// The LP token.
        asset: Asset,
    },
    /// Borrowing is switched off.
    #[error("the bank's status {status} does not allow borrowing")]
    BorrowNotAllowed {
        /// The status bits.
        status: u8,
    },
    /// Repaying is switched off.
    #[error("the bank's status {status} does not allow repaying")]
    RepayNotAllowed {
        /// The status bits.
        status: u8,
    },
    /// A position holds one kind of collateral at a time.
    #[error("the position holds another wrapped token already")]
    AnotherCollateral,
    /// The oracle has no factors for what is wrapped.
    #[error("{asset} is not supported as collateral")]
    CollateralNotSupported {
        /// The LP token.
        asset: Asset,
    },
    /// The position holds another wrapped token than the one asked for.
    #[error("the position does not hold that wrapped token")]
    InvalidCollateral,
    /// The reward pool has another number than the collateral's.
    #[error("the collateral is staked in another pool")]
    IncorrectPid,
    /// The collateral is not in the wrapper that earns rewards, or the other way round.
    #[error("the collateral is wrapped otherwise")]
    WrapperMismatch,
    /// The oracle has no factors for the token.
    #[error("the oracle has no factors for {asset}")]
    BadUnderlying {
        /// The token.
        asset: Asset,
        /// Which of its uses was asked for.
        side: Underlying,
    },
    /// The oracle's price is zero.
    #[error("the oracle has no price of {asset}")]
    NoPx {
        /// The token.
        asset: Asset,
    },
    /// A loan is repaid beyond what the bank owes the lender.
    #[error("{amount} are repaid on a debt of {debt} to the lender")]
    LenderAccountUnderflow {
        /// What is owed.
        debt: U256,
        /// What is repaid.
        amount: U256,
    },
    /// A loan is repaid beyond the lender's total, which is rounded down at each accrual.
    #[error("{amount} are repaid on a total of {total} at the lender")]
    LenderTotalUnderflow {
        /// The lender's total.
        total: U256,
        /// What is repaid.
        amount: U256,
    },
    /// The lender's rate is beyond what it accepts.
    #[error("the lender's rate of {rate} per block (wad) is absurdly high")]
    RateTooHigh {
        /// Per block, wad.
        rate: U256,
    },
    /// The lender's arithmetic fails.
    #[error("the lender's arithmetic fails: {0}")]
    Lender(MathError),
    /// The lender cannot pay a lender back: it has too little.
    #[error("the lender has {cash} base units, not {amount}")]
    BadRedeem {
        /// What it has.
        cash: U256,
        /// What is asked for.
        amount: U256,
    },
    /// A token is burned or moved beyond a balance.
    #[error("{amount} are burned of {balance}")]
    BurnExceedsBalance {
        /// What there is.
        balance: U256,
        /// What is asked for.
        amount: U256,
        /// Whose token it is.
        token: Ledger,
    },
    /// The wrapper or the chef has too little of the reward token.
    #[error("{amount} of the reward are due and {balance} are there")]
    RewardShort {
        /// What there is.
        balance: U256,
        /// What is due.
        amount: U256,
    },
    /// More is taken out of the reward pool than is staked.
    #[error("{amount} are withdrawn of {staked} staked")]
    NotGood {
        /// What is staked.
        staked: U256,
        /// What is asked for.
        amount: U256,
    },
    /// The wrapper's number of a token does not hold the state of the reward pool.
    #[error("{acc} per share does not fit the number of a wrapped token")]
    BadSushiPerShare {
        /// The pool's state.
        acc: U256,
    },
    /// Governance's borrow factor is below one.
    #[error("a borrow factor of {bps} is below 100 %")]
    LowBorrowFactor {
        /// Basis points.
        bps: u64,
    },
    /// Governance's collateral factor is above one.
    #[error("a collateral factor of {bps} is above 100 %")]
    HighCollateralFactor {
        /// Basis points.
        bps: u64,
    },
    /// Governance's incentive is below one.
    #[error("a liquidation incentive of {bps} is below 100 %")]
    LowIncentive {
        /// Basis points.
        bps: u64,
    },
    /// Governance's incentive is above two.
    #[error("a liquidation incentive of {bps} is above 200 %")]
    HighIncentive {
        /// Basis points.
        bps: u64,
    },
    /// Governance's fee is above one.
    #[error("a fee of {bps} is above 100 %")]
    FeeTooHigh {
        /// Basis points.
        bps: u64,
    },
    /// Two prices are too far apart.
    #[error("the prices {low} and {high} are too far apart")]
    TooMuchDeviation {
        /// The lower one.
        low: U256,
        /// The higher one.
        high: U256,
        /// How many sources were valid.
        sources: u8,
    },
    /// No source answers, or more than three.
    #[error("{0} sources answer")]
    Sources(usize),
    /// A source's answer is too old.
    #[error("an answer of {updated} is older than {delay} seconds")]
    DelayedUpdate {
        /// When it was given, in Unix seconds.
        updated: u64,
        /// The longest delay, in seconds.
        delay: u64,
    },
    /// "All" has no meaning here.
    #[error("\"all\" means nothing to {operation}")]
    Everything {
        /// The operation.
        operation: &'static str,
    },
    /// Somebody is executing already.
    #[error("the bank is executing something already")]
    Locked,
    /// The asset cannot be used that way.
    #[error("{asset} cannot be {operation}")]
    NoFunction {
        /// The asset.
        asset: Asset,
        /// What was asked for.
        operation: &'static str,
    },
    /// The asset is not one of the venue's.
    #[error("{asset} is not listed")]
    UnknownAsset {
        /// The asset.
        asset: Asset,
    },
    /// A price is missing in the book.
    #[error(transparent)]
    Market(#[from] MarketError),
}

/// What a token is to the oracle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Underlying {
    /// Collateral.
    Collateral,
    /// Debt.
    Borrow,
    /// Debt that a liquidator repays.
    In,
    /// Collateral that a liquidator takes.
    Out,
}

/// Whose balances a token's contract keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ledger {
    /// A wrapped token.
    Wrapped,
    /// A lender's share.
    Share,
}

impl HomoraError {
    /// The contract's own name of the reason, as it stands in a revert.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::AddOverflow { .. } => "SafeMath: addition overflow",
            Self::SubUnderflow { .. } => "SafeMath: subtraction overflow",
            Self::MulOverflow { .. } => "SafeMath: multiplication overflow",
            Self::ZeroDivision { .. } => "SafeMath: division by zero",
            Self::NoBank { .. } => "bank not exist",
            Self::NotWithinExecution => "not within execution",
            Self::NoPosition { .. } => "position id not exists",
            Self::NotPositionOwner { .. } => "not position owner",
            Self::InsufficientCollateral { .. } => "insufficient collateral",
            Self::StillHealthy { .. } => "position still healthy",
            Self::BadBorrow { .. } => "bad borrow",
            Self::PaidExceedsDebt { .. } => "paid exceeds debt",
            Self::TokenNotWhitelisted { .. } => "token not whitelisted",
            Self::LpNotWhitelisted { .. } => "lp token not whitelisted",
            Self::BorrowNotAllowed { .. } => "borrow not allowed",
            Self::RepayNotAllowed { .. } => "repay not allowed",
            Self::AnotherCollateral => "another type of collateral already exists",
            Self::CollateralNotSupported { .. } => "collateral not supported",
            Self::InvalidCollateral => "invalid collateral token",
            Self::IncorrectPid => "incorrect pid",
            Self::WrapperMismatch => "collateral token & wmasterchef mismatched",
            Self::BadUnderlying { side: Underlying::Collateral, .. } => "bad underlying collateral",
            Self::BadUnderlying { side: Underlying::Borrow, .. } => "bad underlying borrow",
            Self::BadUnderlying { side: Underlying::In, .. } => "bad underlying in",
            Self::BadUnderlying { side: Underlying::Out, .. } => "bad underlying out",
            Self::NoPx { .. } => "no px",
            Self::LenderAccountUnderflow { .. } => {
                "REPAY_BORROW_NEW_ACCOUNT_BORROW_BALANCE_CALCULATION_FAILED"
            }
            Self::LenderTotalUnderflow { .. } => "REPAY_BORROW_NEW_TOTAL_BALANCE_CALCULATION_FAILED",
            Self::RateTooHigh { .. } => "borrow rate is absurdly high",
            Self::Lender(_) => "lender arithmetic",
            Self::BadRedeem { .. } => "!redeem",
            Self::BurnExceedsBalance { token: Ledger::Wrapped, .. } => "ERC1155: burn amount exceeds balance",
            Self::BurnExceedsBalance { token: Ledger::Share, .. } => "ERC20: burn amount exceeds balance",
            Self::RewardShort { .. } => "ERC20: transfer amount exceeds balance",
            Self::NotGood { .. } => "withdraw: not good",
            Self::BadSushiPerShare { .. } => "bad sushi per share",
            Self::LowBorrowFactor { .. } => "borrow factor must be at least 100%",
            Self::HighCollateralFactor { .. } => "collateral factor must be at most 100%",
            Self::LowIncentive { .. } => "incentive must be at least 100%",
            Self::HighIncentive { .. } => "incentive must be at most 200%",
            Self::FeeTooHigh { .. } => "fee too high",
            Self::TooMuchDeviation { sources: 2, .. } => "too much deviation (2 valid sources)",
            Self::TooMuchDeviation { .. } => "too much deviation (3 valid sources)",
            Self::Sources(0) => "no valid source",
            Self::Sources(_) => "more than 3 valid sources not supported",
            Self::DelayedUpdate { .. } => "delayed update time",
            Self::Locked => "general lock",
            Self::Everything { .. }
            | Self::NoFunction { .. }
            | Self::UnknownAsset { .. }
            | Self::Market(_) => "no reason",
        }
    }

    /// The kind of refusal, common to all protocols.
    #[must_use]
    pub fn refusal(&self) -> Refusal {
        match self {
            Self::AddOverflow { .. }
            | Self::SubUnderflow { .. }
            | Self::MulOverflow { .. }
            | Self::ZeroDivision { .. }
            | Self::LenderAccountUnderflow { .. }
            | Self::LenderTotalUnderflow { .. }
            | Self::RateTooHigh { .. }
            | Self::Lender(_)
            | Self::BadSushiPerShare { .. } => Refusal::Arithmetic,
            Self::NotWithinExecution | Self::NotPositionOwner { .. } | Self::Locked => Refusal::Unauthorized,
            Self::InsufficientCollateral { .. } => Refusal::InsufficientCollateral,
            Self::StillHealthy { .. } => Refusal::NotLiquidatable,
            Self::BadBorrow { .. } | Self::BadRedeem { .. } => Refusal::InsufficientLiquidity,
            Self::PaidExceedsDebt { debt, .. } if debt.is_zero() => Refusal::NoDebt,
            Self::PaidExceedsDebt { .. } | Self::Everything { .. } => Refusal::InvalidAmount,
            Self::TokenNotWhitelisted { .. }
            | Self::LpNotWhitelisted { .. }
            | Self::BorrowNotAllowed { .. }
            | Self::RepayNotAllowed { .. } => Refusal::Closed,
            Self::NoBank { .. }
            | Self::AnotherCollateral
            | Self::CollateralNotSupported { .. }
            | Self::InvalidCollateral
            | Self::IncorrectPid
            | Self::WrapperMismatch
            | Self::BadUnderlying { .. }
            | Self::NoFunction { .. } => Refusal::NotAllowed,
            Self::NoPosition { .. }
            | Self::BurnExceedsBalance { .. }
            | Self::RewardShort { .. }
            | Self::NotGood { .. } => Refusal::InsufficientBalance,
            Self::NoPx { .. }
            | Self::LowBorrowFactor { .. }
            | Self::HighCollateralFactor { .. }
            | Self::LowIncentive { .. }
            | Self::HighIncentive { .. }
            | Self::FeeTooHigh { .. }
            | Self::TooMuchDeviation { .. }
            | Self::Sources(_)
            | Self::DelayedUpdate { .. }
            | Self::UnknownAsset { .. }
            | Self::Market(_) => Refusal::Other,
        }
    }

    /// Whether a repayment fails only after its tokens have come in: what a wallet lacks is told before.
    #[must_use]
    pub const fn is_after_payment(&self) -> bool {
        matches!(
            self,
            Self::LenderAccountUnderflow { .. }
                | Self::LenderTotalUnderflow { .. }
                | Self::PaidExceedsDebt { .. }
        )
    }
}

impl From<HomoraError> for LendingError {
    fn from(error: HomoraError) -> Self {
        let protocol = crate::PROTOCOL;
        match error {
            HomoraError::UnknownAsset { asset } => Self::UnknownAsset { protocol, asset },
            HomoraError::Market(error) => Self::Market(error),
            error => Self::Refused {
                protocol,
                refusal: error.refusal(),
                code: error.code(),
                source: Box::new(error),
            },
        }
    }
}
