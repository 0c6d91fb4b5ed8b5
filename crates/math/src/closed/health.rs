use rust_decimal::Decimal;

use super::{
    checked::{Answer, div, mul, sub},
    domain,
};
use crate::MathError;

/// Returns the health factor, `collateral × threshold ÷ debt`, or `None` without debt.
///
/// Both values are in one currency. Whether a position at exactly one may be liquidated is the protocol's choice.
/// With several collaterals, `liquidation_threshold` is their average weighted by value.
///
/// # Errors
///
/// [`MathError::Domain`] for a value below zero, or unless `0 < threshold ≤ 1`.
///
/// # Examples
///
/// ```
/// use levmine_math::closed::health_factor;
/// use rust_decimal::dec;
///
/// assert_eq!(health_factor(dec!(15_000), dec!(0.8), dec!(10_000))?, Some(dec!(1.2)));
/// assert_eq!(health_factor(dec!(15_000), dec!(0.8), dec!(0))?, None);
/// # Ok::<(), levmine_math::MathError>(())
/// ```
pub fn health_factor(
    collateral_value: Decimal,
    liquidation_threshold: Decimal,
    debt_value: Decimal,
) -> Result<Option<Decimal>, MathError> {
    domain::not_negative("collateral value", collateral_value)?;
    domain::liquidation_threshold(liquidation_threshold)?;
    domain::not_negative("debt value", debt_value)?;
    if debt_value.is_zero() {
        return Ok(None);
    }
    div(mul(collateral_value, liquidation_threshold)?, debt_value).map(Some)
}

/// Returns the price of the collateral at which the health factor is one: `debt ÷ (amount × threshold)`.
///
/// Below it the position can be liquidated. `debt_value` is in the currency of the price, `collateral_amount` in
/// whole tokens. Zero without debt.
///
/// # Errors
///
/// [`MathError::Domain`] for a debt below zero, an amount not above zero, or unless `0 < threshold ≤ 1`.
///
/// # Examples
///
/// ```
/// use levmine_math::closed::collateral_liquidation_price;
/// use rust_decimal::dec;
///
/// // 10 ETH at 80 % against 12,000 USDC: 12,000 ÷ (10·0.8).
/// assert_eq!(collateral_liquidation_price(dec!(12_000), dec!(10), dec!(0.8))?, dec!(1_500));
/// # Ok::<(), levmine_math::MathError>(())
/// ```
pub fn collateral_liquidation_price(
    debt_value: Decimal,
    collateral_amount: Decimal,
    liquidation_threshold: Decimal,
) -> Answer {
    domain::not_negative("debt value", debt_value)?;
    domain::positive("collateral amount", collateral_amount)?;
    domain::liquidation_threshold(liquidation_threshold)?;
    div(debt_value, mul(collateral_amount, liquidation_threshold)?)
}

/// Returns the price of the borrowed asset at which the health factor is one: `collateral × threshold ÷ amount`.
///
/// Above it the position can be liquidated: a short's liquidation price. `collateral_value` is in the currency of
/// the price, `debt_amount` in whole tokens.
///
/// # Errors
///
/// [`MathError::Domain`] for a collateral below zero, a debt not above zero, or unless `0 < threshold ≤ 1`.
pub fn debt_liquidation_price(
    collateral_value: Decimal,
    liquidation_threshold: Decimal,
    debt_amount: Decimal,
) -> Answer {
    domain::not_negative("collateral value", collateral_value)?;
    domain::liquidation_threshold(liquidation_threshold)?;
    domain::positive("debt amount", debt_amount)?;
    div(mul(collateral_value, liquidation_threshold)?, debt_amount)
}

/// Returns the collateral's price at liquidation over its price now: `1 ÷ HF`.
///
/// Above one: the position can be liquidated already.
///
/// # Errors
///
/// [`MathError::Domain`] unless the health factor is above zero.
pub fn collateral_liquidation_ratio(health_factor: Decimal) -> Answer {
    domain::positive("health factor", health_factor)?;
    div(Decimal::ONE, health_factor)
}

/// Returns the borrowed asset's price at liquidation over its price now, which is the health factor itself.
///
/// Below one: the position can be liquidated already.
///
/// # Errors
///
/// [`MathError::Domain`] for a health factor below zero.
pub fn debt_liquidation_ratio(health_factor: Decimal) -> Answer {
    domain::not_negative("health factor", health_factor)?;
    Ok(health_factor)
}

/// Returns how far the collateral's price falls until liquidation, as a fraction of it: `1 − 1 ÷ HF`.
///
/// Below zero: the position can be liquidated already.
///
/// # Errors
///
/// [`MathError::Domain`] unless the health factor is above zero.
///
/// # Examples
///
/// ```
/// use levmine_math::closed::drop_to_liquidation;
/// use rust_decimal::dec;
///
/// assert_eq!(drop_to_liquidation(dec!(1.25))?, dec!(0.2));
/// # Ok::<(), levmine_math::MathError>(())
/// ```
pub fn drop_to_liquidation(health_factor: Decimal) -> Answer {
    sub(Decimal::ONE, collateral_liquidation_ratio(health_factor)?)
}

/// Returns how far the borrowed asset's price rises until liquidation, as a fraction of it: `HF − 1`.
///
/// Below zero: the position can be liquidated already.
///
/// # Errors
///
/// [`MathError::Domain`] for a health factor below zero.
pub fn rise_to_liquidation(health_factor: Decimal) -> Answer {
    sub(debt_liquidation_ratio(health_factor)?, Decimal::ONE)
}
