//! Chefs of Ethereum.

use levmine_config::{ConfigError, Node};
use levmine_market::Preset;
use levmine_math::U256;

/// The presets. What stands in a chef's code and its constructor never changes; its pools do, and are the file's.
pub(crate) static LISTED: [Preset; 1] = [Preset {
    name: "sushi",
    date: "2020-09-12",
    summary: "SushiSwap's on Ethereum: 100 SUSHI a block, ten times as many until the evening of 2020-09-12, a tenth on top \
              for the developers; assumed: 57,000 allocation points beside those of the pools listed, so that a pool of \
              3,000 gets a twentieth",
    source: "0xc2edad668740f1aa35e4d8f227fb8e17dca888cd: its constructor's arguments (100 SUSHI a block, blocks 10750000 and \
             10850000), which cannot change, as dates; the code in @sushiswap/core 1.4.2",
}];

/// What a preset holds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Listed {
    pub(crate) reward: &'static str,
    /// Base units per block.
    pub(crate) per_block: U256,
    /// Seconds since 1970 at which rewards begin, and at which the bonus ends.
    pub(crate) start: u64,
    pub(crate) bonus_until: u64,
    /// Allocation points of pools that are not modelled: assumed.
    pub(crate) other_alloc: u64,
}

/// The chef of the preset that a node names.
pub(crate) fn find(node: &Node) -> Result<Listed, ConfigError> {
    match node.text()? {
        "sushi" => Ok(Listed {
            reward: "SUSHI",
            per_block: U256::from(100_000_000_000_000_000_000_u128),
            // 2020-08-28 and 2020-09-12 23:10 UTC.
            start: 1_598_572_800,
            bonus_until: 1_599_952_200,
            other_alloc: 57_000,
        }),
        name => Err(node.unknown_name(name, LISTED.iter().map(|preset| preset.name))),
    }
}
