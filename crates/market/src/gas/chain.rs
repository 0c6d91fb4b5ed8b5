//! The chains that are known by name.

use super::{DataFee, FeeMarket, OpStackFork, OpStackScalars};
use crate::{BlockClock, Moment, Timestamp};
use levmine_math::U256;

/// A chain: what it charges, in which token, and at which pace its blocks come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chain {
    /// The name in files.
    pub name: &'static str,
    /// The name for people.
    pub title: &'static str,
    /// Which fees it has.
    pub kind: ChainKind,
    /// Symbols of the token that gas is paid in, the first one that a scenario has a price of.
    pub gas_tokens: &'static [&'static str],
    /// The numbers that contracts see as `block.number`.
    pub clock: BlockClock,
    /// How its base fee moves.
    pub fee_market: FeeMarket,
    /// Milliseconds between blocks of its own, in which its base fee moves.
    pub milliseconds_per_block: u64,
    /// A usual price of a unit of gas in wei, where a scenario says that there is gas but not what it costs.
    pub usual_gas_price: u128,
}

/// Which fees a chain has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChainKind {
    /// Execution only.
    Layer1,
    /// The OP Stack: with the fork and scalars that hold unless a scenario says otherwise.
    OpStack(OpStackFork, OpStackScalars),
    /// Arbitrum Nitro.
    Nitro,
}

/// All, Ethereum first.
pub const CHAINS: [Chain; 5] = [
    Chain {
        name: "ethereum",
        title: "Ethereum",
        kind: ChainKind::Layer1,
        gas_tokens: &["ETH", "WETH"],
        clock: BlockClock::ETHEREUM,
        fee_market: FeeMarket::ETHEREUM,
        milliseconds_per_block: 12_000,
        usual_gas_price: 20_000_000_000,
    },
    Chain {
        name: "optimism",
        title: "OP Mainnet",
        // Scalars as set after Fjord, and no operator fee.
        kind: ChainKind::OpStack(
            OpStackFork::Fjord,
            OpStackScalars { base_fee: 5_227, blob_base_fee: 1_014_213, operator: 0, operator_constant: 0 },
        ),
        gas_tokens: &["ETH", "WETH"],
        // Bedrock: block 105,235,063 at 2023-06-06 16:28:23 UTC.
        clock: clock(1_686_068_903, 105_235_063, 2_000),
        fee_market: FeeMarket::OPTIMISM,
        milliseconds_per_block: 2_000,
        usual_gas_price: 1_000_000,
    },
    Chain {
        name: "base",
        title: "Base",
        kind: ChainKind::OpStack(
            OpStackFork::Fjord,
            OpStackScalars { base_fee: 2_269, blob_base_fee: 1_055_762, operator: 0, operator_constant: 0 },
        ),
        gas_tokens: &["ETH", "WETH"],
        // Its first block, at 2023-06-15 00:35:47 UTC.
        clock: clock(1_686_789_347, 0, 2_000),
        fee_market: FeeMarket::OPTIMISM,
        milliseconds_per_block: 2_000,
        usual_gas_price: 10_000_000,
    },
    Chain {
        name: "arbitrum",
        title: "Arbitrum One",
        kind: ChainKind::Nitro,
        gas_tokens: &["ETH", "WETH"],
        // Contracts on Arbitrum see the number of Ethereum's block, not of Arbitrum's own every quarter of a second.
        clock: BlockClock::ETHEREUM,
        fee_market: FeeMarket::ETHEREUM,
        milliseconds_per_block: 250,
        usual_gas_price: 10_000_000,
    },
    Chain {
        name: "polygon",
        title: "Polygon PoS",
        kind: ChainKind::Layer1,
        gas_tokens: &["POL", "MATIC", "WMATIC", "WPOL"],
        // Block 51,986,202 at 2024-01-06 00:06:18 UTC; 38,539 blocks later, on the same day, 2.22 s had passed for each.
        clock: clock(1_704_499_578, 51_986_202, 2_200),
        fee_market: FeeMarket::POLYGON,
        milliseconds_per_block: 2_200,
        usual_gas_price: 50_000_000_000,
    },
];

const fn clock(time: u64, block: u64, milliseconds_per_block: u64) -> BlockClock {
    BlockClock { origin: Moment { time: Timestamp(time), block }, milliseconds_per_block }
}

impl Default for Chain {
    fn default() -> Self {
        let [ethereum, ..] = CHAINS;
        ethereum
    }
}

impl Chain {
    /// The chain of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        CHAINS.into_iter().find(|chain| chain.name == name)
    }

    /// What it charges for data, at prices in wei: on the OP Stack Ethereum's base fee and blob base fee, on Nitro the first
    /// alone, as the price of a unit.
    #[must_use]
    pub fn data_fee(&self, l1: U256, blob: U256) -> DataFee {
        match self.kind {
            ChainKind::Layer1 => DataFee::None,
            ChainKind::OpStack(fork, scalars) => {
                DataFee::OpStack { fork, scalars, l1_base_fee: l1, blob_base_fee: blob }
            }
            ChainKind::Nitro => DataFee::Nitro { price_per_unit: l1 },
        }
    }
}
