//! Prices of cover as Nexus Mutual's staking pools make them.
//!
//! Source: Nexus Mutual V2 `StakingProducts` (November 2025): a price in parts of ten thousand of the cover per year that
//! rises with each purchase and falls back to the product's target.

use levmine_math::{MathError, Rounding, U256, add, mul, mul_div};

/// Parts of the cover's price in one.
const PARTS: u64 = 10_000;
/// By how much a price falls in a day: two percentage points.
const DROP_PER_DAY: u64 = 200;
/// By how much a purchase of all the capacity raises the price: five percentage points.
const BUMP: u64 = 500;
const DAY: u64 = 86_400;
const YEAR: u64 = 31_536_000;

/// What a cover costs, and what the next one is priced from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Premium {
    /// The premium, in base units of what a unit of cover is counted in.
    pub amount: U256,
    /// The price after the purchase, in parts of ten thousand.
    pub bumped: u64,
}

/// Units of cover, of 0.01 NXM each, for `amount` base units of an asset of which an NXM costs `token`. Rounds up.
///
/// # Errors
///
/// [`MathError::Overflow`] where they do not fit 256 bits, [`MathError::DivisionByZero`] for a price of zero.
pub fn units(amount: U256, token: U256) -> Result<U256, MathError> {
    mul_div(amount, U256::from(100_u64), token, Rounding::Up)
}

/// The price now, in parts of ten thousand of the cover per year, `elapsed` seconds after it was `bumped`:
/// `bumped − ⌊200 · elapsed ÷ 86400⌋`, and never below the target.
#[must_use]
pub fn base_price(target: u64, bumped: u64, elapsed: u64) -> u64 {
    let drop = DROP_PER_DAY.saturating_mul(elapsed) / DAY;
    if bumped < target.saturating_add(drop) { target } else { bumped - drop }
}

/// The premium of `units` of cover for `period` seconds at `price`, a unit being `per_unit` base units:
/// `⌊⌊units · per_unit · price ÷ 10000⌋ · period ÷ 31,536,000⌋`, truncated per year first and then for the period. The
/// purchase raises the price by `⌊500 · units ÷ capacity⌋`; without a capacity the price is fixed.
///
/// # Errors
///
/// [`MathError::Overflow`] where a product does not fit 256 bits.
///
/// # Examples
///
/// ```
/// use levmine_composer::nexus::premium;
/// use levmine_math::U256;
///
/// // 100,000 units of 0.01 NXM of 1,000,000 at 3 % for 90 days.
/// let per_unit = U256::from(10_000_000_000_000_000_u64);
/// let bought = premium(U256::from(100_000), per_unit, 300, 90 * 86_400, Some(U256::from(1_000_000)))?;
/// assert_eq!(bought.amount, U256::from(7_397_260_273_972_602_739_u64));
/// assert_eq!(bought.bumped, 350);
/// # Ok::<(), levmine_math::MathError>(())
/// ```
pub fn premium(
    units: U256,
    per_unit: U256,
    price: u64,
    period: u64,
    capacity: Option<U256>,
) -> Result<Premium, MathError> {
    let per_year = mul(mul(units, per_unit)?, U256::from(price))? / U256::from(PARTS);
    let amount = mul(per_year, U256::from(period))? / U256::from(YEAR);
    let bump = match capacity {
        Some(capacity) if !capacity.is_zero() => mul(units, U256::from(BUMP))? / capacity,
        _ => U256::ZERO,
    };
    let bumped = add(U256::from(price), bump)?;
    Ok(Premium { amount, bumped: u64::try_from(bumped).unwrap_or(u64::MAX) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bumped_price_falls_two_points_a_day_to_its_target() {
        assert_eq!(base_price(300, 350, 0), 350);
        assert_eq!(base_price(300, 350, DAY / 8), 325);
        assert_eq!(base_price(300, 350, 2 * DAY), 300);
        assert_eq!(base_price(300, 100, 0), 300);
    }

    #[test]
    fn a_year_is_truncated_before_its_part() {
        let unit = U256::from(10_000_000_000_000_000_u64);
        let fixed = premium(U256::from(100_000), unit, 250, 30 * DAY, None).unwrap();
        assert_eq!(fixed, Premium { amount: U256::from(2_054_794_520_547_945_205_u64), bumped: 250 });
        // 3 · 3333 ÷ 10000 is 0 in a year, though ten years would be worth 9.
        let tiny = premium(U256::from(3), U256::ONE, 3_333, 10 * YEAR, None).unwrap();
        assert_eq!(tiny.amount, U256::ZERO);
    }
}
