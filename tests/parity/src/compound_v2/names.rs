//! The names behind the numbers that the contracts return and tell in their events.

use levmine_math::U256;
use revm::primitives::{Address, Log, keccak256};

use crate::{Call, Reason, abi};

/// `ComptrollerErrorReporter.Error`.
const COMPTROLLER_ERRORS: [&str; 18] = [
    "NO_ERROR",
    "UNAUTHORIZED",
    "COMPTROLLER_MISMATCH",
    "INSUFFICIENT_SHORTFALL",
    "INSUFFICIENT_LIQUIDITY",
    "INVALID_CLOSE_FACTOR",
    "INVALID_COLLATERAL_FACTOR",
    "INVALID_LIQUIDATION_INCENTIVE",
    "MARKET_NOT_ENTERED",
    "MARKET_NOT_LISTED",
    "MARKET_ALREADY_LISTED",
    "MATH_ERROR",
    "NONZERO_BORROW_BALANCE",
    "PRICE_ERROR",
    "REJECTION",
    "SNAPSHOT_ERROR",
    "TOO_MANY_ASSETS",
    "TOO_MUCH_REPAY",
];

/// `CarefulMath.MathError`.
const MATH_ERRORS: [&str; 4] = ["NO_ERROR", "DIVISION_BY_ZERO", "INTEGER_OVERFLOW", "INTEGER_UNDERFLOW"];

/// `TokenErrorReporter.Error.MATH_ERROR`.
const MATH_ERROR: u64 = 9;

/// `ComptrollerErrorReporter.FailureInfo`, as far as it is reached.
const COMPTROLLER_FAILURES: [(u64, &str); 4] = [
    (2, "EXIT_MARKET_BALANCE_OWED"),
    (3, "EXIT_MARKET_REJECTION"),
    (8, "SET_COLLATERAL_FACTOR_VALIDATION"),
    (9, "SET_COLLATERAL_FACTOR_WITHOUT_PRICE"),
];

/// `TokenErrorReporter.FailureInfo`.
const TOKEN_FAILURES: [&str; 80] = [
    "ACCEPT_ADMIN_PENDING_ADMIN_CHECK",
    "ACCRUE_INTEREST_ACCUMULATED_INTEREST_CALCULATION_FAILED",
    "ACCRUE_INTEREST_BORROW_RATE_CALCULATION_FAILED",
    "ACCRUE_INTEREST_NEW_BORROW_INDEX_CALCULATION_FAILED",
    "ACCRUE_INTEREST_NEW_TOTAL_BORROWS_CALCULATION_FAILED",
    "ACCRUE_INTEREST_NEW_TOTAL_RESERVES_CALCULATION_FAILED",
    "ACCRUE_INTEREST_SIMPLE_INTEREST_FACTOR_CALCULATION_FAILED",
    "BORROW_ACCUMULATED_BALANCE_CALCULATION_FAILED",
    "BORROW_ACCRUE_INTEREST_FAILED",
    "BORROW_CASH_NOT_AVAILABLE",
    "BORROW_FRESHNESS_CHECK",
    "BORROW_NEW_TOTAL_BALANCE_CALCULATION_FAILED",
    "BORROW_NEW_ACCOUNT_BORROW_BALANCE_CALCULATION_FAILED",
    "BORROW_MARKET_NOT_LISTED",
    "BORROW_COMPTROLLER_REJECTION",
    "LIQUIDATE_ACCRUE_BORROW_INTEREST_FAILED",
    "LIQUIDATE_ACCRUE_COLLATERAL_INTEREST_FAILED",
    "LIQUIDATE_COLLATERAL_FRESHNESS_CHECK",
    "LIQUIDATE_COMPTROLLER_REJECTION",
    "LIQUIDATE_COMPTROLLER_CALCULATE_AMOUNT_SEIZE_FAILED",
    "LIQUIDATE_CLOSE_AMOUNT_IS_UINT_MAX",
    "LIQUIDATE_CLOSE_AMOUNT_IS_ZERO",
    "LIQUIDATE_FRESHNESS_CHECK",
    "LIQUIDATE_LIQUIDATOR_IS_BORROWER",
    "LIQUIDATE_REPAY_BORROW_FRESH_FAILED",
    "LIQUIDATE_SEIZE_BALANCE_INCREMENT_FAILED",
    "LIQUIDATE_SEIZE_BALANCE_DECREMENT_FAILED",
    "LIQUIDATE_SEIZE_COMPTROLLER_REJECTION",
    "LIQUIDATE_SEIZE_LIQUIDATOR_IS_BORROWER",
    "LIQUIDATE_SEIZE_TOO_MUCH",
    "MINT_ACCRUE_INTEREST_FAILED",
    "MINT_COMPTROLLER_REJECTION",
    "MINT_EXCHANGE_CALCULATION_FAILED",
    "MINT_EXCHANGE_RATE_READ_FAILED",
    "MINT_FRESHNESS_CHECK",
    "MINT_NEW_ACCOUNT_BALANCE_CALCULATION_FAILED",
    "MINT_NEW_TOTAL_SUPPLY_CALCULATION_FAILED",
    "MINT_TRANSFER_IN_FAILED",
    "MINT_TRANSFER_IN_NOT_POSSIBLE",
    "REDEEM_ACCRUE_INTEREST_FAILED",
    "REDEEM_COMPTROLLER_REJECTION",
    "REDEEM_EXCHANGE_TOKENS_CALCULATION_FAILED",
    "REDEEM_EXCHANGE_AMOUNT_CALCULATION_FAILED",
    "REDEEM_EXCHANGE_RATE_READ_FAILED",
    "REDEEM_FRESHNESS_CHECK",
    "REDEEM_NEW_ACCOUNT_BALANCE_CALCULATION_FAILED",
    "REDEEM_NEW_TOTAL_SUPPLY_CALCULATION_FAILED",
    "REDEEM_TRANSFER_OUT_NOT_POSSIBLE",
    "REDUCE_RESERVES_ACCRUE_INTEREST_FAILED",
    "REDUCE_RESERVES_ADMIN_CHECK",
    "REDUCE_RESERVES_CASH_NOT_AVAILABLE",
    "REDUCE_RESERVES_FRESH_CHECK",
    "REDUCE_RESERVES_VALIDATION",
    "REPAY_BEHALF_ACCRUE_INTEREST_FAILED",
    "REPAY_BORROW_ACCRUE_INTEREST_FAILED",
    "REPAY_BORROW_ACCUMULATED_BALANCE_CALCULATION_FAILED",
    "REPAY_BORROW_COMPTROLLER_REJECTION",
    "REPAY_BORROW_FRESHNESS_CHECK",
    "REPAY_BORROW_NEW_ACCOUNT_BORROW_BALANCE_CALCULATION_FAILED",
    "REPAY_BORROW_NEW_TOTAL_BALANCE_CALCULATION_FAILED",
    "REPAY_BORROW_TRANSFER_IN_NOT_POSSIBLE",
    "SET_COLLATERAL_FACTOR_OWNER_CHECK",
    "SET_COLLATERAL_FACTOR_VALIDATION",
    "SET_COMPTROLLER_OWNER_CHECK",
    "SET_INTEREST_RATE_MODEL_ACCRUE_INTEREST_FAILED",
    "SET_INTEREST_RATE_MODEL_FRESH_CHECK",
    "SET_INTEREST_RATE_MODEL_OWNER_CHECK",
    "SET_MAX_ASSETS_OWNER_CHECK",
    "SET_ORACLE_MARKET_NOT_LISTED",
    "SET_PENDING_ADMIN_OWNER_CHECK",
    "SET_RESERVE_FACTOR_ACCRUE_INTEREST_FAILED",
    "SET_RESERVE_FACTOR_ADMIN_CHECK",
    "SET_RESERVE_FACTOR_FRESH_CHECK",
    "SET_RESERVE_FACTOR_BOUNDS_CHECK",
    "TRANSFER_COMPTROLLER_REJECTION",
    "TRANSFER_NOT_ALLOWED",
    "TRANSFER_NOT_ENOUGH",
    "TRANSFER_TOO_MUCH",
    "ADD_RESERVES_ACCRUE_INTEREST_FAILED",
    "ADD_RESERVES_FRESH_CHECK",
];

