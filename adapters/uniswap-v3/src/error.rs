use levmine_amm::{AmmError, Refusal};
use levmine_market::Asset;
use levmine_math::{MathError, U256};

use crate::PROTOCOL;

/// What a revert without a text is called.
const NO_REASON: &str = "no reason";

/// Why the pool, its position manager or its router reverts, with the values in the contracts' units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[repr(u64)]
pub enum V3Error {
    /// The pool has no price yet, or is in use.
    #[error("the pool is not initialized")]
    Locked,
    /// The pool has a price already.
    #[error("the pool is initialized already")]
    AlreadyInitialized,
    /// Nothing is to be swapped.
    #[error("the amount is zero")]
    NothingSwapped,
    /// The price limit of a swap is on the wrong side of the price, or at an end of what there is.
    #[error("the price limit {limit} is not beyond the price {sqrt_price}")]
    PriceLimit {
        /// The limit, as a square root times 2^96.
        limit: U256,
        /// The price, as a square root times 2^96.
        sqrt_price: U256,
    },
    /// A square root of a price that no tick has.
    #[error("no tick has the square root {sqrt_price} of a price")]
    PriceOutOfRange {
        /// The square root times 2^96.
        sqrt_price: U256,
    },
    /// A tick beyond the ends.
    #[error("tick {tick} is beyond the ends")]
    TickOutOfRange {
        /// The tick.
        tick: i32,
    },
    /// The lower tick is not below the upper one.
    #[error("the lower tick {lower} is not below the upper tick {upper}")]
    TicksMisordered {
        /// The lower tick.
        lower: i32,
        /// The upper tick.
        upper: i32,
    },
    /// The lower tick is below the least.
    #[error("the lower tick {lower} is below the least")]
    LowerTickTooLow {
        /// The lower tick.
        lower: i32,
    },
    /// The upper tick is above the greatest.
    #[error("the upper tick {upper} is above the greatest")]
    UpperTickTooHigh {
        /// The upper tick.
        upper: i32,
    },
    /// A tick between the usable ones.
    #[error("tick {tick} is no multiple of the spacing {spacing}")]
    TickNotSpaced {
        /// The tick.
        tick: i32,
        /// The spacing.
        spacing: i32,
    },
    /// A tick would carry more liquidity than it may.
    #[error("tick {tick} would carry {gross} of liquidity, above {most}")]
    TickLiquidity {
        /// The tick.
        tick: i32,
        /// What it would carry.
        gross: u128,
        /// What it may carry.
        most: u128,
    },
    /// A sum of liquidity beyond 128 bits.
    #[error("{liquidity} and {added} more of liquidity do not fit 128 bits")]
    LiquidityAdd {
        /// What there is.
        liquidity: u128,
        /// What is added.
        added: u128,
    },
    /// More liquidity is taken than there is.
    #[error("{removed} of liquidity is taken from {liquidity}")]
    LiquiditySub {
        /// What there is.
        liquidity: u128,
        /// What is taken.
        removed: u128,
    },
    /// An update of a position without liquidity.
    #[error("the position has no liquidity")]
    EmptyPosition,
    /// Liquidity of zero is to be added or removed.
    #[error("the liquidity is zero")]
    NoLiquidity,
    /// An amount that the contract's integer of this many bits does not hold.
    #[error("{amount} does not fit {bits} bits")]
    TooLarge {
        /// The amount.
        amount: U256,
        /// The bits, the sign not counted.
        bits: u16,
    },
    /// The holder has less liquidity in the position.
    #[error("{asked} of liquidity is to be removed, and the position has {liquidity}")]
    NotEnoughLiquidity {
        /// What is to be removed.
        asked: U256,
        /// What the position has.
        liquidity: u128,
    },
    /// Nothing is to be collected.
    #[error("nothing is to be collected")]
    NothingCollected,
    /// A position that still has something cannot be burned.
    #[error("the position still has liquidity or fees")]
    NotCleared,
    /// There is no position of this number.
    #[error("there is no position {id}")]
    NoToken {
        /// Its number.
        id: u64,
    },
    /// The swap would move the price through prices without liquidity only, which the router does not take.
    #[error("there is no liquidity to swap with")]
    NothingToSwapWith,
    /// The pool ran out of liquidity before the exact output was reached.
    #[error("{bought} can be bought, and {asked} was asked for")]
    NotAllBought {
        /// What can be bought.
        bought: U256,
        /// What was asked for.
        asked: U256,
    },
    /// The router's limit of an exact-in swap.
    #[error("the swap pays {buy}, below the least accepted {min}")]
    TooLittleReceived {
        /// What the swap would pay.
        buy: U256,
        /// The limit.
        min: U256,
    },
    /// The router's limit of an exact-out swap.
    #[error("the swap costs {sell}, above the most accepted {max}")]
    TooMuchRequested {
        /// What the swap would cost.
        sell: U256,
        /// The limit.
        max: U256,
    },
    /// The manager's limits of what goes in or comes out.
    #[error("the amounts are {amount0} and {amount1}, and at least {min0} and {min1} are accepted")]
    PriceSlippage {
        /// Of the contract's first token.
        amount0: U256,
        /// Of its second token.
        amount1: U256,
        /// The limit of the first.
        min0: U256,
        /// The limit of the second.
        min1: U256,
    },
    /// The caller's limit of liquidity; the contracts have none, the workbench checks it.
    #[error("{liquidity} of liquidity is below the least accepted {min}")]
    TooFewShares {
        /// What would be added.
        liquidity: u128,
        /// The limit.
        min: U256,
    },
    /// Not one amount for each of the two coins.
    #[error("{given} amounts are given; a pool takes 2")]
    NotTwoAmounts {
        /// How many were given.
        given: usize,
    },
    /// A coin is to be swapped for itself.
    #[error("a coin cannot be swapped for itself")]
    SameCoin,
    /// A range of prices without an inside.
    #[error("a price range from {low} to {high} has no inside")]
    EmptyRange {
        /// The lower end, with 18 decimals.
        low: U256,
        /// The upper end, with 18 decimals.
        high: U256,
    },
    /// The pool holds less than it should pay.
    #[error("the pool holds {balance} and cannot pay {amount}")]
    TransferFailed {
        /// What it holds.
        balance: U256,
        /// What it should pay.
        amount: U256,
    },
    /// A flash loan needs somebody to pay its fee to.
    #[error("no liquidity is in range")]
    NothingInRange,
    /// A flash loan came back short in the first token.
    #[error("{paid} of the first token came back, and {due} is due")]
    FlashFirst {
        /// What came back.
        paid: U256,
        /// What is due.
        due: U256,
    },
    /// A flash loan came back short in the second token.
    #[error("{paid} of the second token came back, and {due} is due")]
    FlashSecond {
        /// What came back.
        paid: U256,
        /// What is due.
        due: U256,
    },
    /// A protocol fee that is neither zero nor from a tenth to a quarter.
    #[error("a protocol fee of 1/{fee} is neither off nor from 1/4 to 1/10")]
    ProtocolFee {
        /// Its denominator.
        fee: u8,
    },
    /// An observation before the oldest.
    #[error("no observation is {seconds} seconds old")]
    TooOld {
        /// How long ago.
        seconds: u32,
    },
    /// The oracle has no observation at all.
    #[error("the oracle is not initialized")]
    NoObservation,
    /// A tick at which no liquidity begins or ends.
    #[error("tick {tick} is not initialized")]
    TickNotInitialized {
        /// The tick.
        tick: i32,
    },
    /// The arithmetic of the contract fails.
    #[error("arithmetic: {0}")]
    Math(#[from] MathError),
}

impl V3Error {
    /// The text of the contract's revert, `no reason` where it has none, and upper-case names for what only the
    /// workbench checks.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Locked => "LOK",
            Self::AlreadyInitialized => "AI",
            Self::NothingSwapped => "AS",
            Self::PriceLimit { .. } => "SPL",
            Self::PriceOutOfRange { .. } => "R",
            Self::TickOutOfRange { .. } => "T",
            Self::TicksMisordered { .. } => "TLU",
            Self::LowerTickTooLow { .. } => "TLM",
            Self::UpperTickTooHigh { .. } => "TUM",
            Self::TickLiquidity { .. } => "LO",
            Self::LiquidityAdd { .. } => "LA",
            Self::LiquiditySub { .. } => "LS",
            Self::EmptyPosition => "NP",
            Self::NotCleared => "Not cleared",
            Self::NoToken { .. } => "ERC721: operator query for nonexistent token",
            Self::TooLittleReceived { .. } => "Too little received",
            Self::TooMuchRequested { .. } => "Too much requested",
            Self::PriceSlippage { .. } => "Price slippage check",
            Self::TooFewShares { .. } => "INSUFFICIENT_SHARES",
            Self::NotTwoAmounts { .. } => "NOT_TWO_AMOUNTS",
            Self::SameCoin => "SAME_COIN",
            Self::EmptyRange { .. } => "EMPTY_RANGE",
            Self::TransferFailed { .. } => "TF",
            Self::NothingInRange => "L",
            Self::FlashFirst { .. } => "F0",
            Self::FlashSecond { .. } => "F1",
            Self::TooOld { .. } => "OLD",
            Self::NoObservation => "I",
            Self::TickNotSpaced { .. }
            | Self::NoLiquidity
            | Self::TooLarge { .. }
            | Self::NotEnoughLiquidity { .. }
            | Self::NothingCollected
            | Self::NothingToSwapWith
            | Self::NotAllBought { .. }
            | Self::ProtocolFee { .. }
            | Self::TickNotInitialized { .. }
            | Self::Math(_) => NO_REASON,
        }
    }

    /// The kind of refusal in the words that all pools share.
    #[must_use]
    pub const fn refusal(&self) -> Refusal {
        match self {
            Self::Locked => Refusal::Closed,
            Self::NothingSwapped
            | Self::NoLiquidity
            | Self::NothingCollected
            | Self::NotTwoAmounts { .. }
            | Self::SameCoin
            | Self::EmptyRange { .. }
            | Self::TicksMisordered { .. }
            | Self::LowerTickTooLow { .. }
            | Self::UpperTickTooHigh { .. }
            | Self::TickOutOfRange { .. }
            | Self::TickNotSpaced { .. }
            | Self::EmptyPosition => Refusal::InvalidAmount,
            Self::NothingToSwapWith
            | Self::NotAllBought { .. }
            | Self::TransferFailed { .. }
            | Self::NothingInRange => Refusal::InsufficientLiquidity,
            Self::LiquiditySub { .. } | Self::NotEnoughLiquidity { .. } => Refusal::InsufficientBalance,
            Self::TooLittleReceived { .. }
            | Self::TooMuchRequested { .. }
            | Self::PriceSlippage { .. }
            | Self::TooFewShares { .. }
            | Self::PriceLimit { .. } => Refusal::Slippage,
            Self::TickLiquidity { .. } | Self::LiquidityAdd { .. } | Self::TooLarge { .. } => {
                Refusal::Overflow
            }
            Self::Math(_) => Refusal::Arithmetic,
            _ => Refusal::Other,
        }
    }
}

impl From<V3Error> for AmmError {
    #[cold]
    fn from(error: V3Error) -> Self {
        Self::Refused {
            protocol: PROTOCOL,
            refusal: error.refusal(),
            code: error.code(),
            source: Box::new(error),
        }
    }
}

/// An asset that is neither a coin of the pool nor a position in it.
#[cold]
pub(crate) fn unknown(asset: Asset) -> AmmError {
    AmmError::UnknownAsset { protocol: PROTOCOL, asset }
}
