use rust_decimal::Decimal;

use super::{
    checked::{Answer, div, sub},
    domain,
};

/// Returns the leverage with the highest long-run growth (Kelly): `λ* = (μ − r) ÷ σ²`.
///
/// It maximises `r + λ·(μ − r) − λ²·σ² ÷ 2`, the growth of a position rebalanced all the time, in the same unit of
/// time for the three arguments: `expected_return` μ of the exposure, `borrow_rate` r, `volatility` σ. Beyond twice
/// this leverage the growth is below that of lending. Below zero the exposure does not pay for its debt.
///
/// # Errors
///
/// [`MathError::Domain`](crate::MathError::Domain) unless the volatility is above zero.
///
/// # Examples
///
/// ```
/// use levmine_math::closed::kelly_leverage;
/// use rust_decimal::dec;
///
/// assert_eq!(kelly_leverage(dec!(0.17), dec!(0.05), dec!(0.2))?, dec!(3)); // 0.12 ÷ 0.04
/// # Ok::<(), levmine_math::MathError>(())
/// ```
pub fn kelly_leverage(expected_return: Decimal, borrow_rate: Decimal, volatility: Decimal) -> Answer {
    domain::positive("volatility", volatility)?;
    // Two divisions: the square of a tiny volatility would round to zero.
    div(div(sub(expected_return, borrow_rate)?, volatility)?, volatility)
}
