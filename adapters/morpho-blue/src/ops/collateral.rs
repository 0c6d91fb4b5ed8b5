//! `supplyCollateral` and `withdrawCollateral`.

use levmine_market::Account;
use levmine_math::U256;

use super::borrow::healthy;
use super::supply::less;
use super::{authorized, not_zero};
use crate::accrual::{Accrual, must_exist};
use crate::error::{MorphoError, Part, Result};
use crate::transaction::{Token, Transaction, World};
use crate::wad::{add128, to_u128};

/// Collateral is counted in base units and earns nothing, so no interest is accrued.
///
/// Source: `Morpho.supplyCollateral`.
pub(crate) fn supply(tx: &mut Transaction<'_>, on_behalf: Option<Account>, assets: U256) -> Result<()> {
    must_exist(tx.totals())?;
    if assets.is_zero() {
        return Err(MorphoError::ZeroAssets);
    }
    let owner = not_zero(on_behalf)?;
    let mut position = tx.position(owner);
    position.collateral = add128(position.collateral, to_u128(assets)?)?;
    tx.set_position(owner, position);
    tx.take_in(Token::Collateral, assets)
}

/// What is left must carry the debt; a position without debt does not ask the oracle.
///
/// Source: `Morpho.withdrawCollateral`.
pub(crate) fn withdraw(
    tx: &mut Transaction<'_>,
    caller: Account,
    on_behalf: Option<Account>,
    receiver: Option<Account>,
    assets: U256,
    world: World<'_>,
) -> Result<Option<Accrual>> {
    must_exist(tx.totals())?;
    if assets.is_zero() {
        return Err(MorphoError::ZeroAssets);
    }
    not_zero(receiver)?;
    let owner = authorized(tx, caller, on_behalf)?;
    let accrual = tx.accrue(world.now)?;
    let mut position = tx.position(owner);
    position.collateral = less(Part::Collateral, position.collateral, assets)?;
    tx.set_position(owner, position);
    healthy(tx, owner, world)?;
    tx.pay_out(Token::Collateral, assets)?;
    Ok(accrual)
}
