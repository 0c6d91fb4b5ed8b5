//! Checked 256-bit arithmetic and the two kinds of `a × b ÷ d`.

use ruint::aliases::U512;

use crate::{
    Divisor, MathError, Rounding, U256,
    limbs::{join, widening_mul},
    long_division,
};

/// Returns `a + b`.
///
/// # Errors
///
/// [`MathError::Overflow`] above 2^256 − 1.
#[inline]
pub fn add(a: U256, b: U256) -> Result<U256, MathError> {
    a.checked_add(b).ok_or(MathError::Overflow { operation: "sum", a, b })
}

/// Returns `a − b`.
///
/// # Errors
///
/// [`MathError::Underflow`] when `b > a`.
#[inline]
pub fn sub(a: U256, b: U256) -> Result<U256, MathError> {
    a.checked_sub(b).ok_or(MathError::Underflow { a, b })
}

/// Returns `a × b`.
///
/// # Errors
///
/// [`MathError::Overflow`] above 2^256 − 1.
#[inline]
pub fn mul(a: U256, b: U256) -> Result<U256, MathError> {
    product(a, b).ok_or(MathError::Overflow { operation: "product", a, b })
}

/// Returns `a ÷ b`, rounded as told.
///
/// # Errors
///
/// [`MathError::DivisionByZero`]; [`MathError::Overflow`] for `HalfUp` only, where `a + ⌊b ÷ 2⌋` does not fit
/// 256 bits.
#[inline]
pub fn div(a: U256, b: U256, rounding: Rounding) -> Result<U256, MathError> {
    if b.is_zero() {
        return Err(MathError::DivisionByZero { a });
    }
    quotient(a, b, rounding).ok_or(MathError::Overflow { operation: "rounded quotient", a, b })
}

/// Returns `a × b ÷ d`, rounded as told, through a 512-bit product: only the result must fit.
///
/// This is Uniswap V3's `FullMath.mulDiv` (`Down`) and `mulDivRoundingUp` (`Up`). `HalfUp` is the nearest integer,
/// an exact half going up.
///
/// # Errors
///
/// [`MathError::DivisionByZero`]; [`MathError::Overflow`] when the quotient does not fit 256 bits.
///
/// # Examples
///
/// ```
/// use levmine_math::{Rounding, U256, mul_div};
///
/// let max = U256::MAX;
/// assert_eq!(mul_div(max, max, max, Rounding::Down)?, max); // the product needs 512 bits
/// assert_eq!(mul_div(U256::from(7), U256::ONE, U256::from(2), Rounding::Up)?, U256::from(4));
/// # Ok::<(), levmine_math::MathError>(())
/// ```
#[inline]
pub fn mul_div(a: U256, b: U256, d: U256, rounding: Rounding) -> Result<U256, MathError> {
    if d.is_zero() {
        return Err(MathError::DivisionByZero { a });
    }
    // A half that does not fit on top of a product that does is left to the wide form.
    product_of_small(a, b)
        .and_then(|product| quotient(product, d, rounding))
        .or_else(|| mul_div_wide(a, b, d, rounding))
        .ok_or(MathError::Overflow { operation: "product and quotient", a, b })
}

/// Returns `a × b ÷ 2^bits`, rounded as told, through a 512-bit product: only the result must fit. Shifts instead of a
/// division, for the powers of two by which contracts scale prices (2^96) and growth (2^128).
///
/// # Errors
///
/// [`MathError::Overflow`] when the quotient does not fit 256 bits.
///
/// # Examples
///
/// ```
/// use levmine_math::{Rounding, U256, mul_shift};
///
/// let (price, liquidity) = (U256::from(3) << 96, U256::from(7));
/// assert_eq!(mul_shift(price, liquidity, 96, Rounding::Down)?, U256::from(21));
/// assert_eq!(mul_shift(U256::ONE, U256::ONE, 96, Rounding::Up)?, U256::ONE);
/// # Ok::<(), levmine_math::MathError>(())
/// ```
#[inline]
pub fn mul_shift(a: U256, b: U256, bits: u8, rounding: Rounding) -> Result<U256, MathError> {
    let bits = usize::from(bits);
    let shifted = match product_of_small(a, b) {
        Some(product) => shift_right(product, U256::ZERO, bits, rounding),
        _ => {
            let product: U512 = a.widening_mul(b);
            let [l0, l1, l2, l3, high @ ..] = *product.as_limbs();
            shift_right(U256::from_limbs([l0, l1, l2, l3]), U256::from_limbs(high), bits, rounding)
        }
    };
    shifted.ok_or(MathError::Overflow { operation: "product and quotient", a, b })
}

/// `(high, low) ÷ 2^bits`; `None` where the quotient does not fit.
#[inline(always)]
fn shift_right(low: U256, high: U256, bits: usize, rounding: Rounding) -> Option<U256> {
    if high >> bits != U256::ZERO {
        return None;
    }
    let quotient = if bits == 0 { low } else { (low >> bits) | (high << (256 - bits)) };
    let up = match rounding {
        Rounding::Down => false,
        Rounding::Up => bits > 0 && low << (256 - bits) != U256::ZERO,
        Rounding::HalfUp => bits > 0 && low.bit(bits - 1),
    };
    if up { quotient.checked_add(U256::ONE) } else { Some(quotient) }
}

