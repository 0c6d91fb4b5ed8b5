use crate::{
    MathError, Rounding, U256,
    pow10::{PowerOfTen, scale},
    wide,
};

/// A non-negative number with `D` decimals: `raw ÷ 10^D`.
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

impl<const D: u8> Fixed<D> {
    /// Zero.
    pub const ZERO: Self = Self(U256::ZERO);
    /// One, which is 10^`D` raw.
    pub const ONE: Self = Self(scale(D));
    /// The largest value, which contracts also use as "infinite".
    pub const MAX: Self = Self(U256::MAX);

    /// The number whose raw integer is `raw`.
    #[must_use]
    pub const fn from_raw(raw: U256) -> Self {
        Self(raw)
    }

    /// The number whose raw integer is `raw`.
    #[must_use]
    pub const fn new(raw: u128) -> Self {
        Self(U256::from_limbs([raw as u64, (raw >> 64) as u64, 0, 0]))
    }

    /// The raw integer.
    #[must_use]
    pub const fn raw(self) -> U256 {
        self.0
    }

    /// Whether the number is zero.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    /// Returns the sum.
    ///
    /// # Errors
    ///
    /// [`MathError::Overflow`].
    pub fn add(self, other: Self) -> Result<Self, MathError> {
        wide::add(self.0, other.0).map(Self)
    }

    /// Returns the difference.
    ///
    /// # Errors
    ///
    /// [`MathError::Underflow`].
    pub fn sub(self, other: Self) -> Result<Self, MathError> {
        wide::sub(self.0, other.0).map(Self)
    }

    /// Returns the product in the same scale: `self × other ÷ 10^D`.
    ///
    /// # Errors
    ///
    /// [`MathError::Overflow`].
    pub fn mul(self, other: Self, rounding: Rounding) -> Result<Self, MathError> {
        self.mul_int(other.0, rounding).map(Self)
    }

    /// Returns the quotient in the same scale: `self × 10^D ÷ other`.
    ///
    /// # Errors
    ///
    /// [`MathError::Overflow`], [`MathError::DivisionByZero`].
    pub fn div(self, other: Self, rounding: Rounding) -> Result<Self, MathError> {
        other.div_int(self.0, rounding).map(Self)
    }

    /// Returns `amount × self` as an integer: `amount × raw ÷ 10^D`.
    ///
    /// With `HalfUp` this is Aave's `rayMul`, `wadMul` and `percentMul`.
    ///
    /// # Errors
    ///
    /// [`MathError::Overflow`].
    pub fn mul_int(self, amount: U256, rounding: Rounding) -> Result<U256, MathError> {
        let overflow = MathError::Overflow { operation: "product", a: amount, b: self.0 };
        let product = wide::product(amount, self.0).ok_or(overflow)?;
        const { PowerOfTen::new(D) }.quotient(product, rounding).ok_or(overflow)
    }

    /// Returns `amount ÷ self` as an integer: `amount × 10^D ÷ raw`.
    ///
    /// With `HalfUp` this is Aave's `rayDiv`, `wadDiv` and `percentDiv`.
    ///
    /// # Errors
    ///
    /// [`MathError::Overflow`], [`MathError::DivisionByZero`].
    pub fn div_int(self, amount: U256, rounding: Rounding) -> Result<U256, MathError> {
        wide::mul_div_narrow(amount, scale(D), self.0, rounding)
    }

    /// Returns the same number with `E` decimals.
    ///
    /// # Errors
    ///
    /// [`MathError::Overflow`].
    pub fn rescale<const E: u8>(self, rounding: Rounding) -> Result<Fixed<E>, MathError> {
        if E >= D {
            wide::mul(self.0, scale(E - D)).map(Fixed)
        } else {
            wide::div(self.0, scale(D - E), rounding).map(Fixed)
        }
    }
}

impl<const D: u8> std::fmt::Display for Fixed<D> {
    /// Writes the number with its point, without trailing zeros.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let digits = self.0.to_string();
        let places = usize::from(D);
        let padded = format!("{digits:0>width$}", width = places + 1);
        let (whole, fraction) = padded.split_at(padded.len() - places);
        let fraction = fraction.trim_end_matches('0');
        if fraction.is_empty() { f.write_str(whole) } else { write!(f, "{whole}.{fraction}") }
    }
}

impl<const D: u8> std::fmt::Debug for Fixed<D> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Fixed<{D}>({self})")
    }
}