/// What the first word says that a function returns.
enum Returned {
    /// A code; zero is success.
    Code,
    /// Whether it went through.
    Success,
    /// A list of codes.
    Codes,
    /// Nothing of the kind.
    Nothing,
}

fn returned(function: &str) -> Returned {
    match function.split('(').next().unwrap_or_default() {
        "transfer" => Returned::Success,
        "enterMarkets" => Returned::Codes,
        "mint"
        | "redeem"
        | "redeemUnderlying"
        | "borrow"
        | "repayBorrow"
        | "repayBorrowBehalf"
        | "liquidateBorrow"
        | "exitMarket"
        | "accrueInterest"
        | "_addReserves"
        | "_reduceReserves"
        | "_setReserveFactor"
        | "_setInterestRateModel"
        | "_setCollateralFactor"
        | "_setCloseFactor"
        | "_setLiquidationIncentive" => Returned::Code,
        _ => Returned::Nothing,
    }
}

/// The reason, where a call came back with an error code: the failure that it told last, and its detail.
pub(super) fn refused(comptroller: Address, call: &Call, words: &[U256], events: &[Log]) -> Option<Reason> {
    let first = words.first().copied().unwrap_or_default();
    let is_refused = match returned(call.function) {
        Returned::Code => !first.is_zero(),
        Returned::Success => first.is_zero(),
        Returned::Codes => words.get(2).is_some_and(|code| !code.is_zero()),
        Returned::Nothing => false,
    };
    if !is_refused {
        return None;
    }
    let topic = keccak256("Failure(uint256,uint256,uint256)");
    let told = events.iter().rev().find(|event| event.topics().first() == Some(&topic));
    let Some(told) = told else { return Some(Reason::Text(format!("code {first} without an event"))) };
    let words = abi::words(&told.data.data);
    let number = |at: usize| words.get(at).and_then(|word| u64::try_from(*word).ok()).unwrap_or(u64::MAX);
    let (error, info, detail) = (number(0), number(1), number(2));
    if matches!(returned(call.function), Returned::Code) && U256::from(error) != first {
        return Some(Reason::Text(format!("code {first}, but the event says {error}")));
    }
    Some(Reason::Text(name(told.address == comptroller, error, info, detail)))
}

fn name(by_comptroller: bool, error: u64, info: u64, detail: u64) -> String {
    let at = |names: &[&'static str], number: u64| {
        usize::try_from(number).ok().and_then(|at| names.get(at).copied()).unwrap_or("?")
    };
    let failure = if by_comptroller {
        COMPTROLLER_FAILURES.iter().find(|(number, _)| *number == info).map_or("?", |(_, name)| *name)
    } else {
        at(&TOKEN_FAILURES, info)
    };
    if detail == 0 {
        return failure.into();
    }
    let names: &[&'static str] =
        if !by_comptroller && error == MATH_ERROR { &MATH_ERRORS } else { &COMPTROLLER_ERRORS };
    format!("{failure}({})", at(names, detail))
}
