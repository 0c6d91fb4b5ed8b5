//! What operations cost in gas.

use levmine_market::gas::GasUse;

/// The middle of the usual ranges on Ethereum: a spell that opens or enlarges a position, and one that closes it.
pub(crate) const fn units(operation: GasUse) -> Option<u64> {
    Some(match operation {
        GasUse::Batch { borrows: true } => 1_150_000,
        GasUse::Batch { borrows: false } => 1_000_000,
        _ => return None,
    })
}
