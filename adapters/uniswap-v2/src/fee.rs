use std::fmt;

use levmine_math::{Bps, U256};

use crate::error::{PairError, add, div, mul, sub};

/// The fee of a swap: `taken` of every `scale` base units sold.
///
/// Kept in the terms of the contracts: 3 of 1000 on Uniswap and SushiSwap, 25 of 10,000 on PancakeSwap V2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SwapFee {
    taken: u16,
    scale: u16,
}

impl SwapFee {
    /// 0.3 %: Uniswap V2 and SushiSwap.
    pub const UNISWAP: Self = Self { taken: 3, scale: 1_000 };

    /// The fee of `fee` basis points, in thousandths where that is exact, as forks write it.
    ///
    /// `None` for 100 % and more.
    #[must_use]
    pub fn from_bps(fee: Bps) -> Option<Self> {
        let points = u16::try_from(fee.raw()).ok().filter(|points| *points < 10_000)?;
        Some(if points.is_multiple_of(10) {
            Self { taken: points / 10, scale: 1_000 }
        } else {
            Self { taken: points, scale: 10_000 }
        })
    }

    /// Of every [`SwapFee::scale`] base units sold, how many are traded: 997.
    #[must_use]
    pub const fn kept(self) -> u16 {
        self.scale.saturating_sub(self.taken)
    }

    /// Of every [`SwapFee::scale`] base units sold, how many are fee: 3.
    #[must_use]
    pub const fn taken(self) -> u16 {
        self.taken
    }

    /// The denominator, 1000 or 10,000.
    #[must_use]
    pub const fn scale(self) -> u16 {
        self.scale
    }

    /// The fee within `sold`: `sold × taken ÷ scale`. **Rounds down**; the contract itself never forms this number, it
    /// trades `sold × kept` thousandths.
    #[must_use]
    pub fn within(self, sold: U256) -> U256 {
        if let Ok(sold) = u128::try_from(sold)
            && let Some(product) = sold.checked_mul(u128::from(self.taken))
        {
            // The divisors are written out so that the compiler multiplies instead.
            return U256::from(if self.scale == 1_000 {
                by::<1_000>(product)
            } else {
                by::<10_000>(product)
            });
        }
        let (taken, scale) = (U256::from(self.taken), U256::from(self.scale));
        levmine_math::mul_div(sold, taken, scale, levmine_math::Rounding::Down).unwrap_or(U256::ZERO)
    }
}

/// `x ÷ D` for `D < 2^16`, by 48 bits at a time.
fn by<const D: u64>(x: u128) -> u128 {
    if let Ok(small) = u64::try_from(x) {
        return u128::from(small / D);
    }
    const LOW: u64 = (1 << 48) - 1;
    let chunk = |shift: u32| (x >> shift) as u64 & LOW;
    let (q2, r2) = (chunk(96) / D, chunk(96) % D);
    let middle = r2 << 48 | chunk(48);
    let (q1, r1) = (middle / D, middle % D);
    let q0 = (r1 << 48 | chunk(0)) / D;
    u128::from(q2) << 96 | u128::from(q1) << 48 | u128::from(q0)
}

/// The protocol's part of the fees while its switch is on: `numerator ÷ denominator` of the growth of √(R0·R1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProtocolFee {
    numerator: u16,
    denominator: u16,
}

impl ProtocolFee {
    /// A sixth: Uniswap V2 with its switch on, and SushiSwap.
    pub const UNISWAP: Self = Self { numerator: 1, denominator: 6 };

    /// `numerator ÷ denominator`; `None` unless it is above 0 and at most 1.
    #[must_use]
    pub const fn new(numerator: u16, denominator: u16) -> Option<Self> {
        if numerator == 0 || numerator > denominator { None } else { Some(Self { numerator, denominator }) }
    }

