//! What operations cost in gas.

use levmine_market::gas::GasUse;

/// The middle of the usual ranges on Ethereum. Paying back touches what supplying does, withdrawing what borrowing does.
pub(crate) const fn units(operation: GasUse) -> Option<u64> {
    Some(match operation {
        GasUse::Supply { .. } | GasUse::Repay { .. } => 100_000,
        GasUse::Borrow { .. } | GasUse::Withdraw { .. } => 130_000,
        GasUse::Liquidate { .. } => 175_000,
        _ => return None,
    })
}
