use rust_decimal::Decimal;

use super::{
    checked::{Answer, add, div, mul, sub},
    domain,
    yields::apy_from_apr,
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

/// Returns the capital above which something that is done `times` a year for `cost` each brings more than it costs:
/// `cost × times ÷ benefit`, `benefit` being what it adds in a year as a fraction of the capital.
///
/// `cost` and the result in one currency.
///
/// # Errors
///
/// [`MathError::Domain`](crate::MathError::Domain) for a cost or number below zero or a benefit not above zero.
///
/// # Examples
///
/// ```
/// use levmine_math::closed::break_even_capital;
/// use rust_decimal::dec;
///
/// // Twelve transactions of 5 dollars for 1.5 % a year.
/// assert_eq!(break_even_capital(dec!(5), dec!(12), dec!(0.015))?, dec!(4_000));
/// # Ok::<(), levmine_math::MathError>(())
/// ```
pub fn break_even_capital(cost: Decimal, times: Decimal, benefit: Decimal) -> Answer {
    domain::not_negative("cost", cost)?;
    domain::not_negative("times", times)?;
    domain::positive("benefit", benefit)?;
    div(mul(cost, times)?, benefit)
}

/// Returns what compounding `times` a year adds to a simple rate, as a fraction: `(1 + apr ÷ n)^n − 1 − apr`.
///
/// # Errors
///
/// As [`apy_from_apr`].
pub fn compounding_gain(apr: Decimal, times: u32) -> Answer {
    sub(apy_from_apr(apr, times)?, apr)
}
