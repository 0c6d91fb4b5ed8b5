//! The two kinds of integers in which a position is valued.

use levmine_math::{Rounding, U256};

use crate::accrual::{debt_within, income_within, normalized_debt, normalized_income};
use crate::error::AaveError;
use crate::state::Reserve;
use crate::version::Rules;
use crate::wad_ray::{self, narrow, percent_mul_small, ray_mul_small, wide};

/// `u128`, where everything on the way fits it, as it nearly always does, for a fraction of the code: a step of a run has
/// more of that than the instruction cache holds. Else `U256`, which gives the same numbers, knows all the others, and says
/// why there is none.
pub(crate) trait Integer: Copy + Eq {
    type Error;

    const ZERO: Self;

    fn of_u128(scaled: u128) -> Self;

    fn of(value: Result<U256, AaveError>) -> Result<Self, Self::Error>;

    /// What a scaled unit of supply is worth.
    fn income(reserve: &Reserve, now: u64) -> Result<Self, Self::Error>;

    /// What a scaled unit of debt is worth.
    fn debt(rules: &Rules, reserve: &Reserve, now: u64) -> Result<Self, Self::Error>;

    fn plus(self, other: Self) -> Result<Self, Self::Error>;

    fn minus(self, other: Self) -> Result<Self, Self::Error>;

    fn times(self, factor: u64) -> Result<Self, Self::Error>;

    /// The quotient, rounded down.
    fn over(self, divisor: Self) -> Result<Self, Self::Error>;

    fn ray_mul(self, index: Self, rounding: Rounding) -> Result<Self, Self::Error>;

    fn percent_mul(self, percentage: Self, rounding: Rounding) -> Result<Self, Self::Error>;

    /// Half up.
    fn wad_div(self, divisor: Self) -> Result<Self, Self::Error>;

    /// The value of an amount.
    fn value(self, price: Self, decimals: u8, rounding: Rounding) -> Result<Self, Self::Error>;

    fn wide(self) -> U256;
}

/// Something does not fit 128 bits, or cannot be computed at all.
pub(crate) struct TooWide;

impl Integer for u128 {
    type Error = TooWide;

    const ZERO: Self = 0;

    #[inline]
    fn of_u128(scaled: u128) -> Self {
        scaled
    }

    #[inline]
    fn of(value: Result<U256, AaveError>) -> Result<Self, TooWide> {
        value.ok().and_then(narrow).ok_or(TooWide)
    }

    #[inline]
    fn income(reserve: &Reserve, now: u64) -> Result<Self, TooWide> {
        income_within(reserve, now).ok_or(TooWide)
    }

    #[inline]
    fn debt(rules: &Rules, reserve: &Reserve, now: u64) -> Result<Self, TooWide> {
        debt_within(rules, reserve, now).ok_or(TooWide)
    }

    #[inline]
    fn plus(self, other: Self) -> Result<Self, TooWide> {
        self.checked_add(other).ok_or(TooWide)
    }

    #[inline]
    fn minus(self, other: Self) -> Result<Self, TooWide> {
        self.checked_sub(other).ok_or(TooWide)
    }

    #[inline]
    fn times(self, factor: u64) -> Result<Self, TooWide> {
        u64::try_from(self).map(|small| u128::from(small) * u128::from(factor)).map_err(|_| TooWide)
    }

    #[inline]
    fn over(self, divisor: Self) -> Result<Self, TooWide> {
        match (u64::try_from(self), u64::try_from(divisor)) {
            (Ok(small), Ok(divisor)) => small.checked_div(divisor).map(Self::from),
            _ => self.checked_div(divisor),
        }
        .ok_or(TooWide)
    }

    #[inline]
    fn ray_mul(self, index: Self, rounding: Rounding) -> Result<Self, TooWide> {
        ray_mul_small(self, index, rounding).ok_or(TooWide)
    }

    #[inline]
    fn percent_mul(self, percentage: Self, rounding: Rounding) -> Result<Self, TooWide> {
        percent_mul_small(self, percentage, rounding).ok_or(TooWide)
    }

