//! A 512-bit product divided by 256 bits.

use crate::{
    U256,
    limbs::{join, shl},
};

/// The quotient and the remainder of `(high, low) ÷ divisor`, for `high < divisor`, so that the quotient fits.
///
/// Knuth's algorithm D, with each digit estimated from three limbs by two through a reciprocal (Möller and Granlund,
/// "Improved division by invariant integers", algorithms 4 and 6). The divisor is always shifted to four full limbs,
/// so there are always four digits, and the loops are written out.
pub(crate) fn div_rem(high: U256, low: U256, divisor: U256) -> (U256, U256) {
    // Whole limbs first, then bits. As high < divisor, nothing is pushed out of high.
    let mut shifted = (*divisor.as_limbs(), *high.as_limbs(), *low.as_limbs());
    let mut limbs = 0;
    while let ([d0, d1, d2, 0], [h0, h1, h2, _], [l0, l1, l2, l3]) = shifted
        && limbs < 3
    {
        shifted = ([0, d0, d1, d2], [l3, h0, h1, h2], [0, l0, l1, l2]);
        limbs += 1;
    }
    let ([d0, d1, d2, d3], [h0, h1, h2, h3], [l0, l1, l2, l3]) = shifted;
    let bits = d3.leading_zeros();
    let divisor = Divisor::new([shl(d0, 0, bits), shl(d1, d0, bits), shl(d2, d1, bits), shl(d3, d2, bits)]);
    let remainder = [shl(h0, l3, bits), shl(h1, h0, bits), shl(h2, h1, bits), shl(h3, h2, bits)];
    let [l0, l1, l2, l3] = [shl(l0, 0, bits), shl(l1, l0, bits), shl(l2, l1, bits), shl(l3, l2, bits)];

    let (q3, remainder) = divisor.digit(remainder, l3);
    let (q2, remainder) = divisor.digit(remainder, l2);
    let (q1, remainder) = divisor.digit(remainder, l1);
    let (q0, remainder) = divisor.digit(remainder, l0);
    (U256::from_limbs([q0, q1, q2, q3]), U256::from_limbs(remainder) >> (64 * limbs + bits as usize))
}

/// Four limbs with the highest bit set, and the reciprocal of the two highest.
struct Divisor {
    low: [u64; 2],
    high: u128,
    reciprocal: u64,
}

impl Divisor {
    #[inline(always)]
    fn new([d0, d1, d2, d3]: [u64; 4]) -> Self {
        Self { low: [d0, d1], high: join(d3, d2), reciprocal: reciprocal(d3, d2) }
    }

    /// One digit of the quotient: `(remainder, next) ÷ self`, for `remainder < self`.
    #[inline(always)]
    fn digit(&self, remainder: [u64; 4], next: u64) -> (u64, [u64; 4]) {
        let [r0, r1, r2, r3] = remainder;
        let (mut digit, head) = if join(r3, r2) < self.high {
            self.estimate(r3, r2, r1)
        } else {
            return self.largest_digit(remainder, next);
        };
        // `head` is what the three highest limbs leave; the digit's product with the low limbs still goes off.
        let [d0, d1] = self.low;
        let low_product = u128::from(digit) * u128::from(d0);
        let (n0, borrow) = next.overflowing_sub(low_product as u64);
        let middle = u128::from(digit) * u128::from(d1) + (low_product >> 64) + u128::from(borrow);
        let (n1, borrow) = r0.overflowing_sub(middle as u64);
        let (head, negative) = head.overflowing_sub((middle >> 64) + u128::from(borrow));
        let mut rest = [n0, n1, head as u64, (head >> 64) as u64];
        if negative {
            digit = digit.wrapping_sub(1);
            rest = self.add_back(rest);
        }
        (digit, rest)
    }

    /// `(n2, n1, n0) ÷ high` and its remainder, for `(n2, n1) < high`: algorithm 4.
    #[inline(always)]
    fn estimate(&self, n2: u64, n1: u64, n0: u64) -> (u64, u128) {
        let q = (u128::from(self.reciprocal) * u128::from(n2)).wrapping_add(join(n2, n1));
        let (mut digit, q0) = ((q >> 64) as u64, q as u64);
        let (d1, d0) = ((self.high >> 64) as u64, self.high as u64);
        let rest = n1.wrapping_sub(digit.wrapping_mul(d1));
        let product = u128::from(d0) * u128::from(digit);
        let mut rest = join(rest, n0).wrapping_sub(product).wrapping_sub(self.high);
        digit = digit.wrapping_add(1);
        if (rest >> 64) as u64 >= q0 {
            digit = digit.wrapping_sub(1);
            rest = rest.wrapping_add(self.high);
        }
        if rest >= self.high {
            digit = digit.wrapping_add(1);
            rest = rest.wrapping_sub(self.high);
        }
        (digit, rest)
    }

