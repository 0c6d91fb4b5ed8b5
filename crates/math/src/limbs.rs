//! Pairs of 64-bit limbs.

/// `high · 2^64 + low`.
#[inline(always)]
pub(crate) const fn join(high: u64, low: u64) -> u128 {
    (high as u128) << 64 | low as u128
}

/// The high limb of `(high, low) << by`, for `by < 64`.
#[inline(always)]
pub(crate) const fn shl(high: u64, low: u64, by: u32) -> u64 {
    ((join(high, low) << by) >> 64) as u64
}

/// The low limb of `(high, low) >> by`, for `by < 64`.
#[inline(always)]
pub(crate) const fn shr(high: u64, low: u64, by: u32) -> u64 {
    (join(high, low) >> by) as u64
}