    /// The protocol's part of a fee. **Rounds down**, so that the rest is the providers'.
    #[must_use]
    pub fn part_of(self, fee: U256) -> U256 {
        if let Ok(fee) = u64::try_from(fee)
            && let Some(product) = fee.checked_mul(u64::from(self.numerator))
        {
            return U256::from(product.checked_div(u64::from(self.denominator)).unwrap_or(0));
        }
        let (numerator, denominator) = (U256::from(self.numerator), U256::from(self.denominator));
        levmine_math::mul_div(fee, numerator, denominator, levmine_math::Rounding::Down).unwrap_or(U256::ZERO)
    }

    /// The shares minted to the protocol when √K has grown from `root_last` to `root`.
    ///
    /// Computes `supply × (root − root_last) × n ÷ ((d − n) × root + n × root_last)` for the fraction n ÷ d; for a
    /// sixth, the `5` and `1` of the contract. **Rounds down**, zero without growth.
    ///
    /// Source: Uniswap V2 core `UniswapV2Pair._mintFee`.
    ///
    /// # Errors
    ///
    /// [`PairError::MulOverflow`], [`PairError::AddOverflow`] where the contract's arithmetic fails.
    pub fn minted(self, supply: U256, root: U256, root_last: U256) -> Result<U256, PairError> {
        if root <= root_last {
            return Ok(U256::ZERO);
        }
        let part = U256::from(self.numerator);
        let rest = U256::from(self.denominator.saturating_sub(self.numerator));
        let numerator = mul(mul(supply, sub(root, root_last)?)?, part)?;
        div(numerator, add(mul(root, rest)?, mul(root_last, part)?)?)
    }
}

impl fmt::Display for ProtocolFee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.numerator, self.denominator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_division_by_a_constant_is_exact() {
        let mut x = u128::MAX;
        for shift in 0..128 {
            for value in [x >> shift, (x >> shift).wrapping_mul(0x9e37_79b9_7f4a_7c15), x.wrapping_sub(shift)]
            {
                assert_eq!(by::<1_000>(value), value / 1_000);
                assert_eq!(by::<10_000>(value), value / 10_000);
            }
            x = x.wrapping_mul(0xd129_42d6_2d6f_4a31).wrapping_add(1);
        }
    }

    #[test]
    fn the_parts_of_a_fee_sum_to_it() {
        let fee = SwapFee::UNISWAP.within(U256::from(1_999_999));
        assert_eq!(fee, U256::from(5_999)); // 5999.997
        assert_eq!(ProtocolFee::UNISWAP.part_of(fee), U256::from(999)); // 999.8; 5000 stay with the providers
        assert_eq!(SwapFee::UNISWAP.within(U256::MAX) / U256::from(3), U256::MAX / U256::from(1_000));
    }

    #[test]
    fn a_sixth_of_the_growth_is_minted() {
        // Reserves grown from 5000e18 / 10,000,000e6 to 5050e18 / 10,100,000e6.
        let (root, last) = (225_842_865_727_478_759_u64, 223_606_797_749_978_969_u64);
        let (root, last) = (U256::from(root), U256::from(last));
        assert_eq!(ProtocolFee::UNISWAP.minted(last, root, last), Ok(U256::from(369_598_012_809_882_u64)));
        assert_eq!(ProtocolFee::UNISWAP.minted(last, last, last), Ok(U256::ZERO));
        let pancake = ProtocolFee::new(8, 25).expect("a fraction");
        let expected = last * (root - last) * U256::from(8) / (U256::from(17) * root + U256::from(8) * last);
        assert_eq!(pancake.minted(last, root, last), Ok(expected));
    }

    #[test]
    fn fees_are_written_as_the_forks_write_them() {
        assert_eq!(SwapFee::from_bps(Bps::new(30)), Some(SwapFee::UNISWAP));
        let pancake = SwapFee::from_bps(Bps::new(25)).expect("below 100 %");
        assert_eq!((pancake.kept(), pancake.scale()), (9_975, 10_000));
        assert_eq!(SwapFee::from_bps(Bps::ONE), None);
        assert_eq!(ProtocolFee::new(0, 6), None);
        assert_eq!(ProtocolFee::new(7, 6), None);
    }
}
