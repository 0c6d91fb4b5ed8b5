//! Borrowing and repaying.

use levmine_math::U256;

use crate::bank::Repaid;
use crate::error::{HomoraError, Result};
use crate::transaction::Transaction;

/// Bit 0 of the status.
const BORROW: u8 = 1;
/// Bit 1 of the status.
const REPAY: u8 = 2;

/// Brings a bank to `block`.
pub(crate) fn accrue(tx: &mut Transaction<'_>, place: usize, block: u64) -> Result<()> {
    let fee = tx.state().core.fee_bps.into();
    tx.bank_mut(place)?.accrue(fee, block)
}

/// Returns the shares that were added, rounded up.
///
/// Source: `HomoraBank.borrow`.
pub(crate) fn borrow(
    tx: &mut Transaction<'_>,
    number: u64,
    place: usize,
    amount: U256,
    block: u64,
) -> Result<U256> {
    accrue(tx, place, block)?;
    let status = tx.state().core.status;
    if status & BORROW == 0 {
        return Err(HomoraError::BorrowNotAllowed { status });
    }
    must_be_whitelisted(tx, place)?;
    let mut position = tx.state().position(number)?.clone();
    let bank = tx.bank_mut(place)?;
    let Some(share) = position.shares.get_mut(place) else {
        return Err(HomoraError::NoBank { asset: bank.token });
    };
    let (after, added) = bank.borrow(*share, amount)?;
    *share = after;
    tx.set_position(number, position);
    Ok(added)
}

/// Source: `HomoraBank.repay`.
pub(crate) fn repay(
    tx: &mut Transaction<'_>,
    number: u64,
    place: usize,
    amount: U256,
    block: u64,
) -> Result<Repaid> {
    accrue(tx, place, block)?;
    let status = tx.state().core.status;
    if status & REPAY == 0 {
        return Err(HomoraError::RepayNotAllowed { status });
    }
    must_be_whitelisted(tx, place)?;
    repay_internal(tx, number, place, amount)
}

/// Source: `HomoraBank.repayInternal`.
pub(super) fn repay_internal(
    tx: &mut Transaction<'_>,
    number: u64,
    place: usize,
    amount: U256,
) -> Result<Repaid> {
    let mut position = tx.state().position(number)?.clone();
    let bank = tx.bank_mut(place)?;
    let Some(share) = position.shares.get_mut(place) else {
        return Err(HomoraError::NoBank { asset: bank.token });
    };
    let repaid = bank.repay(*share, amount)?;
    *share = crate::math::sub(*share, repaid.share)?;
    tx.set_position(number, position);
    Ok(repaid)
}

fn must_be_whitelisted(tx: &Transaction<'_>, place: usize) -> Result<()> {
    let bank = tx.state().bank(place)?;
    if bank.whitelisted { Ok(()) } else { Err(HomoraError::TokenNotWhitelisted { asset: bank.token }) }
}
