//! What operations cost in gas.

use levmine_market::gas::{GasUse, INTRINSIC_GAS};

/// The middle of the usual ranges on Ethereum. Opening a vault and drawing from it are 325,000 together: half of what they do
/// each.
pub(crate) const fn units(operation: GasUse) -> Option<u64> {
    Some(match operation {
        GasUse::Supply { .. } | GasUse::Borrow { .. } => INTRINSIC_GAS + (325_000 - INTRINSIC_GAS) / 2,
        GasUse::Liquidate { .. } => 350_000,
        GasUse::BuySeized => 325_000,
        _ => return None,
    })
}
