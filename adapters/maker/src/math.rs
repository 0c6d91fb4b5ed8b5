//! The arithmetic of the contracts: 256-bit integers, checked, and quotients rounded down.

use levmine_math::{MathError, Ray, Rounding, U256, Wad, div};

use crate::error::Result;

pub(crate) use levmine_math::{add, mul, sub};

/// 10^18.
pub(crate) const WAD: U256 = Wad::ONE.raw();
/// 10^27.
pub(crate) const RAY: U256 = Ray::ONE.raw();
/// 10^9, from a wad to a ray.
pub(crate) const BLN: U256 = U256::from_limbs([1_000_000_000, 0, 0, 0]);
/// 2^255.
const HALF: U256 = U256::from_limbs([0, 0, 0, 1 << 63]);

/// `x × y ÷ 10^18`, down.
pub(crate) fn wmul(x: U256, y: U256) -> Result<U256, MathError> {
    Wad::from_raw(y).mul_int(x, Rounding::Down)
}

/// `x × y ÷ 10^27`, down.
pub(crate) fn rmul(x: U256, y: U256) -> Result<U256, MathError> {
    Ray::from_raw(y).mul_int(x, Rounding::Down)
}

/// `x × 10^27 ÷ y`, down.
pub(crate) fn rdiv(x: U256, y: U256) -> Result<U256, MathError> {
    Ray::from_raw(y).div_int(x, Rounding::Down)
}

/// `x ÷ y`, down.
pub(crate) fn quotient(x: U256, y: U256) -> Result<U256, MathError> {
    div(x, y, Rounding::Down)
}

/// `x ÷ 10^27`, up: the wad that a rad needs.
pub(crate) fn wad_up(rad: U256) -> U256 {
    div(rad, RAY, Rounding::Up).unwrap_or(U256::ZERO)
}

/// `x ÷ 10^27`, down: the wad that a rad gives.
pub(crate) fn wad_down(rad: U256) -> U256 {
    rad / RAY
}

/// `base^exponent` in ray, half up at each multiplication.
///
/// Source: `rpow` of `Jug`, `Pot` and the abaci, all versions.
pub(crate) fn rpow(base: U256, exponent: u64) -> Result<U256, MathError> {
    levmine_math::ray_pow(Ray::from_raw(base), exponent).map(Ray::raw)
}

/// An `int256`, as sign and size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Int {
    negative: bool,
    size: U256,
}

impl Int {
    /// Zero.
    pub const ZERO: Self = Self { negative: false, size: U256::ZERO };

    /// The number with this sign and size; `None` where it does not fit an `int256`.
    #[must_use]
    pub fn new(negative: bool, size: U256) -> Option<Self> {
        let fits = size < HALF || (negative && size == HALF);
        fits.then_some(Self { negative: negative && !size.is_zero(), size })
    }

    /// A number that is not negative.
    pub(crate) fn plus(size: U256) -> Result<Self, MathError> {
        Self::new(false, size).ok_or(too_large(size))
    }

    /// A number that is not positive.
    pub(crate) fn minus(size: U256) -> Result<Self, MathError> {
        Self::new(true, size).ok_or(too_large(size))
    }

    /// Reads decimal digits with an optional minus sign.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        Self::new(negative, U256::from_str_radix(digits, 10).ok()?)
    }

    pub(crate) fn is_positive(self) -> bool {
        !self.negative && !self.size.is_zero()
    }

    pub(crate) const fn is_negative(self) -> bool {
        self.negative
    }

    /// `x + self`.
    pub(crate) fn add_to(self, x: U256) -> Result<U256, MathError> {
        if self.negative { sub(x, self.size) } else { add(x, self.size) }
    }

    /// `x − self`.
    pub(crate) fn sub_from(self, x: U256) -> Result<U256, MathError> {
        if self.negative { add(x, self.size) } else { sub(x, self.size) }
    }

    /// `x × self`; `x` must fit an `int256` too.
    ///
    /// Source: `Vat.mul(uint, int)`.
    pub(crate) fn times(self, x: U256) -> Result<Self, MathError> {
        if x >= HALF {
            return Err(too_large(x));
        }
        let size = mul(x, self.size)?;
        Self::new(self.negative, size).ok_or(too_large(size))
    }

    /// `a − b`, both of which must fit an `int256`.
    ///
    /// Source: `Jug.diff`.
    pub(crate) fn difference(a: U256, b: U256) -> Result<Self, MathError> {
        Self::plus(a)?;
        Self::plus(b)?;
        if a >= b { Self::plus(a - b) } else { Self::minus(b - a) }
    }
}

fn too_large(size: U256) -> MathError {
    MathError::Overflow { operation: "int256", a: size, b: U256::ZERO }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_int256_has_no_positive() {
        assert!(Int::new(true, HALF).is_some());
        assert!(Int::new(false, HALF).is_none());
        assert_eq!(Int::parse("-0"), Some(Int::ZERO));
        assert_eq!(Int::parse("--1"), None);
        let least = Int::new(true, HALF).unwrap();
        assert_eq!(least.add_to(HALF), Ok(U256::ZERO));
        assert!(least.add_to(HALF - U256::ONE).is_err());
        assert_eq!(least.times(U256::ONE), Ok(least));
        assert!(least.times(U256::from(2)).is_err());
        assert!(Int::new(true, U256::ONE).unwrap().times(HALF).is_err());
    }
}
