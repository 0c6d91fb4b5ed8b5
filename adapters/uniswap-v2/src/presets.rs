//! Dated pairs with their reserves.
//!
//! Each pair's address is the one that its factory computes for the two coins (`CREATE2` over the factory, the sorted
//! coins and the hash of the pair's code). The reserves are those after the last recorded swap in the named block; the
//! supply of shares was not recorded, so a preset begins with ⌊√(R0·R1)⌋ of them, as after a first mint: amounts per
//! share are in these units, values and returns do not depend on them.

use levmine_market::Preset;

use crate::fee::ProtocolFee;

/// A pair on a day.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PairPreset {
    pub(crate) preset: Preset,
    /// Symbols and decimals in the order of the contract.
    pub(crate) coins: [(&'static str, u8); 2],
    pub(crate) reserves: [u128; 2],
    pub(crate) protocol_fee: Option<ProtocolFee>,
}

/// What the descriptor lists.
pub(crate) const LISTED: [Preset; PAIRS.len()] = listed();

const fn listed() -> [Preset; PAIRS.len()] {
    let [first, ..] = PAIRS;
    let mut all = [first.preset; PAIRS.len()];
    let mut at = 0;
    while at < PAIRS.len() {
        all[at] = PAIRS[at].preset;
        at += 1;
    }
    all
}

pub(crate) const PAIRS: [PairPreset; 8] = [
    PairPreset {
        preset: Preset {
            name: "weth-usdc",
            date: "2021-07-07",
            summary: "Uniswap's largest pair, USDC first; protocol fee off",
            source: "pair 0xb4e16d0168e52d35cacd2c6185b44281ec28c9dc, reserves after the last recorded swap in Ethereum block 12775690 (execution traces in flashbots/mev-inspect-py); supply set to the root of their product",
        },
        coins: [("USDC", 6), ("WETH", 18)],
        reserves: [166_144_544_583_589, 71_738_544_060_928_893_054_701],
        protocol_fee: None,
    },
    PairPreset {
        preset: Preset {
            name: "weth-usdt",
            date: "2021-05-11",
            summary: "Uniswap, WETH first; protocol fee off",
            source: "pair 0x0d4a11d5eeaac28ec3f61d100daf4d40471f1852, reserves after the last recorded swap in Ethereum block 12412732 (execution traces in flashbots/mev-inspect-py); supply set to the root of their product",
        },
        coins: [("WETH", 18), ("USDT", 6)],
        reserves: [42_923_992_402_413_604_468_514, 173_751_592_755_300],
        protocol_fee: None,
    },
    PairPreset {
        preset: Preset {
            name: "weth-dai",
            date: "2021-05-22",
            summary: "Uniswap, DAI first; protocol fee off",
            source: "pair 0xa478c2975ab1ea89e8196811f51a7b7ade33eb11, reserves after the last recorded swap in Ethereum block 12483198 (execution traces in flashbots/mev-inspect-py); supply set to the root of their product",
        },
        coins: [("DAI", 18), ("WETH", 18)],
        reserves: [55_954_165_943_512_207_933_028_165, 23_824_148_071_979_388_036_173],
        protocol_fee: None,
    },
    PairPreset {
        preset: Preset {
            name: "uni-weth",
            date: "2021-05-22",
            summary: "Uniswap, UNI first; protocol fee off",
            source: "pair 0xd3d2e2692501a5c9ca623199d38826e513033a17, reserves after the last recorded swap in Ethereum block 12483198 (execution traces in flashbots/mev-inspect-py); supply set to the root of their product",
        },
        coins: [("UNI", 18), ("WETH", 18)],
        reserves: [3_303_280_258_395_509_861_068_499, 29_114_216_658_853_071_701_660],
        protocol_fee: None,
    },
    PairPreset {
        preset: Preset {
            name: "sushi-weth-usdc",
            date: "2021-05-22",
            summary: "SushiSwap, USDC first; protocol fee 1/6",
            source: "pair 0x397ff1542f962076d0bfe58ea045ffa2d347aca0, reserves after the last recorded swap in Ethereum block 12483198 (execution traces in flashbots/mev-inspect-py); supply set to the root of their product",
        },
        coins: [("USDC", 6), ("WETH", 18)],
        reserves: [167_086_810_561_211, 70_843_177_399_663_512_917_541],
        protocol_fee: Some(ProtocolFee::UNISWAP),
    },
    PairPreset {
        preset: Preset {
            name: "sushi-weth-usdt",
            date: "2021-07-07",
            summary: "SushiSwap, WETH first; protocol fee 1/6",
            source: "pair 0x06da0fd433c1a5d7a4faa01111c044910a184553, reserves after the last recorded swap in Ethereum block 12775690 (execution traces in flashbots/mev-inspect-py); supply set to the root of their product",
        },
        coins: [("WETH", 18), ("USDT", 6)],
        reserves: [63_553_597_092_866_150_140_735, 147_117_836_183_357],
        protocol_fee: Some(ProtocolFee::UNISWAP),
    },
    PairPreset {
        preset: Preset {
            name: "sushi-weth-dai",
            date: "2021-05-22",
            summary: "SushiSwap, DAI first; protocol fee 1/6",
            source: "pair 0xc3d03e4f041fd4cd388c549ee2a29a9e5075882f, reserves after the last recorded swap in Ethereum block 12483198 (execution traces in flashbots/mev-inspect-py); supply set to the root of their product",
        },
        coins: [("DAI", 18), ("WETH", 18)],
        reserves: [111_654_686_936_417_226_736_987_469, 47_255_653_304_066_675_765_071],
        protocol_fee: Some(ProtocolFee::UNISWAP),
    },
    PairPreset {
        preset: Preset {
            name: "sushi-wbtc-weth",
            date: "2021-07-07",
            summary: "SushiSwap, WBTC first; protocol fee 1/6",
            source: "pair 0xceff51756c56ceffca006cd410b03ffc46dd3a58, reserves after the last recorded swap in Ethereum block 12775690 (execution traces in flashbots/mev-inspect-py); supply set to the root of their product",
        },
        coins: [("WBTC", 8), ("WETH", 18)],
        reserves: [703_973_525_923, 103_090_918_823_282_936_866_432],
        protocol_fee: Some(ProtocolFee::UNISWAP),
    },
];
