//! Integer square roots.

use crate::{U256, wide};

/// Returns `⌊√x⌋`.
///
/// Above 128 bits one or two Newton steps from a floating-point seed; the result does not depend on the seed, only
/// the number of steps does.
///
/// # Examples
///
/// ```
/// use levmine_math::{U256, sqrt_ceil, sqrt_floor};
///
/// assert_eq!(sqrt_floor(U256::from(24)), U256::from(4));
/// assert_eq!(sqrt_ceil(U256::from(24)), U256::from(5));
/// assert_eq!(sqrt_floor(U256::MAX), (U256::ONE << 128) - U256::ONE);
/// ```
#[must_use]
pub fn sqrt_floor(x: U256) -> U256 {
    match wide::small(x) {
        Some(x) => U256::from(x.isqrt()),
        None => newton(x),
    }
}

/// Returns `⌈√x⌉`.
#[must_use]
pub fn sqrt_ceil(x: U256) -> U256 {
    let root = sqrt_floor(x);
    // ⌊√x⌋ < 2^128, so neither the square nor the increment leaves 256 bits.
    if root.wrapping_mul(root) == x { root } else { root.wrapping_add(U256::ONE) }
}

/// `⌊√x⌋` for `x ≥ 2^128`.
///
/// For any r > 0, `⌊(r + ⌊x ÷ r⌋) ÷ 2⌋ ≥ ⌊√x⌋`, and where r² > x it is below r. So one step from any seed lands at
/// the root or above it, further steps fall, and the first r with r² ≤ x is the root. Cutting r to 128 bits keeps
/// it at the root or above, since the root of 256 bits has 128.
fn newton(x: U256) -> U256 {
    let largest = U256::from(u128::MAX);
    let mut root = seed(x);
    loop {
        let mean = root.wrapping_add(x.wrapping_div(root)) >> 1_usize;
        root = mean.min(largest);
        if root.wrapping_mul(root) <= x {
            return root;
        }
    }
}

/// √x to about 52 bits and never zero, for `x ≥ 2^128`.
fn seed(x: U256) -> U256 {
    // An even shift leaves the highest 63 or 64 bits of x: x ≈ head · 2^shift and √x ≈ √head · 2^(shift ÷ 2).
    let shift = (256 - 64 - x.leading_zeros() + 1) & !1;
    let head = (x >> shift).as_limbs()[0];
    // √head has 32 bits before its point; 20 more are kept from behind it.
    let root = ((head as f64).sqrt() * f64::from(1 << 20)) as u64;
    (U256::from(root) << (shift / 2) >> 20) | U256::ONE
}
