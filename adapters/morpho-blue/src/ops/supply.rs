//! `supply` and `withdraw`: the loan asset.

use levmine_market::Account;
use levmine_math::{U256, add};

use super::{Moved, Quantity, authorized, not_zero, supply_shares};
use crate::accrual::must_exist;
use crate::error::{MorphoError, Part, Result};
use crate::transaction::{Token, Transaction, World};
use crate::wad::{add128, sub128, to_u128};

/// Shares for assets are rounded down, assets for shares up.
///
/// Source: `Morpho.supply`.
pub(crate) fn supply(
    tx: &mut Transaction<'_>,
    on_behalf: Option<Account>,
    quantity: Quantity,
    world: World<'_>,
) -> Result<Moved> {
    must_exist(tx.totals())?;
    quantity.check(|| supply_shares(tx, on_behalf, world))?;
    let owner = not_zero(on_behalf)?;
    let accrual = tx.accrue(world.now)?;
    let mut position = tx.position(owner);
    let side = tx.totals().supply;
    let (assets, shares) =
        match quantity.resolve(position.supply_shares, || side.to_assets_up(position.supply_shares))? {
            (assets, shares) if shares.is_zero() => (assets, side.to_shares_down(assets)?),
            (_, shares) => (side.to_assets_up(shares)?, shares),
        };
    position.supply_shares = add(position.supply_shares, shares)?;
    tx.set_position(owner, position);
    let side = &mut tx.totals_mut().supply;
    side.shares = add128(side.shares, to_u128(shares)?)?;
    side.assets = add128(side.assets, to_u128(assets)?)?;
    tx.take_in(Token::Loan, assets)?;
    Ok(Moved { assets, shares, accrual })
}

/// Shares for assets are rounded up, assets for shares down.
///
/// Source: `Morpho.withdraw`.
pub(crate) fn withdraw(
    tx: &mut Transaction<'_>,
    caller: Account,
    on_behalf: Option<Account>,
    receiver: Option<Account>,
    quantity: Quantity,
    world: World<'_>,
) -> Result<Moved> {
    must_exist(tx.totals())?;
    quantity.check(|| supply_shares(tx, on_behalf, world))?;
    not_zero(receiver)?;
    let owner = authorized(tx, caller, on_behalf)?;
    let accrual = tx.accrue(world.now)?;
    let mut position = tx.position(owner);
    let side = tx.totals().supply;
    let has = position.supply_shares;
    let (assets, shares) = match quantity.resolve(has, || side.to_assets_down(has))? {
        (assets, shares) if shares.is_zero() => (assets, side.to_shares_up(assets)?),
        (_, shares) => (side.to_assets_down(shares)?, shares),
    };
    position.supply_shares = has.checked_sub(shares).ok_or(MorphoError::ExceedsPosition {
        part: Part::SupplyShares,
        has,
        needed: shares,
    })?;
    tx.set_position(owner, position);
    let side = &mut tx.totals_mut().supply;
    side.shares = sub128(side.shares, to_u128(shares)?)?;
    side.assets = sub128(side.assets, to_u128(assets)?)?;
    liquid(tx)?;
    tx.pay_out(Token::Loan, assets)?;
    Ok(Moved { assets, shares, accrual })
}

/// No more is lent than is supplied.
pub(super) fn liquid(tx: &Transaction<'_>) -> Result<()> {
    let (borrowed, supplied) = (tx.totals().borrow.assets, tx.totals().supply.assets);
    if borrowed > supplied {
        return Err(MorphoError::InsufficientLiquidity { borrowed, supplied });
    }
    Ok(())
}

/// The position's `part` less `amount`, both as the contract's 128 bits.
pub(super) fn less(part: Part, has: u128, amount: U256) -> Result<u128> {
    let narrow = to_u128(amount)?;
    has.checked_sub(narrow).ok_or(MorphoError::ExceedsPosition { part, has: U256::from(has), needed: amount })
}
