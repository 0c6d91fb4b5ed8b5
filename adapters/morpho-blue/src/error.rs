//! Why the contract refuses.

use levmine_lending::{LendingError, Refusal};
use levmine_market::{Account, Asset, MarketError};
use levmine_math::{MathError, U256};

/// What the native layer answers.
pub type Result<T> = std::result::Result<T, MorphoError>;

/// A part of a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Its supply shares.
    SupplyShares,
    /// Its borrow shares.
    BorrowShares,
    /// Its collateral.
    Collateral,
}

impl std::fmt::Display for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::SupplyShares => "supply shares",
            Self::BorrowShares => "borrow shares",
            Self::Collateral => "base units of collateral",
        })
    }
}

/// Why the contract refuses, with the values: a variant for each reason.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[repr(u64)]
pub enum MorphoError {
    /// Only the owner of the contract may do this.
    #[error("only the owner of Morpho may do this")]
    NotOwner,
    /// Governance enables no LLTV of one or more.
    #[error("an LLTV of {lltv} (wad) is not below one")]
    MaxLltvExceeded {
        /// Wad.
        lltv: U256,
    },
    /// The fee is above a quarter of the interest.
    #[error("a fee of {fee} (wad) is more than a quarter")]
    MaxFeeExceeded {
        /// Wad.
        fee: U256,
    },
    /// The value is what it was.
    #[error("the {what} is that already")]
    AlreadySet {
        /// Which value.
        what: &'static str,
    },
    /// Governance has not enabled the interest model.
    #[error("the interest model \"{irm}\" is not enabled")]
    IrmNotEnabled {
        /// Its name.
        irm: &'static str,
    },
    /// Governance has not enabled the LLTV.
    #[error("an LLTV of {lltv} (wad) is not enabled")]
    LltvNotEnabled {
        /// Wad.
        lltv: U256,
    },
    /// There is such a market.
    #[error("the market exists already")]
    MarketAlreadyCreated,
    /// There is no such market.
    #[error("the market is not created")]
    MarketNotCreated,
    /// Not exactly one of two amounts is zero.
    #[error("exactly one of {first} and {second} must not be zero")]
    InconsistentInput {
        /// Assets.
        first: U256,
        /// Shares.
        second: U256,
    },
    /// Everything was asked for where that has no meaning.
    #[error("\"all\" means nothing to {operation}")]
    Everything {
        /// The operation.
        operation: &'static str,
        /// Of the collateral.
        collateral: bool,
    },
    /// An amount is zero.
    #[error("an amount of zero")]
    ZeroAssets,
    /// The position's owner or the receiver is the zero address.
    #[error("the zero address owns and receives nothing")]
    ZeroAddress,
    /// The caller may not act for the owner.
    #[error("{caller} has no authorization of the position's owner")]
    Unauthorized {
        /// Who tried.
        caller: Account,
    },
    /// The position would be unhealthy.
    #[error("the debt of {borrowed} base units would exceed the {max_borrow} that the collateral carries")]
    InsufficientCollateral {
        /// What the position may owe.
        max_borrow: U256,
        /// What it would owe.
        borrowed: U256,
    },
    /// More would be lent than is supplied.
    #[error("{borrowed} base units would be lent of {supplied} supplied")]
    InsufficientLiquidity {
        /// Lent.
        borrowed: u128,
        /// Supplied.
        supplied: u128,
    },
    /// The position is healthy.
    #[error("the debt of {borrowed} base units is within the {max_borrow} that the collateral carries")]
    HealthyPosition {
        /// What the position may owe.
        max_borrow: U256,
        /// What it owes.
        borrowed: U256,
    },
    /// The contract holds too little of the token.
    #[error("Morpho holds {available} base units of {asset} and {needed} are to be paid out")]
    TransferReverted {
        /// The token.
        asset: Asset,
        /// What there is.
        available: U256,
        /// What is needed.
        needed: U256,
    },
    /// The token does not take the payment: its balances would not fit.
    #[error("{held} base units of {asset} and {amount} more do not fit")]
    TransferFromReverted {
        /// The token.
        asset: Asset,
        /// What there is.
        held: U256,
        /// What comes in.
        amount: U256,
    },
    /// An amount does not fit the contract's 128 bits.
    #[error("{value} does not fit 128 bits")]
    MaxUint128Exceeded {
        /// The amount.
        value: U256,
    },
    /// Only Morpho calls the interest model.
    #[error("only Morpho asks the interest model for a rate that it stores")]
    NotMorpho,
    /// More is taken from a position than it has: a plain subtraction.
    #[error("the position has {has} {part} and {needed} are to be taken")]
    ExceedsPosition {
        /// Of what.
        part: Part,
        /// What it has.
        has: U256,
        /// What is asked for.
        needed: U256,
    },
    /// Checked arithmetic fails.
    #[error("checked arithmetic: {0}")]
    Panic(#[from] MathError),
    /// The oracle cannot answer: a price of zero of the loan asset, or a ratio that does not fit.
    #[error("the oracle's price: {0}")]
    Oracle(MathError),
    /// The market has no such function for this asset.
    #[error("{asset} cannot be {operation} in this market")]
    NoFunction {
        /// The asset.
        asset: Asset,
        /// What was tried.
        operation: &'static str,
    },
    /// Another market is none of this venue.
    #[error("a venue is one market")]
    OtherMarket,
    /// The asset is neither loan asset nor collateral.
    #[error("{asset} is not listed")]
    UnknownAsset {
        /// The asset.
        asset: Asset,
    },
    /// A price is missing.
    #[error(transparent)]
    Market(#[from] MarketError),
}

const PANIC: &str = "Panic(0x11)";
const PANIC_DIVISION: &str = "Panic(0x12)";
const NO_REASON: &str = "no reason";

impl MorphoError {
    /// The contract's own words.
    ///
    /// Source: `ErrorsLib`; Solidity's panic codes.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotOwner => "not owner",
            Self::MaxLltvExceeded { .. } => "max LLTV exceeded",
            Self::MaxFeeExceeded { .. } => "max fee exceeded",
            Self::AlreadySet { .. } => "already set",
            Self::IrmNotEnabled { .. } => "IRM not enabled",
            Self::LltvNotEnabled { .. } => "LLTV not enabled",
            Self::MarketAlreadyCreated => "market already created",
            Self::MarketNotCreated => "market not created",
            Self::InconsistentInput { .. } | Self::Everything { collateral: false, .. } => {
                "inconsistent input"
            }
            Self::ZeroAssets | Self::Everything { collateral: true, .. } => "zero assets",
            Self::ZeroAddress => "zero address",
            Self::Unauthorized { .. } => "unauthorized",
            Self::InsufficientCollateral { .. } => "insufficient collateral",
            Self::InsufficientLiquidity { .. } => "insufficient liquidity",
            Self::HealthyPosition { .. } => "position is healthy",
            Self::TransferReverted { .. } => "transfer reverted",
            Self::TransferFromReverted { .. } => "transferFrom reverted",
            Self::MaxUint128Exceeded { .. } => "max uint128 exceeded",
            Self::NotMorpho => "not Morpho",
            Self::Panic(MathError::DivisionByZero { .. }) => PANIC_DIVISION,
            Self::ExceedsPosition { .. } | Self::Panic(_) => PANIC,
            // No function of the contract, so no name for its failure either.
            Self::Oracle(_)
            | Self::NoFunction { .. }
            | Self::OtherMarket
            | Self::UnknownAsset { .. }
            | Self::Market(_) => NO_REASON,
        }
    }

