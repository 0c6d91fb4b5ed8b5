use rust_decimal::Decimal;

use super::{
    checked::{Answer, div, mul, powu, sub},
    domain,
};
use crate::MathError;

/// Returns the leverage, exposure over equity, at a loan-to-value: `λ = 1 ÷ (1 − ltv)`.
///
/// It is also the limit of borrowing up to `ltv` and depositing again, without end.
///
/// # Errors
///
/// [`MathError::Domain`] unless `0 ≤ ltv < 1`.
///
/// # Examples
///
/// ```
/// use levmine_math::closed::leverage_from_ltv;
/// use rust_decimal::dec;
///
/// assert_eq!(leverage_from_ltv(dec!(0.75))?, dec!(4));
/// # Ok::<(), levmine_math::MathError>(())
/// ```
pub fn leverage_from_ltv(ltv: Decimal) -> Answer {
    domain::ltv(ltv)?;
    div(Decimal::ONE, sub(Decimal::ONE, ltv)?)
}

/// Returns the loan-to-value, debt over exposure, at a leverage: `ltv = 1 − 1 ÷ λ`.
///
/// # Errors
///
/// [`MathError::Domain`] for a leverage below one.
pub fn ltv_from_leverage(leverage: Decimal) -> Answer {
    domain::leverage(leverage)?;
    sub(Decimal::ONE, div(Decimal::ONE, leverage)?)
}

/// Returns the leverage after depositing and then `iterations` times borrowing at `ltv` and depositing again.
///
/// `1 + ltv + … + ltv^n = (1 − ltv^(n+1)) ÷ (1 − ltv)`; without iterations it is one.
///
/// # Errors
///
/// [`MathError::Domain`] unless `0 ≤ ltv < 1`.
///
/// # Examples
///
/// ```
/// use levmine_math::closed::loop_leverage;
/// use rust_decimal::dec;
///
/// assert_eq!(loop_leverage(dec!(0.5), 2)?, dec!(1.75)); // 1 + 0.5 + 0.25
/// # Ok::<(), levmine_math::MathError>(())
/// ```
pub fn loop_leverage(ltv: Decimal, iterations: u32) -> Answer {
    domain::ltv(ltv)?;
    let left_out = powu(ltv, u64::from(iterations) + 1)?;
    div(sub(Decimal::ONE, left_out)?, sub(Decimal::ONE, ltv)?)
}

/// Returns the fewest iterations of the loop at `ltv` whose leverage reaches `target`.
///
/// The smallest n with [`loop_leverage`]`(ltv, n) ≥ target`, found by halving the range of n.
///
/// # Errors
///
/// [`MathError::Domain`] unless `0 ≤ ltv < 1` and `1 ≤ target < 1 ÷ (1 − ltv)`, which the loop approaches and
/// never reaches (without debt, at `ltv` 0, a target of 1 is reached at once); or where 2^32 iterations are not
/// enough.
///
/// # Examples
///
/// ```
/// use levmine_math::closed::loop_iterations;
/// use rust_decimal::dec;
///
/// assert_eq!(loop_iterations(dec!(0.8), dec!(3))?, 4); // 1 + 0.8 + 0.64 + 0.512 = 2.952, + 0.4096 = 3.3616
/// # Ok::<(), levmine_math::MathError>(())
/// ```
pub fn loop_iterations(ltv: Decimal, target: Decimal) -> Result<u32, MathError> {
    domain::ltv(ltv)?;
    domain::leverage(target)?;
    if target == Decimal::ONE {
        return Ok(0);
    }
    let unreachable = MathError::Domain {
        quantity: "target leverage",
        accepted: "below 1 ÷ (1 − LTV), the loop's limit",
    };
    // A product that does not even fit is far above the limit of one.
    let reachable = mul(target, sub(Decimal::ONE, ltv)?).is_ok_and(|part| part < Decimal::ONE);
    if !reachable || loop_leverage(ltv, u32::MAX)? < target {
        return Err(unreachable);
    }
    let (mut too_few, mut enough) = (0, u32::MAX);
    while enough - too_few > 1 {
        let middle = too_few + (enough - too_few) / 2;
        if loop_leverage(ltv, middle)? >= target {
            enough = middle;
        } else {
            too_few = middle;
        }
    }
    Ok(enough)
}
