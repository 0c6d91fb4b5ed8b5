//! The domains that several closed forms share.

use rust_decimal::Decimal;

use crate::MathError;

/// `Ok` where `holds`.
pub(super) fn require(holds: bool, quantity: &'static str, accepted: &'static str) -> Result<(), MathError> {
    if holds { Ok(()) } else { Err(MathError::Domain { quantity, accepted }) }
}

pub(super) fn positive(quantity: &'static str, value: Decimal) -> Result<(), MathError> {
    require(value > Decimal::ZERO, quantity, "above zero")
}

pub(super) fn not_negative(quantity: &'static str, value: Decimal) -> Result<(), MathError> {
    require(value >= Decimal::ZERO, quantity, "zero or above")
}

pub(super) fn leverage(value: Decimal) -> Result<(), MathError> {
    require(value >= Decimal::ONE, "leverage", "one or above")
}

/// 0 ≤ ltv < 1: at one the geometric series has no sum.
pub(super) fn ltv(value: Decimal) -> Result<(), MathError> {
    require(value >= Decimal::ZERO && value < Decimal::ONE, "LTV", "at least zero and below one")
}

pub(super) fn liquidation_threshold(value: Decimal) -> Result<(), MathError> {
    require(
        value > Decimal::ZERO && value <= Decimal::ONE,
        "liquidation threshold",
        "above zero and at most one",
    )
}
