//! The other side: who lends to the bank's lenders through the SafeBox, who else borrows there, and who else stakes.

use levmine_market::Account;
use levmine_math::U256;

use crate::error::{HomoraError, Ledger, Result};
use crate::math::{add, sub};
use crate::transaction::Transaction;

/// Lends `amount`, and returns the shares (ibTokens) for it, rounded down.
///
/// Source: `SafeBox.deposit`, `CToken.mint`.
pub(crate) fn deposit(
    tx: &mut Transaction<'_>,
    owner: Account,
    place: usize,
    amount: U256,
    block: u64,
) -> Result<U256> {
    let lender = &mut tx.bank_mut(place)?.lender;
    lender.accrue(block)?;
    let minted = lender.mint(amount)?;
    let shares = add(tx.state().shares_of(owner, place), minted)?;
    tx.set_shares(owner, place, shares);
    Ok(minted)
}

/// Burns `shares`, and returns what is paid for them, rounded down.
///
/// Source: `SafeBox.withdraw`, `CToken.redeem`.
pub(crate) fn withdraw(
    tx: &mut Transaction<'_>,
    owner: Account,
    place: usize,
    shares: U256,
    block: u64,
) -> Result<U256> {
    let balance = tx.state().shares_of(owner, place);
    let short = HomoraError::BurnExceedsBalance { balance, amount: shares, token: Ledger::Share };
    let left = balance.checked_sub(shares).ok_or(short)?;
    tx.set_shares(owner, place, left);
    let lender = &mut tx.bank_mut(place)?.lender;
    lender.accrue(block)?;
    lender.redeem(shares)
}

/// Somebody else borrows at the lender. His own collateral elsewhere is not looked at.
///
/// Source: `CToken.borrow`.
pub(crate) fn borrow(
    tx: &mut Transaction<'_>,
    owner: Account,
    place: usize,
    amount: U256,
    block: u64,
) -> Result<()> {
    let loan = tx.state().loans.get(&(owner, place)).copied().unwrap_or_default();
    let bank = tx.bank_mut(place)?;
    bank.lender.accrue(block)?;
    match bank.lender.lend(&loan, amount)? {
        Ok(loan) => tx.set_loan(owner, place, loan),
        Err(cash) => return Err(HomoraError::BadBorrow { asset: bank.token, cash, amount }),
    }
    Ok(())
}

/// Somebody else repays at the lender, `amount` or all (2^256 − 1); returns how much.
///
/// Source: `CToken.repayBorrow`.
pub(crate) fn repay(
    tx: &mut Transaction<'_>,
    owner: Account,
    place: usize,
    amount: U256,
    block: u64,
) -> Result<U256> {
    let loan = tx.state().loans.get(&(owner, place)).copied().unwrap_or_default();
    let lender = &mut tx.bank_mut(place)?.lender;
    lender.accrue(block)?;
    let amount = if amount == U256::MAX { lender.owed(&loan)? } else { amount };
    let loan = lender.take_back(&loan, amount)?;
    tx.set_loan(owner, place, loan);
    Ok(amount)
}

/// Somebody else stakes with the chef; returns the reward paid.
///
/// Source: `MasterChef.deposit`.
pub(crate) fn stake(tx: &mut Transaction<'_>, owner: Account, amount: U256, block: u64) -> Result<U256> {
    let stake = tx.state().stakes.get(&owner).copied().unwrap_or_default();
    let (stake, paid) = tx.chef_mut()?.deposit(&stake, amount, block)?;
    tx.set_stake(owner, stake);
    Ok(paid)
}

/// Somebody else takes a stake back; returns the reward paid.
///
/// Source: `MasterChef.withdraw`.
pub(crate) fn unstake(tx: &mut Transaction<'_>, owner: Account, amount: U256, block: u64) -> Result<U256> {
    let stake = tx.state().stakes.get(&owner).copied().unwrap_or_default();
    let (stake, paid) = tx.chef_mut()?.withdraw(&stake, amount, block)?;
    tx.set_stake(owner, stake);
    Ok(paid)
}

/// The protocol takes of its reserve.
///
/// Source: `HomoraBank.withdrawReserve`.
pub(crate) fn withdraw_reserve(tx: &mut Transaction<'_>, place: usize, amount: U256) -> Result<()> {
    let bank = tx.bank_mut(place)?;
    bank.must_exist()?;
    bank.reserve = sub(bank.reserve, amount)?;
    Ok(())
}
