//! `borrow`.

use levmine_market::Account;
use levmine_math::U256;

use super::{Security, accrue, membership, pay_out};
use crate::accrual::borrow_balance;
use crate::error::{CompoundError, Failing, Library, Passing, Pause, Rejection, Result};
use crate::failure::Failure;
use crate::liquidity::{Effect, carried, oracle_price};
use crate::math::add;
use crate::rewards::{Side, keep_moving};
use crate::transaction::{Transaction, World};

/// Borrows; the market is entered by itself.
///
/// Source: `CToken.borrowFresh`.
pub(crate) fn borrow(
    tx: &mut Transaction<'_>,
    borrower: Account,
    id: usize,
    amount: U256,
    world: World<'_>,
    security: Security,
) -> Result<()> {
    accrue(tx, id, world.block).passing(Failure::BorrowAccrueInterest)?;
    allowed(tx, borrower, id, amount, world, security)?
        .map_err(|reason| CompoundError::Rejected { failure: Failure::BorrowComptrollerRejection, reason })?;
    keep_moving(tx, id, Side::Borrow, &[borrower], world.block)?;
    let market = *tx.market(id)?;
    if market.cash < amount {
        let (needed, available) = (amount, market.cash);
        return Err(CompoundError::Cash { failure: Failure::BorrowCash, needed, available });
    }
    let owed =
        borrow_balance(&market, &tx.user(borrower).holding(id)).failing(Failure::BorrowAccumulatedBalance)?;
    let owed = add(owed, amount).failing(Failure::BorrowNewAccountBalance)?;
    let total = add(market.total_borrows, amount).failing(Failure::BorrowNewTotalBalance)?;
    pay_out(tx, id, amount)?;
    tx.market_mut(id)?.total_borrows = total;
    let holding = tx.user_mut(borrower).holding_mut(id)?;
    holding.principal = owed;
    holding.interest_index = market.borrow_index;
    Ok(())
}

/// Source: `Comptroller.borrowAllowed`.
fn allowed(
    tx: &mut Transaction<'_>,
    borrower: Account,
    id: usize,
    amount: U256,
    world: World<'_>,
    security: Security,
) -> Result<Result<(), Rejection>> {
    let market = *tx.market(id)?;
    if market.borrow_paused {
        return Err(CompoundError::Paused { pause: Pause::Borrow });
    }
    membership::enter(tx, borrower, id)?;
    if oracle_price(world.prices, market.asset)?.is_zero() {
        return Ok(Err(Rejection::PriceError { asset: market.asset }));
    }
    if !market.borrow_cap.is_zero() {
        let borrowed = add(market.total_borrows, amount).reverting(Library::Exponential)?;
        if borrowed >= market.borrow_cap {
            return Err(CompoundError::BorrowCap { borrowed, cap: market.borrow_cap });
        }
    }
    if security == Security::Waived {
        return Ok(Ok(()));
    }
    let effect = Effect { market: id, redeem_tokens: U256::ZERO, borrow_amount: amount };
    carried(tx.pool(), tx.user(borrower), effect, world.prices)
}
