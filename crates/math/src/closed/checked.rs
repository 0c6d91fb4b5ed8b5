//! The four operations and powers, whose overflow is an error.

use rust_decimal::{Decimal, MathematicalOps};

use crate::MathError;

/// A decimal, or the reason why there is none.
pub(super) type Answer = Result<Decimal, MathError>;

pub(super) fn add(a: Decimal, b: Decimal) -> Answer {
    fits(a.checked_add(b), "sum")
}

pub(super) fn sub(a: Decimal, b: Decimal) -> Answer {
    fits(a.checked_sub(b), "difference")
}

pub(super) fn mul(a: Decimal, b: Decimal) -> Answer {
    fits(a.checked_mul(b), "product")
}

/// Callers refuse a zero divisor as outside of their domain; one that only became zero by rounding ends here.
pub(super) fn div(a: Decimal, b: Decimal) -> Answer {
    fits(a.checked_div(b), "quotient")
}

pub(super) fn powu(base: Decimal, exponent: u64) -> Answer {
    fits(base.checked_powu(exponent), "power")
}

pub(super) fn exp(x: Decimal) -> Answer {
    fits(x.checked_exp(), "exponential")
}

pub(super) fn ln(x: Decimal) -> Answer {
    fits(x.checked_ln(), "logarithm")
}

fn fits(result: Option<Decimal>, operation: &'static str) -> Answer {
    result.ok_or(MathError::DecimalOverflow { operation })
}
