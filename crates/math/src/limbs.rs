//! Pairs of 64-bit limbs. The masks tell the compiler that a shift stays within one limb, which then is one instruction.

/// `high · 2^64 + low`.
#[inline(always)]
pub(crate) const fn join(high: u64, low: u64) -> u128 {
    (high as u128) << 64 | low as u128
}

/// `a · b`: its low and its high half. Four limb products are the whole work.
#[inline(always)]
pub(crate) const fn widening_mul(a: u128, b: u128) -> (u128, u128) {
    let (a1, a0, b1, b0) = ((a >> 64) as u64, a as u64, (b >> 64) as u64, b as u64);
    // No sum below passes 2^128: (2^64 − 1)² + 2 · (2^64 − 1) = 2^128 − 1.
    let low = limb(a0, b0);
    let middle = limb(a0, b1) + (low >> 64);
    let other = limb(a1, b0) + (middle as u64 as u128);
    (join(other as u64, low as u64), limb(a1, b1) + (middle >> 64) + (other >> 64))
}

#[inline(always)]
const fn limb(a: u64, b: u64) -> u128 {
    a as u128 * b as u128
}

/// The high limb of `(high, low) << by`, for `by < 64`.
#[inline(always)]
pub(crate) const fn shl(high: u64, low: u64, by: u32) -> u64 {
    ((join(high, low) << (by & 63)) >> 64) as u64
}

/// The low limb of `(high, low) >> by`, for `by < 64`.
#[inline(always)]
pub(crate) const fn shr(high: u64, low: u64, by: u32) -> u64 {
    (join(high, low) >> (by & 63)) as u64
}
