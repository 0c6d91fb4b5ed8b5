//! Positive numbers with 64 significant bits, for guesses that exact quotes then confirm.

use levmine_math::U256;

/// `mantissa × 2^exponent`, rounded down; the mantissa's highest bit is set unless the number is zero.
///
/// Integer arithmetic throughout: the same guess on every machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rough {
    mantissa: u64,
    exponent: i32,
}

impl Rough {
    pub(crate) const ZERO: Self = Self { mantissa: 0, exponent: 0 };
    pub(crate) const ONE: Self = Self { mantissa: 1 << 63, exponent: -63 };

    #[inline]
    pub(crate) fn of(x: U256) -> Self {
        let [x0, x1, x2, x3] = *x.as_limbs();
        let (high, low, base) = if x3 != 0 {
            (x3, x2, 128)
        } else if x2 != 0 {
            (x2, x1, 64)
        } else if x1 != 0 {
            (x1, x0, 0)
        } else {
            (x0, 0, -64)
        };
        Self::normal((u128::from(high) << 64) | u128::from(low), base)
    }

    /// `x × 2^exponent`.
    #[inline]
    fn normal(x: u128, exponent: i32) -> Self {
        if x == 0 {
            return Self::ZERO;
        }
        let free = x.leading_zeros();
        Self { mantissa: ((x << free) >> 64) as u64, exponent: exponent + 64 - free as i32 }
    }

    pub(crate) fn is_zero(self) -> bool {
        self.mantissa == 0
    }

    #[inline]
    pub(crate) fn mul(self, other: Self) -> Self {
        let product = u128::from(self.mantissa) * u128::from(other.mantissa);
        let exponent = self.exponent.saturating_add(other.exponent);
        // Two highest bits make a product of 128 or 127 bits.
        if product >> 127 == 1 {
            Self { mantissa: (product >> 64) as u64, exponent: exponent.saturating_add(64) }
        } else if product != 0 {
            Self { mantissa: (product >> 63) as u64, exponent: exponent.saturating_add(63) }
        } else {
            Self::ZERO
        }
    }

    /// The quotient; zero for a zero divisor, which callers exclude.
    #[inline]
    pub(crate) fn div(self, other: Self) -> Self {
        let exponent = self.exponent.saturating_sub(other.exponent);
        // The dividend is placed so that the quotient has 64 bits, which one machine division gives.
        let (dividend, taken) = if self.mantissa >= other.mantissa {
            (u128::from(self.mantissa) << 63, 63)
        } else {
            (u128::from(self.mantissa) << 64, 64)
        };
        match dividend.checked_div(u128::from(other.mantissa)) {
            Some(quotient) if quotient != 0 => {
                Self { mantissa: quotient as u64, exponent: exponent.saturating_sub(taken) }
            }
            _ => Self::ZERO,
        }
    }

    /// The difference, zero where it would be negative.
    #[inline]
    pub(crate) fn sub(self, other: Self) -> Self {
        if other.is_zero() || self.is_zero() {
            return self;
        }
        let gap = self.exponent.saturating_sub(other.exponent);
        if gap < 0 {
            // With the highest bits set, a larger exponent is a larger number.
            return Self::ZERO;
        }
        let (minuend, subtrahend) = (u128::from(self.mantissa) << 63, u128::from(other.mantissa) << 63);
        let subtrahend = if gap > 127 { 0 } else { subtrahend >> gap };
        Self::normal(minuend.saturating_sub(subtrahend), self.exponent - 63)
    }

    /// The bits of the whole part, negative for a small fraction.
    pub(crate) fn bits(self) -> i32 {
        if self.is_zero() { 0 } else { self.exponent.saturating_add(64) }
    }

    /// The sum.
    #[inline]
    pub(crate) fn add(self, other: Self) -> Self {
        let (large, small) = if self > other { (self, other) } else { (other, self) };
        if small.is_zero() {
            return large;
        }
        let gap = large.exponent.saturating_sub(small.exponent).unsigned_abs();
        let addend = (u128::from(small.mantissa) << 63).checked_shr(gap).unwrap_or(0);
        Self::normal((u128::from(large.mantissa) << 63).saturating_add(addend), large.exponent - 63)
    }

    #[inline]
    pub(crate) fn sqrt(self) -> Self {
        if self.is_zero() {
            return self;
        }
        // An even exponent is left when the radicand takes 64 or 63 bits from it.
        let taken = if self.exponent % 2 == 0 { 64 } else { 63 };
        let root = (u128::from(self.mantissa) << taken).isqrt();
        Self::normal(root, (self.exponent - taken) / 2)
    }

    /// `self × 2^by`.
    pub(crate) fn scaled(self, by: i32) -> Self {
        if self.is_zero() { self } else { Self { exponent: self.exponent.saturating_add(by), ..self } }
    }

    /// The whole part, at most 2^256 − 1.
    #[inline]
    pub(crate) fn floor(self) -> U256 {
        let mantissa = U256::from(self.mantissa);
        let shift = self.exponent.unsigned_abs() as usize;
        if self.exponent > 192 {
            if self.is_zero() { U256::ZERO } else { U256::MAX }
        } else if self.exponent >= 0 {
            mantissa << shift
        } else {
            mantissa >> shift
        }
    }
}

impl PartialOrd for Rough {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        let key = |x: &Self| (!x.is_zero(), x.exponent, x.mantissa);
        Some(match (self.is_zero(), other.is_zero()) {
            (true, true) => std::cmp::Ordering::Equal,
            _ => key(self).cmp(&key(other)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rough(x: u128) -> Rough {
        Rough::of(U256::from(x))
    }

    #[test]
    fn small_integers_are_exact() {
        for a in [0_u128, 1, 2, 3, 7, 1_000, 123_456_789, 1 << 63] {
            assert_eq!(rough(a).floor(), U256::from(a));
            for b in [1_u128, 2, 3, 999, 1 << 31] {
                assert_eq!(rough(a).div(rough(b)).floor(), U256::from(a / b), "{a} / {b}");
                assert_eq!(rough(a).sub(rough(b)).floor(), U256::from(a.saturating_sub(b)), "{a} - {b}");
                assert_eq!(rough(a).add(rough(b)).floor(), U256::from(a + b), "{a} + {b}");
                assert_eq!(rough(a) > rough(b), a > b);
                if let Some(product) = a.checked_mul(b).filter(|product| *product < 1 << 64) {
                    assert_eq!(rough(a).mul(rough(b)).floor(), U256::from(product));
                }
            }
            let squared = U256::from(a.isqrt());
            assert_eq!(rough(a).sqrt().floor(), squared, "root of {a}");
        }
        assert_eq!(Rough::ONE.floor(), U256::ONE);
    }

    #[test]
    fn large_numbers_keep_64_bits() {
        let x = U256::MAX;
        assert_eq!(Rough::of(x).floor(), x >> 192_usize << 192_usize);
        assert_eq!(Rough::of(x).scaled(1).floor(), U256::MAX);
        assert_eq!(Rough::of(x).sqrt().floor() >> 65_usize, U256::MAX >> 193_usize);
    }
}
