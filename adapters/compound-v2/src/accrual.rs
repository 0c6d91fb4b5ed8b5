//! Interest: once per block, simple over the blocks that passed; everything is rounded down.

use levmine_math::{MathError, U256};

use crate::error::{CompoundError, Failing, Result};
use crate::failure::Failure;
use crate::math::{ONE, add, div, mul, mul_exp, mul_exp_add, sub};
use crate::state::{Holding, Market};

/// The highest borrow rate per block that is accepted: 0.0005 %.
///
/// Source: `CTokenStorage.borrowRateMaxMantissa`.
pub const HIGHEST_RATE: u64 = 5_000_000_000_000;

/// What interest changes in a market.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grown {
    /// What is owed.
    pub total_borrows: U256,
    /// What belongs to the protocol.
    pub total_reserves: U256,
    /// What one borrowed unit has grown to.
    pub borrow_index: U256,
}

/// What the interest of a market comes to at `block`; a block that is not later changes nothing.
///
/// Source: `CToken.accrueInterest`.
///
/// # Errors
///
/// [`CompoundError::RateTooHigh`], [`CompoundError::Arithmetic`], [`CompoundError::Math`].
#[inline]
pub fn grown(market: &Market, block: u64) -> Result<Grown> {
    let Market { total_borrows, total_reserves, borrow_index, .. } = *market;
    let blocks = block.saturating_sub(market.accrual_block);
    if blocks == 0 {
        return Ok(Grown { total_borrows, total_reserves, borrow_index });
    }
    let rate = market.model.borrow_rate(&market.balances())?;
    if rate > U256::from(HIGHEST_RATE) {
        return Err(CompoundError::RateTooHigh { rate });
    }
    let factor = mul(rate, U256::from(blocks)).failing(Failure::AccrueSimpleInterestFactor)?;
    let interest = mul_exp(factor, total_borrows).failing(Failure::AccrueAccumulatedInterest)?;
    let borrows = add(interest, total_borrows).failing(Failure::AccrueNewTotalBorrows)?;
    let reserves = mul_exp_add(market.reserve_factor, interest, total_reserves)
        .failing(Failure::AccrueNewTotalReserves)?;
    let index = mul_exp_add(factor, borrow_index, borrow_index).failing(Failure::AccrueNewBorrowIndex)?;
    Ok(Grown { total_borrows: borrows, total_reserves: reserves, borrow_index: index })
}

/// Brings the interest of a market to `block`.
///
/// # Errors
///
/// As [`grown`]. The market is then as it was.
pub fn accrue_interest(market: &mut Market, block: u64) -> Result<()> {
    let Grown { total_borrows, total_reserves, borrow_index } = grown(market, block)?;
    market.accrual_block = market.accrual_block.max(block);
    market.total_borrows = total_borrows;
    market.total_reserves = total_reserves;
    market.borrow_index = borrow_index;
    Ok(())
}

/// The market as it is once its interest is brought to `block`.
///
/// # Errors
///
/// As [`accrue_interest`].
pub fn accrued(market: &Market, block: u64) -> Result<Market> {
    let mut market = *market;
    accrue_interest(&mut market, block)?;
    Ok(market)
}

/// Base units of the underlying per cToken unit, 18 decimals, as stored: `(cash + borrows − reserves) ÷ supply`.
///
/// Source: `CToken.exchangeRateStoredInternal`.
///
/// # Errors
///
/// [`MathError`] where the contract's arithmetic fails.
pub fn exchange_rate(market: &Market) -> Result<U256, MathError> {
    rate_with(market, market.total_borrows, market.total_reserves)
}

/// As [`exchange_rate`], with totals as interest leaves them.
#[inline]
pub(crate) fn rate_with(market: &Market, borrows: U256, reserves: U256) -> Result<U256, MathError> {
    if market.total_supply.is_zero() {
        return Ok(market.initial_exchange_rate);
    }
    let all = sub(add(market.cash, borrows)?, reserves)?;
    div(mul(all, U256::from(ONE))?, market.total_supply)
}

/// What is owed with interest as stored: `principal × index ÷ index then`. Rounded down, in the borrower's favour.
///
/// Source: `CToken.borrowBalanceStoredInternal`.
///
/// # Errors
///
/// [`MathError`] where the contract's arithmetic fails.
pub fn borrow_balance(market: &Market, holding: &Holding) -> Result<U256, MathError> {
    balance_at(market.borrow_index, holding)
}

/// As [`borrow_balance`], with an index as interest leaves it.
#[inline]
pub(crate) fn balance_at(index: U256, holding: &Holding) -> Result<U256, MathError> {
    if holding.principal.is_zero() {
        return Ok(U256::ZERO);
    }
    div(mul(holding.principal, index)?, holding.interest_index)
}
