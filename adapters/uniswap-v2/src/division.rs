//! Division of 256 bits by 128: reserves have 112 bits, so every divisor of a pair fits.
//!
//! Source: Möller and Granlund, "Improved division by invariant integers", algorithms 4 and 6; half the time of the
//! general division of 256-bit integers, which the tests compare it with.

use levmine_math::U256;

use crate::error::PairError;

/// `n ÷ d`, truncated.
///
/// # Errors
///
/// [`PairError::ZeroDivision`].
#[inline(always)]
pub(crate) fn divide(n: U256, d: u128) -> Result<U256, PairError> {
    let [n0, n1, n2, n3] = *n.as_limbs();
    let (high, low) = (join(n3, n2), join(n1, n0));
    let (above, rest) = if high < d {
        (0, high)
    } else {
        let above = high.checked_div(d).ok_or(PairError::ZeroDivision)?;
        (above, high.wrapping_sub(above.wrapping_mul(d)))
    };
    let quotient = if d <= u128::from(u64::MAX) && rest == 0 && low <= u128::from(u64::MAX) {
        u128::from((low as u64).checked_div(d as u64).ok_or(PairError::ZeroDivision)?)
    } else {
        narrow(rest, low, d)
    };
    Ok(U256::from_limbs([quotient as u64, (quotient >> 64) as u64, above as u64, (above >> 64) as u64]))
}

#[inline(always)]
const fn join(high: u64, low: u64) -> u128 {
    (high as u128) << 64 | low as u128
}

/// `a × b ÷ d`, truncated, for `a < d`: the quotient is then below `b`.
#[inline(always)]
pub(crate) fn scale_down(a: u128, b: u128, d: u128) -> u128 {
    let limb = |x: u64, y: u64| u128::from(x) * u128::from(y);
    let ((a1, a0), (b1, b0)) = (split(a), split(b));
    let (low, middle) = (limb(a0, b0), limb(a0, b1));
    let (low1, low0) = split(low);
    // No sum passes 2^128: (2^64 − 1)² + 2·(2^64 − 1) = 2^128 − 1.
    let middle = middle + u128::from(low1);
    let (middle1, middle0) = split(middle);
    let other = limb(a1, b0) + u128::from(middle0);
    let high = limb(a1, b1) + u128::from(middle1) + (other >> 64);
    narrow(high, join(other as u64, low0), d)
}

#[inline(always)]
const fn split(x: u128) -> (u64, u64) {
    ((x >> 64) as u64, x as u64)
}

/// `(high·2^128 + low) ÷ d` for `high < d`.
#[inline(always)]
fn narrow(high: u128, low: u128, d: u128) -> u128 {
    let shift = d.leading_zeros();
    let d = d << shift;
    // `high < d` keeps the shifted dividend within 256 bits; the double shift is right for a shift of zero too.
    let high = high << shift | (low >> 1) >> (127 - shift);
    let low = low << shift;
    let inverse = reciprocal(d);
    let (top, rest) = step(high, (low >> 64) as u64, d, inverse);
    let (bottom, _) = step(rest, low as u64, d, inverse);
    join(top, bottom)
}

/// `⌊(2^192 − 1) ÷ d⌋ − 2^64` for a `d` with its highest bit set.
#[inline(always)]
fn reciprocal(d: u128) -> u64 {
    let (d1, d0) = ((d >> 64) as u64, d as u64);
    // ⌊(2^128 − 1) ÷ d1⌋ − 2^64, in a form whose quotient fits a machine word.
    let mut inverse = join(!d1, u64::MAX).checked_div(u128::from(d1)).unwrap_or(0) as u64;
    let mut p = d1.wrapping_mul(inverse).wrapping_add(d0);
    if p < d0 {
        inverse = inverse.wrapping_sub(1);
        if p >= d1 {
            inverse = inverse.wrapping_sub(1);
            p = p.wrapping_sub(d1);
        }
        p = p.wrapping_sub(d1);
    }
    let t = u128::from(inverse) * u128::from(d0);
    let (t1, t0) = ((t >> 64) as u64, t as u64);
    p = p.wrapping_add(t1);
    if p < t1 {
        inverse = inverse.wrapping_sub(1);
        if join(p, t0) >= d {
            inverse = inverse.wrapping_sub(1);
        }
    }
    inverse
}

/// `(high·2^64 + low)` divided by `d`: quotient and remainder, for `high < d`.
#[inline(always)]
fn step(high: u128, low: u64, d: u128, inverse: u64) -> (u64, u128) {
    let (u2, u1) = ((high >> 64) as u64, high as u64);
    let (d1, d0) = ((d >> 64) as u64, d as u64);
    let q = (u128::from(inverse) * u128::from(u2)).wrapping_add(high);
    let (mut q1, q0) = ((q >> 64) as u64, q as u64);
    let r1 = u1.wrapping_sub(q1.wrapping_mul(d1));
    let mut r = join(r1, low).wrapping_sub(u128::from(d0) * u128::from(q1)).wrapping_sub(d);
    q1 = q1.wrapping_add(1);
    if (r >> 64) as u64 >= q0 {
        q1 = q1.wrapping_sub(1);
        r = r.wrapping_add(d);
    }
    if r >= d {
        q1 = q1.wrapping_add(1);
        r = r.wrapping_sub(d);
    }
    (q1, r)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sized() -> impl Strategy<Value = u128> {
        let edges = vec![0, 1, 2, u128::MAX, 1 << 127, 1 << 64, (1 << 64) - 1, u128::MAX << 64];
        prop_oneof![
            1 => prop::sample::select(edges),
            4 => (any::<u128>(), 0..128_u32).prop_map(|(noise, shift)| noise >> shift),
            1 => (0..128_u32, any::<bool>()).prop_map(|(shift, less)| (1_u128 << shift) - u128::from(less)),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(20_000) })]

        #[test]
        fn it_is_the_general_division(high in sized(), low in sized(), d in sized()) {
            let n = U256::from(high) << 128_usize | U256::from(low);
            let expected = n.checked_div(U256::from(d)).ok_or(PairError::ZeroDivision);
            prop_assert_eq!(divide(n, d), expected);
        }

        #[test]
        fn scaling_is_the_general_division(a in sized(), b in sized(), d in sized()) {
            let (a, d) = (a.min(d), a.max(d));
            let (a, d) = (a.min(u128::MAX - 1), if a == d { d.saturating_add(1) } else { d });
            let expected = U256::from(a) * U256::from(b) / U256::from(d);
            prop_assert_eq!(U256::from(scale_down(a, b, d)), expected);
        }

        #[test]
        fn it_is_right_beside_multiples(q in sized(), d in sized(), less in any::<bool>()) {
            let product = U256::from(q) * U256::from(d);
            let n = if less { product.saturating_sub(U256::ONE) } else { product };
            let expected = n.checked_div(U256::from(d)).ok_or(PairError::ZeroDivision);
            prop_assert_eq!(divide(n, d), expected);
        }
    }
}
