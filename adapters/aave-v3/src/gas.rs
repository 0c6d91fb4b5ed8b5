//! What operations cost in gas.

use levmine_market::gas::GasUse;

/// Measured by Aave itself: the snapshots `Pool.Operations` of v3.7, whose calls run as transactions of their own.
pub(crate) const fn units(operation: GasUse) -> Option<u64> {
    Some(match operation {
        GasUse::Supply { is_first: false } => 139_678,
        GasUse::Supply { is_first: true } => 164_191,
        GasUse::Withdraw { with_debt: true, .. } => 220_789,
        GasUse::Withdraw { is_full: false, .. } => 172_007,
        GasUse::Withdraw { is_full: true, .. } => 155_251,
        GasUse::Borrow { is_first: false } => 209_306,
        GasUse::Borrow { is_first: true } => 245_394,
        GasUse::Repay { is_full: false } => 145_712,
        GasUse::Repay { is_full: true } => 151_358,
        GasUse::Liquidate { is_full: false } => 340_429,
        GasUse::Liquidate { is_full: true } => 349_519,
        GasUse::Flash => 138_077,
        _ => return None,
    })
}
