//! Recorded pools.
//!
//! Of each the price and the liquidity in range were recorded, not where other liquidity lies: a preset begins with the
//! recorded liquidity over all prices. Near the price a trade costs what it did; far from it the pool is deeper than the
//! real one, whose liquidity thins out.

use levmine_market::Preset;
use levmine_math::U256;

/// A pool on a day.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PoolPreset {
    pub(crate) preset: Preset,
    /// Symbols and decimals in the order in which people quote them.
    pub(crate) coins: [(&'static str, u8); 2],
    /// Whether the contract's first token is the second of them.
    pub(crate) inverted: bool,
    /// Hundredths of a basis point.
    pub(crate) fee: u32,
    pub(crate) tick_spacing: i32,
    pub(crate) sqrt_price: U256,
    pub(crate) liquidity: u128,
}

/// What the descriptor lists.
pub(crate) const LISTED: [Preset; POOLS.len()] = listed();

const fn listed() -> [Preset; POOLS.len()] {
    let [first, ..] = POOLS;
    let mut all = [first.preset; POOLS.len()];
    let mut at = 0;
    while at < POOLS.len() {
        all[at] = POOLS[at].preset;
        at += 1;
    }
    all
}

const fn number(number: u128) -> U256 {
    U256::from_limbs([number as u64, (number >> 64) as u64, 0, 0])
}

pub(crate) const POOLS: [PoolPreset; 3] = [
    PoolPreset {
        preset: Preset {
            name: "weth-usdc-005",
            date: "2024-01-05",
            summary: "Ethereum, USDC first in the contract, 0.05 %, no protocol fee",
            source: "pool 0x88e6a0c2ddd26feeb64f039a2c41296fcb3f5640: price and liquidity in range after the last swap of the recorded events, Ethereum block 18939754 (zelos-alpha/demeter-fetch); that liquidity over all prices",
        },
        coins: [("WETH", 18), ("USDC", 6)],
        inverted: true,
        fee: 500,
        tick_spacing: 10,
        sqrt_price: number(1_668_168_582_300_453_991_725_484_605_093_370),
        liquidity: 12_232_064_311_530_570_033,
    },
    PoolPreset {
        preset: Preset {
            name: "polygon-weth-usdc-005",
            date: "2023-08-16",
            summary: "Polygon, USDC (bridged) first in the contract, 0.05 %, no protocol fee",
            source: "pool 0x45dda9cb7c25131df268515131f647d726f50608: tick and liquidity in range of the last recorded minute, 2023-08-16 23:59 (zelos-alpha/demeter); the price is the tick's own, that liquidity over all prices",
        },
        coins: [("WETH", 18), ("USDC", 6)],
        inverted: true,
        fee: 500,
        tick_spacing: 10,
        sqrt_price: number(1_864_080_637_899_832_238_330_766_674_103_777),
        liquidity: 1_533_463_502_514_319_242,
    },
    PoolPreset {
        preset: Preset {
            name: "usdc-usdt-001",
            date: "2023-12-31",
            summary: "Ethereum, USDC first in the contract, 0.01 %, no protocol fee",
            source: "pool 0x3416cf6c708da44db2624d63ea0aaef7113527c6: tick and liquidity in range of the last recorded hour, 2023-12-31 23:00 (QuantLet/onchain-insights); the price is the tick's own, that liquidity over all prices",
        },
        coins: [("USDC", 6), ("USDT", 6)],
        inverted: false,
        fee: 100,
        tick_spacing: 1,
        sqrt_price: number(79_236_085_330_515_764_027_303_304_732),
        liquidity: 21_562_874_726_116_185,
    },
];
