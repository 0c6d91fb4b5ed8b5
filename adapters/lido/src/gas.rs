//! What operations cost in gas.

use levmine_market::gas::GasUse;

/// The middle of the usual ranges on Ethereum, of submitting ether and of wrapping stETH.
pub(crate) const fn units(operation: GasUse) -> Option<u64> {
    Some(match operation {
        GasUse::Deposit => 95_000,
        GasUse::Redeem => 100_000,
        _ => return None,
    })
}
