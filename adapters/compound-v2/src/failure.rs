//! The contracts' names of what failed and why.

use levmine_math::MathError;

/// The detail that goes with a failure: a code of the Comptroller or of the arithmetic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "named as in the contracts")]
pub enum Detail {
    InsufficientShortfall,
    InsufficientLiquidity,
    PriceError,
    SnapshotError,
    TooMuchRepay,
    DivisionByZero,
    IntegerOverflow,
    IntegerUnderflow,
}

impl Detail {
    /// The arithmetic's code.
    ///
    /// Source: `CarefulMath.MathError`.
    #[must_use]
    pub const fn of_math(error: &MathError) -> Self {
        match error {
            MathError::DivisionByZero { .. } => Self::DivisionByZero,
            MathError::Underflow { .. } => Self::IntegerUnderflow,
            _ => Self::IntegerOverflow,
        }
    }
}

macro_rules! failures {
    ($($(#[$doc:meta])* $failure:ident: $code:literal, $custom:literal;)+) => {
        /// Where an operation failed.
        ///
        /// Source: the enums `FailureInfo` of `TokenErrorReporter` and `ComptrollerErrorReporter`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(missing_docs, reason = "named as in the contracts")]
        #[non_exhaustive]
        pub enum Failure {
            $($(#[$doc])* $failure,)+
        }

        impl Failure {
            /// The name in the enum, and that of the custom error that took its place.
            pub(crate) const fn names(self) -> [&'static str; 2] {
                match self {
                    $(Self::$failure => [$code, $custom],)+
                }
            }

            /// Both names with a detail.
            pub(crate) const fn with(self, detail: Detail) -> [&'static str; 2] {
                match self {
                    $(Self::$failure => detailed!(detail, $code, $custom),)+
                }
            }
        }
    };
}

macro_rules! detailed {
    ($detail:expr, $code:literal, $custom:literal) => {
        match $detail {
            Detail::InsufficientShortfall => {
                [concat!($code, "(INSUFFICIENT_SHORTFALL)"), concat!($custom, "(INSUFFICIENT_SHORTFALL)")]
            }
            Detail::InsufficientLiquidity => {
                [concat!($code, "(INSUFFICIENT_LIQUIDITY)"), concat!($custom, "(INSUFFICIENT_LIQUIDITY)")]
            }
            Detail::PriceError => [concat!($code, "(PRICE_ERROR)"), concat!($custom, "(PRICE_ERROR)")],
            Detail::SnapshotError => {
                [concat!($code, "(SNAPSHOT_ERROR)"), concat!($custom, "(SNAPSHOT_ERROR)")]
            }
            Detail::TooMuchRepay => {
                [concat!($code, "(TOO_MUCH_REPAY)"), concat!($custom, "(TOO_MUCH_REPAY)")]
            }
            Detail::DivisionByZero => [concat!($code, "(DIVISION_BY_ZERO)"), "Panic(0x12)"],
            Detail::IntegerOverflow => [concat!($code, "(INTEGER_OVERFLOW)"), "Panic(0x11)"],
            Detail::IntegerUnderflow => [concat!($code, "(INTEGER_UNDERFLOW)"), "Panic(0x11)"],
        }
    };
}

failures! {
    AccrueSimpleInterestFactor: "ACCRUE_INTEREST_SIMPLE_INTEREST_FACTOR_CALCULATION_FAILED", "Panic(0x11)";
    AccrueAccumulatedInterest: "ACCRUE_INTEREST_ACCUMULATED_INTEREST_CALCULATION_FAILED", "Panic(0x11)";
    AccrueNewTotalBorrows: "ACCRUE_INTEREST_NEW_TOTAL_BORROWS_CALCULATION_FAILED", "Panic(0x11)";
    AccrueNewTotalReserves: "ACCRUE_INTEREST_NEW_TOTAL_RESERVES_CALCULATION_FAILED", "Panic(0x11)";
    AccrueNewBorrowIndex: "ACCRUE_INTEREST_NEW_BORROW_INDEX_CALCULATION_FAILED", "Panic(0x11)";
    MintAccrueInterest: "MINT_ACCRUE_INTEREST_FAILED", "Panic(0x11)";
    MintExchangeRateRead: "MINT_EXCHANGE_RATE_READ_FAILED", "Panic(0x11)";
    RedeemAccrueInterest: "REDEEM_ACCRUE_INTEREST_FAILED", "Panic(0x11)";
    RedeemComptrollerRejection: "REDEEM_COMPTROLLER_REJECTION", "RedeemComptrollerRejection";
    RedeemExchangeRateRead: "REDEEM_EXCHANGE_RATE_READ_FAILED", "Panic(0x11)";
    RedeemExchangeTokens: "REDEEM_EXCHANGE_TOKENS_CALCULATION_FAILED", "Panic(0x11)";
    RedeemExchangeAmount: "REDEEM_EXCHANGE_AMOUNT_CALCULATION_FAILED", "Panic(0x11)";
    RedeemNewTotalSupply: "REDEEM_NEW_TOTAL_SUPPLY_CALCULATION_FAILED", "Panic(0x11)";
    RedeemNewAccountBalance: "REDEEM_NEW_ACCOUNT_BALANCE_CALCULATION_FAILED", "Panic(0x11)";
    RedeemTransferOut: "REDEEM_TRANSFER_OUT_NOT_POSSIBLE", "RedeemTransferOutNotPossible";
    BorrowAccrueInterest: "BORROW_ACCRUE_INTEREST_FAILED", "Panic(0x11)";
    BorrowComptrollerRejection: "BORROW_COMPTROLLER_REJECTION", "BorrowComptrollerRejection";
    BorrowCash: "BORROW_CASH_NOT_AVAILABLE", "BorrowCashNotAvailable";
    BorrowAccumulatedBalance: "BORROW_ACCUMULATED_BALANCE_CALCULATION_FAILED", "Panic(0x11)";
    BorrowNewAccountBalance: "BORROW_NEW_ACCOUNT_BORROW_BALANCE_CALCULATION_FAILED", "Panic(0x11)";
    BorrowNewTotalBalance: "BORROW_NEW_TOTAL_BALANCE_CALCULATION_FAILED", "Panic(0x11)";
    RepayAccrueInterest: "REPAY_BORROW_ACCRUE_INTEREST_FAILED", "Panic(0x11)";
    RepayBehalfAccrueInterest: "REPAY_BEHALF_ACCRUE_INTEREST_FAILED", "Panic(0x11)";
    RepayAccumulatedBalance: "REPAY_BORROW_ACCUMULATED_BALANCE_CALCULATION_FAILED", "Panic(0x11)";
    LiquidateAccrueBorrowInterest: "LIQUIDATE_ACCRUE_BORROW_INTEREST_FAILED", "Panic(0x11)";
    LiquidateAccrueCollateralInterest: "LIQUIDATE_ACCRUE_COLLATERAL_INTEREST_FAILED", "Panic(0x11)";
    LiquidateComptrollerRejection: "LIQUIDATE_COMPTROLLER_REJECTION", "LiquidateComptrollerRejection";
    LiquidateLiquidatorIsBorrower: "LIQUIDATE_LIQUIDATOR_IS_BORROWER", "LiquidateLiquidatorIsBorrower";
    LiquidateCloseAmountIsZero: "LIQUIDATE_CLOSE_AMOUNT_IS_ZERO", "LiquidateCloseAmountIsZero";
    LiquidateCloseAmountIsMax: "LIQUIDATE_CLOSE_AMOUNT_IS_UINT_MAX", "LiquidateCloseAmountIsUintMax";
    LiquidateRepayBorrowFresh: "LIQUIDATE_REPAY_BORROW_FRESH_FAILED", "Panic(0x11)";
    TransferComptrollerRejection: "TRANSFER_COMPTROLLER_REJECTION", "TransferComptrollerRejection";
    TransferNotAllowed: "TRANSFER_NOT_ALLOWED", "TransferNotAllowed";
    TransferNotEnough: "TRANSFER_NOT_ENOUGH", "Panic(0x11)";
    TransferTooMuch: "TRANSFER_TOO_MUCH", "Panic(0x11)";
    AddReservesAccrueInterest: "ADD_RESERVES_ACCRUE_INTEREST_FAILED", "Panic(0x11)";
    ReduceReservesAccrueInterest: "REDUCE_RESERVES_ACCRUE_INTEREST_FAILED", "Panic(0x11)";
    ReduceReservesCash: "REDUCE_RESERVES_CASH_NOT_AVAILABLE", "ReduceReservesCashNotAvailable";
    ReduceReservesValidation: "REDUCE_RESERVES_VALIDATION", "ReduceReservesCashValidation";
    SetReserveFactorAccrueInterest: "SET_RESERVE_FACTOR_ACCRUE_INTEREST_FAILED", "Panic(0x11)";
    SetReserveFactorBounds: "SET_RESERVE_FACTOR_BOUNDS_CHECK", "SetReserveFactorBoundsCheck";
    SetInterestRateModelAccrueInterest: "SET_INTEREST_RATE_MODEL_ACCRUE_INTEREST_FAILED", "Panic(0x11)";
    // The Comptroller still returns codes in the later version.
    ExitMarketBalanceOwed: "EXIT_MARKET_BALANCE_OWED", "EXIT_MARKET_BALANCE_OWED";
    ExitMarketRejection: "EXIT_MARKET_REJECTION", "EXIT_MARKET_REJECTION";
    SetCollateralFactorValidation: "SET_COLLATERAL_FACTOR_VALIDATION", "SET_COLLATERAL_FACTOR_VALIDATION";
    SetCollateralFactorWithoutPrice: "SET_COLLATERAL_FACTOR_WITHOUT_PRICE", "SET_COLLATERAL_FACTOR_WITHOUT_PRICE";
}
