//! Amounts and prices along a curve of constant liquidity.
//!
//! Source: Uniswap V3 core 1.0.1, `SqrtPriceMath`. Square roots of prices are times 2^96; `a` and `b` are two of them in
//! any order, above zero.

use levmine_math::{Rounding, U256, div, mul_div, mul_shift};

use crate::error::V3Error;

const MAX_160: U256 = U256::from_limbs([u64::MAX, u64::MAX, u32::MAX as u64, 0]);

/// Returns the amount of the first token between two prices: `L·2^96·(b − a) ÷ b ÷ a`, each division rounded as told.
///
/// # Errors
///
/// [`V3Error::Math`] for a price of zero.
#[inline]
pub fn amount0_delta(a: U256, b: U256, liquidity: u128, rounding: Rounding) -> Result<U256, V3Error> {
    let (low, high) = if a > b { (b, a) } else { (a, b) };
    if let Some(amount) = by_one_division(low, high, liquidity, rounding) {
        return Ok(amount);
    }
    let numerator = U256::from(liquidity) << 96_usize;
    let first = mul_div(numerator, high.wrapping_sub(low), high, rounding)?;
    Ok(div(first, low, rounding)?)
}

/// The same with one division instead of two; `None` where it does not tell.
///
/// Both divisions are one (see [`amount0_is_at_most`]): the amount is `x = L·(b − a) ÷ (a·b ÷ 2^96)`, rounded. With `m` the
/// whole number below that divisor, `S = L·(b − a)` and `S = q·m + r`, `x` is at most `S ÷ m` and above `S ÷ (m + 1)`, which
/// is above `q` where `r > q`: `x` then lies between `q` and `q + 1`.
#[inline]
fn by_one_division(low: U256, high: U256, liquidity: u128, rounding: Rounding) -> Option<U256> {
    let size = levmine_math::mul(U256::from(liquidity), high.wrapping_sub(low)).ok()?;
    let divisor = mul_shift(low, high, 96, Rounding::Down).ok()?;
    let quotient = div(size, divisor, Rounding::Down).ok()?;
    let rest = size.wrapping_sub(levmine_math::mul(quotient, divisor).ok()?);
    if rest <= quotient {
        return None;
    }
    match rounding {
        Rounding::Down => Some(quotient),
        Rounding::Up => quotient.checked_add(U256::ONE),
        Rounding::HalfUp => None,
    }
}

/// Whether [`amount0_delta`] is at most `amount`, mostly without a division; `None` where that does not tell.
///
/// Both divisions are one: `⌈⌈n ÷ b⌉ ÷ a⌉ = ⌈n ÷ (a·b)⌉`, and so with ⌊⌋. So `⌈…⌉ ≤ amount` says `L·(b − a) ≤ amount·m` for
/// `m = a·b ÷ 2^96`, and `⌊…⌋ ≤ amount` says `L·(b − a) < (amount + 1)·m`. Of `m` the whole number below is taken, and the
/// one above.
#[inline]
pub(crate) fn amount0_is_at_most(
    a: U256,
    b: U256,
    liquidity: u128,
    rounding: Rounding,
    amount: U256,
) -> Option<bool> {
    let (low, high) = if a > b { (b, a) } else { (a, b) };
    let size = levmine_math::mul(U256::from(liquidity), high.wrapping_sub(low)).ok()?;
    let below = mul_shift(low, high, 96, Rounding::Down).ok()?;
    let amount = if rounding == Rounding::Down { amount.checked_add(U256::ONE)? } else { amount };
    let product = levmine_math::mul(amount, below).ok()?;
    let is_within = if rounding == Rounding::Down { size < product } else { size <= product };
    if is_within {
        return Some(true);
    }
    (size > product.checked_add(amount)?).then_some(false)
}

/// Returns the amount of the second token between two prices: `L·(b − a) ÷ 2^96`, rounded as told.
///
/// # Errors
///
/// None for prices in range.
#[inline]
pub fn amount1_delta(a: U256, b: U256, liquidity: u128, rounding: Rounding) -> Result<U256, V3Error> {
    let (low, high) = if a > b { (b, a) } else { (a, b) };
    Ok(mul_shift(U256::from(liquidity), high.wrapping_sub(low), 96, rounding)?)
}

