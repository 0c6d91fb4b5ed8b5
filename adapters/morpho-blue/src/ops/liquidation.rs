//! `liquidate`.

use levmine_market::Account;
use levmine_math::U256;

use super::borrow::lower_debt;
use super::exactly_one_zero;
use super::supply::less;
use crate::accrual::{Accrual, expected, must_exist};
use crate::error::{MorphoError, Part, Result};
use crate::params::Params;
use crate::risk::{ORACLE_PRICE_SCALE, cover};
use crate::state::{Position, Totals};
use crate::transaction::{Token, Transaction, World};
use crate::wad::{mul_div_down, mul_div_up, sub128, to_u128, w_div_up, w_mul_down};

/// How much is liquidated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stake {
    /// As the contract takes it; exactly one of both is zero.
    Given {
        /// Collateral in base units.
        seized: U256,
        /// Borrow shares.
        repaid_shares: U256,
    },
    /// At most so many base units of debt: by shares, or all collateral where the shares would seize more.
    Debt(U256),
    /// All debt, or all collateral where the debt would seize more.
    Everything,
}

/// What a liquidation moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Liquidated {
    /// Collateral in base units.
    pub seized: U256,
    /// Debt in base units.
    pub repaid: U256,
    /// Debt in shares.
    pub repaid_shares: U256,
    /// Debt in base units that the suppliers lost.
    pub bad_debt: U256,
    /// Debt in shares that was written off.
    pub bad_debt_shares: U256,
    /// The interest that was accrued before.
    pub accrual: Option<Accrual>,
}

/// The borrow shares that a liquidator pays for `seized` base units of collateral. Each of the three steps rounds up, in
/// the suppliers' favour.
///
/// Source: `Morpho.liquidate`.
///
/// # Errors
///
/// [`MorphoError::Panic`] beyond 256 bits.
pub fn by_seized(params: &Params, totals: &Totals, seized: U256, price: U256) -> Result<U256> {
    let quoted = mul_div_up(seized, price, ORACLE_PRICE_SCALE)?;
    totals.borrow.to_shares_up(w_div_up(quoted, params.incentive())?)
}

/// The collateral that a liquidator gets for `shares` of debt. Each of the three steps rounds down.
///
/// Source: `Morpho.liquidate`.
///
/// # Errors
///
/// [`MorphoError::Panic`] beyond 256 bits, and at a price of zero.
pub fn by_repaid(params: &Params, totals: &Totals, shares: U256, price: U256) -> Result<U256> {
    let value = w_mul_down(totals.borrow.to_assets_down(shares)?, params.incentive())?;
    mul_div_down(value, ORACLE_PRICE_SCALE, price)
}

/// The whole debt can be repaid at once. A position that is left without collateral has the rest of its debt written off,
/// and all suppliers lose it pro rata: the only time that a supply share falls.
///
/// Source: `Morpho.liquidate`.
pub(crate) fn liquidate(
    tx: &mut Transaction<'_>,
    borrower: Account,
    stake: Stake,
    world: World<'_>,
) -> Result<Liquidated> {
    must_exist(tx.totals())?;
    let params = tx.state().params;
    // Who liquidates has asked for the totals in the same block; where they cannot be told, as they are stored.
    let then = expected(&params, tx.totals(), world.now).map_or(*tx.totals(), |(totals, _)| totals);
    let asked = asked(&then, &tx.position(borrower), stake)?;
    let accrual = tx.accrue(world.now)?;
    // Read only now: the borrower may be who earns the fee.
    let mut position = tx.position(borrower);
    let price = world.oracle.price()?;
    let cover = cover(&params, tx.totals(), &position, price)?;
    if cover.is_healthy() {
        return Err(MorphoError::HealthyPosition { max_borrow: cover.max_borrow, borrowed: cover.borrowed });
    }
    let asked = match stake {
        Stake::Given { .. } => asked,
        _ => within_collateral(&params, tx.totals(), &position, asked, price),
    };
    let (seized, shares) = match asked {
        (seized, shares) if shares.is_zero() => (seized, by_seized(&params, tx.totals(), seized, price)?),
        (_, shares) => (by_repaid(&params, tx.totals(), shares, price)?, shares),
    };
    let repaid = tx.totals().borrow.to_assets_up(shares)?;
    position.borrow_shares = less(Part::BorrowShares, position.borrow_shares, shares)?;
    lower_debt(tx, repaid, shares)?;
    position.collateral = less(Part::Collateral, position.collateral, seized)?;
    let (bad_debt, bad_debt_shares) =
        if position.collateral == 0 { write_off(tx, &mut position)? } else { (U256::ZERO, U256::ZERO) };
    tx.set_position(borrower, position);
    tx.pay_out(Token::Collateral, seized)?;
    tx.take_in(Token::Loan, repaid)?;
    Ok(Liquidated { seized, repaid, repaid_shares: shares, bad_debt, bad_debt_shares, accrual })
}

/// Takes the position's debt off the totals, and its worth off the supply. The worth is rounded up, but it is at most all
/// that is owed.
fn write_off(tx: &mut Transaction<'_>, position: &mut Position) -> Result<(U256, U256)> {
    let shares = U256::from(position.borrow_shares);
    let totals = tx.totals_mut();
    let worth = totals.borrow.to_assets_up(shares)?.min(U256::from(totals.borrow.assets));
    let narrow = to_u128(worth)?;
    totals.borrow.assets = sub128(totals.borrow.assets, narrow)?;
    totals.supply.assets = sub128(totals.supply.assets, narrow)?;
    totals.borrow.shares = sub128(totals.borrow.shares, position.borrow_shares)?;
    position.borrow_shares = 0;
    Ok((worth, shares))
}

/// The pair of collateral and shares that is asked for; exactly one is zero.
fn asked(totals: &Totals, position: &Position, stake: Stake) -> Result<(U256, U256)> {
    let all = U256::from(position.borrow_shares);
    let shares = match stake {
        Stake::Given { seized, repaid_shares } => {
            exactly_one_zero(seized, repaid_shares)?;
            return Ok((seized, repaid_shares));
        }
        Stake::Debt(assets) if assets < totals.borrow.to_assets_up(all)? => {
            totals.borrow.to_shares_down(assets)?
        }
        Stake::Debt(_) | Stake::Everything => all,
    };
    exactly_one_zero(U256::ZERO, shares)?;
    Ok((U256::ZERO, shares))
}

/// All collateral where the shares would seize more. What all shares seize is more than there is only where all that
/// there is costs no more than all shares, so one of both always goes through.
fn within_collateral(
    params: &Params,
    totals: &Totals,
    position: &Position,
    asked: (U256, U256),
    price: U256,
) -> (U256, U256) {
    let (_, shares) = asked;
    let collateral = U256::from(position.collateral);
    // At a price of zero, or one so low that the amount outgrows 256 bits, shares would seize more than anything.
    let fits = by_repaid(params, totals, shares, price).is_ok_and(|seized| seized <= collateral);
    if fits || collateral.is_zero() { asked } else { (collateral, U256::ZERO) }
}
