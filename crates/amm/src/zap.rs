//! Splitting an amount before it is added as liquidity.

use levmine_market::{Account, Asset, Moment, TokenAmount};
use levmine_math::{Rounding, U256, mul_div};

use crate::{AmmError, Amounts, Pool};

/// Returns the swap that, done before adding `amounts`, leaves the least over. See [`Pool::zap_swap`].
///
/// # Errors
///
/// As [`Pool::zap_swap`].
pub fn zap_split(
    pool: &dyn Pool,
    amounts: &Amounts,
    now: Moment,
) -> Result<Option<(TokenAmount, Asset)>, AmmError> {
    pool.zap_swap(amounts, now)
}

/// Finds that swap for any pool of two coins by trying it out on forks: what [`Pool::zap_swap`] does by default.
///
/// Looks for the largest amount of the surplus coin after whose sale that coin is still not the scarcer one beside the
/// pool's reserves, by bisection: one fork for each bit of the amount. A pool that takes liquidity out of proportion
/// needs no swap.
///
/// # Errors
///
/// [`AmmError::Unsupported`] unless there are two coins and two amounts; what the pool answers to
/// [`Pool::spot_rate`] where it is empty.
pub fn zap_search<P: Pool + ?Sized>(
    pool: &P,
    amounts: &Amounts,
    now: Moment,
) -> Result<Option<(TokenAmount, Asset)>, AmmError> {
    let (&[coin0, coin1], &[amount0, amount1]) = (pool.coins(), amounts.as_slice()) else {
        return Err(pool.unsupported("zaps with other than two coins"));
    };
    if pool.capabilities().unbalanced_add {
        return Ok(None);
    }
    pool.spot_rate(coin0, coin1, now)?;
    let order = |first: bool, [one, other]: [U256; 2]| if first { [one, other] } else { [other, one] };
    let reserves = |reserves: Amounts, first: bool| match *reserves {
        [reserve0, reserve1] => order(first, [reserve0, reserve1]),
        _ => [U256::ZERO; 2],
    };
    let Some(first) = [true, false]
        .into_iter()
        .find(|first| is_surplus(order(*first, [amount0, amount1]), reserves(pool.reserves(), *first)))
    else {
        return Ok(None);
    };
    let [most, other] = order(first, [amount0, amount1]);
    let (sell, buy) = if first { (coin0, coin1) } else { (coin1, coin0) };

    // Whether the coin is still in surplus after selling so much of it.
    let still = |sold: U256| {
        let mut fork = pool.fork();
        let sold_amount = TokenAmount::new(sell, sold);
        let swap = fork.swap_exact_in(Account::outsider(0), sold_amount, buy, U256::ZERO, now).ok()?;
        let left = [most.saturating_sub(sold), other.saturating_add(swap.quote.buy.raw)];
        Some(is_surplus(left, reserves(fork.reserves(), first)))
    };
    let (mut low, mut high) = (U256::ZERO, most);
    for _ in 0..256 {
        let gap = high.saturating_sub(low);
        if gap <= U256::ONE {
            break;
        }
        let middle = low.wrapping_add(gap >> 1_usize);
        match still(middle) {
            Some(false) => high = middle,
            Some(true) => low = middle,
            // Dust buys nothing and leaves the surplus; beyond what the pool takes, less must do.
            None if pool.quote_exact_in(TokenAmount::new(sell, high), buy, now).is_ok() => low = middle,
            None => high = middle,
        }
    }
    let found = TokenAmount::new(sell, low);
    Ok(pool.quote_exact_in(found, buy, now).is_ok().then_some((found, buy)))
}

/// Whether there is more of the first than goes with all of the second.
fn is_surplus([have, other]: [U256; 2], [reserve, other_reserve]: [U256; 2]) -> bool {
    match mul_div(other, reserve, other_reserve, Rounding::Down) {
        Ok(fitting) => have > fitting,
        Err(_) => false,
    }
}
