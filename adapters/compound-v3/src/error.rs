use levmine_lending::{LendingError, Refusal};
use levmine_market::{Account, Asset, MarketError};
use levmine_math::{MathError, U256};

/// The native layer's result.
pub type Result<T, E = CometError> = std::result::Result<T, E>;

/// The integers that the contract casts to, each with an error of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cast {
    /// `uint64`: rates, indexes, rewards.
    UInt64,
    /// `uint104`: principals and their totals.
    UInt104,
    /// `uint128`: collateral.
    UInt128,
    /// `int104`: the signed principal.
    Int104,
    /// `int256`: signed values.
    Int256,
}

impl Cast {
    const fn code(self) -> &'static str {
        match self {
            Self::UInt64 => "InvalidUInt64",
            Self::UInt104 => "InvalidUInt104",
            Self::UInt128 => "InvalidUInt128",
            Self::Int104 => "InvalidInt104",
            Self::Int256 => "InvalidInt256",
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::UInt64 => "uint64",
            Self::UInt104 => "uint104",
            Self::UInt128 => "uint128",
            Self::Int104 => "int104",
            Self::Int256 => "int256",
        }
    }
}

/// Why the contracts revert, with the values that decided it. Amounts are base units, factors have 18
/// decimals.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[repr(u64)]
pub enum CometError {
    /// The action is paused.
    #[error("{action} is paused")]
    Paused {
        /// Supplying, transferring, withdrawing, absorbing or buying.
        action: &'static str,
    },
    /// The caller may not act for the owner, or does not govern.
    #[error("{caller} may not do this")]
    Unauthorized {
        /// Who tried.
        caller: Account,
    },
    /// The feed answers zero or less.
    #[error("the price feed of {asset} answers zero or less")]
    BadPrice {
        /// The asset.
        asset: Asset,
    },
    /// The debt would be below the smallest one.
    #[error("a debt of {debt} would be below the smallest, {minimum}")]
    BorrowTooSmall {
        /// The resulting debt.
        debt: U256,
        /// The smallest debt.
        minimum: u128,
    },
    /// The collateral does not carry the debt.
    #[error("the collateral of {account} does not carry its debt")]
    NotCollateralized {
        /// The owner.
        account: Account,
    },
    /// The position is safe.
    #[error("the position of {account} is safe")]
    NotLiquidatable {
        /// The owner.
        account: Account,
    },
    /// The supply cap is reached.
    #[error("{supplied} base units of {asset} supplied would be above the cap of {cap}")]
    SupplyCapExceeded {
        /// The collateral.
        asset: Asset,
        /// What would be supplied.
        supplied: u128,
        /// The cap in base units.
        cap: u128,
    },
    /// The reserves are as large as they should be: nothing is sold.
    #[error("the reserves have reached their target of {target}: nothing is for sale")]
    NotForSale {
        /// The target.
        target: u128,
    },
    /// The store front gives less, or asks more, than the buyer accepts.
    #[error("the store front offers {offered}, outside of the limit {limit}")]
    TooMuchSlippage {
        /// The collateral offered, or the price asked.
        offered: U256,
        /// The buyer's limit to it.
        limit: U256,
    },
    /// The reserves are smaller than what should leave them.
    #[error("{needed} are more than the reserves, {available}")]
    InsufficientReserves {
        /// What should leave.
        needed: U256,
        /// What there is; zero where the reserves are negative.
        available: U256,
    },
    /// Who sends and who receives are the same.
    #[error("{account} cannot transfer to itself")]
    NoSelfTransfer {
        /// The account.
        account: Account,
    },
    /// A time beyond 40 bits.
    #[error("the time {time} does not fit 40 bits")]
    TimestampTooLarge {
        /// The time, in Unix seconds.
        time: u64,
    },
    /// An integer does not fit where the contract keeps it.
    #[error("{value} does not fit {}", cast.name())]
    DoesNotFit {
        /// Where it should fit.
        cast: Cast,
        /// The integer.
        value: U256,
    },
    /// Checked arithmetic fails.
    #[error("arithmetic: {0}")]
    Panic(#[from] MathError),
    /// A contract does not hold the tokens it should pay.
    #[error("{needed} base units of {asset} are to be paid and {available} are there")]
    InsufficientTokens {
        /// The token.
        asset: Asset,
        /// What is to be paid.
        needed: U256,
        /// What is there.
        available: U256,
    },
    /// The caller may not claim the owner's rewards to another account.
    #[error("{caller} may not claim for somebody else")]
    NotPermitted {
        /// Who tried.
        caller: Account,
    },
    /// The market has no reward token.
    #[error("the market has no reward token")]
    NotSupported,
    /// Base decimals outside of 6 to 18, or collateral decimals above 18.
    #[error("{asset} has {} decimals; base 6 to 18 and collateral up to 18 are possible", asset.decimals())]
    BadDecimals {
        /// The asset.
        asset: Asset,
    },
    /// The store front's share of the discount is above one.
    #[error("a store-front price factor of {factor} is above one (18 decimals)")]
    BadDiscount {
        /// The factor.
        factor: u64,
    },
    /// The least total for rewards is zero.
    #[error("the least total that earns rewards must not be zero")]
    BadMinimum,
    /// More collateral assets than there are slots.
    #[error("{listed} collateral assets are more than {}", crate::MAX_ASSETS)]
    TooManyAssets {
        /// How many were listed.
        listed: usize,
    },
    /// The borrow factor is not below the liquidation factor, both cut to basis points.
    #[error("the borrow collateral factor of {asset} must be below its liquidate collateral factor")]
    BorrowCFTooLarge {
        /// The collateral.
        asset: Asset,
    },
    /// The liquidation factor is above one.
    #[error("the liquidate collateral factor of {asset} is above one")]
    LiquidateCFTooLarge {
        /// The collateral.
        asset: Asset,
    },
    /// The asset is not listed.
    #[error("{asset} is not listed")]
    UnknownAsset {
        /// The asset.
        asset: Asset,
    },
    /// No collateral has this number.
    #[error("no collateral has the number {number}")]
    UnknownCollateral {
        /// The number.
        number: u64,
    },
    /// Only the base asset can be borrowed, repaid or liquidated.
    #[error("{asset} is not the base asset")]
    NotBase {
        /// The asset.
        asset: Asset,
    },
    /// Everything is no amount here.
    #[error("the amount must be named: everything is none here")]
    AmountMissing,
    /// More than the account supplied. The contract would lend the rest; here that is asked for by borrowing.
    #[error("{needed} base units are more than the {supplied} supplied")]
    MoreThanSupplied {
        /// What was asked for.
        needed: U256,
        /// What there is.
        supplied: U256,
    },
    /// There is no debt to pay. The contract would supply; here that is asked for by supplying.
    #[error("{account} owes nothing")]
    NoDebt {
        /// The owner.
        account: Account,
    },
    /// One base unit of the base asset buys more than was asked for.
    #[error("{amount} base units of collateral are less than one base unit of the base asset buys")]
    LessThanAUnit {
        /// What was asked for.
        amount: U256,
    },
    /// The store front never stalls.
    #[error("the store front needs no restart")]
    NeverStalls,
    /// A price is missing or too large.
    #[error(transparent)]
    Market(#[from] MarketError),
}

/// Where the contract has no function for what was asked, it has no name for the refusal either.
const NO_REASON: &str = "no reason";

impl CometError {
    /// The contract's own name of the error. A token's refusal has the words of the recorded runs' plain
    /// token: real tokens have words of their own.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Paused { .. } => "Paused",
            Self::Unauthorized { .. } => "Unauthorized",
            Self::BadPrice { .. } => "BadPrice",
            Self::BorrowTooSmall { .. } => "BorrowTooSmall",
            Self::NotCollateralized { .. } => "NotCollateralized",
            Self::NotLiquidatable { .. } => "NotLiquidatable",
            Self::SupplyCapExceeded { .. } => "SupplyCapExceeded",
            Self::NotForSale { .. } => "NotForSale",
            Self::TooMuchSlippage { .. } => "TooMuchSlippage",
            Self::InsufficientReserves { .. } => "InsufficientReserves",
            Self::NoSelfTransfer { .. } => "NoSelfTransfer",
            Self::TimestampTooLarge { .. } => "TimestampTooLarge",
            Self::DoesNotFit { cast, .. } => cast.code(),
            Self::Panic(MathError::DivisionByZero { .. }) => "Panic(0x12)",
            Self::Panic(_) => "Panic(0x11)",
            Self::InsufficientTokens { .. } => "insufficient token balance",
            Self::NotPermitted { .. } => "NotPermitted",
            Self::NotSupported => "NotSupported",
            Self::BadDecimals { .. } => "BadDecimals",
            Self::BadDiscount { .. } => "BadDiscount",
            Self::BadMinimum => "BadMinimum",
            Self::TooManyAssets { .. } => "TooManyAssets",
            Self::BorrowCFTooLarge { .. } => "BorrowCFTooLarge",
            Self::LiquidateCFTooLarge { .. } => "LiquidateCFTooLarge",
            Self::UnknownAsset { .. } | Self::UnknownCollateral { .. } => "BadAsset",
            Self::NotBase { .. }
            | Self::AmountMissing
            | Self::MoreThanSupplied { .. }
            | Self::NoDebt { .. }
            | Self::LessThanAUnit { .. }
            | Self::NeverStalls
            | Self::Market(_) => NO_REASON,
        }
    }

