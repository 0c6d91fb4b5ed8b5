use rust_decimal::Decimal;

use super::{
    checked::{Answer, add, div},
    domain,
};

/// Returns the price at which closing a leveraged long gives back the equity put in.
///
/// `(equity + debt + costs) ÷ units`: selling all `units` repays `debt` and the `costs` (interest, fees, gas) and
/// leaves `equity`. The first three in the currency of the price, `units` in whole tokens.
///
/// # Errors
///
/// [`MathError::Domain`](crate::MathError::Domain) for an amount below zero or units not above zero.
///
/// # Examples
///
/// ```
/// use levmine_math::closed::break_even_price;
/// use rust_decimal::dec;
///
/// // 15 ETH for 10,000 of equity and 20,000 of debt, at 2,000; 300 of interest: 30,300 ÷ 15.
/// assert_eq!(break_even_price(dec!(10_000), dec!(20_000), dec!(300), dec!(15))?, dec!(2_020));
/// # Ok::<(), levmine_math::MathError>(())
/// ```
pub fn break_even_price(equity: Decimal, debt: Decimal, costs: Decimal, units: Decimal) -> Answer {
    domain::not_negative("equity", equity)?;
    domain::not_negative("debt", debt)?;
    domain::not_negative("costs", costs)?;
    domain::positive("units", units)?;
    div(add(add(equity, debt)?, costs)?, units)
}

/// Returns the price at which a leveraged long has no equity left: `(debt + costs) ÷ units`.
///
/// Selling all `units` just repays what is owed; below it the lenders lose. Units as in [`break_even_price`].
///
/// # Errors
///
/// [`MathError::Domain`](crate::MathError::Domain) for an amount below zero or units not above zero.
pub fn bankruptcy_price(debt: Decimal, costs: Decimal, units: Decimal) -> Answer {
    break_even_price(Decimal::ZERO, debt, costs, units)
}
