//! `borrow` and `repay`.

use levmine_market::Account;
use levmine_math::U256;

use super::supply::{less, liquid};
use super::{Moved, Quantity, authorized, borrow_shares, not_zero};
use crate::accrual::must_exist;
use crate::error::{MorphoError, Part, Result};
use crate::risk::cover_of_debt;
use crate::transaction::{Token, Transaction, World};
use crate::wad::{add128, sub128, to_u128};

/// Shares for assets are rounded up, assets for shares down.
///
/// Source: `Morpho.borrow`.
pub(crate) fn borrow(
    tx: &mut Transaction<'_>,
    caller: Account,
    on_behalf: Option<Account>,
    receiver: Option<Account>,
    quantity: Quantity,
    world: World<'_>,
) -> Result<Moved> {
    must_exist(tx.totals())?;
    quantity.check(|| borrow_shares(tx, on_behalf))?;
    not_zero(receiver)?;
    let owner = authorized(tx, caller, on_behalf)?;
    let moved = book(tx, owner, quantity, world)?;
    healthy(tx, owner, world)?;
    liquid(tx)?;
    tx.pay_out(Token::Loan, moved.assets)?;
    Ok(moved)
}

/// Accrues, and writes the debt down without asking what secures it.
pub(crate) fn book(
    tx: &mut Transaction<'_>,
    owner: Account,
    quantity: Quantity,
    world: World<'_>,
) -> Result<Moved> {
    let accrual = tx.accrue(world.now)?;
    let mut position = tx.position(owner);
    let side = tx.totals().borrow;
    let has = U256::from(position.borrow_shares);
    let (assets, shares) = match quantity.resolve(has, || side.to_assets_down(has))? {
        (assets, shares) if shares.is_zero() => (assets, side.to_shares_up(assets)?),
        (_, shares) => (side.to_assets_down(shares)?, shares),
    };
    let narrow = to_u128(shares)?;
    position.borrow_shares = add128(position.borrow_shares, narrow)?;
    tx.set_position(owner, position);
    let side = &mut tx.totals_mut().borrow;
    side.shares = add128(side.shares, narrow)?;
    side.assets = add128(side.assets, to_u128(assets)?)?;
    Ok(Moved { assets, shares, accrual })
}

/// Shares for assets are rounded down, assets for shares up. A repayment that was rounded up may exceed the whole debt
/// by one base unit, so the total stops at zero.
///
/// Source: `Morpho.repay`.
pub(crate) fn repay(
    tx: &mut Transaction<'_>,
    on_behalf: Option<Account>,
    quantity: Quantity,
    world: World<'_>,
) -> Result<Moved> {
    must_exist(tx.totals())?;
    quantity.check(|| borrow_shares(tx, on_behalf))?;
    let owner = not_zero(on_behalf)?;
    let accrual = tx.accrue(world.now)?;
    let mut position = tx.position(owner);
    let side = tx.totals().borrow;
    let has = U256::from(position.borrow_shares);
    let (assets, shares) = match quantity.resolve(has, || side.to_assets_up(has))? {
        (assets, shares) if shares.is_zero() => (assets, side.to_shares_down(assets)?),
        (_, shares) => (side.to_assets_up(shares)?, shares),
    };
    position.borrow_shares = less(Part::BorrowShares, position.borrow_shares, shares)?;
    tx.set_position(owner, position);
    lower_debt(tx, assets, shares)?;
    tx.take_in(Token::Loan, assets)?;
    Ok(Moved { assets, shares, accrual })
}

/// Takes a repayment off the totals.
pub(super) fn lower_debt(tx: &mut Transaction<'_>, assets: U256, shares: U256) -> Result<()> {
    let side = &mut tx.totals_mut().borrow;
    side.shares = sub128(side.shares, to_u128(shares)?)?;
    side.assets = to_u128(U256::from(side.assets).saturating_sub(assets))?;
    Ok(())
}

/// The position does not owe more than its collateral carries.
pub(super) fn healthy(tx: &Transaction<'_>, owner: Account, world: World<'_>) -> Result<()> {
    let cover = cover_of_debt(&tx.state().params, tx.totals(), &tx.position(owner), &world.oracle)?;
    match cover {
        Some(cover) if !cover.is_healthy() => Err(MorphoError::InsufficientCollateral {
            max_borrow: cover.max_borrow,
            borrowed: cover.borrowed,
        }),
        _ => Ok(()),
    }
}