/// Returns the price after `amount` of a token went in: the first if `zero_for_one`, which lowers the price. **Rounded**
/// towards the price before, in the pool's favour.
///
/// # Errors
///
/// [`V3Error::NoLiquidity`]; [`V3Error::Math`], [`V3Error::TooLarge`] where the price leaves its 160 bits.
#[inline]
pub fn next_from_input(
    sqrt_price: U256,
    liquidity: u128,
    amount: U256,
    zero_for_one: bool,
) -> Result<U256, V3Error> {
    if liquidity == 0 || sqrt_price.is_zero() {
        return Err(V3Error::NoLiquidity);
    }
    if !zero_for_one {
        let quotient = quotient1(amount, liquidity, Rounding::Down)?;
        return narrow(levmine_math::add(sqrt_price, quotient)?);
    }
    if amount.is_zero() {
        return Ok(sqrt_price);
    }
    let numerator = U256::from(liquidity) << 96_usize;
    let denominator = amount.checked_mul(sqrt_price).and_then(|product| numerator.checked_add(product));
    match denominator {
        Some(denominator) => Ok(mul_div(numerator, sqrt_price, denominator, Rounding::Up)?),
        None => {
            let share = div(numerator, sqrt_price, Rounding::Down)?;
            Ok(div(numerator, levmine_math::add(share, amount)?, Rounding::Up)?)
        }
    }
}

/// Returns the price after `amount` of a token came out: the second if `zero_for_one`, which lowers the price.
/// **Rounded** away from the price before, in the pool's favour.
///
/// # Errors
///
/// As [`next_from_input`], and [`V3Error::Math`] where the pool does not have so much.
#[inline]
pub fn next_from_output(
    sqrt_price: U256,
    liquidity: u128,
    amount: U256,
    zero_for_one: bool,
) -> Result<U256, V3Error> {
    if liquidity == 0 || sqrt_price.is_zero() {
        return Err(V3Error::NoLiquidity);
    }
    if zero_for_one {
        let quotient = quotient1(amount, liquidity, Rounding::Up)?;
        let next = levmine_math::sub(sqrt_price, quotient)?;
        if next.is_zero() {
            return Err(V3Error::PriceOutOfRange { sqrt_price: next });
        }
        return Ok(next);
    }
    if amount.is_zero() {
        return Ok(sqrt_price);
    }
    let numerator = U256::from(liquidity) << 96_usize;
    let denominator = levmine_math::sub(numerator, levmine_math::mul(amount, sqrt_price)?)?;
    narrow(mul_div(numerator, sqrt_price, denominator, Rounding::Up)?)
}

/// `amount·2^96 ÷ L`.
#[inline]
fn quotient1(amount: U256, liquidity: u128, rounding: Rounding) -> Result<U256, V3Error> {
    let liquidity = U256::from(liquidity);
    Ok(if amount <= MAX_160 {
        div(amount << 96_usize, liquidity, rounding)?
    } else {
        mul_div(amount, U256::ONE << 96_usize, liquidity, rounding)?
    })
}

/// `toUint160`.
#[inline]
fn narrow(sqrt_price: U256) -> Result<U256, V3Error> {
    if sqrt_price <= MAX_160 {
        Ok(sqrt_price)
    } else {
        Err(V3Error::TooLarge { amount: sqrt_price, bits: 160 })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::tick_math::{MAX_TICK, MIN_TICK, ratio};

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        #[test]
        fn comparing_is_dividing(
            tick in MIN_TICK..MAX_TICK,
            width in 1..5_000_i32,
            liquidity in any::<u128>(),
            shift in 0..128_u32,
            off in -3..4_i64,
            up in any::<bool>(),
        ) {
            let (a, b) = (ratio(tick), ratio((tick + width).min(MAX_TICK)));
            let (liquidity, rounding) = (liquidity >> shift, if up { Rounding::Up } else { Rounding::Down });
            let exact = amount0_delta(a, b, liquidity, rounding).expect("an amount");
            let amount = exact.saturating_add(U256::from(off.max(0).unsigned_abs()))
                .saturating_sub(U256::from(off.min(0).unsigned_abs()));
            if let Some(answer) = amount0_is_at_most(a, b, liquidity, rounding, amount) {
                prop_assert_eq!(answer, exact <= amount);
            }
            // The contract's two divisions, one after the other.
            let numerator = U256::from(liquidity) << 96_usize;
            let first = mul_div(numerator, b - a, b, rounding).expect("a quotient");
            prop_assert_eq!(exact, div(first, a, rounding).expect("a quotient"));
            let far = exact.saturating_mul(U256::from(2)).saturating_add(U256::from(1_000));
            prop_assert_ne!(amount0_is_at_most(a, b, liquidity, rounding, far), Some(false));
        }
    }
}
