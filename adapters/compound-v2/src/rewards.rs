//! COMP: both sides of every market have an index of COMP per unit; accounts are credited the difference when they act.

use levmine_market::Account;
use levmine_math::{MathError, U256};

use crate::accrual::borrow_balance;
use crate::error::{CompoundError, Failing, Library, Result};
use crate::math::{DOUBLE, add, div, div_exp, mul, sub};
use crate::state::{Holding, Market, RewardState};
use crate::transaction::Transaction;
use crate::version::Version;

/// One side of a market.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Supply,
    Borrow,
}

/// The index with which every market begins.
pub(crate) const INITIAL_INDEX: u128 = DOUBLE;

const BALANCE_FAILED: Library = Library::Message("borrowBalanceStored: borrowBalanceStoredInternal failed");

/// One side's rewards, brought to `block`; the index is rounded down.
///
/// Source: `Comptroller.updateCompSupplyIndex`, `updateCompBorrowIndex`.
pub(crate) fn updated(market: &Market, side: Side, block: u64) -> Result<RewardState> {
    let mut state = match side {
        Side::Supply => market.supply_rewards,
        Side::Borrow => market.borrow_rewards,
    };
    if block > u64::from(u32::MAX) {
        return Err(CompoundError::BlockNumber { block });
    }
    let blocks = block.saturating_sub(state.block);
    if blocks == 0 {
        return Ok(state);
    }
    if !state.speed.is_zero() {
        let index = next_index(market, side, &state, blocks).reverting(Library::Exponential)?;
        if index.bit_len() > 224 {
            return Err(CompoundError::RewardIndex { index });
        }
        state.index = index;
    }
    state.block = block;
    Ok(state)
}

fn next_index(market: &Market, side: Side, state: &RewardState, blocks: u64) -> Result<U256, MathError> {
    let units = match side {
        Side::Supply => market.total_supply,
        Side::Borrow => div_exp(market.total_borrows, market.borrow_index)?,
    };
    let given = mul(U256::from(blocks), state.speed)?;
    let ratio = if units.is_zero() { U256::ZERO } else { div(mul(given, U256::from(DOUBLE))?, units)? };
    add(state.index, ratio)
}

/// What an account is credited since its own index, rounded down.
///
/// Source: `Comptroller.distributeSupplierComp`, `distributeBorrowerComp`. Up to September 2021 an account without an
/// index of its own begins at the initial one only where the market's is above that: otherwise at zero.
pub(crate) fn credit(
    version: Version,
    market: &Market,
    holding: &Holding,
    side: Side,
    index: U256,
) -> Result<U256> {
    let mut own = match side {
        Side::Supply => holding.supplier_index,
        Side::Borrow => holding.borrower_index,
    };
    let initial = U256::from(INITIAL_INDEX);
    let begins = match version {
        Version::ErrorCodes => index > initial,
        Version::CustomErrors => index >= initial,
    };
    if own.is_zero() && begins {
        own = initial;
    }
    let delta = sub(index, own).reverting(Library::Exponential)?;
    let units = match side {
        Side::Supply => holding.tokens,
        Side::Borrow => {
            let owed = borrow_balance(market, holding).reverting(BALANCE_FAILED)?;
            div_exp(owed, market.borrow_index).reverting(Library::Exponential)?
        }
    };
    mul(units, delta).and_then(|product| div(product, U256::from(DOUBLE))).reverting(Library::Exponential)
}

/// Brings one side of a market to `block`.
pub(crate) fn update(tx: &mut Transaction<'_>, id: usize, side: Side, block: u64) -> Result<()> {
    let state = updated(tx.market(id)?, side, block)?;
    let market = tx.market_mut(id)?;
    match side {
        Side::Supply => market.supply_rewards = state,
        Side::Borrow => market.borrow_rewards = state,
    }
    Ok(())
}

/// Credits an account what it has earned on one side of a market.
pub(crate) fn distribute(tx: &mut Transaction<'_>, id: usize, side: Side, account: Account) -> Result<()> {
    let market = *tx.market(id)?;
    let index = match side {
        Side::Supply => market.supply_rewards.index,
        Side::Borrow => market.borrow_rewards.index,
    };
    let user = tx.user(account);
    let earned = credit(tx.version(), &market, &user.holding(id), side, index)?;
    let accrued = add(user.comp_accrued, earned).reverting(Library::Exponential)?;
    let user = tx.user_mut(account);
    user.comp_accrued = accrued;
    let holding = user.holding_mut(id)?;
    match side {
        Side::Supply => holding.supplier_index = index,
        Side::Borrow => holding.borrower_index = index,
    }
    Ok(())
}

/// Both: what each operation does before it changes balances.
pub(crate) fn keep_moving(
    tx: &mut Transaction<'_>,
    id: usize,
    side: Side,
    accounts: &[Account],
    block: u64,
) -> Result<()> {
    update(tx, id, side, block)?;
    accounts.iter().try_for_each(|account| distribute(tx, id, side, *account))
}
