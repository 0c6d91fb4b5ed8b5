//! The compilers' checked arithmetic: `None` where the contract reverts without a word.

use levmine_math::U256;

/// `a × b`.
#[inline(always)]
pub(crate) fn mul(a: U256, b: U256) -> Option<U256> {
    levmine_math::mul(a, b).ok()
}

/// `n ÷ d`, truncated; `None` for a division by zero.
#[inline(always)]
pub(crate) fn div(n: U256, d: U256) -> Option<U256> {
    levmine_math::div(n, d, levmine_math::Rounding::Down).ok()
}

/// `a × b ÷ d`, truncated, where the product itself must fit.
#[inline(always)]
pub(crate) fn mul_div(a: U256, b: U256, d: U256) -> Option<U256> {
    div(mul(a, b)?, d)
}

/// `a + b`.
#[inline(always)]
pub(crate) fn add(a: U256, b: U256) -> Option<U256> {
    a.checked_add(b)
}

/// `a − b`.
#[inline(always)]
pub(crate) fn sub(a: U256, b: U256) -> Option<U256> {
    a.checked_sub(b)
}

/// A small constant.
#[inline(always)]
pub(crate) const fn int(value: u64) -> U256 {
    U256::from_limbs([value, 0, 0, 0])
}

/// What fees and multipliers are parts of: 10^10.
pub(crate) const FEE_DENOMINATOR: U256 = int(10_000_000_000);

/// The scale of normalised balances, shares and virtual prices: 10^18.
pub(crate) const PRECISION: U256 = int(1_000_000_000_000_000_000);
