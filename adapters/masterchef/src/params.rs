use levmine_market::Asset;
use levmine_math::U256;

/// What stands in a chef's code and never changes. Forks differ here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// The token that is minted as reward.
    pub reward: Asset,
    /// The scale of a pool's rewards per share: 10^12 in SushiSwap's.
    pub precision: U256,
    /// By how much a block of the bonus time counts: 10 in SushiSwap's.
    pub bonus_multiplier: U256,
    /// The developers are minted this part of every reward on top of it: 10 for a tenth, zero for nothing.
    pub dev_divisor: U256,
}

impl Terms {
    /// The contract of SushiSwap with another reward token, or its own.
    #[must_use]
    pub const fn sushi(reward: Asset) -> Self {
        Self {
            reward,
            precision: U256::from_limbs([1_000_000_000_000, 0, 0, 0]),
            bonus_multiplier: U256::from_limbs([10, 0, 0, 0]),
            dev_divisor: U256::from_limbs([10, 0, 0, 0]),
        }
    }
}