    /// One digit where the two highest limbs of remainder and divisor are equal: always 2^64 − 1.
    ///
    /// It leaves `(remainder − d) · 2^64 + next + d`. The difference is below zero and, the high limbs being equal,
    /// above −2^128, so the rest is below d, and above d − 2^192 > 0.
    #[cold]
    fn largest_digit(&self, remainder: [u64; 4], next: u64) -> (u64, [u64; 4]) {
        let [r0, r1, ..] = remainder;
        let [d0, d1] = self.low;
        let difference = join(r1, r0).wrapping_sub(join(d1, d0));
        // Modulo 2^256, with the sign of the difference in the highest limb.
        let rest = [next, difference as u64, (difference >> 64) as u64, u64::MAX];
        (u64::MAX, self.add_back(rest))
    }

    /// `rest + self`, modulo 2^256.
    fn add_back(&self, rest: [u64; 4]) -> [u64; 4] {
        let [d0, d1] = self.low;
        let divisor = U256::from_limbs([d0, d1, self.high as u64, (self.high >> 64) as u64]);
        *U256::from_limbs(rest).wrapping_add(divisor).as_limbs()
    }
}

/// ⌊(2^192 − 1) ÷ (d1, d0)⌋ − 2^64 for a `d1` with its highest bit set: algorithm 6.
#[inline(always)]
pub(crate) fn reciprocal(d1: u64, d0: u64) -> u64 {
    // ⌊(2^128 − 1) ÷ d1⌋ − 2^64 = ⌊(2^128 − 1 − 2^64 · d1) ÷ d1⌋, which fits a limb.
    let mut v = (join(!d1, u64::MAX) / u128::from(d1)) as u64;
    let (mut p, carried) = d1.wrapping_mul(v).overflowing_add(d0);
    if carried {
        v = v.wrapping_sub(1);
        if p >= d1 {
            v = v.wrapping_sub(1);
            p = p.wrapping_sub(d1);
        }
        p = p.wrapping_sub(d1);
    }
    let t = u128::from(v) * u128::from(d0);
    let (p, carried) = p.overflowing_add((t >> 64) as u64);
    if carried {
        v = v.wrapping_sub(1);
        if join(p, t as u64) >= join(d1, d0) {
            v = v.wrapping_sub(1);
        }
    }
    v
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ruint::aliases::U512;

    use super::div_rem;
    use crate::U256;

    /// Limbs of zeros and ones, which is where digits are estimated too large.
    fn integer() -> impl Strategy<Value = U256> {
        let limb =
            prop_oneof![Just(0), Just(1), Just(u64::MAX), Just(u64::MAX - 1), Just(1 << 63), any::<u64>()];
        (prop::array::uniform4(limb), 0..256_usize, any::<bool>()).prop_map(|(limbs, shift, whole)| {
            let integer = U256::from_limbs(limbs);
            if whole { integer } else { integer >> shift }
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        /// A dividend made of its quotient, divisor and remainder gives them back.
        #[test]
        fn quotient_and_remainder_come_back(quotient in integer(), divisor in integer(), rest in integer(), last in any::<bool>()) {
            let divisor = divisor.max(U256::ONE);
            let rest = if last { divisor - U256::ONE } else { rest % divisor };
            let product: U512 = quotient.widening_mul(divisor);
            let [l0, l1, l2, l3, high @ ..] = *(product + U512::from(rest)).as_limbs();
            let (high, low) = (U256::from_limbs(high), U256::from_limbs([l0, l1, l2, l3]));
            prop_assert_eq!(div_rem(high, low, divisor), (quotient, rest));
        }
    }

    #[test]
    fn the_largest_digit_four_times() {
        // (2^256 − 1) · d + (d − 1) = 2^256 · d − 1, for a divisor whose high limbs repeat in every remainder.
        let divisor = U256::MAX << 1;
        let high = divisor - U256::ONE;
        assert_eq!(div_rem(high, U256::MAX, divisor), (U256::MAX, divisor - U256::ONE));
    }
}
