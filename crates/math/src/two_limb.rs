//! Division by a number below 2^128 that divides many.

use crate::{U256, limbs::join, long_division::reciprocal};

/// A divisor from 1 to 2^128 − 1 beside its reciprocal, so that each limb of a quotient costs multiplications and no
/// division instruction.
///
/// Source: Möller and Granlund, "Improved division by invariant integers", algorithms 4 and 6.
///
/// # Examples
///
/// ```
/// use levmine_math::{Divisor, U256};
///
/// let third = Divisor::new(U256::from(3)).expect("fits");
/// assert_eq!(third.floor(U256::from(100)), U256::from(33));
/// assert!(Divisor::new(U256::ZERO).is_none());
/// assert!(Divisor::new(U256::MAX).is_none());
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Divisor {
    /// Shifted to the left until its highest bit is set.
    limbs: u128,
    shift: u32,
    reciprocal: u64,
}

impl Divisor {
    /// Of `divisor`; `None` for zero and from 2^128 on.
    #[must_use]
    #[inline]
    pub fn new(divisor: U256) -> Option<Self> {
        let [d0, d1, 0, 0] = *divisor.as_limbs() else { return None };
        let divisor = join(d1, d0);
        if divisor == 0 {
            return None;
        }
        let shift = divisor.leading_zeros();
        let limbs = divisor << shift;
        Some(Self { limbs, shift, reciprocal: reciprocal((limbs >> 64) as u64, limbs as u64) })
    }

    /// Returns `n ÷ divisor`, rounded down.
    #[must_use]
    #[inline]
    pub fn floor(&self, n: U256) -> U256 {
        let [n0, n1, n2, n3] = *n.as_limbs();
        let (low, high) = (join(n1, n0), join(n3, n2));
        // The double shift is right for a shift of zero too. What goes beyond 256 bits is below the divisor.
        let carry = |word: u128| (word >> 1) >> (127 - self.shift);
        let (rest, high, low) = (carry(high), high << self.shift | carry(low), low << self.shift);
        let (q3, rest) = self.step_if_needed(rest, (high >> 64) as u64);
        let (q2, rest) = self.step_if_needed(rest, high as u64);
        let (q1, rest) = self.step_if_needed(rest, (low >> 64) as u64);
        let (q0, _) = self.step(rest, low as u64);
        U256::from_limbs([q0, q1, q2, q3])
    }

    /// As [`Self::step`], for the high limbs, which mostly give nothing.
    #[inline(always)]
    fn step_if_needed(&self, rest: u128, next: u64) -> (u64, u128) {
        let (r1, r0) = ((rest >> 64) as u64, rest as u64);
        let both = join(r0, next);
        if r1 == 0 && both < self.limbs { (0, both) } else { self.step(rest, next) }
    }

    /// `(rest, next) ÷ limbs` and its remainder, for `rest < limbs`: algorithm 4.
    #[inline(always)]
    fn step(&self, rest: u128, next: u64) -> (u64, u128) {
        let (r1, r0) = ((rest >> 64) as u64, rest as u64);
        let (d1, d0) = ((self.limbs >> 64) as u64, self.limbs as u64);
        let estimate = (u128::from(self.reciprocal) * u128::from(r1)).wrapping_add(rest);
        let (mut digit, q0) = ((estimate >> 64) as u64, estimate as u64);
        let head = r0.wrapping_sub(digit.wrapping_mul(d1));
        let product = u128::from(d0) * u128::from(digit);
        let mut left = join(head, next).wrapping_sub(product).wrapping_sub(self.limbs);
        digit = digit.wrapping_add(1);
        if (left >> 64) as u64 >= q0 {
            digit = digit.wrapping_sub(1);
            left = left.wrapping_add(self.limbs);
        }
        if left >= self.limbs {
            digit = digit.wrapping_add(1);
            left = left.wrapping_sub(self.limbs);
        }
        (digit, left)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sized() -> impl Strategy<Value = U256> {
        let limb = prop_oneof![Just(0), Just(1), Just(u64::MAX), Just(1 << 63), any::<u64>()];
        (prop::array::uniform4(limb), 0..256_usize)
            .prop_map(|(limbs, shift)| U256::from_limbs(limbs) >> shift)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn it_is_the_ordinary_division(n in sized(), d in sized(), near in any::<bool>(), less in any::<bool>()) {
            let d = (d & U256::from(u128::MAX)).max(U256::ONE);
            // Beside multiples of the divisor digits are estimated too large.
            let n = if near { (n / d * d).saturating_sub(U256::from(u8::from(less))) } else { n };
            prop_assert_eq!(Divisor::new(d).expect("fits").floor(n), n / d);
        }
    }

    #[test]
    fn edges_are_right() {
        for d in [1, 2, 3, u128::from(u64::MAX), 1 << 64, (1 << 64) + 1, u128::MAX, u128::MAX - 1, 1 << 127] {
            for n in [U256::ZERO, U256::ONE, U256::from(d), U256::from(d) - U256::ONE, U256::MAX] {
                let divisor = Divisor::new(U256::from(d)).expect("fits");
                assert_eq!(divisor.floor(n), n / U256::from(d), "{n} / {d}");
            }
        }
    }
}