    /// The kind of refusal, common to all protocols.
    #[must_use]
    pub const fn refusal(&self) -> Refusal {
        match self {
            Self::Paused { .. } | Self::NotForSale { .. } => Refusal::Closed,
            Self::Unauthorized { .. } | Self::NotPermitted { .. } => Refusal::Unauthorized,
            Self::BorrowTooSmall { .. } | Self::LessThanAUnit { .. } => Refusal::TooSmall,
            Self::NotCollateralized { .. } => Refusal::InsufficientCollateral,
            Self::NotLiquidatable { .. } => Refusal::NotLiquidatable,
            Self::SupplyCapExceeded { .. } => Refusal::CapExceeded,
            Self::TooMuchSlippage { .. }
            | Self::NoSelfTransfer { .. }
            | Self::NotSupported
            | Self::UnknownCollateral { .. }
            | Self::NotBase { .. }
            | Self::NeverStalls => Refusal::NotAllowed,
            Self::InsufficientReserves { .. } | Self::InsufficientTokens { .. } => {
                Refusal::InsufficientLiquidity
            }
            Self::TimestampTooLarge { .. } | Self::DoesNotFit { .. } | Self::Panic(_) => Refusal::Arithmetic,
            Self::AmountMissing => Refusal::InvalidAmount,
            Self::MoreThanSupplied { .. } => Refusal::InsufficientBalance,
            Self::NoDebt { .. } => Refusal::NoDebt,
            Self::BadPrice { .. }
            | Self::BadDecimals { .. }
            | Self::BadDiscount { .. }
            | Self::BadMinimum
            | Self::TooManyAssets { .. }
            | Self::BorrowCFTooLarge { .. }
            | Self::LiquidateCFTooLarge { .. }
            | Self::UnknownAsset { .. }
            | Self::Market(_) => Refusal::Other,
        }
    }
}

impl From<CometError> for LendingError {
    fn from(error: CometError) -> Self {
        match error {
            CometError::UnknownAsset { asset } => Self::UnknownAsset { protocol: crate::PROTOCOL, asset },
            CometError::Market(error) => Self::Market(error),
            error => Self::Refused {
                protocol: crate::PROTOCOL,
                refusal: error.refusal(),
                code: error.code(),
                source: Box::new(error),
            },
        }
    }
}
