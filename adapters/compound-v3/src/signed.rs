//! A signed 256-bit integer, as far as the contract needs one.

use std::fmt;

use levmine_math::{MathError, U256};

use crate::casts::{INT256_LIMIT, signed256};
use crate::error::Result;

/// An `int256`: what an account has or owes, or the market's reserves, in base units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signed {
    /// Zero or more.
    Plus(U256),
    /// Less than zero, by this much.
    Minus(U256),
}

impl Signed {
    /// Zero.
    pub const ZERO: Self = Self::Plus(U256::ZERO);

    /// Minus `amount`; zero stays zero.
    pub(crate) fn minus(amount: U256) -> Self {
        if amount.is_zero() { Self::ZERO } else { Self::Minus(amount) }
    }

    /// `self + amount`, where the amount fits an `int256`.
    pub(crate) fn add(self, amount: U256) -> Result<Self> {
        let amount = signed256(amount)?;
        match self {
            Self::Plus(value) => sum(value, amount, false),
            Self::Minus(value) if value > amount => Ok(Self::Minus(value.wrapping_sub(amount))),
            Self::Minus(value) => Ok(Self::Plus(amount.wrapping_sub(value))),
        }
    }

    /// `self − amount`, where the amount fits an `int256`.
    pub(crate) fn sub(self, amount: U256) -> Result<Self> {
        let amount = signed256(amount)?;
        match self {
            Self::Plus(value) if value >= amount => Ok(Self::Plus(value.wrapping_sub(amount))),
            Self::Plus(value) => Ok(Self::Minus(amount.wrapping_sub(value))),
            Self::Minus(value) => sum(value, amount, true),
        }
    }

    /// The value where it is not negative, else zero.
    #[must_use]
    pub const fn or_zero(self) -> U256 {
        match self {
            Self::Plus(value) => value,
            Self::Minus(_) => U256::ZERO,
        }
    }
}

/// Both have the same sign, so only the sum can leave the range: −2^255 to 2^255 − 1.
fn sum(a: U256, b: U256, negative: bool) -> Result<Signed> {
    // Both are at most 2^255.
    match a.checked_add(b) {
        Some(sum) if negative && sum <= INT256_LIMIT => Ok(Signed::minus(sum)),
        Some(sum) if !negative && sum < INT256_LIMIT => Ok(Signed::Plus(sum)),
        _ => Err(MathError::Overflow { operation: "signed sum", a, b }.into()),
    }
}

impl fmt::Display for Signed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plus(value) => write!(f, "{value}"),
            Self::Minus(value) => write!(f, "-{value}"),
        }
    }
}
