//! Marginal rates.

use levmine_amm::Rate;
use levmine_math::U256;

use crate::arith::{mul, mul_div};
use crate::error::{CurveError, Named};
use crate::market::Market;

/// Bits of each factor of a rate: two of them fit a product.
const BITS: usize = 127;

/// Returns the marginal rate of coin `i` into coin `j` before fees, as a fraction of base units:
///
/// `dy ÷ dx = (Ann + D_P ÷ x_i) ÷ (Ann + D_P ÷ x_j) × rate_i ÷ rate_j` with `D_P = D^(n+1) ÷ (n^n·Πx)`, the slope of the
/// invariant. Of 127 significant bits.
pub(crate) fn rate(market: &Market, [i, j]: [usize; 2], now: u64) -> Result<Rate, CurveError> {
    let (pool, rates) = (market.pool(), market.rates(now)?);
    let coins = pool.coins();
    if i == j || i >= coins || j >= coins {
        return Err(CurveError::BadCoins { i, j, coins });
    }
    let xp = pool.normalise(&pool.balances()?, &rates)?;
    if xp.iter().any(U256::is_zero) {
        return Err(CurveError::NoShares);
    }
    let curve = pool.curve(now)?;
    let d = market.d(&curve, &xp)?;
    let weigh = || -> Option<Rate> {
        let product = curve.product(&xp, d)?;
        let (x_i, x_j) = (xp.at(i), xp.at(j));
        let (up, down) = (mul(curve.weight(x_i, product)?, x_j)?, mul(curve.weight(x_j, product)?, x_i)?);
        let [up, down] = shrink([up, down]);
        let [rate_i, rate_j] = shrink([rates.at(i), rates.at(j)]);
        Some(Rate { buy: mul(up, rate_i)?, sell: mul(down, rate_j)? })
    };
    weigh().filter(|rate| !rate.sell.is_zero()).named("the marginal rate")
}

/// Both parts of a fraction without the bits that are beyond 127.
pub(crate) fn shrink([a, b]: [U256; 2]) -> [U256; 2] {
    let over = a.bit_len().max(b.bit_len()).saturating_sub(BITS);
    [a >> over, b >> over]
}

/// `shares × D ÷ supply`: what shares are of the invariant, 18 decimals, rounded down.
pub(crate) fn claim(market: &Market, shares: U256, now: u64) -> Result<U256, CurveError> {
    let pool = market.pool();
    let supply = pool.state().supply;
    if supply.is_zero() {
        return Err(CurveError::NoShares);
    }
    let curve = pool.curve(now)?;
    let xp = pool.normalise(&pool.balances()?, &market.rates(now)?)?;
    let d = market.d(&curve, &xp)?;
    mul_div(shares, d, supply).named("the value of shares")
}
