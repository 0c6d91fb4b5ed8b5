//! What operations cost in gas.

use levmine_market::gas::GasUse;

/// The middle of the usual ranges on Ethereum: of stETH's pool for two coins, of 3pool for more. A further hop on a route is
/// another exchange.
pub(crate) const fn units(operation: GasUse, coins: usize) -> Option<u64> {
    let exchange = if coins > 2 { 145_000 } else { 125_000 };
    Some(match operation {
        GasUse::Swap { .. } => exchange,
        GasUse::AddLiquidity { .. } => 200_000,
        _ => return None,
    })
}
