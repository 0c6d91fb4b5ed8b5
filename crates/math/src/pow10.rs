//! Powers of ten, and division by one that is known when compiling.

use crate::{
    MathError, Rounding, U256,
    limbs::{join, shl, shr},
};

/// The largest exponent whose power of ten fits 256 bits.
const LARGEST: usize = 77;

const POWERS: [U256; LARGEST + 1] = {
    let mut powers = [U256::ONE; LARGEST + 1];
    let mut i = 1;
    while i <= LARGEST {
        powers[i] = powers[i - 1].wrapping_mul(U256::from_limbs([10, 0, 0, 0]));
        i += 1;
    }
    powers
};

/// Returns 10^`exponent`.
///
/// # Errors
///
/// [`MathError::Overflow`] above 10^77.
///
/// # Examples
///
/// ```
/// use levmine_math::{U256, pow10};
///
/// assert_eq!(pow10(6)?, U256::from(1_000_000));
/// assert!(pow10(78).is_err());
/// # Ok::<(), levmine_math::MathError>(())
/// ```
#[inline]
pub fn pow10(exponent: u32) -> Result<U256, MathError> {
    usize::try_from(exponent)
        .ok()
        .and_then(|exponent| POWERS.get(exponent))
        .copied()
        .ok_or(MathError::Overflow { operation: "power", a: U256::from(10), b: U256::from(exponent) })
}

/// 10^`exponent` as a constant; an exponent above 77 does not compile.
pub(crate) const fn scale(exponent: u8) -> U256 {
    POWERS[exponent as usize]
}

/// A divisor 10^`exponent`, prepared when compiling.
///
/// 10^27 is wider than a limb, but 10^27 = 2^27 · 5^27 and 5^27 is not: a shift and a division by one limb replace
/// a division by two. The limb is kept normalised (its highest bit set) beside its reciprocal, so that each step
/// costs two multiplications and no division instruction.
#[derive(Clone, Copy)]
pub(crate) struct PowerOfTen {
    exponent: u8,
    divisor: U256,
    half: U256,
    limb: u64,
    reciprocal: u64,
}

impl PowerOfTen {
    /// The largest exponent whose power of five fits one limb.
    const ONE_LIMB: u8 = 27;

    pub(crate) const fn new(exponent: u8) -> Self {
        let divisor = scale(exponent);
        let limb = if exponent <= Self::ONE_LIMB { 5_u64.pow(exponent as u32) } else { 1 };
        let limb = limb << limb.leading_zeros();
        // ⌊(2^128 − 1) ÷ limb⌋ − 2^64; the cast drops exactly the 2^64.
        let reciprocal = (u128::MAX / limb as u128) as u64;
        let half = if exponent == 0 { U256::ZERO } else { scale(exponent - 1).wrapping_mul(FIVE) };
        Self { exponent, divisor, half, limb, reciprocal }
    }

    pub(crate) const fn value(&self) -> U256 {
        self.divisor
    }

    /// The quotient `n ÷ 10^exponent`; `None` when `n` plus half of the divisor does not fit, for `HalfUp`.
    #[inline(always)]
    pub(crate) fn quotient(&self, n: U256, rounding: Rounding) -> Option<U256> {
        match rounding {
            Rounding::Down => Some(self.div_rem(n).0),
            Rounding::HalfUp => Some(self.div_rem(n.checked_add(self.half)?).0),
            Rounding::Up => match self.div_rem(n) {
                (quotient, true) => quotient.checked_add(U256::ONE),
                (quotient, false) => Some(quotient),
            },
        }
    }

    /// The floored quotient, and whether anything was lost.
    #[inline(always)]
    fn div_rem(&self, n: U256) -> (U256, bool) {
        if self.exponent == 0 {
            return (n, false);
        }
        if self.exponent > Self::ONE_LIMB {
            let (quotient, remainder) = n.div_rem(self.divisor);
            return (quotient, !remainder.is_zero());
        }
        // n ÷ 10^e = (n ÷ 2^(e − z)) ÷ (5^e · 2^z), z being the shift that normalised the limb. Where z > e the
        // first shift goes to the left, and the bits it pushes out are the first remainder.
        let [n0, n1, n2, n3] = *n.as_limbs();
        let normalising = (5_u64.pow(u32::from(self.exponent))).leading_zeros();
        let exponent = u32::from(self.exponent);
        let (limbs, first, lost) = if normalising >= exponent {
            let left = normalising - exponent;
            let limbs = [n0 << left, shl(n1, n0, left), shl(n2, n1, left), shl(n3, n2, left)];
            (limbs, shl(0, n3, left), 0)
        } else {
            let right = exponent - normalising;
            let limbs = [shr(n1, n0, right), shr(n2, n1, right), shr(n3, n2, right), n3 >> right];
            (limbs, 0, n0 & ((1 << right) - 1))
        };
        let [l0, l1, l2, l3] = limbs;
        let (q3, r) = self.step_if_needed(first, l3);
        let (q2, r) = self.step_if_needed(r, l2);
        let (q1, r) = self.step_if_needed(r, l1);
        let (q0, r) = self.step(r, l0);
        (U256::from_limbs([q0, q1, q2, q3]), (r | lost) != 0)
    }

    /// As [`Self::step`], for the high limbs, which are mostly zero.
    #[inline(always)]
    fn step_if_needed(&self, high: u64, low: u64) -> (u64, u64) {
        if high == 0 && low < self.limb { (0, low) } else { self.step(high, low) }
    }

    /// Quotient and remainder of `(high, low) ÷ limb`, for `high < limb`.
    ///
    /// Source: Möller and Granlund, "Improved division by invariant integers", algorithm 4.
    #[inline(always)]
    fn step(&self, high: u64, low: u64) -> (u64, u64) {
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

const FIVE: U256 = U256::from_limbs([5, 0, 0, 0]);
