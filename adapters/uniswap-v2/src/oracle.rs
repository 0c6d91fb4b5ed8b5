//! Average prices over time from the pair's accumulators.
//!
//! Source: Uniswap V2 core `UniswapV2Pair._update` and `UQ112x112`, periphery `UniswapV2OracleLibrary`.

use levmine_math::U256;

use crate::division::divide;

/// What an observer reads: both accumulators and the time, modulo 2^32.
///
/// `cumulative0` is the sum over all seconds of the price of the first coin in base units of the second, times 2^112,
/// modulo 2^256; `cumulative1` the same the other way round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Observation {
    /// Price of the first coin, UQ112.112 seconds.
    pub cumulative0: U256,
    /// Price of the second coin, UQ112.112 seconds.
    pub cumulative1: U256,
    /// Seconds modulo 2^32.
    pub timestamp: u32,
}

/// The contracts' clock: Unix seconds modulo 2^32.
#[must_use]
pub const fn timestamp(seconds: u64) -> u32 {
    seconds as u32
}

/// Returns `numerator ÷ denominator` as UQ112.112, rounded down; zero for a zero denominator.
#[must_use]
pub fn price(numerator: u128, denominator: u128) -> U256 {
    divide(U256::from(numerator) << 112_usize, denominator).unwrap_or(U256::ZERO)
}

impl Observation {
    /// The observation that touching the pair at `now` would store: what was stored, and the price of the reserves for
    /// the seconds since. Nothing accrues while a reserve is zero.
    #[must_use]
    pub fn advanced(self, reserves: [u128; 2], now: u32) -> Self {
        let [reserve0, reserve1] = reserves;
        let elapsed = now.wrapping_sub(self.timestamp);
        if elapsed == 0 || reserve0 == 0 || reserve1 == 0 {
            return Self { timestamp: now, ..self };
        }
        let seconds = U256::from(elapsed);
        let grown = |sum: U256, price: U256| sum.wrapping_add(price.wrapping_mul(seconds));
        Self {
            cumulative0: grown(self.cumulative0, price(reserve1, reserve0)),
            cumulative1: grown(self.cumulative1, price(reserve0, reserve1)),
            timestamp: now,
        }
    }

    /// Returns the average prices from this observation to a `later` one, as UQ112.112, rounded down: of the first coin
    /// in the second and the reverse. `None` if no time passed.
    ///
    /// Differences are taken modulo 2^256 and 2^32, as the accumulators are made to wrap.
    #[must_use]
    pub fn average_to(self, later: Self) -> Option<[U256; 2]> {
        let seconds = U256::from(later.timestamp.wrapping_sub(self.timestamp));
        let average = |to: U256, from: U256| to.wrapping_sub(from).checked_div(seconds);
        Some([average(later.cumulative0, self.cumulative0)?, average(later.cumulative1, self.cumulative1)?])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RESERVES: [u128; 2] = [5_000_000_000_000_000_000_000, 10_000_000_000_000];

    #[test]
    fn price_of_the_worked_example() {
        let [weth, usdc] = RESERVES;
        assert_eq!(price(usdc, weth).to_string(), "10384593717069655257060992");
        assert_eq!(price(1, 0), U256::ZERO);
    }

    #[test]
    fn averages_survive_every_wrap() {
        let first = Observation {
            cumulative0: U256::MAX - U256::from(5),
            cumulative1: U256::MAX,
            timestamp: timestamp((1 << 32) - 10),
        };
        let later = first.advanced(RESERVES, timestamp((1 << 32) + 90));
        assert_eq!(later.timestamp, 90);
        let [weth, usdc] = RESERVES;
        assert_eq!(first.average_to(later), Some([price(usdc, weth), price(weth, usdc)]));
        assert_eq!(first.average_to(first), None);
    }

    #[test]
    fn nothing_accrues_in_an_empty_pair() {
        let start = Observation { cumulative0: U256::ONE, cumulative1: U256::ONE, timestamp: 1 };
        assert_eq!(start.advanced([0, 7], 9), Observation { timestamp: 9, ..start });
    }
}