    #[inline]
    fn wad_div(self, divisor: Self) -> Result<Self, TooWide> {
        let scaled = self.times(wad_ray::WAD_SMALL)?.plus(divisor / 2)?;
        scaled.checked_div(divisor).ok_or(TooWide)
    }

    #[inline]
    fn value(self, price: Self, decimals: u8, rounding: Rounding) -> Result<Self, TooWide> {
        levmine_math::mul_div_pow10(self, price, decimals.into(), rounding).ok_or(TooWide)
    }

    #[inline]
    fn wide(self) -> U256 {
        wide(self)
    }
}

impl Integer for U256 {
    type Error = AaveError;

    const ZERO: Self = Self::ZERO;

    fn of_u128(scaled: u128) -> Self {
        wide(scaled)
    }

    fn of(value: Result<U256, AaveError>) -> Result<Self, AaveError> {
        value
    }

    fn income(reserve: &Reserve, now: u64) -> Result<Self, AaveError> {
        normalized_income(reserve, now)
    }

    fn debt(rules: &Rules, reserve: &Reserve, now: u64) -> Result<Self, AaveError> {
        normalized_debt(rules, reserve, now)
    }

    fn plus(self, other: Self) -> Result<Self, AaveError> {
        wad_ray::add(self, other)
    }

    fn minus(self, other: Self) -> Result<Self, AaveError> {
        wad_ray::sub(self, other)
    }

    fn times(self, factor: u64) -> Result<Self, AaveError> {
        wad_ray::mul(self, Self::from(factor))
    }

    fn over(self, divisor: Self) -> Result<Self, AaveError> {
        wad_ray::div(self, divisor)
    }

    fn ray_mul(self, index: Self, rounding: Rounding) -> Result<Self, AaveError> {
        wad_ray::ray_mul(self, index, rounding)
    }

    fn percent_mul(self, percentage: Self, rounding: Rounding) -> Result<Self, AaveError> {
        wad_ray::percent_mul(self, percentage, rounding)
    }

    fn wad_div(self, divisor: Self) -> Result<Self, AaveError> {
        wad_ray::wad_div(self, divisor)
    }

    fn value(self, price: Self, decimals: u8, rounding: Rounding) -> Result<Self, AaveError> {
        wad_ray::value_of(self, price, decimals, rounding)
    }

    fn wide(self) -> U256 {
        self
    }
}

#[cfg(test)]
mod tests {
    use levmine_math::Ray;
    use proptest::prelude::*;

    use super::*;

    /// What fits 128 bits is the same in 256.
    fn same(narrow: Result<u128, TooWide>, wide: Result<U256, AaveError>) -> Result<(), TestCaseError> {
        if let Ok(narrow) = narrow {
            prop_assert_eq!(Ok(Integer::wide(narrow)), wide);
        }
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        #[test]
        fn both_kinds_of_integers_compute_the_same(
            a: u128,
            b: u128,
            zeros in (0_u32..128, 0_u32..128),
            factor: u64,
            decimals in 0_u8..40,
        ) {
            let (a, b) = (a >> zeros.0, b >> zeros.1);
            let (x, y) = (wide(a), wide(b));
            same(a.plus(b), x.plus(y))?;
            same(a.minus(b), x.minus(y))?;
            same(a.times(factor), x.times(factor))?;
            same(a.over(b), x.over(y))?;
            same(a.wad_div(b), Integer::wad_div(x, y))?;
            for rounding in [Rounding::Down, Rounding::HalfUp, Rounding::Up] {
                let product = Ray::from_raw(y).mul_int(x, rounding).map_err(AaveError::Library);
                same(Integer::ray_mul(a, b, rounding), product)?;
                same(Integer::percent_mul(a, b, rounding), Integer::percent_mul(x, y, rounding))?;
                same(a.value(b, decimals, rounding), x.value(y, decimals, rounding))?;
            }
        }
    }
}
