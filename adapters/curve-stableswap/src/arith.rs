//! The compilers' checked arithmetic: `None` where the contract reverts without a word.

use levmine_math::{ConstDivisor, Divisor, U256};

/// `a × b`.
#[inline(always)]
pub(crate) fn mul(a: U256, b: U256) -> Option<U256> {
    levmine_math::mul(a, b).ok()
}

/// `n ÷ d`, truncated; `None` for a division by zero.
#[inline]
pub(crate) fn div(n: U256, d: U256) -> Option<U256> {
    match Divisor::new(d) {
        Some(divisor) => Some(divisor.floor(n)),
        None => n.checked_div(d),
    }
}

/// A number by which others are divided again and again.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Known {
    /// One below 2^128, as balances are.
    Small(Divisor),
    /// Any other; zero is one for which nothing can be divided.
    Large(U256),
}

impl Known {
    #[inline]
    pub(crate) fn new(d: U256) -> Self {
        Divisor::new(d).map_or(Self::Large(d), Self::Small)
    }

    /// `n ÷ self`, truncated; `None` for a division by zero.
    #[inline(always)]
    pub(crate) fn divide(&self, n: U256) -> Option<U256> {
        match self {
            Self::Small(divisor) => Some(divisor.floor(n)),
            Self::Large(d) => n.checked_div(*d),
        }
    }
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

const WAD: ConstDivisor = ConstDivisor::new(1_000_000_000_000_000_000);
const PARTS: ConstDivisor = ConstDivisor::new(10_000_000_000);

/// `a × b ÷ 10^18`, truncated.
#[inline(always)]
pub(crate) fn wad_mul(a: U256, b: U256) -> Option<U256> {
    Some(WAD.floor(mul(a, b)?))
}

/// `a × b ÷ 10^10`, truncated.
#[inline(always)]
pub(crate) fn parts_mul(a: U256, b: U256) -> Option<U256> {
    Some(PARTS.floor(mul(a, b)?))
}

/// The scale of normalised balances, shares and virtual prices: 10^18.
pub(crate) const PRECISION: U256 = int(1_000_000_000_000_000_000);
