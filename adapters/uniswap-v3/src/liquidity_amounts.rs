//! Between liquidity and amounts, as the periphery has it.
//!
//! Source: Uniswap V3 periphery 1.4.4, `LiquidityAmounts`. Square roots of prices are times 2^96.

use levmine_math::{Rounding, U256, mul_div, mul_shift};

use crate::error::V3Error;
use crate::sqrt_price::{amount0_delta, amount1_delta};

/// Returns the most liquidity between the prices `a` and `b` that `amount` of the first token pays for, **rounded down**.
///
/// # Errors
///
/// [`V3Error::TooLarge`] above 128 bits, [`V3Error::Math`] for equal prices.
pub fn liquidity_for_amount0(a: U256, b: U256, amount: U256) -> Result<u128, V3Error> {
    let (low, high) = if a > b { (b, a) } else { (a, b) };
    let product = mul_shift(low, high, 96, Rounding::Down)?;
    narrow(mul_div(amount, product, high.wrapping_sub(low), Rounding::Down)?)
}

/// Returns the most liquidity between the prices `a` and `b` that `amount` of the second token pays for, **rounded down**.
///
/// # Errors
///
/// As [`liquidity_for_amount0`].
pub fn liquidity_for_amount1(a: U256, b: U256, amount: U256) -> Result<u128, V3Error> {
    let (low, high) = if a > b { (b, a) } else { (a, b) };
    narrow(mul_div(amount, U256::ONE << 96_usize, high.wrapping_sub(low), Rounding::Down)?)
}

/// Returns the most liquidity between `a` and `b` that both amounts pay for while the price is `sqrt_price`.
///
/// # Errors
///
/// As [`liquidity_for_amount0`].
pub fn liquidity_for_amounts(
    sqrt_price: U256,
    a: U256,
    b: U256,
    [amount0, amount1]: [U256; 2],
) -> Result<u128, V3Error> {
    let (low, high) = if a > b { (b, a) } else { (a, b) };
    if sqrt_price <= low {
        liquidity_for_amount0(low, high, amount0)
    } else if sqrt_price < high {
        let of0 = liquidity_for_amount0(sqrt_price, high, amount0)?;
        let of1 = liquidity_for_amount1(low, sqrt_price, amount1)?;
        Ok(of0.min(of1))
    } else {
        liquidity_for_amount1(low, high, amount1)
    }
}

/// Returns what `liquidity` between `a` and `b` is of both tokens while the price is `sqrt_price`, **rounded down**.
///
/// # Errors
///
/// [`V3Error::Math`] for a price of zero.
pub fn amounts_for_liquidity(
    sqrt_price: U256,
    a: U256,
    b: U256,
    liquidity: u128,
) -> Result<[U256; 2], V3Error> {
    let (low, high) = if a > b { (b, a) } else { (a, b) };
    let at = sqrt_price.clamp(low, high);
    let amount0 = if at < high { amount0_delta(at, high, liquidity, Rounding::Down)? } else { U256::ZERO };
    let amount1 = if at > low { amount1_delta(low, at, liquidity, Rounding::Down)? } else { U256::ZERO };
    Ok([amount0, amount1])
}

/// `toUint128`.
fn narrow(liquidity: U256) -> Result<u128, V3Error> {
    u128::try_from(liquidity).map_err(|_| V3Error::TooLarge { amount: liquidity, bits: 128 })
}