    /// The kind of refusal, common to all protocols.
    #[must_use]
    pub fn refusal(&self) -> Refusal {
        match self {
            Self::NotOwner | Self::Unauthorized { .. } | Self::NotMorpho => Refusal::Unauthorized,
            Self::InconsistentInput { .. } | Self::Everything { .. } | Self::ZeroAssets => {
                Refusal::InvalidAmount
            }
            Self::MarketNotCreated => Refusal::Closed,
            Self::ZeroAddress | Self::NoFunction { .. } => Refusal::NotAllowed,
            Self::InsufficientCollateral { .. } => Refusal::InsufficientCollateral,
            Self::InsufficientLiquidity { .. } | Self::TransferReverted { .. } => {
                Refusal::InsufficientLiquidity
            }
            Self::HealthyPosition { .. } => Refusal::NotLiquidatable,
            Self::ExceedsPosition { part: Part::BorrowShares, has, .. } if has.is_zero() => Refusal::NoDebt,
            Self::ExceedsPosition { part: Part::BorrowShares, .. } => Refusal::InvalidAmount,
            Self::ExceedsPosition { .. } => Refusal::InsufficientBalance,
            Self::MaxUint128Exceeded { .. }
            | Self::Panic(_)
            | Self::Oracle(_)
            | Self::TransferFromReverted { .. } => Refusal::Arithmetic,
            Self::MaxLltvExceeded { .. }
            | Self::MaxFeeExceeded { .. }
            | Self::AlreadySet { .. }
            | Self::IrmNotEnabled { .. }
            | Self::LltvNotEnabled { .. }
            | Self::MarketAlreadyCreated
            | Self::OtherMarket
            | Self::UnknownAsset { .. }
            | Self::Market(_) => Refusal::Other,
        }
    }
}

impl From<MorphoError> for LendingError {
    fn from(error: MorphoError) -> Self {
        let protocol = crate::PROTOCOL;
        match error {
            MorphoError::UnknownAsset { asset } => Self::UnknownAsset { protocol, asset },
            MorphoError::OtherMarket => Self::Unsupported { protocol, operation: "a second market" },
            MorphoError::Market(error) => Self::Market(error),
            MorphoError::Oracle(error) => Self::Math(error),
            error => Self::Refused {
                protocol,
                refusal: error.refusal(),
                code: error.code(),
                source: Box::new(error),
            },
        }
    }
}
