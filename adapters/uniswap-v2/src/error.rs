use levmine_amm::{AmmError, Refusal};
use levmine_math::U256;

use crate::PROTOCOL;

/// Why a pair, its library or its router reverts, with the amounts in base units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[repr(u64)]
pub enum PairError {
    /// The library was asked for the output of nothing.
    #[error("nothing is sold")]
    NothingSold,
    /// The library was asked for the input of nothing.
    #[error("nothing is bought")]
    NothingBought,
    /// The library was asked for the counterpart of nothing.
    #[error("an amount of liquidity is zero")]
    NothingOffered,
    /// The library needs both reserves.
    #[error("the reserves are {reserve0} and {reserve1}, and neither may be zero")]
    NoReserves {
        /// The first reserve.
        reserve0: u128,
        /// The second reserve.
        reserve1: u128,
    },
    /// Both sides of the trade are the same coin.
    #[error("a coin cannot be traded for itself")]
    IdenticalCoins,
    /// The router's limit of an exact-in swap.
    #[error("the swap pays {buy}, below the least accepted {min}")]
    TooLittleBought {
        /// What the swap would pay.
        buy: U256,
        /// The limit.
        min: U256,
    },
    /// The router's limit of an exact-out swap.
    #[error("the swap costs {sell}, above the most accepted {max}")]
    TooMuchSold {
        /// What the swap would cost.
        sell: U256,
        /// The limit.
        max: U256,
    },
    /// The router's limit for the first coin.
    #[error("{amount} of the first coin is below the least accepted {min}")]
    TooLittleOfFirst {
        /// What would be paid.
        amount: U256,
        /// The limit.
        min: U256,
    },
    /// The router's limit for the second coin.
    #[error("{amount} of the second coin is below the least accepted {min}")]
    TooLittleOfSecond {
        /// What would be paid.
        amount: U256,
        /// The limit.
        min: U256,
    },
    /// The caller's limit of shares; the contracts have none, the workbench checks it after the mint.
    #[error("{shares} shares are below the least accepted {min}")]
    TooFewShares {
        /// What would be minted.
        shares: U256,
        /// The limit.
        min: U256,
    },
    /// Not one amount for each of the two coins.
    #[error("{given} amounts are given; a pair takes 2")]
    NotTwoAmounts {
        /// How many were given.
        given: usize,
    },
    /// The swap takes nothing out.
    #[error("nothing comes out of the swap")]
    InsufficientOutput,
    /// The swap takes out a whole reserve or more.
    #[error("{out} is to come out of a reserve of {reserve}")]
    InsufficientLiquidity {
        /// What is to come out.
        out: U256,
        /// The reserve.
        reserve: u128,
    },
    /// The swap brings nothing in.
    #[error("nothing came into the pair")]
    InsufficientInput,
    /// The product of the reserves would fall.
    #[error(
        "the product of the balances {balance0} and {balance1} after the fee is below that of the reserves"
    )]
    Invariant {
        /// The first balance after the swap.
        balance0: U256,
        /// The second balance after the swap.
        balance1: U256,
    },
    /// A balance does not fit a reserve.
    #[error("a balance of {balance} is above 2^112 - 1")]
    Overflow {
        /// The balance.
        balance: U256,
    },
    /// The deposit is too small for a single share.
    #[error("the deposit is too small for a share")]
    InsufficientLiquidityMinted,
    /// The shares are too few for one base unit of each coin.
    #[error("the shares pay {amount0} and {amount1}, and neither may be zero")]
    InsufficientLiquidityBurned {
        /// What they pay of the first coin.
        amount0: U256,
        /// What they pay of the second coin.
        amount1: U256,
    },
    /// The pair holds less than it should pay.
    #[error("the pair holds {balance} and cannot pay {amount}")]
    TransferFailed {
        /// What it holds.
        balance: U256,
        /// What it should pay.
        amount: U256,
    },
    /// More shares than the wallets can hold.
    #[error("{shares} shares are to be burned, and all wallets together hold {outstanding}")]
    InsufficientShares {
        /// What is to be burned.
        shares: U256,
        /// What exists outside of the pair.
        outstanding: U256,
    },
    /// A sum beyond 256 bits.
    #[error("a sum does not fit 256 bits")]
    AddOverflow,
    /// A difference below zero.
    #[error("{a} minus {b} is below zero")]
    SubUnderflow {
        /// The minuend.
        a: U256,
        /// The subtrahend.
        b: U256,
    },
    /// A product beyond 256 bits.
    #[error("{a} times {b} does not fit 256 bits")]
    MulOverflow {
        /// The first factor.
        a: U256,
        /// The second factor.
        b: U256,
    },
    /// A division by zero, which the compiler of the contracts turns into an invalid instruction.
    #[error("a division by zero")]
    ZeroDivision,
}

