use levmine_lending::{LendingError, Refusal};
use levmine_market::{Account, Asset, MarketError};
use levmine_math::{MathError, U256};

/// The native layer's result.
pub type Result<T, E = AaveV2Error> = std::result::Result<T, E>;

/// An operation of `SafeMath`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SafeMath {
    /// `a + b`.
    Addition,
    /// `a − b`.
    Subtraction,
    /// `a × b`.
    Multiplication,
    /// `a ÷ b`.
    Division,
}

/// Why the contracts revert, with the values that decided it. Amounts are base units, values wei of ether, health
/// factors have 18 decimals.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[repr(u64)]
pub enum AaveV2Error {
    /// Nothing is asked for.
    #[error("the amount is zero")]
    InvalidAmount,
    /// The reserve is not active.
    #[error("the reserve {asset} is not active")]
    NoActiveReserve {
        /// The reserve.
        asset: Asset,
    },
    /// The reserve is frozen.
    #[error("the reserve {asset} is frozen")]
    ReserveFrozen {
        /// The reserve.
        asset: Asset,
    },
    /// More than the account supplied.
    #[error("{needed} base units are more than the {available} that the account has")]
    NotEnoughAvailableUserBalance {
        /// What was asked for.
        needed: U256,
        /// What there is.
        available: U256,
    },
    /// The collateral that is left would not carry the debt.
    #[error("what is left would not carry the debt")]
    TransferNotAllowed,
    /// The reserve cannot be borrowed.
    #[error("{asset} cannot be borrowed")]
    BorrowingNotEnabled {
        /// The reserve.
        asset: Asset,
    },
    /// The account has no collateral.
    #[error("the account has no collateral")]
    CollateralBalanceIsZero,
    /// The health factor is too low for a loan.
    #[error("the health factor {factor} is not above one (18 decimals)")]
    HealthFactorLowerThanLiquidationThreshold {
        /// The health factor.
        factor: U256,
    },
    /// The collateral does not carry the loan.
    #[error("the loan needs collateral of {needed} wei and there is {available}")]
    CollateralCannotCoverNewBorrow {
        /// Collateral needed.
        needed: U256,
        /// Collateral there is.
        available: U256,
    },
    /// The asset is not lent at a stable rate.
    #[error("{asset} is not lent at a stable rate")]
    StableBorrowingNotEnabled {
        /// The reserve.
        asset: Asset,
    },
    /// Who has more of the asset as collateral than he borrows has no stable rate for it.
    #[error("the collateral is mostly {asset} itself")]
    CollateralSameAsBorrowingCurrency {
        /// The reserve.
        asset: Asset,
    },
    /// More than a quarter of the liquidity at a stable rate.
    #[error("{amount} base units at a stable rate are more than {most}")]
    AmountBiggerThanMaxLoanSizeStable {
        /// What was asked for.
        amount: U256,
        /// A quarter of the liquidity.
        most: U256,
    },
    /// There is no such debt.
    #[error("there is no such debt of {asset}")]
    NoDebtOfSelectedType {
        /// The asset.
        asset: Asset,
    },
    /// Everything of somebody else's debt cannot be paid.
    #[error("who pays for somebody else must name the amount")]
    NoExplicitAmountToRepayOnBehalf,
    /// There is no debt at a stable rate to be swapped.
    #[error("there is no debt of {asset} at a stable rate")]
    NoStableRateLoanInReserve {
        /// The asset.
        asset: Asset,
    },
    /// There is no debt at the variable rate to be swapped.
    #[error("there is no debt of {asset} at the variable rate")]
    NoVariableRateLoanInReserve {
        /// The asset.
        asset: Asset,
    },
    /// Nothing is supplied.
    #[error("nothing of {asset} is supplied")]
    UnderlyingBalanceNotGreaterThanZero {
        /// The asset.
        asset: Asset,
    },
    /// The collateral carries a debt.
    #[error("{asset} carries a debt")]
    DepositAlreadyInUse {
        /// The asset.
        asset: Asset,
    },
    /// Stable rates are only brought up where the asset is scarce and its suppliers earn little.
    #[error("the stable rates of {asset} need not be brought up")]
    RebalanceConditionsNotMet {
        /// The asset.
        asset: Asset,
    },
    /// The liquidation reverts somewhere inside; the pool says only that it does.
    #[error("the liquidation fails: {0}")]
    LiquidationCallFailed(Box<Self>),
    /// A reserve in use can neither be closed nor stop being collateral.
    #[error("the reserve {asset} holds {held} base units, or its suppliers earn interest")]
    ReserveLiquidityNotZero {
        /// The reserve.
        asset: Asset,
        /// What it holds.
        held: U256,
    },
    /// The position is healthy.
    #[error("the health factor {factor} is not below one (18 decimals)")]
    HealthFactorNotBelowThreshold {
        /// The health factor.
        factor: U256,
    },
    /// The asset is not collateral of the borrower.
    #[error("{asset} is not collateral of the borrower")]
    CollateralCannotBeLiquidated {
        /// The asset.
        asset: Asset,
    },
    /// The borrower does not owe the asset.
    #[error("the borrower does not owe {asset}")]
    SpecifiedCurrencyNotBorrowedByUser {
        /// The asset.
        asset: Asset,
    },
    /// The reserve cannot pay the collateral out.
    #[error("{asset} has {available} base units and {needed} are to be seized")]
    NotEnoughLiquidityToLiquidate {
        /// The collateral.
        asset: Asset,
        /// What there is.
        available: U256,
        /// What is to be seized.
        needed: U256,
    },
    /// A product of the math libraries does not fit.
    #[error("fixed-point arithmetic: {0}")]
    MultiplicationOverflow(MathError),
    /// The math libraries divide by zero.
    #[error("fixed-point arithmetic: division by zero")]
    DivisionByZero,
    /// The liquidity index does not fit 128 bits.
    #[error("the liquidity index {value} does not fit 128 bits")]
    LiquidityIndexOverflow {
        /// The index.
        value: U256,
    },
    /// The borrow index does not fit 128 bits.
    #[error("the borrow index {value} does not fit 128 bits")]
    VariableBorrowIndexOverflow {
        /// The index.
        value: U256,
    },
    /// The supply rate does not fit 128 bits.
    #[error("the supply rate {value} does not fit 128 bits")]
    LiquidityRateOverflow {
        /// The rate.
        value: U256,
    },
    /// The variable rate does not fit 128 bits.
    #[error("the variable rate {value} does not fit 128 bits")]
    VariableBorrowRateOverflow {
        /// The rate.
        value: U256,
    },
    /// The stable rate does not fit 128 bits.
    #[error("the stable rate {value} does not fit 128 bits")]
    StableBorrowRateOverflow {
        /// The rate.
        value: U256,
    },
    /// A mint that scales to zero.
    #[error("the amount scales to nothing and cannot be minted")]
    InvalidMintAmount,
    /// A burn that scales to zero.
    #[error("the amount scales to nothing and cannot be burned")]
    InvalidBurnAmount,
    /// The credit delegated does not suffice.
    #[error("{owner} lets borrow {available} base units and not {needed}")]
    BorrowAllowanceNotEnough {
        /// Whose credit it is.
        owner: Account,
        /// What is allowed.
        available: U256,
        /// What was asked for.
        needed: U256,
    },
    /// The pool is paused.
    #[error("the pool is paused")]
    PoolPaused,
    /// LTV, threshold and bonus do not fit together.
    #[error("LTV {ltv}, threshold {threshold} and bonus {bonus} (basis points) do not fit together")]
    InvalidConfiguration {
        /// The LTV.
        ltv: u16,
        /// The threshold.
        threshold: u16,
        /// The bonus, with the 100 %.
        bonus: u16,
    },
    /// An account's stable rate does not fit 128 bits.
    #[error("the stable rate {value} does not fit 128 bits")]
    StableDebtOverflow {
        /// The rate.
        value: U256,
    },
    /// More stable debt is burned than there is.
    #[error("{needed} base units of stable debt are to be burned and there are {available}")]
    BurnExceedsBalance {
        /// What there is.
        available: U256,
        /// What is to be burned.
        needed: U256,
    },
    /// Checked arithmetic fails.
    #[error("checked arithmetic: {operation:?} of {a} and {b}")]
    SafeMath {
        /// What was computed.
        operation: SafeMath,
        /// The first operand.
        a: U256,
        /// The second.
        b: U256,
    },
    /// More scaled tokens move than somebody has.
    #[error("{needed} scaled units are moved and there are {available}")]
    TransferExceedsBalance {
        /// What there is, scaled.
        available: U256,
        /// What is moved, scaled.
        needed: U256,
    },
    /// More scaled tokens are burned than somebody has.
    #[error("{needed} scaled units are burned and there are {available}")]
    BurnExceedsScaledBalance {
        /// What there is, scaled.
        available: U256,
        /// What is burned, scaled.
        needed: U256,
    },
    /// The aToken contract does not hold enough of the token.
    #[error("the aToken holds {available} base units of {asset} and {needed} are to be paid out")]
    InsufficientTokens {
        /// The token.
        asset: Asset,
        /// What it holds.
        available: U256,
        /// What is to be paid.
        needed: U256,
    },
    /// Only the owner takes his supply out; he can have it sent elsewhere, but nobody can for him.
    #[error("{caller} cannot withdraw what {owner} supplied")]
    NotOwner {
        /// Who tried.
        caller: Account,
        /// Whose supply it is.
        owner: Account,
    },
    /// The asset is not listed.
    #[error("{asset} is not listed")]
    UnknownAsset {
        /// The asset.
        asset: Asset,
    },
    /// No reserve of this number.
    #[error("there is no reserve of number {id}")]
    NoReserve {
        /// The number.
        id: usize,
    },
    /// A price is missing or too large.
    #[error(transparent)]
    Market(#[from] MarketError),
}

impl AaveV2Error {
    /// The reason as it stands in the revert: the number of `Errors.sol`, or the text of an OpenZeppelin contract.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.reason().0
    }

