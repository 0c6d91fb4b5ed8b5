use rust_decimal::Decimal;

use super::{
    checked::{Answer, add, div, mul, sub},
    domain,
    root::sqrt,
};

/// Returns the equity of a leveraged 50/50 liquidity position over what was put in: `λ·√k − (λ − 1)`.
///
/// The debt is in the stable asset; `price_ratio` k is the other asset's price now over that at the opening, both
/// in the stable asset. Interest and fees are left out. Below zero the position owes more than it holds.
///
/// # Errors
///
/// [`MathError::Domain`](crate::MathError::Domain) for a leverage below one or a ratio below zero.
///
/// # Examples
///
/// ```
/// use levmine_math::closed::leveraged_lp_equity;
/// use rust_decimal::dec;
///
/// assert_eq!(leveraged_lp_equity(dec!(3), dec!(0.64))?, dec!(0.4)); // 3·0.8 − 2
/// # Ok::<(), levmine_math::MathError>(())
/// ```
pub fn leveraged_lp_equity(leverage: Decimal, price_ratio: Decimal) -> Answer {
    leveraged_lp_equity_after_costs(leverage, price_ratio, Decimal::ZERO, Decimal::ZERO)
}

/// Returns the same equity after fees earned and interest owed: `λ·√k·(1 + fees) − (λ − 1)·(1 + interest)`.
///
/// `fees` is what the pool earned over the whole period, as a fraction of the position, and `interest` what the
/// debt grew by, as a fraction of it.
///
/// # Errors
///
/// [`MathError::Domain`](crate::MathError::Domain) for a leverage below one, or a ratio, fees or interest below
/// zero.
pub fn leveraged_lp_equity_after_costs(
    leverage: Decimal,
    price_ratio: Decimal,
    fees: Decimal,
    interest: Decimal,
) -> Answer {
    domain::not_negative("price ratio", price_ratio)?;
    let assets = mul(assets_at_par(leverage, fees)?, sqrt(price_ratio)?)?;
    sub(assets, debt(leverage, interest)?)
}

/// Returns the price ratio at which a leveraged liquidity position is worth what was put in.
///
/// Solves `λ·√k·(1 + fees) = 1 + (λ − 1)·(1 + interest)`, so `k = ((1 + (λ−1)(1+interest)) ÷ (λ(1+fees)))²`; the
/// arguments are those of [`leveraged_lp_equity_after_costs`]. Below one: the fees allow for a falling price.
///
/// # Errors
///
/// [`MathError::Domain`](crate::MathError::Domain) for a leverage below one, or fees or interest below zero.
///
/// # Examples
///
/// ```
/// use levmine_math::closed::leveraged_lp_break_even;
/// use rust_decimal::dec;
///
/// // (1 + 1·1.1) ÷ (2·1.05) = 1: at 2x, 5 % of fees pay for 10 % of interest.
/// assert_eq!(leveraged_lp_break_even(dec!(2), dec!(0.05), dec!(0.1))?, dec!(1));
/// # Ok::<(), levmine_math::MathError>(())
/// ```
pub fn leveraged_lp_break_even(leverage: Decimal, fees: Decimal, interest: Decimal) -> Answer {
    let needed = add(Decimal::ONE, debt(leverage, interest)?)?;
    let root = div(needed, assets_at_par(leverage, fees)?)?;
    mul(root, root)
}

/// Returns the price ratio at which a leveraged liquidity position is liquidated: its health factor is one.
///
/// Solves `λ·√k·threshold = λ − 1`, so `k = ((λ − 1) ÷ (λ·threshold))²`, for liquidity shares as the collateral of
/// a stable debt. Above one: it can't be opened. Zero without debt.
///
/// # Errors
///
/// [`MathError::Domain`](crate::MathError::Domain) for a leverage below one, or unless `0 < threshold ≤ 1`.
///
/// # Examples
///
/// ```
/// use levmine_math::closed::leveraged_lp_liquidation;
/// use rust_decimal::dec;
///
/// assert_eq!(leveraged_lp_liquidation(dec!(2), dec!(0.8))?, dec!(0.390625)); // (1 ÷ 1.6)²
/// # Ok::<(), levmine_math::MathError>(())
/// ```
pub fn leveraged_lp_liquidation(leverage: Decimal, liquidation_threshold: Decimal) -> Answer {
    domain::liquidation_threshold(liquidation_threshold)?;
    let owed = debt(leverage, Decimal::ZERO)?;
    let root = div(owed, mul(leverage, liquidation_threshold)?)?;
    mul(root, root)
}

/// λ·(1 + fees): the assets over the initial equity, at an unchanged price.
fn assets_at_par(leverage: Decimal, fees: Decimal) -> Answer {
    domain::leverage(leverage)?;
    domain::not_negative("fees", fees)?;
    mul(leverage, add(Decimal::ONE, fees)?)
}

/// (λ − 1)·(1 + interest): the debt over the initial equity.
fn debt(leverage: Decimal, interest: Decimal) -> Answer {
    domain::leverage(leverage)?;
    domain::not_negative("interest", interest)?;
    mul(sub(leverage, Decimal::ONE)?, add(Decimal::ONE, interest)?)
}
