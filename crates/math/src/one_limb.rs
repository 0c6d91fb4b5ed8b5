//! Division by a limb that is known when compiling.

use crate::{
    U256,
    limbs::{join, shl},
};

/// A limb with its highest bit set, beside its reciprocal, so that each step of a division costs two multiplications
/// and no division instruction.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Normalised {
    pub(crate) limb: u64,
    reciprocal: u64,
}

impl Normalised {
    /// Of a limb above zero, shifted to the left until its highest bit is set.
    pub(crate) const fn new(limb: u64) -> Self {
        let limb = limb << limb.leading_zeros();
        // ⌊(2^128 − 1) ÷ limb⌋ − 2^64; the cast drops exactly the 2^64.
        Self { limb, reciprocal: (u128::MAX / limb as u128) as u64 }
    }

    /// As [`Self::step`], for the high limbs, which are mostly zero.
    #[inline(always)]
    pub(crate) fn step_if_needed(&self, high: u64, low: u64) -> (u64, u64) {
        if high == 0 && low < self.limb { (0, low) } else { self.step(high, low) }
    }

    /// Quotient and remainder of `(high, low) ÷ limb`, for `high < limb`.
    ///
    /// Source: Möller and Granlund, "Improved division by invariant integers", algorithm 4.
    #[inline(always)]
    pub(crate) fn step(&self, high: u64, low: u64) -> (u64, u64) {
        let numerator = join(high, low);
        let estimate = (u128::from(self.reciprocal) * u128::from(high)).wrapping_add(numerator);
        let mut quotient = ((estimate >> 64) as u64).wrapping_add(1);
        let mut remainder = low.wrapping_sub(quotient.wrapping_mul(self.limb));
        if remainder > estimate as u64 {
            quotient = quotient.wrapping_sub(1);
            remainder = remainder.wrapping_add(self.limb);
        }
        if remainder >= self.limb {
            quotient = quotient.wrapping_add(1);
            remainder -= self.limb;
        }
        (quotient, remainder)
    }
}

/// A divisor of one limb that is known when compiling: the seconds of a year, a number of blocks.
///
/// # Examples
///
/// ```
/// use levmine_math::{ConstDivisor, U256};
///
/// const YEAR: ConstDivisor = ConstDivisor::new(31_536_000);
/// assert_eq!(YEAR.floor(U256::from(63_072_001)), U256::from(2));
/// assert_eq!(YEAR.floor(U256::MAX), U256::MAX / U256::from(31_536_000));
/// ```
#[derive(Debug, Clone, Copy)]
pub struct ConstDivisor {
    divisor: Normalised,
    shift: u32,
}

impl ConstDivisor {
    /// Of `divisor`; zero does not compile in a constant.
    ///
    /// # Panics
    ///
    /// For zero.
    #[must_use]
    pub const fn new(divisor: u64) -> Self {
        assert!(divisor > 0, "a divisor must not be zero");
        Self { divisor: Normalised::new(divisor), shift: divisor.leading_zeros() }
    }

    /// Returns `n ÷ divisor`, rounded down, of a number of two limbs.
    #[must_use]
    #[inline]
    pub fn floor_small(&self, n: u128) -> u128 {
        let (n1, n0) = ((n >> 64) as u64, n as u64);
        let Self { divisor, shift } = self;
        let (q1, r) = divisor.step_if_needed(shl(0, n1, *shift), shl(n1, n0, *shift));
        let (q0, _) = divisor.step(r, shl(n0, 0, *shift));
        join(q1, q0)
    }

    /// Returns `n ÷ divisor`, rounded down.
    #[must_use]
    #[inline]
    pub fn floor(&self, n: U256) -> U256 {
        let [n0, n1, n2, n3] = *n.as_limbs();
        let Self { divisor, shift } = self;
        let (top, n3) = (shl(0, n3, *shift), shl(n3, n2, *shift));
        let (n2, n1, n0) = (shl(n2, n1, *shift), shl(n1, n0, *shift), shl(n0, 0, *shift));
        let (q3, r) = divisor.step_if_needed(top, n3);
        let (q2, r) = divisor.step_if_needed(r, n2);
        let (q1, r) = divisor.step_if_needed(r, n1);
        let (q0, _) = divisor.step(r, n0);
        U256::from_limbs([q0, q1, q2, q3])
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::ConstDivisor;
    use crate::U256;

    proptest! {
        #[test]
        fn equals_the_ordinary_division(limbs: [u64; 4], zeros in 0_usize..256, divisor in 1_u64.., bits in 0_u32..64) {
            let (n, divisor) = (U256::from_limbs(limbs) >> zeros, (divisor >> bits).max(1));
            prop_assert_eq!(ConstDivisor::new(divisor).floor(n), n / U256::from(divisor));
            let small = n.wrapping_to::<u128>();
            prop_assert_eq!(ConstDivisor::new(divisor).floor_small(small), small / u128::from(divisor));
        }
    }

    #[test]
    fn edges_are_right() {
        for divisor in [1, 2, 3, u64::MAX, u64::MAX - 1, 1 << 63, (1 << 63) + 1, (1 << 63) - 1] {
            for n in [U256::ZERO, U256::ONE, U256::from(divisor), U256::from(divisor) - U256::ONE, U256::MAX]
            {
                assert_eq!(ConstDivisor::new(divisor).floor(n), n / U256::from(divisor), "{n} / {divisor}");
                let small = n.wrapping_to::<u128>();
                let floored = ConstDivisor::new(divisor).floor_small(small);
                assert_eq!(floored, small / u128::from(divisor), "{small} / {divisor}");
            }
        }
    }
}
