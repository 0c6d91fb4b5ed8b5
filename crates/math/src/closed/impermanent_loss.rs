use rust_decimal::Decimal;

use super::{
    checked::{Answer, add, div, mul, sub},
    domain,
    root::sqrt,
};

/// Returns the impermanent loss of a 50/50 constant-product position, as a fraction: never above zero.
///
/// `IL(k) = 2·√k ÷ (1 + k) − 1`: the position's value over the value of just holding its two assets, minus one.
/// `price_ratio` k is the price now over the price at the deposit, of either asset in the other: `IL(k) = IL(1/k)`.
/// Fees earned are not in it.
///
/// # Errors
///
/// [`MathError::Domain`](crate::MathError::Domain) for a ratio below zero. At zero the whole position is lost.
///
/// # Examples
///
/// ```
/// use levmine_math::closed::impermanent_loss;
/// use rust_decimal::dec;
///
/// assert_eq!(impermanent_loss(dec!(4))?, dec!(-0.2)); // 2·2 ÷ 5 − 1
/// # Ok::<(), levmine_math::MathError>(())
/// ```
pub fn impermanent_loss(price_ratio: Decimal) -> Answer {
    domain::not_negative("price ratio", price_ratio)?;
    let over_holding = div(mul(Decimal::TWO, sqrt(price_ratio)?)?, add(Decimal::ONE, price_ratio)?)?;
    sub(over_holding, Decimal::ONE)
}
