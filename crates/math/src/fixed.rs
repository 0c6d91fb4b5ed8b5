use crate::{
    MathError, Rounding, U256, format_units,
    pow10::{PowerOfTen, scale},
    wide,
};

/// A non-negative number with `D` decimals, 77 at most: `raw ÷ 10^D`.
///
/// The products and quotients are those of the contracts: the product must fit 256 bits, and `HalfUp` adds half of
/// the divisor (floored) before dividing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Fixed<const D: u8>(U256);

/// Basis points: 4 decimals, 10,000 is 100 %.
pub type Bps = Fixed<4>;
/// 18 decimals.
pub type Wad = Fixed<18>;
/// 27 decimals.
pub type Ray = Fixed<27>;
/// 45 decimals, the product of a wad and a ray.
pub type Rad = Fixed<45>;

#[expect(
    clippy::should_implement_trait,
    reason = "the operators could not fail, and these methods tell where a lost fraction goes"
)]
impl<const D: u8> Fixed<D> {
    /// Zero.
    pub const ZERO: Self = Self(U256::ZERO);
    /// One, which is 10^`D` raw.
    pub const ONE: Self = Self(scale(D));
    /// The largest value, which contracts also use as "infinite".
    pub const MAX: Self = Self(U256::MAX);

    /// Returns the number whose raw integer is `raw`: `raw ÷ 10^D`.
    #[must_use]
    pub const fn from_raw(raw: U256) -> Self {
        Self(raw)
    }

    /// Returns the number whose raw integer is `raw`, for constants.
    #[must_use]
    pub const fn new(raw: u128) -> Self {
        Self(U256::from_limbs([raw as u64, (raw >> 64) as u64, 0, 0]))
    }

    /// Returns the raw integer, as a contract stores it.
    #[must_use]
    pub const fn raw(self) -> U256 {
        self.0
    }

    /// Returns whether the number is zero.
    #[must_use]
    #[inline]
    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    /// Returns the sum.
    ///
    /// # Errors
    ///
    /// [`MathError::Overflow`] above 2^256 − 1 raw.
    #[inline]
    pub fn add(self, other: Self) -> Result<Self, MathError> {
        wide::add(self.0, other.0).map(Self)
    }

    /// Returns the difference.
    ///
    /// # Errors
    ///
    /// [`MathError::Underflow`] where `other` is the larger.
    #[inline]
    pub fn sub(self, other: Self) -> Result<Self, MathError> {
        wide::sub(self.0, other.0).map(Self)
    }

    /// Returns the product in the same scale: `self × other ÷ 10^D`.
    ///
    /// # Errors
    ///
    /// [`MathError::Overflow`] where [`Self::mul_int`] fails.
    ///
    /// # Examples
    ///
    /// ```
    /// use levmine_math::{Bps, Rounding};
    ///
    /// let (a, b) = (Bps::new(3_333), Bps::new(5_000)); // 33.33 % of 50 % is 16.665 %
    /// assert_eq!(a.mul(b, Rounding::Down)?, Bps::new(1_666));
    /// assert_eq!(a.mul(b, Rounding::HalfUp)?, Bps::new(1_667));
    /// # Ok::<(), levmine_math::MathError>(())
    /// ```
    #[inline]
    pub fn mul(self, other: Self, rounding: Rounding) -> Result<Self, MathError> {
        self.mul_int(other.0, rounding).map(Self)
    }

    /// Returns the quotient in the same scale: `self × 10^D ÷ other`.
    ///
    /// # Errors
    ///
    /// [`MathError::DivisionByZero`]; [`MathError::Overflow`] where [`Self::div_int`] fails.
    #[inline]
    pub fn div(self, other: Self, rounding: Rounding) -> Result<Self, MathError> {
        other.div_int(self.0, rounding).map(Self)
    }

