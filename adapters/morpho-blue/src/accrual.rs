//! Interest.

use levmine_math::U256;

use crate::error::{MorphoError, Result};
use crate::irm;
use crate::params::{Irm, Params};
use crate::state::Totals;
use crate::wad::{add128, taylor_compounded, to_u128, w_mul_down};

/// What an accrual tells in its event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accrual {
    /// The rate that was charged, per second in wad.
    pub borrow_rate: U256,
    /// Interest in base units of the loan asset.
    pub interest: U256,
    /// The supply shares that the fee recipient got for its part.
    pub fee_shares: U256,
}

/// Brings the totals to `now`. The interest is rounded down, and so are the fee and its shares: suppliers keep the
/// fractions. The caller books the fee shares, which are in the totals already, to their recipient.
///
/// `None` where nothing is charged: no time has passed, or the market has no interest model.
///
/// Source: `Morpho._accrueInterest`.
///
/// # Errors
///
/// [`MorphoError::Panic`], [`MorphoError::MaxUint128Exceeded`] where the totals outgrow the contract.
pub fn accrue(params: &Params, totals: &mut Totals, now: u64) -> Result<Option<Accrual>> {
    let elapsed = now.saturating_sub(totals.last_update);
    if elapsed == 0 {
        return Ok(None);
    }
    let mut next = *totals;
    next.last_update = now;
    let accrual = match params.irm() {
        Irm::Zero => None,
        Irm::AdaptiveCurve => {
            let rate = irm::borrow_rate(totals, elapsed)?;
            next.rate_at_target = rate.at_target;
            let borrow_rate = U256::from(rate.average);
            let compounded = taylor_compounded(borrow_rate, elapsed)?;
            let interest = w_mul_down(U256::from(totals.borrow.assets), compounded)?;
            let fee_shares = charge(&mut next, interest)?;
            Some(Accrual { borrow_rate, interest, fee_shares })
        }
    };
    *totals = next;
    Ok(accrual)
}

/// Adds the interest to both sides and returns the shares that its fee buys, at the price without the fee.
fn charge(totals: &mut Totals, interest: U256) -> Result<U256> {
    let narrow = to_u128(interest)?;
    totals.borrow.assets = add128(totals.borrow.assets, narrow)?;
    totals.supply.assets = add128(totals.supply.assets, narrow)?;
    if totals.fee == 0 {
        return Ok(U256::ZERO);
    }
    let fee = w_mul_down(interest, U256::from(totals.fee))?;
    let mut others = totals.supply;
    others.assets = others.assets.saturating_sub(to_u128(fee)?);
    let shares = others.to_shares_down(fee)?;
    totals.supply.shares = add128(totals.supply.shares, to_u128(shares)?)?;
    Ok(shares)
}

/// The totals as they would be after an accrual at `now`, with what it would tell.
///
/// # Errors
///
/// As [`accrue`].
pub fn expected(params: &Params, totals: &Totals, now: u64) -> Result<(Totals, Option<Accrual>)> {
    let mut next = *totals;
    // What is not created accrues nothing.
    let accrual = if totals.last_update == 0 { None } else { accrue(params, &mut next, now)? };
    Ok((next, accrual))
}

/// That the market exists.
///
/// # Errors
///
/// [`MorphoError::MarketNotCreated`].
pub(crate) fn must_exist(totals: &Totals) -> Result<()> {
    if totals.last_update == 0 { Err(MorphoError::MarketNotCreated) } else { Ok(()) }
}
