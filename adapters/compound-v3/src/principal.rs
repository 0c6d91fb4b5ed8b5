//! From principal to present value and back, and what a change of principal means for the totals.
//!
//! Present values are rounded **down**, of supplies in favour of the market and of debts in favour of the
//! borrower; principals of supplies **down** and of debts **up**, both in favour of the market.
//!
//! Source: `CometCore` and `Comet`, functions of the same names.

use levmine_math::{U256, add, mul, sub};

use crate::casts::{BASE_INDEX_SCALE, div, mul_div, mul_index, safe104, signed104};
use crate::error::Result;
use crate::signed::Signed;
use crate::state::Totals;

/// `p × supplyIndex ÷ 10^15`, rounded down: base units.
///
/// # Errors
///
/// None that 104 and 64 bits can cause.
#[inline]
pub fn present_value_supply(index: u64, principal: u128) -> Result<U256> {
    mul_index(U256::from(principal), U256::from(index))
}

/// `p × borrowIndex ÷ 10^15`, rounded down: base units.
///
/// # Errors
///
/// None that 104 and 64 bits can cause.
#[inline]
pub fn present_value_borrow(index: u64, principal: u128) -> Result<U256> {
    mul_index(U256::from(principal), U256::from(index))
}

/// What an account with this principal has, or owes.
///
/// # Errors
///
/// As [`present_value_supply`].
pub fn present_value(totals: &Totals, principal: i128) -> Result<Signed> {
    let size = principal.unsigned_abs();
    if principal >= 0 {
        present_value_supply(totals.base_supply_index, size).map(Signed::Plus)
    } else {
        present_value_borrow(totals.base_borrow_index, size).map(Signed::minus)
    }
}

/// `v × 10^15 ÷ supplyIndex`, rounded down.
///
/// # Errors
///
/// [`crate::CometError::DoesNotFit`] above 104 bits; [`crate::CometError::Panic`] on overflow.
pub fn principal_value_supply(index: u64, present: U256) -> Result<u128> {
    safe104(mul_div(present, U256::from(BASE_INDEX_SCALE), U256::from(index))?)
}

/// `(v × 10^15 + borrowIndex − 1) ÷ borrowIndex`: rounded up.
///
/// # Errors
///
/// [`crate::CometError::DoesNotFit`] above 104 bits; [`crate::CometError::Panic`] on overflow.
pub fn principal_value_borrow(index: u64, present: U256) -> Result<u128> {
    let index = U256::from(index);
    let scaled = sub(add(mul(present, U256::from(BASE_INDEX_SCALE))?, index)?, U256::ONE)?;
    safe104(div(scaled, index)?)
}

/// The principal of an account that has, or owes, this much.
///
/// # Errors
///
/// [`crate::CometError::DoesNotFit`] above 104 bits with the sign; [`crate::CometError::Panic`] on overflow.
pub fn principal_value(totals: &Totals, present: Signed) -> Result<i128> {
    match present {
        Signed::Plus(value) => signed104(principal_value_supply(totals.base_supply_index, value)?),
        Signed::Minus(value) => Ok(-signed104(principal_value_borrow(totals.base_borrow_index, value)?)?),
    }
}

/// How much of a grown principal repays a debt, and how much is supplied. Nothing where it has not grown.
pub(crate) const fn repay_and_supply_amount(old: i128, new: i128) -> (u128, u128) {
    if new < old {
        (0, 0)
    } else if new <= 0 {
        (new.abs_diff(old), 0)
    } else if old >= 0 {
        (0, new.abs_diff(old))
    } else {
        (old.unsigned_abs(), new.unsigned_abs())
    }
}

/// How much of a shrunk principal is withdrawn, and how much is borrowed. Nothing where it has not shrunk.
pub(crate) const fn withdraw_and_borrow_amount(old: i128, new: i128) -> (u128, u128) {
    if new > old {
        (0, 0)
    } else if new >= 0 {
        (new.abs_diff(old), 0)
    } else if old <= 0 {
        (0, new.abs_diff(old))
    } else {
        (old.unsigned_abs(), new.unsigned_abs())
    }
}