    /// Returns `amount × self` as an integer: `amount × raw ÷ 10^D`.
    ///
    /// With `HalfUp` this is `rayMul`, `wadMul` and `percentMul` of Aave V3 (`WadRayMath`, `PercentageMath`); with
    /// `Down`, Maker's `rmul` and `wmul`.
    ///
    /// # Errors
    ///
    /// [`MathError::Overflow`] where `amount × raw`, with `⌊10^D ÷ 2⌋` added for `HalfUp`, does not fit 256 bits.
    ///
    /// # Examples
    ///
    /// ```
    /// use levmine_math::{Ray, Rounding, U256};
    ///
    /// let half = Ray::new(500_000_000_000_000_000_000_000_000);
    /// assert_eq!(half.mul_int(U256::from(3), Rounding::Down)?, U256::from(1));
    /// assert_eq!(half.mul_int(U256::from(3), Rounding::HalfUp)?, U256::from(2));
    /// # Ok::<(), levmine_math::MathError>(())
    /// ```
    // Left to itself the compiler calls it, which costs a position's health a tenth.
    #[inline(always)]
    pub fn mul_int(self, amount: U256, rounding: Rounding) -> Result<U256, MathError> {
        wide::product(amount, self.0)
            .and_then(|product| const { PowerOfTen::new(D) }.quotient(product, rounding))
            .ok_or_else(|| overflow(amount, self.0))
    }

    /// Returns `a × b ÷ 10^D` as [`Self::mul_int`] does, of integers below 2^128, for less than the 256 bits take. `None` where
    /// the product does not fit 192 bits or the quotient not 128, or `D` is above 27: there [`Self::mul_int`] may still
    /// know it.
    ///
    /// # Examples
    ///
    /// ```
    /// use levmine_math::{Bps, Rounding};
    ///
    /// assert_eq!(Bps::mul_small(3_333, 5_000, Rounding::HalfUp), Some(1_667));
    /// assert_eq!(Bps::mul_small(u128::MAX, u128::MAX, Rounding::Down), None);
    /// ```
    #[must_use]
    #[inline(always)]
    pub fn mul_small(a: u128, b: u128, rounding: Rounding) -> Option<u128> {
        const { &PowerOfTen::new(D) }.quotient_of_small(a, b, rounding)
    }

    /// Returns `amount ÷ self` as an integer: `amount × 10^D ÷ raw`.
    ///
    /// With `HalfUp` this is `rayDiv`, `wadDiv` and `percentDiv` of Aave V3; with `Down`, Maker's `rdiv` and `wdiv`.
    ///
    /// # Errors
    ///
    /// [`MathError::DivisionByZero`]; [`MathError::Overflow`] where `amount × 10^D`, with `⌊raw ÷ 2⌋` added for
    /// `HalfUp`, does not fit 256 bits.
    ///
    /// # Examples
    ///
    /// ```
    /// use levmine_math::{Rounding, U256, Wad};
    ///
    /// let three = Wad::new(3_000_000_000_000_000_000);
    /// assert_eq!(three.div_int(U256::from(5), Rounding::Down)?, U256::from(1));
    /// assert_eq!(three.div_int(U256::from(5), Rounding::Up)?, U256::from(2));
    /// # Ok::<(), levmine_math::MathError>(())
    /// ```
    #[inline]
    pub fn div_int(self, amount: U256, rounding: Rounding) -> Result<U256, MathError> {
        wide::mul_div_narrow(amount, const { scale(D) }, self.0, rounding)
    }

    /// Returns the same number with `E` decimals; exact, and `rounding` without meaning, where `E ≥ D`.
    ///
    /// # Errors
    ///
    /// [`MathError::Overflow`] where the raw integer does not fit; for `E < D` only where `HalfUp`'s half on top of
    /// it does not.
    pub fn rescale<const E: u8>(self, rounding: Rounding) -> Result<Fixed<E>, MathError> {
        if E >= D {
            wide::mul(self.0, const { scale(E.saturating_sub(D)) }).map(Fixed)
        } else {
            let divisor = const { PowerOfTen::new(D.saturating_sub(E)) };
            let overflow =
                || MathError::Overflow { operation: "rounded quotient", a: self.0, b: divisor.value() };
            divisor.quotient(self.0, rounding).map(Fixed).ok_or_else(overflow)
        }
    }
}

/// Kept out of the way of what succeeds.
#[cold]
fn overflow(a: U256, b: U256) -> MathError {
    MathError::Overflow { operation: "product", a, b }
}

impl<const D: u8> std::fmt::Display for Fixed<D> {
    /// Writes the number with its point, exactly and without trailing zeros.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&format_units(self.0, D))
    }
}

impl<const D: u8> std::fmt::Debug for Fixed<D> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Fixed<{D}>({self})")
    }
}
