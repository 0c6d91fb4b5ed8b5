//! One step of a swap: within one stretch of constant liquidity.
//!
//! Source: Uniswap V3 core 1.0.1, `SwapMath.computeSwapStep`.

use levmine_math::{ConstDivisor, Rounding, U256, mul_div};

use crate::error::V3Error;
use crate::sqrt_price::{
    amount0_delta, amount0_is_at_most, amount1_delta, next_from_input, next_from_output,
};

/// The whole of which a fee is a part: hundredths of a basis point.
pub const WHOLE: u32 = 1_000_000;
const MILLION: ConstDivisor = ConstDivisor::new(WHOLE as u64);

/// What is still to be swapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exactly {
    /// So much goes in, fee included.
    In(U256),
    /// So much comes out.
    Out(U256),
}

impl Exactly {
    /// The amount.
    #[must_use]
    #[inline]
    pub const fn amount(self) -> U256 {
        match self {
            Self::In(amount) | Self::Out(amount) => amount,
        }
    }
}

/// What a step did, amounts in base units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SwapStep {
    /// The price after it, as a square root times 2^96.
    pub sqrt_price: U256,
    /// What went in, without the fee.
    pub amount_in: U256,
    /// What came out.
    pub amount_out: U256,
    /// The fee, in the token that went in.
    pub fee: U256,
}

/// Returns what happens from the price `sqrt_price` on the way to `target` until one of `remaining` and the way is at its
/// end. What goes in is **rounded up**, what comes out **down**; where the price stops before the target, all that is left
/// of an exact input is fee.
///
/// # Errors
///
/// [`V3Error::Math`] and those of [`crate::sqrt_price`] for values that no pool has.
#[inline]
pub fn swap_step(
    sqrt_price: U256,
    target: U256,
    liquidity: u128,
    remaining: Exactly,
    fee: u32,
) -> Result<SwapStep, V3Error> {
    let zero_for_one = sqrt_price >= target;
    let kept = U256::from(WHOLE.saturating_sub(fee));
    let in_to = |price: U256| {
        if zero_for_one {
            amount0_delta(price, sqrt_price, liquidity, Rounding::Up)
        } else {
            amount1_delta(sqrt_price, price, liquidity, Rounding::Up)
        }
    };
    let out_to = |price: U256| {
        if zero_for_one {
            amount1_delta(price, sqrt_price, liquidity, Rounding::Down)
        } else {
            amount0_delta(sqrt_price, price, liquidity, Rounding::Down)
        }
    };
    match remaining {
        Exactly::In(amount) => {
            let less_fee = match amount.checked_mul(kept) {
                Some(product) => MILLION.floor(product),
                None => mul_div(amount, kept, U256::from(WHOLE), Rounding::Down)?,
            };
            // Within a tick the amount as far as the target is only asked for to be compared with.
            let compared = if zero_for_one {
                amount0_is_at_most(target, sqrt_price, liquidity, Rounding::Up, less_fee)
            } else {
                None
            };
            let reaches = match compared {
                Some(reaches) => reaches,
                None => less_fee >= in_to(target)?,
            };
            let next = if reaches {
                target
            } else {
                next_from_input(sqrt_price, liquidity, less_fee, zero_for_one)?
            };
            let amount_in = in_to(next)?;
            let fee = if next == target {
                fee_on(amount_in, fee, kept)?
            } else {
                levmine_math::sub(amount, amount_in)?
            };
            Ok(SwapStep { sqrt_price: next, amount_in, amount_out: out_to(next)?, fee })
        }
        Exactly::Out(amount) => {
            let compared = if zero_for_one {
                None
            } else {
                amount0_is_at_most(sqrt_price, target, liquidity, Rounding::Down, amount)
            };
            let reaches = match compared {
                Some(reaches) => reaches,
                None => amount >= out_to(target)?,
            };
            let next =
                if reaches { target } else { next_from_output(sqrt_price, liquidity, amount, zero_for_one)? };
            let amount_out = out_to(next)?.min(amount);
            let amount_in = in_to(next)?;
            Ok(SwapStep { sqrt_price: next, amount_in, amount_out, fee: fee_on(amount_in, fee, kept)? })
        }
    }
}

/// The fee on top of what goes in, **rounded up**.
#[inline]
fn fee_on(amount_in: U256, fee: u32, kept: U256) -> Result<U256, V3Error> {
    if amount_in.is_zero() {
        return Ok(U256::ZERO);
    }
    Ok(mul_div(amount_in, U256::from(fee), kept, Rounding::Up)?)
}
