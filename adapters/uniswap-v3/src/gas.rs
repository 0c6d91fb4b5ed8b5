//! What operations cost in gas.

use levmine_market::gas::{GasUse, INTRINSIC_GAS};

/// What the order router of Uniswap takes a swap to cost: 2,000, and 80,000 for each hop, and 31,000 for each tick with
/// liquidity that is crossed; a route of one hop pays 15,000 on top.
const SWAP: u64 = 2_000;
const HOP: u64 = 80_000;
const TICK: u64 = 31_000;
const SINGLE_HOP: u64 = 15_000;

/// Swaps as the order router counts them, liquidity by the middle of the usual ranges on Ethereum. What is taken out of a
/// position must then be collected.
pub(crate) const fn units(operation: GasUse) -> Option<u64> {
    Some(match operation {
        GasUse::Swap { is_further_hop, ticks_crossed } => {
            let hop = if is_further_hop { HOP } else { SWAP + HOP + SINGLE_HOP };
            INTRINSIC_GAS + hop + TICK * ticks_crossed as u64
        }
        GasUse::AddLiquidity { makes_position: true } => 400_000,
        GasUse::AddLiquidity { makes_position: false } => 200_000,
        GasUse::RemoveLiquidity => 175_000 + (140_000 - INTRINSIC_GAS),
        GasUse::Collect => 140_000,
        _ => return None,
    })
}