/// Returns `a × b ÷ d`, rounded as told, failing where the product itself does not fit 256 bits, as a contract's
/// checked multiplication does. `HalfUp` adds `⌊d ÷ 2⌋` before the division, and that sum must fit too.
///
/// # Errors
///
/// [`MathError::DivisionByZero`]; [`MathError::Overflow`] when the product (or the sum) does not fit 256 bits.
///
/// # Examples
///
/// ```
/// use levmine_math::{Rounding, U256, mul_div_narrow};
///
/// let (seven, two) = (U256::from(7), U256::from(2));
/// assert_eq!(mul_div_narrow(seven, U256::ONE, two, Rounding::Down)?, U256::from(3));
/// assert_eq!(mul_div_narrow(seven, U256::ONE, two, Rounding::HalfUp)?, U256::from(4));
/// assert!(mul_div_narrow(U256::MAX, U256::from(2), U256::MAX, Rounding::Down).is_err());
/// # Ok::<(), levmine_math::MathError>(())
/// ```
#[inline]
pub fn mul_div_narrow(a: U256, b: U256, d: U256, rounding: Rounding) -> Result<U256, MathError> {
    if d.is_zero() {
        return Err(MathError::DivisionByZero { a });
    }
    product(a, b).and_then(|product| quotient(product, d, rounding)).ok_or(MathError::Overflow {
        operation: "product",
        a,
        b,
    })
}

/// Returns `a × b` where it fits: [`mul`] for who does not tell why it does not.
#[must_use]
#[inline(always)]
pub fn product(a: U256, b: U256) -> Option<U256> {
    product_of_small(a, b).or_else(|| product_of_large(a, b))
}

/// Kept out of the way of [`product_of_small`].
#[inline(never)]
fn product_of_large(a: U256, b: U256) -> Option<U256> {
    a.checked_mul(b)
}

/// `a × b` where both are below 2^128, as most amounts and indices are.
#[inline(always)]
fn product_of_small(a: U256, b: U256) -> Option<U256> {
    let ([a0, a1, a2, a3], [b0, b1, b2, b3]) = (*a.as_limbs(), *b.as_limbs());
    if (a2 | a3 | b2 | b3) != 0 {
        return None;
    }
    let (low, high) = widening_mul(join(a1, a0), join(b1, b0));
    Some(U256::from_limbs([low as u64, (low >> 64) as u64, high as u64, (high >> 64) as u64]))
}

/// `n ÷ d` for `d > 0`; `None` where `HalfUp`'s `n + ⌊d ÷ 2⌋` does not fit.
#[inline(always)]
pub(crate) fn quotient(n: U256, d: U256, rounding: Rounding) -> Option<U256> {
    let n = match rounding {
        Rounding::HalfUp => n.checked_add(d >> 1)?,
        Rounding::Down | Rounding::Up => n,
    };
    let (q, exact) = match (small(n), small(d)) {
        (Some(n), Some(d)) => {
            let q = n.checked_div(d)?;
            (U256::from(q), q.wrapping_mul(d) == n)
        }
        // A divisor of one limb is divided by faster without a reciprocal of two.
        _ => match (d.bit_len() > 64).then(|| Divisor::new(d)).flatten() {
            Some(divisor) => {
                let q = divisor.floor(n);
                (q, rounding != Rounding::Up || q.wrapping_mul(d) == n)
            }
            None => {
                let (q, r) = n.div_rem(d);
                (q, r.is_zero())
            }
        },
    };
    // Something is lost only where d > 1, so the quotient is below 2^255.
    Some(if rounding == Rounding::Up && !exact { q.wrapping_add(U256::ONE) } else { q })
}

#[inline(always)]
pub(crate) fn small(x: U256) -> Option<u128> {
    let [x0, x1, x2, x3] = *x.as_limbs();
    ((x2 | x3) == 0).then_some(u128::from(x1) << 64 | u128::from(x0))
}

/// `a × b ÷ d` for `d > 0`; `None` where the quotient does not fit.
#[inline(never)]
fn mul_div_wide(a: U256, b: U256, d: U256, rounding: Rounding) -> Option<U256> {
    let product: U512 = a.widening_mul(b);
    let [l0, l1, l2, l3, high @ ..] = *product.as_limbs();
    let (high, low) = (U256::from_limbs(high), U256::from_limbs([l0, l1, l2, l3]));
    if high.is_zero()
        && let Some(result) = quotient(low, d, rounding)
    {
        return Some(result);
    }
    // The floored quotient fits exactly when the product's high half is below the divisor.
    if high >= d {
        return None;
    }
    let (q, r) = long_division::div_rem(high, low, d);
    let up = match rounding {
        Rounding::Down => false,
        Rounding::Up => !r.is_zero(),
        // r < d, and 2r ≥ d says the same as r ≥ d − r without leaving 256 bits.
        Rounding::HalfUp => r >= d.wrapping_sub(r),
    };
    if up { q.checked_add(U256::ONE) } else { Some(q) }
}
