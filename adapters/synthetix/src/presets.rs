//! Dated sets of parameters.

use levmine_config::{ConfigError, Node};
use levmine_market::Preset;
use levmine_math::{U256, Wad};

use crate::contracts::Settings;
use crate::decode::{Crowd, Pool, Setup};

/// All presets.
pub(crate) static LISTED: [Preset; 1] = [Preset {
    name: "ethereum",
    date: "2023-03-01",
    summary: "a c-ratio of 500%, flagged from 150% on, liquidated 12 h later; sUSD and sETH",
    source: "governance's values as far as the fact sheet has them; assumed: the penalties and rewards within the ranges \
             it tells, the other stakers' SNX, the debt pool, how much of it is sETH, the exchange fee",
}];

/// So many basis points with 18 decimals.
const fn bps(bps: u64) -> U256 {
    // 10^14 for each.
    U256::from_limbs([bps.wrapping_mul(100_000_000_000_000), 0, 0, 0])
}

fn whole(tokens: u64) -> U256 {
    Wad::ONE.raw().saturating_mul(U256::from(tokens))
}

/// What governance had set at the beginning of March 2023.
pub(crate) fn settings() -> Settings {
    Settings {
        issuance_ratio: bps(2_000),
        // 150 %: 0.666…6.
        liquidation_ratio: U256::from(666_666_666_666_666_666_u64),
        penalty: bps(3_000),
        self_penalty: bps(1_000),
        delay: 12 * 3_600,
        escrow_duration: 365 * 86_400,
        flag_reward: whole(10),
        liquidate_reward: whole(20),
        rate_stale_period: 25 * 3_600,
        snapshot_stale_time: 12 * 3_600,
        minimum_stake_time: 86_400,
        exchange_fee: bps(30),
        fee_period: 7 * 86_400,
        target_threshold: bps(100),
    }
}

/// The preset that a node names.
pub(crate) fn setup(node: &Node) -> Result<Setup, ConfigError> {
    let name = node.text()?;
    if name != "ethereum" {
        return Err(node.unknown_name(name, LISTED.iter().map(|preset| preset.name)));
    }
    Ok(Setup {
        settings: settings(),
        synths: vec![("sETH".into(), "WETH".into())],
        snapshot_every: 0,
        crowd: Crowd { snx: whole(200_000_000), debt: whole(100_000_000) },
        pools: vec![Pool { symbol: "sETH".into(), supply: whole(15_000), price: whole(1_600) }],
    })
}
