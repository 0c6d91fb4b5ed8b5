use rust_decimal::Decimal;

use super::{
    checked::{Answer, add, div, exp, ln, mul, powu, sub},
    domain,
};
use crate::MathError;

/// Returns the yield of a year at a simple rate compounded `compoundings` times: `(1 + apr ÷ n)^n − 1`.
///
/// # Errors
///
/// [`MathError::Domain`] for no compoundings, or a rate not above `−n`, which loses everything in one of them.
///
/// # Examples
///
/// ```
/// use levmine_math::closed::apy_from_apr;
/// use rust_decimal::dec;
///
/// assert_eq!(apy_from_apr(dec!(0.2), 2)?, dec!(0.21)); // 1.1² − 1
/// # Ok::<(), levmine_math::MathError>(())
/// ```
pub fn apy_from_apr(apr: Decimal, compoundings: u32) -> Answer {
    let per_period = div(apr, count(compoundings)?)?;
    domain::require(per_period > Decimal::NEGATIVE_ONE, "APR", "above −100 % in each compounding")?;
    sub(powu(add(Decimal::ONE, per_period)?, u64::from(compoundings))?, Decimal::ONE)
}

/// Returns the simple rate that, compounded `compoundings` times a year, yields `apy`: `n·((1 + apy)^(1/n) − 1)`.
///
/// # Errors
///
/// [`MathError::Domain`] for no compoundings, or a yield not above −1.
///
/// # Examples
///
/// ```
/// use levmine_math::closed::apr_from_apy;
/// use rust_decimal::dec;
///
/// assert_eq!(apr_from_apy(dec!(0.21), 2)?.round_dp(24), dec!(0.2)); // 2·(√1.21 − 1)
/// # Ok::<(), levmine_math::MathError>(())
/// ```
pub fn apr_from_apy(apy: Decimal, compoundings: u32) -> Answer {
    let n = count(compoundings)?;
    domain::require(apy > Decimal::NEGATIVE_ONE, "APY", "above −100 %")?;
    if compoundings == 1 {
        return Ok(apy);
    }
    let growth = exp(div(ln(add(Decimal::ONE, apy)?)?, n)?)?;
    mul(n, sub(growth, Decimal::ONE)?)
}

/// Returns the yield of a year at a simple rate compounded all the time: `e^apr − 1`.
///
/// # Errors
///
/// [`MathError::DecimalOverflow`] for a rate above about 66.
pub fn continuous_apy(apr: Decimal) -> Answer {
    sub(exp(apr)?, Decimal::ONE)
}

/// Returns the yield on equity of a leveraged position: `λ·yield − (λ − 1)·borrow`.
///
/// Both rates over the same time and of the same kind; what the exposure earns on all of it, and what the debt
/// costs.
///
/// # Errors
///
/// [`MathError::Domain`] for a leverage below one.
///
/// # Examples
///
/// ```
/// use levmine_math::closed::net_apy;
/// use rust_decimal::dec;
///
/// assert_eq!(net_apy(dec!(3), dec!(0.08), dec!(0.05))?, dec!(0.14)); // 0.24 − 0.10
/// # Ok::<(), levmine_math::MathError>(())
/// ```
pub fn net_apy(leverage: Decimal, yield_apy: Decimal, borrow_apy: Decimal) -> Answer {
    domain::leverage(leverage)?;
    sub(mul(leverage, yield_apy)?, mul(sub(leverage, Decimal::ONE)?, borrow_apy)?)
}

fn count(compoundings: u32) -> Result<Decimal, MathError> {
    domain::require(compoundings > 0, "compoundings", "one or more")?;
    Ok(Decimal::from(compoundings))
}
