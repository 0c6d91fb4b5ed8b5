//! What operations cost in gas.

use levmine_market::gas::GasUse;

/// The middle of the usual ranges on Ethereum.
pub(crate) const fn units(operation: GasUse) -> Option<u64> {
    Some(match operation {
        GasUse::Supply { .. } => 155_000,
        GasUse::Borrow { .. } => 325_000,
        GasUse::Liquidate { .. } => 500_000,
        _ => return None,
    })
}
