use rust_decimal::Decimal;

use super::{
    checked::{Answer, add, div, mul, sub},
    domain,
    root::sqrt,
};
use crate::MathError;

/// What to swap before two amounts go into a constant-product pool with nothing left over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zap {
    /// Swap this much of A for B.
    SellA(Decimal),
    /// Swap this much of B for A.
    SellB(Decimal),
    /// The amounts are in the pool's proportion already.
    Balanced,
}

/// Returns how much of `amount` to swap so that the rest and what the swap gives go into the pool together.
///
/// The positive root of `γ·s² + (1 + γ)·R·s − a·R = 0`, with a the `amount`, R the pool's `reserve` of the same
/// token, and γ = 1 − `fee` (0.997 at Uniswap V2). Any unit, the same for both. The swap's fee stays in the pool.
/// Exact base units are the pool adapter's business.
///
/// # Errors
///
/// [`MathError::Domain`] for an amount below zero, a reserve not above zero, or unless `0 ≤ fee < 1`.
///
/// # Examples
///
/// ```
/// use levmine_math::closed::optimal_zap;
/// use rust_decimal::dec;
///
/// // Without a fee, 21 into 100: s² + 200·s − 2100 = 0, so s = 10.
/// assert_eq!(optimal_zap(dec!(21), dec!(100), dec!(0))?, dec!(10));
/// # Ok::<(), levmine_math::MathError>(())
/// ```
pub fn optimal_zap(amount: Decimal, reserve: Decimal, fee: Decimal) -> Answer {
    domain::not_negative("amount", amount)?;
    domain::positive("reserve", reserve)?;
    sold(div(amount, reserve)?, reserve, fee)
}

/// Returns what to swap before `amount_a` and `amount_b` go into a pool that holds `reserve_a` and `reserve_b`.
///
/// The side in surplus is sold, say A: [`optimal_zap`]'s root with `R_A·(A·R_B − B·R_A) ÷ (B + R_B)` in the place
/// of `a·R`. A and its reserve in one unit, B and its reserve in another.
///
/// # Errors
///
/// [`MathError::Domain`] for an amount below zero, a reserve not above zero, or unless `0 ≤ fee < 1`.
pub fn optimal_zap_two_sided(
    amount_a: Decimal,
    amount_b: Decimal,
    reserve_a: Decimal,
    reserve_b: Decimal,
    fee: Decimal,
) -> Result<Zap, MathError> {
    domain::not_negative("amount of A", amount_a)?;
    domain::not_negative("amount of B", amount_b)?;
    domain::positive("reserve of A", reserve_a)?;
    domain::positive("reserve of B", reserve_b)?;
    domain_of_fee(fee)?;
    // Shares of the reserves instead of the products, which would pass 96 bits for quite ordinary pools.
    let (a, b) = (div(amount_a, reserve_a)?, div(amount_b, reserve_b)?);
    let surplus = sub(a, b)?;
    if surplus.is_zero() {
        Ok(Zap::Balanced)
    } else if surplus > Decimal::ZERO {
        sold(div(surplus, add(Decimal::ONE, b)?)?, reserve_a, fee).map(Zap::SellA)
    } else {
        sold(div(-surplus, add(Decimal::ONE, a)?)?, reserve_b, fee).map(Zap::SellB)
    }
}

/// R·x, with x the positive root of `γ·x² + (1 + γ)·x − share = 0`.
///
/// Written as `2·share ÷ (√((1 + γ)² + 4·γ·share) + 1 + γ)`: the textbook form subtracts two nearly equal numbers
/// when the share is small.
fn sold(share: Decimal, reserve: Decimal, fee: Decimal) -> Answer {
    domain_of_fee(fee)?;
    let kept = sub(Decimal::ONE, fee)?;
    let linear = add(Decimal::ONE, kept)?;
    let discriminant = add(mul(linear, linear)?, mul(mul(Decimal::from(4), kept)?, share)?)?;
    let x = div(mul(Decimal::TWO, share)?, add(sqrt(discriminant)?, linear)?)?;
    mul(x, reserve)
}

fn domain_of_fee(fee: Decimal) -> Result<(), MathError> {
    domain::require(fee >= Decimal::ZERO && fee < Decimal::ONE, "fee", "at least zero and below one")
}
