//! Markets of Ethereum.

use levmine_config::{ConfigError, Node};
use levmine_market::{Asset, Preset};

use crate::wad::WAD_U64;

/// The presets. What makes up a market cannot change after its creation; what it holds does, and is assumed.
pub(crate) static LISTED: [Preset; 3] = [
    Preset {
        name: "wsteth-weth",
        date: "2024-01-20",
        summary: "wstETH against WETH on Ethereum at 94.5 % with the adaptive curve, at 4 % on target, without a fee; \
                  depth assumed: 20,000 WETH supplied, nine tenths of it borrowed",
        source: "market 0xc54d7acf14de29e0e5527cabd7a576506870346a78a11a6762e2cca66322ec41, a hash of its parameters; \
                 they cannot change; in use at block 19050000",
    },
    Preset {
        name: "wsteth-usdc",
        date: "2024-01-28",
        summary: "wstETH against USDC on Ethereum at 86 % with the adaptive curve, at 4 % on target, without a fee; \
                  depth assumed: 50 million USDC supplied, nine tenths of it borrowed",
        source: "market 0xb323495f7e4148be5643a4ea4a8221eef163e4bccfdedc2a6f4696baacbc86cc, a hash of its parameters; \
                 they cannot change; in use at block 19106931",
    },
    Preset {
        name: "wbtc-usdc",
        date: "2025-12-08",
        summary: "WBTC against USDC on Ethereum at 86 % with the adaptive curve, at 4 % on target, without a fee; \
                  depth assumed: 100 million USDC supplied, nine tenths of it borrowed",
        source: "market 0x3a85e619751152991742810df6ec69ce473daef99e28a64ab2340d7b7ccfee49, a hash of its parameters; \
                 they cannot change; in use at block 23970655",
    },
];

/// What makes up a market.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Listed {
    pub(crate) loan: Asset,
    pub(crate) collateral: Asset,
    pub(crate) lltv: u64,
    /// Supplied and borrowed, and the collateral behind that, in whole tokens: assumed.
    pub(crate) depth: [u64; 3],
}

/// The market of the preset that a node names.
pub(crate) fn find(node: &Node) -> Result<Listed, ConfigError> {
    let name = node.text()?;
    let (collateral, loan, thousandths, depth) = match name {
        "wsteth-weth" => (("wstETH", 18), ("WETH", 18), 945, [20_000, 18_000, 17_500]),
        "wsteth-usdc" => (("wstETH", 18), ("USDC", 6), 860, [50_000_000, 45_000_000, 40_000]),
        "wbtc-usdc" => (("WBTC", 8), ("USDC", 6), 860, [100_000_000, 90_000_000, 6_000]),
        _ => return Err(node.unknown_name(name, LISTED.iter().map(|preset| preset.name))),
    };
    let asset = |(symbol, decimals)| {
        Asset::new(symbol, decimals)
            .map_err(|error| node.invalid(format!("a preset whose assets exist ({error})")))
    };
    let (loan, collateral) = (asset(loan)?, asset(collateral)?);
    Ok(Listed { loan, collateral, lltv: thousandths * (WAD_U64 / 1_000), depth })
}
