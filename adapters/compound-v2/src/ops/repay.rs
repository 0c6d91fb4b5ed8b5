//! `repayBorrow` and `repayBorrowBehalf`.

use levmine_market::{Account, Actor};
use levmine_math::U256;

use super::{accrue, take_in};
use crate::accrual::borrow_balance;
use crate::error::{Failing, Library, Passing, Result};
use crate::failure::Failure;
use crate::math::sub;
use crate::rewards::{Side, keep_moving};
use crate::transaction::Transaction;

/// Repays and returns how much; 2^256 − 1 is all that is owed, and more than that is refused.
pub(crate) fn repay(
    tx: &mut Transaction<'_>,
    actor: Actor,
    id: usize,
    amount: U256,
    block: u64,
) -> Result<U256> {
    let failure = if actor.caller == actor.owner {
        Failure::RepayAccrueInterest
    } else {
        Failure::RepayBehalfAccrueInterest
    };
    accrue(tx, id, block).passing(failure)?;
    repay_fresh(tx, actor.owner, id, amount, block)
}

/// Source: `CToken.repayBorrowFresh`, `Comptroller.repayBorrowAllowed`.
pub(crate) fn repay_fresh(
    tx: &mut Transaction<'_>,
    borrower: Account,
    id: usize,
    amount: U256,
    block: u64,
) -> Result<U256> {
    keep_moving(tx, id, Side::Borrow, &[borrower], block)?;
    let market = *tx.market(id)?;
    let owed =
        borrow_balance(&market, &tx.user(borrower).holding(id)).failing(Failure::RepayAccumulatedBalance)?;
    let amount = if amount == U256::MAX { owed } else { amount };
    take_in(tx, id, amount)?;
    let left = sub(owed, amount)
        .reverting(Library::Message("REPAY_BORROW_NEW_ACCOUNT_BORROW_BALANCE_CALCULATION_FAILED"))?;
    // Balances are rounded one by one and the total on its own: the last one to repay can find the total too small.
    let total = sub(market.total_borrows, amount)
        .reverting(Library::Message("REPAY_BORROW_NEW_TOTAL_BALANCE_CALCULATION_FAILED"))?;
    tx.market_mut(id)?.total_borrows = total;
    let holding = tx.user_mut(borrower).holding_mut(id)?;
    holding.principal = left;
    holding.interest_index = market.borrow_index;
    Ok(amount)
}