    /// The name that `Errors.sol` gives to the number; other reasons stand for themselves.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.reason().1
    }

    /// The kind of refusal, common to all protocols.
    #[must_use]
    pub fn refusal(&self) -> Refusal {
        self.reason().2
    }

    fn reason(&self) -> (&'static str, &'static str, Refusal) {
        use Refusal as R;
        let plain = |text, refusal| (text, text, refusal);
        match self {
            Self::InvalidAmount => ("1", "VL_INVALID_AMOUNT", R::InvalidAmount),
            Self::NoActiveReserve { .. } => ("2", "VL_NO_ACTIVE_RESERVE", R::Closed),
            Self::ReserveFrozen { .. } => ("3", "VL_RESERVE_FROZEN", R::Closed),
            Self::NotEnoughAvailableUserBalance { .. } => {
                ("5", "VL_NOT_ENOUGH_AVAILABLE_USER_BALANCE", R::InsufficientBalance)
            }
            Self::TransferNotAllowed => ("6", "VL_TRANSFER_NOT_ALLOWED", R::InsufficientCollateral),
            Self::BorrowingNotEnabled { .. } => ("7", "VL_BORROWING_NOT_ENABLED", R::NotAllowed),
            Self::CollateralBalanceIsZero => ("9", "VL_COLLATERAL_BALANCE_IS_0", R::InsufficientCollateral),
            Self::HealthFactorLowerThanLiquidationThreshold { .. } => {
                ("10", "VL_HEALTH_FACTOR_LOWER_THAN_LIQUIDATION_THRESHOLD", R::InsufficientCollateral)
            }
            Self::CollateralCannotCoverNewBorrow { .. } => {
                ("11", "VL_COLLATERAL_CANNOT_COVER_NEW_BORROW", R::InsufficientCollateral)
            }
            Self::StableBorrowingNotEnabled { .. } => {
                ("12", "VL_STABLE_BORROWING_NOT_ENABLED", R::NotAllowed)
            }
            Self::CollateralSameAsBorrowingCurrency { .. } => {
                ("13", "VL_COLLATERAL_SAME_AS_BORROWING_CURRENCY", R::NotAllowed)
            }
            Self::AmountBiggerThanMaxLoanSizeStable { .. } => {
                ("14", "VL_AMOUNT_BIGGER_THAN_MAX_LOAN_SIZE_STABLE", R::CapExceeded)
            }
            Self::NoDebtOfSelectedType { .. } => ("15", "VL_NO_DEBT_OF_SELECTED_TYPE", R::NoDebt),
            Self::NoExplicitAmountToRepayOnBehalf => {
                ("16", "VL_NO_EXPLICIT_AMOUNT_TO_REPAY_ON_BEHALF", R::InvalidAmount)
            }
            Self::NoStableRateLoanInReserve { .. } => ("17", "VL_NO_STABLE_RATE_LOAN_IN_RESERVE", R::NoDebt),
            Self::NoVariableRateLoanInReserve { .. } => {
                ("18", "VL_NO_VARIABLE_RATE_LOAN_IN_RESERVE", R::NoDebt)
            }
            Self::UnderlyingBalanceNotGreaterThanZero { .. } => {
                ("19", "VL_UNDERLYING_BALANCE_NOT_GREATER_THAN_0", R::InsufficientBalance)
            }
            Self::DepositAlreadyInUse { .. } => {
                ("20", "VL_DEPOSIT_ALREADY_IN_USE", R::InsufficientCollateral)
            }
            Self::RebalanceConditionsNotMet { .. } => {
                ("22", "LP_INTEREST_RATE_REBALANCE_CONDITIONS_NOT_MET", R::NotAllowed)
            }
            Self::LiquidationCallFailed(_) => ("23", "LP_LIQUIDATION_CALL_FAILED", R::Other),
            Self::ReserveLiquidityNotZero { .. } => ("34", "LPC_RESERVE_LIQUIDITY_NOT_0", R::NotAllowed),
            Self::HealthFactorNotBelowThreshold { .. } => {
                ("42", "LPCM_HEALTH_FACTOR_NOT_BELOW_THRESHOLD", R::NotLiquidatable)
            }
            Self::CollateralCannotBeLiquidated { .. } => {
                ("43", "LPCM_COLLATERAL_CANNOT_BE_LIQUIDATED", R::NotLiquidatable)
            }
            Self::SpecifiedCurrencyNotBorrowedByUser { .. } => {
                ("44", "LPCM_SPECIFIED_CURRENCY_NOT_BORROWED_BY_USER", R::NoDebt)
            }
            Self::NotEnoughLiquidityToLiquidate { .. } => {
                ("45", "LPCM_NOT_ENOUGH_LIQUIDITY_TO_LIQUIDATE", R::InsufficientLiquidity)
            }
            Self::MultiplicationOverflow(_) => ("48", "MATH_MULTIPLICATION_OVERFLOW", R::Arithmetic),
            Self::DivisionByZero => ("50", "MATH_DIVISION_BY_ZERO", R::Arithmetic),
            Self::LiquidityIndexOverflow { .. } => ("51", "RL_LIQUIDITY_INDEX_OVERFLOW", R::Arithmetic),
            Self::VariableBorrowIndexOverflow { .. } => {
                ("52", "RL_VARIABLE_BORROW_INDEX_OVERFLOW", R::Arithmetic)
            }
            Self::LiquidityRateOverflow { .. } => ("53", "RL_LIQUIDITY_RATE_OVERFLOW", R::Arithmetic),
            Self::VariableBorrowRateOverflow { .. } => {
                ("54", "RL_VARIABLE_BORROW_RATE_OVERFLOW", R::Arithmetic)
            }
            Self::StableBorrowRateOverflow { .. } => ("55", "RL_STABLE_BORROW_RATE_OVERFLOW", R::Arithmetic),
            Self::InvalidMintAmount => ("56", "CT_INVALID_MINT_AMOUNT", R::TooSmall),
            Self::InvalidBurnAmount => ("58", "CT_INVALID_BURN_AMOUNT", R::TooSmall),
            Self::BorrowAllowanceNotEnough { .. } => ("59", "BORROW_ALLOWANCE_NOT_ENOUGH", R::Unauthorized),
            Self::PoolPaused => ("64", "LP_IS_PAUSED", R::Closed),
            Self::InvalidConfiguration { .. } => ("75", "LPC_INVALID_CONFIGURATION", R::Other),
            Self::StableDebtOverflow { .. } => ("79", "SDT_STABLE_DEBT_OVERFLOW", R::Arithmetic),
            Self::BurnExceedsBalance { .. } => ("80", "SDT_BURN_EXCEEDS_BALANCE", R::Arithmetic),
            Self::SafeMath { operation, .. } => match operation {
                SafeMath::Addition => plain("SafeMath: addition overflow", R::Arithmetic),
                SafeMath::Subtraction => plain("SafeMath: subtraction overflow", R::Arithmetic),
                SafeMath::Multiplication => plain("SafeMath: multiplication overflow", R::Arithmetic),
                SafeMath::Division => plain("SafeMath: division by zero", R::Arithmetic),
            },
            Self::TransferExceedsBalance { .. } => {
                plain("ERC20: transfer amount exceeds balance", R::InsufficientBalance)
            }
            Self::BurnExceedsScaledBalance { .. } => {
                plain("ERC20: burn amount exceeds balance", R::InsufficientBalance)
            }
            Self::InsufficientTokens { .. } => {
                plain("SafeERC20: low-level call failed", R::InsufficientLiquidity)
            }
            // The contracts have no function for it, so they have no name for its failure either.
            Self::NotOwner { .. } => plain("no reason", R::Unauthorized),
            Self::UnknownAsset { .. } | Self::NoReserve { .. } | Self::Market(_) => {
                plain("no reason", R::Other)
            }
        }
    }

    /// The trait's error.
    pub(crate) fn lending(self) -> LendingError {
        match self {
            Self::UnknownAsset { asset } => LendingError::UnknownAsset { protocol: crate::PROTOCOL, asset },
            Self::Market(error) => LendingError::Market(error),
            error => LendingError::Refused {
                protocol: crate::PROTOCOL,
                refusal: error.refusal(),
                code: error.code(),
                source: Box::new(error),
            },
        }
    }
}
