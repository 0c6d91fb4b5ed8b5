//! Markets of Ethereum.

use levmine_config::{ConfigError, Node};
use levmine_market::{Asset, Preset};

use crate::wad::WAD_U64;

const SOURCE: &str = "TODO";

/// The presets.
pub(crate) static LISTED: [Preset; 3] = [
    Preset { name: "wsteth-weth", date: "2024-01", summary: "x", source: SOURCE },
    Preset { name: "wsteth-usdc", date: "2024-01", summary: "x", source: SOURCE },
    Preset { name: "wbtc-usdc", date: "2024-01", summary: "x", source: SOURCE },
];

/// What makes up a market.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Listed {
    pub(crate) loan: Asset,
    pub(crate) collateral: Asset,
    pub(crate) lltv: u64,
}

/// The market of the preset that a node names.
pub(crate) fn find(node: &Node) -> Result<Listed, ConfigError> {
    let name = node.text()?;
    let (collateral, loan, lltv) = match name {
        "wsteth-weth" => (("wstETH", 18), ("WETH", 18), 945),
        "wsteth-usdc" => (("wstETH", 18), ("USDC", 6), 860),
        "wbtc-usdc" => (("WBTC", 8), ("USDC", 6), 860),
        _ => return Err(node.unknown_name(name, LISTED.iter().map(|preset| preset.name))),
    };
    let asset = |(symbol, decimals)| {
        Asset::new(symbol, decimals)
            .map_err(|error| node.invalid(format!("a preset whose assets exist ({error})")))
    };
    Ok(Listed { loan: asset(loan)?, collateral: asset(collateral)?, lltv: lltv * (WAD_U64 / 1_000) })
}