impl PairError {
    /// The text of the contract's revert. Where the contract has none: `invalid opcode` for a division by zero, and
    /// upper-case names without a prefix for what only the workbench checks.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NothingSold => "UniswapV2Library: INSUFFICIENT_INPUT_AMOUNT",
            Self::NothingBought => "UniswapV2Library: INSUFFICIENT_OUTPUT_AMOUNT",
            Self::NothingOffered => "UniswapV2Library: INSUFFICIENT_AMOUNT",
            Self::NoReserves { .. } => "UniswapV2Library: INSUFFICIENT_LIQUIDITY",
            Self::IdenticalCoins => "UniswapV2Library: IDENTICAL_ADDRESSES",
            Self::TooLittleBought { .. } => "UniswapV2Router: INSUFFICIENT_OUTPUT_AMOUNT",
            Self::TooMuchSold { .. } => "UniswapV2Router: EXCESSIVE_INPUT_AMOUNT",
            Self::TooLittleOfFirst { .. } => "UniswapV2Router: INSUFFICIENT_A_AMOUNT",
            Self::TooLittleOfSecond { .. } => "UniswapV2Router: INSUFFICIENT_B_AMOUNT",
            Self::TooFewShares { .. } => "INSUFFICIENT_SHARES",
            Self::NotTwoAmounts { .. } => "NOT_TWO_AMOUNTS",
            Self::InsufficientOutput => "UniswapV2: INSUFFICIENT_OUTPUT_AMOUNT",
            Self::InsufficientLiquidity { .. } => "UniswapV2: INSUFFICIENT_LIQUIDITY",
            Self::InsufficientInput => "UniswapV2: INSUFFICIENT_INPUT_AMOUNT",
            Self::Invariant { .. } => "UniswapV2: K",
            Self::Overflow { .. } => "UniswapV2: OVERFLOW",
            Self::InsufficientLiquidityMinted => "UniswapV2: INSUFFICIENT_LIQUIDITY_MINTED",
            Self::InsufficientLiquidityBurned { .. } => "UniswapV2: INSUFFICIENT_LIQUIDITY_BURNED",
            Self::TransferFailed { .. } => "UniswapV2: TRANSFER_FAILED",
            Self::AddOverflow => "ds-math-add-overflow",
            Self::SubUnderflow { .. } | Self::InsufficientShares { .. } => "ds-math-sub-underflow",
            Self::MulOverflow { .. } => "ds-math-mul-overflow",
            Self::ZeroDivision => "invalid opcode",
        }
    }

    /// The kind of refusal in the words that all pools share.
    #[must_use]
    pub const fn refusal(&self) -> Refusal {
        match self {
            Self::NothingSold
            | Self::NothingBought
            | Self::NothingOffered
            | Self::IdenticalCoins
            | Self::NotTwoAmounts { .. }
            | Self::InsufficientOutput
            | Self::InsufficientInput
            | Self::InsufficientLiquidityMinted
            | Self::InsufficientLiquidityBurned { .. } => Refusal::InvalidAmount,
            Self::NoReserves { .. } | Self::InsufficientLiquidity { .. } | Self::TransferFailed { .. } => {
                Refusal::InsufficientLiquidity
            }
            Self::TooLittleBought { .. }
            | Self::TooMuchSold { .. }
            | Self::TooLittleOfFirst { .. }
            | Self::TooLittleOfSecond { .. }
            | Self::TooFewShares { .. } => Refusal::Slippage,
            Self::Invariant { .. } => Refusal::Invariant,
            Self::Overflow { .. } => Refusal::Overflow,
            Self::InsufficientShares { .. } => Refusal::InsufficientBalance,
            Self::AddOverflow | Self::SubUnderflow { .. } | Self::MulOverflow { .. } | Self::ZeroDivision => {
                Refusal::Arithmetic
            }
        }
    }
}

impl From<PairError> for AmmError {
    #[cold]
    fn from(error: PairError) -> Self {
        Self::Refused {
            protocol: PROTOCOL,
            refusal: error.refusal(),
            code: error.code(),
            source: Box::new(error),
        }
    }
}

/// The contracts' `SafeMath`: `a + b`.
pub(crate) fn add(a: U256, b: U256) -> Result<U256, PairError> {
    a.checked_add(b).ok_or(PairError::AddOverflow)
}

/// The contracts' `SafeMath`: `a − b`.
pub(crate) fn sub(a: U256, b: U256) -> Result<U256, PairError> {
    a.checked_sub(b).ok_or(PairError::SubUnderflow { a, b })
}

/// The contracts' `SafeMath`: `a × b`.
pub(crate) fn mul(a: U256, b: U256) -> Result<U256, PairError> {
    levmine_math::mul(a, b).map_err(|_| PairError::MulOverflow { a, b })
}

/// The compiler's `a ÷ b`, truncated.
pub(crate) fn div(a: U256, b: U256) -> Result<U256, PairError> {
    a.checked_div(b).ok_or(PairError::ZeroDivision)
}
