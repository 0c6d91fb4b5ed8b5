//! What shares are worth by outside prices.

use levmine_amm::AmmError;
use levmine_market::{Asset, PriceBook};
use levmine_math::{MathError, Rounding, U256, Wad, mul_div};

use crate::arith::PRECISION;
use crate::contract::Contract;
use crate::error::CurveError;
use crate::market::{Base, Market};
use crate::spot;

/// Returns the value of `shares`, 18 decimals, **rounded down**: `shares × D ÷ supply × min(price ÷ rate)`.
///
/// `D ÷ supply` is the virtual price, which swaps raise by their fees only; `price ÷ rate` is what a unit of the invariant
/// costs in each coin, the rate being an oracle's, a vault's or the base pool's virtual price. The least of them bounds the
/// worth of the pool from below, whatever its balances are: a pool of which one coin has lost its peg is soon full of it.
/// So neither a swap nor an unbalanced deposit moves the value, beyond fees. Lenders that take such shares as collateral
/// count like this.
pub(crate) fn fair_value(
    market: &Market,
    coins: &[Asset],
    base_coins: &[Asset],
    shares: U256,
    prices: &PriceBook,
    now: u64,
) -> Result<Wad, AmmError> {
    let claim = spot::claim(market, shares, now)?;
    let rates = market.rates(now)?;
    let mut least: Option<U256> = None;
    for (at, coin) in coins.iter().enumerate() {
        let price = match (prices.find(*coin), market.base()) {
            // The base pool's share, if nobody trades it.
            (None, Some(base)) if at == crate::BASE_SHARE => base_unit(base, base_coins, prices, now)?,
            _ => prices.price(*coin)?.0.raw(),
        };
        // A plain coin's rate is its multiplier alone.
        let multiplier = multiplier(coin)?;
        let rate = rates.at(at);
        let unit = if rate == multiplier { price } else { mul_div(price, multiplier, rate, Rounding::Down)? };
        least = Some(least.map_or(unit, |least| least.min(unit)));
    }
    let least = least.unwrap_or(U256::ZERO);
    Ok(Wad::from_raw(mul_div(claim, least, PRECISION, Rounding::Down)?))
}

/// What a share of the base pool is worth, 18 decimals.
fn base_unit(base: &Base, coins: &[Asset], prices: &PriceBook, now: u64) -> Result<U256, AmmError> {
    Ok(base_value(&base.pool, coins, PRECISION, prices, now)?.raw())
}

/// [`fair_value`] of shares of the base pool.
pub(crate) fn base_value(
    pool: &Contract,
    coins: &[Asset],
    shares: U256,
    prices: &PriceBook,
    now: u64,
) -> Result<Wad, AmmError> {
    let market = Market::new(*pool, None).map_err(AmmError::from)?;
    fair_value(&market, coins, &[], shares, prices, now)
}

/// `10^(36 − decimals)`.
fn multiplier(coin: &Asset) -> Result<U256, AmmError> {
    let power = 36_u32.checked_sub(u32::from(coin.decimals()));
    let power = power.ok_or(CurveError::Arithmetic { what: "a coin's decimals" })?;
    let value: Result<U256, MathError> = levmine_math::pow10(power);
    Ok(value?)
}
