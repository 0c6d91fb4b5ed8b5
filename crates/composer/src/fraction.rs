//! Parts and ratios of the chain's integers, where a person's decimals meet them.

use levmine_lending::HealthFactor;
use levmine_math::{Rounding, U256, Wad, mul_div};
use rust_decimal::Decimal;

use crate::StepError;

/// Returns `amount × part`, rounded down; a part of one is the whole.
pub(crate) fn part_of(amount: U256, part: Decimal) -> Result<U256, StepError> {
    let wad = Wad::from_decimal(part, Rounding::Down)?;
    Ok(mul_div(amount, wad.raw(), Wad::ONE.raw(), Rounding::Down)?)
}

/// Returns `value × factor`, rounded down.
pub(crate) fn scale(value: Wad, factor: Decimal) -> Result<Wad, StepError> {
    Ok(Wad::from_raw(part_of(value.raw(), factor)?))
}

/// Returns `value ÷ factor`, rounded down.
pub(crate) fn unscale(value: Wad, factor: Decimal) -> Result<Wad, StepError> {
    let factor = Wad::from_decimal(factor, Rounding::Up)?;
    Ok(Wad::from_raw(mul_div(value.raw(), Wad::ONE.raw(), factor.raw(), Rounding::Down)?))
}

/// Returns `a ÷ b` with six places; zero for a zero `b`, and what a decimal can hold at most beyond that.
pub(crate) fn ratio(a: Wad, b: Wad) -> Decimal {
    if b.is_zero() {
        return Decimal::ZERO;
    }
    mul_div(a.raw(), U256::from(1_000_000_u64), b.raw(), Rounding::Down)
        .ok()
        .and_then(|parts| i128::try_from(parts).ok())
        .and_then(|parts| Decimal::try_from_i128_with_scale(parts, 6).ok())
        .unwrap_or(Decimal::MAX)
}

/// Returns `a ÷ b` with eighteen places where a decimal can hold them; one for a zero `b`.
pub(crate) fn fine_ratio(a: Wad, b: Wad) -> Decimal {
    if b.is_zero() {
        return Decimal::ONE;
    }
    mul_div(a.raw(), Wad::ONE.raw(), b.raw(), Rounding::Down)
        .ok()
        .and_then(|parts| i128::try_from(parts).ok())
        .and_then(|parts| Decimal::try_from_i128_with_scale(parts, 18).ok())
        .unwrap_or_else(|| ratio(a, b))
}

/// A fraction as a percentage with two places, for what was measured.
pub(crate) fn percent(fraction: Decimal) -> String {
    match fraction.checked_mul(Decimal::ONE_HUNDRED) {
        Some(percent) => format!("{}%", percent.round_dp(2).normalize()),
        None => "more than can be written".into(),
    }
}

/// A fraction as a percentage with all of its places, for what somebody wrote.
pub(crate) fn written(fraction: Decimal) -> String {
    match fraction.checked_mul(Decimal::ONE_HUNDRED) {
        Some(percent) => format!("{}%", percent.normalize()),
        None => percent(fraction),
    }
}

/// The health factor as a decimal, for messages and triggers; `None` without debt.
pub(crate) fn factor_of(factor: HealthFactor) -> Option<Decimal> {
    match factor {
        HealthFactor::NoDebt => None,
        HealthFactor::Of(factor) => Some(ratio(factor, Wad::ONE)),
    }
}
