use levmine_math::U256;

/// A change of the reward per block that is already known: what a fork's owner will do.
///
/// SushiSwap's own contract cannot change its rate. A chef with such changes does, in the block that is named, what forks
/// call `updateEmissionRate`: it updates all pools at the old rate, then takes the new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Emission {
    /// From this block on.
    pub block: u64,
    /// The reward per block, in base units.
    pub per_block: U256,
}
