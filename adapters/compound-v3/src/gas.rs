//! What operations cost in gas.

use levmine_market::gas::GasUse;

/// The middle of the usual ranges on Ethereum. Paying back is supplying the base asset, borrowing is withdrawing it.
pub(crate) const fn units(operation: GasUse) -> Option<u64> {
    Some(match operation {
        GasUse::Supply { .. } | GasUse::Repay { .. } => 120_000,
        GasUse::Withdraw { .. } | GasUse::Borrow { .. } => 200_000,
        GasUse::Liquidate { .. } => 300_000,
        _ => return None,
    })
}
