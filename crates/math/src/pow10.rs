//! Powers of ten, and division by one that is known when compiling.

use crate::{
    MathError, Rounding, U256,
    limbs::{join, shl, shr, widening_mul},
    one_limb::Normalised,
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

/// Returns `n ÷ 10^exponent`, **rounded down**, without a division instruction up to 10^27; above 10^77 that is nothing.
///
/// # Examples
///
/// ```
/// use levmine_math::{U256, div_pow10};
///
/// assert_eq!(div_pow10(U256::from(1_999_999), 6), U256::ONE);
/// assert_eq!(div_pow10(U256::MAX, 78), U256::ZERO);
/// ```
#[inline]
#[must_use]
pub fn div_pow10(n: U256, exponent: u32) -> U256 {
    match usize::try_from(exponent).ok().and_then(|exponent| DIVISORS.get(exponent)) {
        Some(divisor) => divisor.div_rem(n).0,
        None => pow10(exponent).map_or(U256::ZERO, |power| n.wrapping_div(power)),
    }
}

/// Returns `a × b ÷ 10^exponent`, rounded as told, of an amount and a price, say, for less than 256 bits take. `None` where
/// the product does not fit 192 bits, the quotient not 128, or the exponent is above 27: there [`crate::mul_div`] may still
/// know it.
///
/// # Examples
///
/// ```
/// use levmine_math::{Rounding, mul_div_pow10};
///
/// assert_eq!(mul_div_pow10(1_500_000, 1_999, 6, Rounding::Down), Some(2_998));
/// assert_eq!(mul_div_pow10(1_500_000, 1_999, 6, Rounding::Up), Some(2_999));
/// assert_eq!(mul_div_pow10(u128::MAX, u128::MAX, 27, Rounding::Down), None);
/// ```
#[inline(never)]
#[must_use]
pub fn mul_div_pow10(a: u128, b: u128, exponent: u32, rounding: Rounding) -> Option<u128> {
    let divisor = usize::try_from(exponent).ok().and_then(|exponent| DIVISORS.get(exponent))?;
    divisor.quotient_of_small(a, b, rounding)
}

static DIVISORS: [PowerOfTen; PowerOfTen::ONE_LIMB as usize + 1] = {
    let mut divisors = [PowerOfTen::new(0); PowerOfTen::ONE_LIMB as usize + 1];
    let mut i = 0;
    while i < divisors.len() {
        divisors[i] = PowerOfTen::new(i as u8);
        i += 1;
    }
    divisors
};

/// 10^`exponent` as a constant; an exponent above 77 does not compile.
pub(crate) const fn scale(exponent: u8) -> U256 {
    POWERS[exponent as usize]
}

/// A divisor 10^`exponent`, prepared when compiling.
///
/// 10^27 is wider than a limb, but 10^27 = 2^27 · 5^27 and 5^27 is not: a shift and a division by one limb replace
/// a division by two. See [`Normalised`] for the limb.
#[derive(Clone, Copy)]
pub(crate) struct PowerOfTen {
    exponent: u8,
    divisor: U256,
    half: U256,
    limb: Normalised,
    /// By how much the limb was shifted to the left.
    zeros: u32,
}

impl PowerOfTen {
    /// The largest exponent whose power of five fits one limb.
    const ONE_LIMB: u8 = 27;

    pub(crate) const fn new(exponent: u8) -> Self {
        let divisor = scale(exponent);
        let five = if exponent <= Self::ONE_LIMB { 5_u64.pow(exponent as u32) } else { 1 };
        let (limb, zeros) = (Normalised::new(five), five.leading_zeros());
        let half = if exponent == 0 { U256::ZERO } else { scale(exponent - 1).wrapping_mul(FIVE) };
        Self { exponent, divisor, half, limb, zeros }
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

    /// The quotient `a × b ÷ 10^exponent`; `None` where the product, with what is added to round it, does not fit 192 bits,
    /// or the quotient not 128, or the exponent is above [`Self::ONE_LIMB`].
    #[inline(always)]
    pub(crate) fn quotient_of_small(&self, a: u128, b: u128, rounding: Rounding) -> Option<u128> {
        let added = match rounding {
            Rounding::Down => 0,
            Rounding::HalfUp => two_limbs(self.half),
            Rounding::Up => two_limbs(self.divisor).wrapping_sub(1),
        };
        let (low, high) = widening_mul(a, b);
        let (n, carry) = low.overflowing_add(added);
        let n2 = u64::try_from(high.wrapping_add(carry.into())).ok()?;
        if self.exponent > Self::ONE_LIMB || u128::from(n2) >= two_limbs(self.divisor) {
            return None;
        }
        // As in `div_rem`, with the shift to the right first: nothing is pushed out to the left, the quotient being of
        // two limbs.
        let (n1, n0) = ((n >> 64) as u64, n as u64);
        let (down, up) = (u32::from(self.exponent), self.zeros);
        let (n2, n1, n0) = (n2 >> down, shr(n2, n1, down), shr(n1, n0, down));
        let (q1, r) = self.limb.step(shl(n2, n1, up), shl(n1, n0, up));
        let (q0, _) = self.limb.step(r, shl(n0, 0, up));
        Some(join(q1, q0))
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
        let normalising = self.zeros;
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
        let (q3, r) = self.limb.step_if_needed(first, l3);
        let (q2, r) = self.limb.step_if_needed(r, l2);
        let (q1, r) = self.limb.step_if_needed(r, l1);
        let (q0, r) = self.limb.step(r, l0);
        (U256::from_limbs([q0, q1, q2, q3]), (r | lost) != 0)
    }
}

/// The low half.
#[inline(always)]
fn two_limbs(n: U256) -> u128 {
    let [n0, n1, _, _] = *n.as_limbs();
    join(n1, n0)
}

const FIVE: U256 = U256::from_limbs([5, 0, 0, 0]);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn dividing_by_a_power_of_ten_is_dividing(limbs in any::<[u64; 4]>(), zeros in 0_usize..256, exponent in 0_u32..=80) {
            let n = U256::from_limbs(limbs) >> zeros;
            let power = U256::from(10).checked_pow(U256::from(exponent));
            prop_assert_eq!(div_pow10(n, exponent), power.map_or(U256::ZERO, |power| n / power));
        }

        #[test]
        fn a_small_product_is_divided_as_any(a: u128, b: u128, zeros in (0_u32..128, 0_u32..128), exponent in 0_u8..=27) {
            let (a, b) = (a >> zeros.0, b >> zeros.1);
            let (product, divisor) = (U256::from(a) * U256::from(b), PowerOfTen::new(exponent));
            for rounding in [Rounding::Down, Rounding::HalfUp, Rounding::Up] {
                let whole = divisor.quotient(product, rounding).expect("fits");
                let small = divisor.quotient_of_small(a, b, rounding);
                prop_assert_eq!(mul_div_pow10(a, b, exponent.into(), rounding), small);
                match small {
                    Some(quotient) => prop_assert_eq!(U256::from(quotient), whole),
                    None => prop_assert!(product >> 191 != U256::ZERO || whole >> 127 != U256::ZERO),
                }
            }
        }
    }

    #[test]
    fn what_does_not_fit_is_left_to_others() {
        assert_eq!(mul_div_pow10(u128::MAX, u128::MAX, 27, Rounding::Down), None);
        assert_eq!(mul_div_pow10(u128::MAX, 10, 0, Rounding::Down), None);
        assert_eq!(mul_div_pow10(u128::MAX, 10, 1, Rounding::Down), Some(u128::MAX));
        assert_eq!(mul_div_pow10(u128::MAX, 1, 28, Rounding::Down), None);
        for (power, rounding) in [(27, Rounding::HalfUp), (18, Rounding::Up), (1, Rounding::HalfUp)] {
            // What is added to round it carries into the third limb, and into a fourth.
            let divisor = PowerOfTen::new(power);
            let whole = |b| divisor.quotient(U256::from(u128::MAX) * U256::from(b), rounding);
            let small = |b| divisor.quotient_of_small(u128::MAX, b, rounding).map(U256::from);
            assert!(small(1).is_none() || small(1) == whole(1_u128), "{power}");
            assert_eq!(small(1 << 64), None, "{power}");
        }
    }
}
