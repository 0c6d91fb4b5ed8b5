//! The closed forms against numbers worked out by hand.

mod extremes;
mod health;
mod leverage;
mod liquidity;
mod prices;
mod root;
mod yields;
mod zap;

use levmine_math::MathError;
use rust_decimal::Decimal;

/// Asserts that the answer is within `tolerance` of the expected number.
#[track_caller]
fn assert_near(answer: Result<Decimal, MathError>, expected: Decimal, tolerance: Decimal) {
    let near = answer.is_ok_and(|answer| (answer - expected).abs() <= tolerance);
    assert!(near, "{answer:?} is not {expected} ± {tolerance}");
}

/// Asserts that the answer is outside of the domain because of `quantity`.
#[track_caller]
fn assert_outside<T: std::fmt::Debug>(answer: Result<T, MathError>, quantity: &str) {
    let named = matches!(&answer, Err(MathError::Domain { quantity: named, .. }) if *named == quantity);
    assert!(named, "{answer:?} instead of a domain error for {quantity}");
}
