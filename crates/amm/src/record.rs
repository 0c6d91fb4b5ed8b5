//! What a history says of a pool, and what a pool that follows it has done.

use levmine_math::U256;

/// What was recorded of a pool whose prices go by ticks, in one span of time. Pairs are in the order of its contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolRecord {
    /// What was sold to it in the span of each of its coins, fees included, in base units.
    pub sold: [U256; 2],
    /// What it paid out for it, in base units: told again beside what following it pays out.
    pub bought: [U256; 2],
    /// The tick of its price at the end.
    pub tick: i32,
    /// The liquidity in range at the end, the farmer's not included.
    pub liquidity: u128,
}

/// What a pool did to follow a record. Pairs are in the order of [`Pool::coins`](crate::Pool::coins).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Followed {
    /// What was sold, as recorded.
    pub sold: [U256; 2],
    /// What was paid out for it.
    pub bought: [U256; 2],
    /// What was paid out for it as recorded.
    pub recorded: [U256; 2],
    /// The fees of it.
    pub fees: [U256; 2],
    /// The liquidity in range when the trades began, beside the recorded and with it: what farmers' positions earn of the fees
    /// if the price stays where it is.
    pub part: [u128; 2],
    /// What had to be moved in beyond the record, without a fee, for the price to end in the recorded tick.
    pub corrected: [U256; 2],
}
