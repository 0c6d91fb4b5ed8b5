use levmine_lending::{LendingError, Refusal};
use levmine_market::{Account, Asset, MarketError};
use levmine_math::{MathError, U256};

use crate::version::{Rules, Version};

/// The native layer's result.
pub type Result<T, E = AaveError> = std::result::Result<T, E>;

/// Why the contracts revert, with the values that decided it. Amounts are base units, values have 8 decimals, health
/// factors 18.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[repr(u64)]
pub enum AaveError {
    /// Zero, an amount that scales to zero, or more than was ever supplied.
    #[error("the amount {amount} is zero, too small to count, or more than is supplied")]
    InvalidAmount {
        /// The amount asked for.
        amount: U256,
    },
    /// The reserve is not active.
    #[error("the reserve {asset} is not active")]
    ReserveInactive {
        /// The reserve.
        asset: Asset,
    },
    /// The reserve is frozen.
    #[error("the reserve {asset} is frozen")]
    ReserveFrozen {
        /// The reserve.
        asset: Asset,
    },
    /// The reserve is paused.
    #[error("the reserve {asset} is paused")]
    ReservePaused {
        /// The reserve.
        asset: Asset,
    },
    /// The reserve cannot be borrowed.
    #[error("{asset} cannot be borrowed")]
    BorrowingNotEnabled {
        /// The reserve.
        asset: Asset,
    },
    /// The supply cap is reached.
    #[error("{supplied} base units of {asset} supplied would be above the cap of {cap}")]
    SupplyCapExceeded {
        /// The reserve.
        asset: Asset,
        /// What would be supplied.
        supplied: U256,
        /// The cap in base units.
        cap: U256,
    },
    /// The borrow cap is reached.
    #[error("{borrowed} base units of {asset} borrowed would be above the cap of {cap}")]
    BorrowCapExceeded {
        /// The reserve.
        asset: Asset,
        /// What would be borrowed.
        borrowed: U256,
        /// The cap in base units.
        cap: U256,
    },
    /// More than the account supplied.
    #[error("{needed} base units are more than the {available} that the account has")]
    NotEnoughAvailableUserBalance {
        /// What was asked for.
        needed: U256,
        /// What there is; scaled since 3.5.
        available: U256,
    },
    /// The account has no collateral.
    #[error("the account has no collateral")]
    CollateralBalanceIsZero,
    /// Nothing can be borrowed against the collateral, or collateral without LTV must leave first.
    #[error(
        "nothing can be borrowed against the collateral, or collateral with an LTV of zero must leave first"
    )]
    LtvValidationFailed,
    /// The health factor would be, or is, too low.
    #[error("the health factor {factor} is below one (18 decimals)")]
    HealthFactorLowerThanLiquidationThreshold {
        /// The health factor.
        factor: U256,
    },
    /// The collateral does not carry the loan.
    #[error("the loan needs collateral of {needed} and there is {available} (8 decimals)")]
    CollateralCannotCoverNewBorrow {
        /// Collateral needed.
        needed: U256,
        /// Collateral there is.
        available: U256,
    },
    /// The category does not exist, or does not fit.
    #[error("the category {category} does not exist or does not fit the position")]
    InconsistentEModeCategory {
        /// The category.
        category: u8,
    },
    /// The asset cannot be borrowed in the account's category.
    #[error("{asset} cannot be borrowed in category {category}")]
    NotBorrowableInEMode {
        /// The asset.
        asset: Asset,
        /// The category.
        category: u8,
    },
    /// A debt of the account cannot be had in the new category.
    #[error("a debt of {asset} cannot be had in category {category}")]
    InvalidDebtInEmode {
        /// The asset.
        asset: Asset,
        /// The category.
        category: u8,
    },
    /// A collateral of the account would have no LTV in the new category.
    #[error("the collateral {asset} would have an LTV of zero in category {category}")]
    InvalidCollateralInEmode {
        /// The asset.
        asset: Asset,
        /// The category.
        category: u8,
    },
    /// The asset cannot be borrowed against isolated collateral.
    #[error("{asset} cannot be borrowed against isolated collateral")]
    AssetNotBorrowableInIsolation {
        /// The asset.
        asset: Asset,
    },
    /// The ceiling of an isolated collateral is reached.
    #[error(
        "a debt of {debt} against isolated collateral would be above the ceiling of {ceiling} (2 decimals)"
    )]
    DebtCeilingExceeded {
        /// What would be owed.
        debt: u128,
        /// The ceiling.
        ceiling: u64,
    },
    /// A siloed asset is borrowed alone.
    #[error("{asset} cannot be borrowed beside the debts there are: a siloed asset is borrowed alone")]
    SiloedBorrowingViolation {
        /// The asset.
        asset: Asset,
    },
    /// Everything of somebody else's debt cannot be paid.
    #[error("who pays for somebody else must name the amount")]
    NoExplicitAmountToRepayOnBehalf,
    /// There is no such debt.
    #[error("there is no debt of {asset}")]
    NoDebtOfSelectedType {
        /// The asset.
        asset: Asset,
    },
    /// Nothing is supplied.
    #[error("nothing of {asset} is supplied")]
    UnderlyingBalanceZero {
        /// The asset.
        asset: Asset,
    },
    /// The asset cannot be collateral for this account.
    #[error("{asset} cannot be collateral of this account: it is isolated, or its LTV is zero")]
    UserInIsolationModeOrLtvZero {
        /// The asset.
        asset: Asset,
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
    /// What would remain is too small.
    #[error("the liquidation would leave less than 1,000 in debt or collateral")]
    MustNotLeaveDust,
    /// Somebody liquidates himself.
    #[error("nobody may liquidate himself")]
    SelfLiquidation,
    /// The grace period runs.
    #[error("liquidations of {asset} are suspended until {until} (Unix seconds)")]
    LiquidationGraceSentinelCheckFailed {
        /// The reserve.
        asset: Asset,
        /// The end.
        until: u64,
    },
    /// A mint that scales to zero.
    #[error("the amount scales to nothing and cannot be minted")]
    InvalidMintAmount,
    /// A burn that scales to zero.
    #[error("the amount scales to nothing and cannot be burned")]
    InvalidBurnAmount,
    /// The credit delegated does not suffice.
    #[error("{owner} lets borrow {available} base units and not {needed}")]
    InsufficientBorrowAllowance {
        /// Whose credit it is.
        owner: Account,
        /// What is allowed.
        available: U256,
        /// What was asked for.
        needed: U256,
    },
    /// The reserve gives no flash loans.
    #[error("{asset} cannot be flash-borrowed")]
    FlashloanDisabled {
        /// The reserve.
        asset: Asset,
    },
    /// Only one account covers deficits.
    #[error("{caller} may not cover deficits")]
    CallerNotUmbrella {
        /// Who tried.
        caller: Account,
    },
    /// There is no deficit.
    #[error("the reserve {asset} has no deficit")]
    ReserveNotInDeficit {
        /// The reserve.
        asset: Asset,
    },
    /// Who covers a deficit must not owe anything.
    #[error("who covers a deficit must not owe anything")]
    UserCannotHaveDebt,
    /// A parameter that governance cannot set.
    #[error("{parameter} cannot be {value}")]
    InvalidParameter {
        /// The contract's name of the error, as a constant.
        constant: &'static str,
        /// The contract's name of the error, as a custom error.
        custom: &'static str,
        /// The parameter.
        parameter: &'static str,
        /// The value.
        value: U256,
    },
    /// A reserve that is in use can neither be closed nor stop or begin being special collateral.
    #[error("{supplied} base units of {asset} are supplied, or the treasury is owed some")]
    ReserveLiquidityNotZero {
        /// The reserve.
        asset: Asset,
        /// What is supplied.
        supplied: U256,
    },
    /// A reserve that somebody owes cannot become siloed.
    #[error("{debt} base units of {asset} are owed")]
    ReserveDebtNotZero {
        /// The reserve.
        asset: Asset,
        /// What is owed.
        debt: U256,
    },
    /// The reserve's liquidity does not suffice.
    #[error("{asset} has liquidity of {available} base units and {needed} are needed")]
    InsufficientLiquidity {
        /// The reserve.
        asset: Asset,
        /// What there is.
        available: U256,
        /// What is needed.
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
    /// The operation came with a later version.
    #[error("this operation does not exist in version {version}")]
    NotInVersion {
        /// The version.
        version: &'static str,
    },
    /// A value does not fit the field it is stored in.
    #[error("{value} does not fit {bits} bits")]
    DoesNotFit {
        /// The width of the field.
        bits: u32,
        /// The value.
        value: U256,
    },
    /// Solidity's checked arithmetic panics.
    #[error("checked arithmetic: {0}")]
    Panic(MathError),
    /// A math library reverts without a reason.
    #[error("fixed-point arithmetic: {0}")]
    Library(MathError),
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

const PANIC: &str = "Panic(0x11)";
const PANIC_DIVISION: &str = "Panic(0x12)";

impl AaveError {
    /// The contract's own name of the error: the constant of `Errors.sol` up to 3.3, the custom error since 3.4.
    #[must_use]
    pub fn code(&self, rules: &Rules) -> &'static str {
        let (constant, custom, _) = self.names();
        match self {
            // A plain subtraction until 3.4.
            Self::InsufficientBorrowAllowance { .. } if rules.version < Version::V3_5 => PANIC,
            _ if rules.custom_errors => custom,
            _ => constant,
        }
    }

    /// The kind of refusal, common to all protocols.
    #[must_use]
    pub fn refusal(&self) -> Refusal {
        self.names().2
    }

    fn names(&self) -> (&'static str, &'static str, Refusal) {
        use Refusal as R;
        match self {
            Self::InvalidAmount { .. } => ("INVALID_AMOUNT", "InvalidAmount", R::InvalidAmount),
            Self::ReserveInactive { .. } => ("RESERVE_INACTIVE", "ReserveInactive", R::Closed),
            Self::ReserveFrozen { .. } => ("RESERVE_FROZEN", "ReserveFrozen", R::Closed),
            Self::ReservePaused { .. } => ("RESERVE_PAUSED", "ReservePaused", R::Closed),
            Self::BorrowingNotEnabled { .. } => {
                ("BORROWING_NOT_ENABLED", "BorrowingNotEnabled", R::NotAllowed)
            }
            Self::SupplyCapExceeded { .. } => ("SUPPLY_CAP_EXCEEDED", "SupplyCapExceeded", R::CapExceeded),
            Self::BorrowCapExceeded { .. } => ("BORROW_CAP_EXCEEDED", "BorrowCapExceeded", R::CapExceeded),
            Self::NotEnoughAvailableUserBalance { .. } => {
                ("NOT_ENOUGH_AVAILABLE_USER_BALANCE", "NotEnoughAvailableUserBalance", R::InsufficientBalance)
            }
            Self::CollateralBalanceIsZero => {
                ("COLLATERAL_BALANCE_IS_ZERO", "CollateralBalanceIsZero", R::InsufficientCollateral)
            }
            Self::LtvValidationFailed => {
                ("LTV_VALIDATION_FAILED", "LtvValidationFailed", R::InsufficientCollateral)
            }
            Self::HealthFactorLowerThanLiquidationThreshold { .. } => (
                "HEALTH_FACTOR_LOWER_THAN_LIQUIDATION_THRESHOLD",
                "HealthFactorLowerThanLiquidationThreshold",
                R::InsufficientCollateral,
            ),
            Self::CollateralCannotCoverNewBorrow { .. } => (
                "COLLATERAL_CANNOT_COVER_NEW_BORROW",
                "CollateralCannotCoverNewBorrow",
                R::InsufficientCollateral,
            ),
            Self::InconsistentEModeCategory { .. } => {
                ("INCONSISTENT_EMODE_CATEGORY", "InconsistentEModeCategory", R::NotAllowed)
            }
            Self::NotBorrowableInEMode { .. } => {
                ("NOT_BORROWABLE_IN_EMODE", "NotBorrowableInEMode", R::NotAllowed)
            }
            Self::InvalidDebtInEmode { .. } => {
                ("NOT_BORROWABLE_IN_EMODE", "InvalidDebtInEmode", R::NotAllowed)
            }
            Self::InvalidCollateralInEmode { .. } => {
                ("INCONSISTENT_EMODE_CATEGORY", "InvalidCollateralInEmode", R::NotAllowed)
            }
            Self::AssetNotBorrowableInIsolation { .. } => {
                ("ASSET_NOT_BORROWABLE_IN_ISOLATION", "AssetNotBorrowableInIsolation", R::NotAllowed)
            }
            Self::DebtCeilingExceeded { .. } => {
                ("DEBT_CEILING_EXCEEDED", "DebtCeilingExceeded", R::CapExceeded)
            }
            Self::SiloedBorrowingViolation { .. } => {
                ("SILOED_BORROWING_VIOLATION", "SiloedBorrowingViolation", R::NotAllowed)
            }
            Self::NoExplicitAmountToRepayOnBehalf => {
                ("NO_EXPLICIT_AMOUNT_TO_REPAY_ON_BEHALF", "NoExplicitAmountToRepayOnBehalf", R::InvalidAmount)
            }
            Self::NoDebtOfSelectedType { .. } => {
                ("NO_DEBT_OF_SELECTED_TYPE", "NoDebtOfSelectedType", R::NoDebt)
            }
            Self::UnderlyingBalanceZero { .. } => {
                ("UNDERLYING_BALANCE_ZERO", "UnderlyingBalanceZero", R::InsufficientBalance)
            }
            Self::UserInIsolationModeOrLtvZero { .. } => {
                ("USER_IN_ISOLATION_MODE_OR_LTV_ZERO", "UserInIsolationModeOrLtvZero", R::NotAllowed)
            }
            Self::HealthFactorNotBelowThreshold { .. } => {
                ("HEALTH_FACTOR_NOT_BELOW_THRESHOLD", "HealthFactorNotBelowThreshold", R::NotLiquidatable)
            }
            Self::CollateralCannotBeLiquidated { .. } => {
                ("COLLATERAL_CANNOT_BE_LIQUIDATED", "CollateralCannotBeLiquidated", R::NotLiquidatable)
            }
            Self::SpecifiedCurrencyNotBorrowedByUser { .. } => {
                ("SPECIFIED_CURRENCY_NOT_BORROWED_BY_USER", "SpecifiedCurrencyNotBorrowedByUser", R::NoDebt)
            }
            Self::MustNotLeaveDust => ("MUST_NOT_LEAVE_DUST", "MustNotLeaveDust", R::TooSmall),
            Self::SelfLiquidation => ("SELF_LIQUIDATION", "SelfLiquidation", R::NotAllowed),
            Self::LiquidationGraceSentinelCheckFailed { .. } => (
                "LIQUIDATION_GRACE_SENTINEL_CHECK_FAILED",
                "LiquidationGraceSentinelCheckFailed",
                R::NotLiquidatable,
            ),
            Self::InvalidMintAmount => ("INVALID_MINT_AMOUNT", "InvalidMintAmount", R::InvalidAmount),
            Self::InvalidBurnAmount => ("INVALID_BURN_AMOUNT", "InvalidBurnAmount", R::InvalidAmount),
            Self::InsufficientBorrowAllowance { .. } => {
                (PANIC, "InsufficientBorrowAllowance", R::Unauthorized)
            }
            Self::FlashloanDisabled { .. } => ("FLASHLOAN_DISABLED", "FlashloanDisabled", R::NotAllowed),
            Self::CallerNotUmbrella { .. } => ("CALLER_NOT_UMBRELLA", "CallerNotUmbrella", R::Unauthorized),
            Self::ReserveNotInDeficit { .. } => ("RESERVE_NOT_IN_DEFICIT", "ReserveNotInDeficit", R::NoDebt),
            Self::UserCannotHaveDebt => ("USER_CANNOT_HAVE_DEBT", "UserCannotHaveDebt", R::NotAllowed),
            Self::InvalidParameter { constant, custom, .. } => (constant, custom, R::Other),
            Self::ReserveLiquidityNotZero { .. } => {
                ("RESERVE_LIQUIDITY_NOT_ZERO", "ReserveLiquidityNotZero", R::NotAllowed)
            }
            Self::ReserveDebtNotZero { .. } => ("RESERVE_DEBT_NOT_ZERO", "ReserveDebtNotZero", R::NotAllowed),
            Self::InsufficientLiquidity { .. } => (PANIC, PANIC, R::InsufficientLiquidity),
            Self::InsufficientTokens { .. } => {
                let text = "ERC20: transfer amount exceeds balance";
                (text, text, R::InsufficientLiquidity)
            }
            // The contracts have no function for it, so they have no name for its failure either.
            Self::NotOwner { .. } => ("no reason", "no reason", R::Unauthorized),
            Self::NotInVersion { .. } => ("no reason", "no reason", R::Other),
            Self::DoesNotFit { bits: 128, .. } => {
                ("SafeCast: value doesn't fit in 128 bits", "SafeCastOverflowedUintDowncast", R::Arithmetic)
            }
            Self::DoesNotFit { .. } => {
                ("SafeCast: value doesn't fit", "SafeCastOverflowedUintDowncast", R::Arithmetic)
            }
            Self::Panic(MathError::DivisionByZero { .. }) => (PANIC_DIVISION, PANIC_DIVISION, R::Arithmetic),
            Self::Panic(_) => (PANIC, PANIC, R::Arithmetic),
            Self::Library(_) => ("no reason", "no reason", R::Arithmetic),
            Self::UnknownAsset { .. } | Self::NoReserve { .. } | Self::Market(_) => {
                ("no reason", "no reason", R::Other)
            }
        }
    }

    /// The trait's error.
    pub(crate) fn lending(self, rules: &Rules) -> LendingError {
        match self {
            Self::UnknownAsset { asset } => LendingError::UnknownAsset { protocol: crate::PROTOCOL, asset },
            Self::Market(error) => LendingError::Market(error),
            Self::Library(error) => LendingError::Math(error),
            error => LendingError::Refused {
                protocol: crate::PROTOCOL,
                refusal: error.refusal(),
                code: error.code(rules),
                source: Box::new(error),
            },
        }
    }
}
