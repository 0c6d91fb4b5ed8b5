//! How much of one coin to sell before liquidity is added to a range.

use levmine_math::U256;

use crate::contract::Core;
use crate::error::V3Error;
use crate::liquidity_amounts::{liquidity_for_amount0, liquidity_for_amount1};
use crate::swap_math::Exactly;
use crate::tick_math::{MAX_SQRT_RATIO, MIN_SQRT_RATIO, sqrt_ratio_at_tick};

/// How much liquidity each amount pays for at a price, and so the lesser of the two.
struct Fit {
    /// Whether the coin that is sold still pays for more.
    is_surplus: bool,
    /// What is added.
    liquidity: u128,
}

/// Returns how much of which token to sell so that the rest fits the range `ticks` best: whether it is the first token,
/// and the amount. `None` where no sale makes it better.
///
/// Exact quotes decide: the largest sale after which the token sold is still in surplus, or one base unit more, whichever
/// leaves more liquidity to be added.
///
/// # Errors
///
/// [`V3Error::Locked`] for a pool without a price; those of the ticks.
pub fn amount_to_swap(
    core: &Core,
    amounts: [U256; 2],
    ticks: [i32; 2],
) -> Result<Option<(bool, U256)>, V3Error> {
    let price = core.unlocked()?;
    let [lower, upper] = ticks;
    let ends = [sqrt_ratio_at_tick(lower)?, sqrt_ratio_at_tick(upper)?];
    let [amount0, amount1] = amounts;
    let zero_for_one = if fit(price, ends, amounts, true).is_surplus {
        true
    } else if fit(price, ends, amounts, false).is_surplus {
        false
    } else {
        return Ok(None);
    };
    let limit = if zero_for_one { MIN_SQRT_RATIO + U256::ONE } else { MAX_SQRT_RATIO - U256::ONE };
    let most = if zero_for_one { amount0 } else { amount1 }.min(U256::MAX >> 1_usize);
    let after = |sold: U256| -> Option<Fit> {
        if sold.is_zero() {
            return Some(fit(price, ends, amounts, zero_for_one));
        }
        let trade = core.quote(zero_for_one, Exactly::In(sold), limit).ok()?;
        let left = if zero_for_one {
            [amount0.saturating_sub(trade.amount_in), amount1.saturating_add(trade.amount_out)]
        } else {
            [amount0.saturating_add(trade.amount_out), amount1.saturating_sub(trade.amount_in)]
        };
        Some(fit(trade.sqrt_price, ends, left, zero_for_one))
    };
    let (mut low, mut high) = (U256::ZERO, most);
    if after(most).is_some_and(|fit| fit.is_surplus) {
        low = most;
    }
    for _ in 0..256 {
        let gap = high.saturating_sub(low);
        if gap <= U256::ONE {
            break;
        }
        let middle = low.wrapping_add(gap >> 1_usize);
        match after(middle) {
            Some(fit) if fit.is_surplus => low = middle,
            _ => high = middle,
        }
    }
    let liquidity = |sold| after(sold).map_or(0, |fit| fit.liquidity);
    let best = if liquidity(high) >= liquidity(low) { high } else { low };
    Ok((!best.is_zero() && liquidity(best) >= liquidity(U256::ZERO)).then_some((zero_for_one, best)))
}

/// What the amounts pay for at a price; `sold_first` names the token that is in question.
fn fit(price: U256, [a, b]: [U256; 2], [amount0, amount1]: [U256; 2], sold_first: bool) -> Fit {
    // More than 128 bits of liquidity count as that.
    let of0 = (price < b).then(|| liquidity_for_amount0(price.max(a), b, amount0).unwrap_or(u128::MAX));
    let of1 = (price > a).then(|| liquidity_for_amount1(a, price.min(b), amount1).unwrap_or(u128::MAX));
    let liquidity = of0.unwrap_or(u128::MAX).min(of1.unwrap_or(u128::MAX));
    // A token that the range does not take at this price is in surplus whatever there is of it.
    let is_surplus = match (of0, of1, sold_first) {
        (Some(of0), Some(of1), true) => of0 > of1,
        (Some(of0), Some(of1), false) => of1 > of0,
        (None, _, true) => !amount0.is_zero(),
        (_, None, false) => !amount1.is_zero(),
        _ => false,
    };
    Fit { is_surplus, liquidity }
}
