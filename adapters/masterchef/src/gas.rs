//! What operations cost in gas.

use levmine_market::gas::GasUse;

/// The middle of the usual range on Ethereum; claiming is a deposit of nothing.
pub(crate) const fn units(operation: GasUse) -> Option<u64> {
    Some(match operation {
        GasUse::Deposit | GasUse::Redeem | GasUse::Claim => 140_000,
        _ => return None,
    })
}
