//! The adaptive curve: a kinked rate over the utilization whose level moves with time, up above the target and down
//! below it.
//!
//! Rates are per second in wad, truncated. All signed divisions truncate toward zero. Utilization is at most one here,
//! so every intermediate fits 128 bits but the exponential.
//!
//! Source: `AdaptiveCurveIrm`, `ExpLib`, `ConstantsLib` of morpho-blue-irm (commit a1a87fd).

use levmine_math::U256;

use crate::error::Result;
use crate::state::Totals;
use crate::wad::{WAD, WAD_U64, w_div_down, w_mul_down};

const ONE: i128 = WAD_U64 as i128;

/// Four times the rate at target at full utilization, a quarter of it at none.
const STEEPNESS: i128 = 4 * ONE;
/// 50 per year: how fast the rate at target moves at full utilization.
const ADJUSTMENT_SPEED: i128 = 50 * ONE / SECONDS_PER_YEAR;
/// 90 %.
const TARGET_UTILIZATION: i128 = ONE / 10 * 9;
/// 4 % per year, with which a market begins.
pub const INITIAL_RATE_AT_TARGET: u64 = WAD_U64 / 25 / SECONDS_PER_YEAR as u64;
/// 0.1 % per year.
pub const MIN_RATE_AT_TARGET: u64 = WAD_U64 / 1_000 / SECONDS_PER_YEAR as u64;
/// 200 % per year.
pub const MAX_RATE_AT_TARGET: u64 = 2 * WAD_U64 / SECONDS_PER_YEAR as u64;

const SECONDS_PER_YEAR: i128 = 31_536_000;

/// ln 2.
const LN_2: i128 = 693_147_180_559_945_309;
/// ln 10^-18: the exponential of less is below one wei.
const LN_WEI: i128 = -41_446_531_673_892_822_312;
/// From here on the exponential is a constant.
const EXP_UPPER_BOUND: i128 = 93_859_467_695_000_404_319;
/// That constant: 57716089161558943949701069502944508345128422502756744429568.
const EXP_UPPER_VALUE: U256 = U256::from_limbs([0x0, 0x0, 0x31d81650c7d88b80, 0x9]);

/// Returns `e^x`, both in wad, by a polynomial of the second order around the nearest multiple of ln 2.
///
/// At `x = 1` it is 0.4 % too small; the contract's rates are what it makes of it.
///
/// Source: `ExpLib.wExp`.
#[must_use]
pub fn w_exp(x: i128) -> U256 {
    if x < LN_WEI {
        return U256::ZERO;
    }
    if x >= EXP_UPPER_BOUND {
        return EXP_UPPER_VALUE;
    }
    // Half is added away from zero and the quotient truncated: halves are rounded toward zero.
    let half = if x < 0 { -(LN_2 / 2) } else { LN_2 / 2 };
    let quotient = (x + half) / LN_2;
    let rest = x - quotient * LN_2;
    // |rest| ≤ ln 2 ÷ 2, so this is between 0.65 and 1.41 and its square fits.
    let exp_of_rest = U256::from((ONE + rest + rest * rest / ONE / 2).unsigned_abs());
    let shift = usize::try_from(quotient.unsigned_abs()).unwrap_or(usize::MAX);
    // At most 61 + 136 bits.
    if quotient >= 0 { exp_of_rest << shift } else { exp_of_rest >> shift }
}

/// What the model answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// The average over the time that passed, per second in wad: what is charged.
    pub average: u64,
    /// The new rate at target, per second in wad.
    pub at_target: u64,
}

/// Returns what the model answers when `elapsed` seconds have passed since the last accrual.
///
/// The average rate at target is (start + end + 2 · middle) ÷ 4, a trapezoid of two steps.
///
/// Source: `AdaptiveCurveIrm._borrowRate`.
///
/// # Errors
///
/// None for states of the contract, in which the debt is at most the supply.
pub fn borrow_rate(totals: &Totals, elapsed: u64) -> Result<Rate> {
    let error = error(utilization(totals)?);
    let start = totals.rate_at_target;
    let (average, end) = if start == 0 {
        (INITIAL_RATE_AT_TARGET, INITIAL_RATE_AT_TARGET)
    } else {
        let speed = ADJUSTMENT_SPEED * error / ONE;
        let adaptation = speed.saturating_mul(i128::from(elapsed));
        if adaptation == 0 {
            (start, start)
        } else {
            let end = adapted(start, adaptation)?;
            let middle = adapted(start, adaptation / 2)?;
            // Each is at most 200 % a year, 36 bits.
            ((start + end + 2 * middle) / 4, end)
        }
    };
    Ok(Rate { average: curve(average, error), at_target: end })
}

/// Debt over supply in wad, rounded down; zero in an empty market.
///
/// # Errors
///
/// None: both fit 128 bits.
pub fn utilization(totals: &Totals) -> Result<U256> {
    if totals.supply.assets == 0 {
        return Ok(U256::ZERO);
    }
    w_div_down(U256::from(totals.borrow.assets), U256::from(totals.supply.assets))
}

/// How far the utilization is from the target, as a part of what is possible on that side: −1 to 1, wad.
fn error(utilization: U256) -> i128 {
    // The debt is at most the supply.
    let utilization = i128::try_from(utilization.min(WAD)).unwrap_or(ONE);
    let side = if utilization > TARGET_UTILIZATION { ONE - TARGET_UTILIZATION } else { TARGET_UTILIZATION };
    (utilization - TARGET_UTILIZATION) * ONE / side
}

/// The rate at target after an `adaptation` (wad), within its bounds.
fn adapted(start: u64, adaptation: i128) -> Result<u64> {
    let moved = w_mul_down(U256::from(start), w_exp(adaptation))?;
    let bounded = moved.clamp(U256::from(MIN_RATE_AT_TARGET), U256::from(MAX_RATE_AT_TARGET));
    Ok(u64::try_from(bounded).unwrap_or(MAX_RATE_AT_TARGET))
}

/// The rate that belongs to a rate at target.
fn curve(rate_at_target: u64, error: i128) -> u64 {
    let coefficient = if error < 0 { ONE - ONE * ONE / STEEPNESS } else { STEEPNESS - ONE };
    let rate = (coefficient * error / ONE + ONE) * i128::from(rate_at_target) / ONE;
    // Between a quarter and four times of it.
    u64::try_from(rate).unwrap_or(0)
}
