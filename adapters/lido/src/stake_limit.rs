//! How much may be staked: a limit that grows back block by block.

use levmine_math::{Rounding, U256, div};

use crate::error::{LidoError, Result};

/// The greatest limit: 2^96 − 1.
const UINT96_MAX: U256 = U256::from_limbs([u64::MAX, 0xffff_ffff, 0, 0]);

/// The contract's storage of the limit.
///
/// Paused is a `prev_block` of zero, unlimited a `max` of zero.
///
/// Source: `StakeLimitState.Data` and `StakeLimitUtils` (0.4.24).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StakeLimit {
    /// The block of the last stake, 32 bits of it; zero while staking is paused.
    pub prev_block: u32,
    /// The limit after that stake, in wei, below 2^96.
    pub prev_limit: U256,
    /// Blocks in which the limit grows from zero to its maximum; zero for a limit that does not grow.
    pub growth_blocks: u32,
    /// The maximum, in wei, below 2^96; zero for no limit.
    pub max: U256,
}

impl StakeLimit {
    /// No limit, as of a block. A pause cannot be told from block zero, so that counts as one.
    #[must_use]
    pub const fn unlimited(block: u64) -> Self {
        let prev_block = if block as u32 == 0 { 1 } else { block as u32 };
        Self { prev_block, prev_limit: U256::ZERO, growth_blocks: 0, max: U256::ZERO }
    }

    /// Whether staking is paused.
    #[must_use]
    pub const fn is_paused(&self) -> bool {
        self.prev_block == 0
    }

    /// Whether there is a limit.
    #[must_use]
    pub fn is_set(&self) -> bool {
        !self.max.is_zero()
    }

    /// What may be staked in this block: zero while paused, 2^256 − 1 without a limit.
    ///
    /// Source: `Lido._getCurrentStakeLimit`.
    #[must_use]
    pub fn current(&self, block: u64) -> U256 {
        if self.is_paused() {
            U256::ZERO
        } else if self.is_set() {
            self.grown(block)
        } else {
            U256::MAX
        }
    }

    /// The limit of this block, pauses apart: it grows up to the maximum, or shrinks down to it. A block before the last
    /// one counts as that.
    ///
    /// Source: `StakeLimitUtils.calculateCurrentStakeLimit`.
    fn grown(&self, block: u64) -> U256 {
        let per_block = div(self.max, U256::from(self.growth_blocks), Rounding::Down).unwrap_or_default();
        let passed = U256::from(block.saturating_sub(u64::from(self.prev_block)));
        // Below 2^96 · 2^64: neither the product nor the sum leaves 256 bits.
        let change = passed.saturating_mul(per_block);
        if self.prev_limit < self.max {
            self.prev_limit.saturating_add(change).min(self.max)
        } else {
            self.prev_limit.saturating_sub(change).max(self.max)
        }
    }

    /// The limit after a stake.
    ///
    /// Source: `Lido._decreaseStakingLimit`.
    ///
    /// # Errors
    ///
    /// [`LidoError::StakingPaused`], [`LidoError::StakeLimit`].
    pub fn decreased(self, amount: U256, block: u64) -> Result<Self> {
        if self.is_paused() {
            return Err(LidoError::StakingPaused);
        }
        if !self.is_set() {
            return Ok(self);
        }
        let limit = self.grown(block);
        match limit.checked_sub(amount) {
            Some(left) => self.with_prev(left, block),
            None => Err(LidoError::StakeLimit { amount, limit }),
        }
    }

    /// The limit after external shares are burned: it may exceed the maximum for a while.
    ///
    /// Source: `Lido._increaseStakingLimit`.
    ///
    /// # Errors
    ///
    /// [`LidoError::TooWide`] above 2^96 − 1, where the contract's assertion fails.
    pub fn increased(self, amount: U256, block: u64) -> Result<Self> {
        if !self.is_set() || self.is_paused() {
            return Ok(self);
        }
        self.with_prev(self.grown(block).saturating_add(amount), block)
    }

    fn with_prev(self, limit: U256, block: u64) -> Result<Self> {
        if limit > UINT96_MAX {
            return Err(LidoError::TooWide { value: limit });
        }
        Ok(Self { prev_limit: limit, prev_block: block as u32, ..self })
    }

    /// Another limit.
    ///
    /// Source: `StakeLimitUtils.setStakingLimit`.
    ///
    /// # Errors
    ///
    /// [`LidoError::BadStakeLimit`].
    pub fn with_limit(self, max: U256, increase: U256, block: u64) -> Result<Self> {
        let bad = |code| Err(LidoError::BadStakeLimit { code, max, increase });
        if max.is_zero() {
            return bad("ZERO_MAX_STAKE_LIMIT");
        }
        if max > UINT96_MAX {
            return bad("TOO_LARGE_MAX_STAKE_LIMIT");
        }
        if max < increase {
            return bad("TOO_LARGE_LIMIT_INCREASE");
        }
        let blocks = div(max, increase, Rounding::Down).unwrap_or_default();
        let Ok(growth_blocks) = u32::try_from(blocks) else { return bad("TOO_SMALL_LIMIT_INCREASE") };
        let is_anew = self.is_paused() || !self.is_set() || max < self.prev_limit;
        Ok(Self {
            prev_limit: if is_anew { max } else { self.prev_limit },
            growth_blocks,
            max,
            prev_block: if self.is_paused() { 0 } else { block as u32 },
        })
    }

    /// Without a limit.
    ///
    /// Source: `StakeLimitUtils.removeStakingLimit`.
    #[must_use]
    pub const fn without_limit(self) -> Self {
        Self { max: U256::ZERO, ..self }
    }

    /// Paused, or resumed at this block.
    ///
    /// Source: `StakeLimitUtils.setStakeLimitPauseState`.
    #[must_use]
    pub const fn paused(self, is_paused: bool, block: u64) -> Self {
        Self { prev_block: if is_paused { 0 } else { block as u32 }, ..self }
    }
}
