//! What governance does.

use levmine_math::U256;

use crate::error::{LidoError, Result};
use crate::state::{BASIS_POINTS, State};

impl State {
    /// Sets the stake limit.
    ///
    /// Source: `Lido.setStakingLimit`.
    ///
    /// # Errors
    ///
    /// [`LidoError::BadStakeLimit`].
    pub fn set_staking_limit(&mut self, max: U256, increase: U256, block: u64) -> Result<()> {
        self.stake_limit = self.stake_limit.with_limit(max, increase, block)?;
        Ok(())
    }

    /// Sets the greatest part of external shares, in basis points.
    ///
    /// Source: `Lido.setMaxExternalRatioBP`.
    ///
    /// # Errors
    ///
    /// [`LidoError::InvalidRatio`].
    pub fn set_max_external_ratio(&mut self, ratio: U256) -> Result<()> {
        if ratio > BASIS_POINTS {
            return Err(LidoError::InvalidRatio { ratio });
        }
        self.max_external_ratio_bp = ratio;
        Ok(())
    }

    /// Pauses staking, or resumes it.
    ///
    /// Source: `Lido.pauseStaking`, `resumeStaking`.
    pub fn pause_staking(&mut self, is_paused: bool, block: u64) {
        self.stake_limit = self.stake_limit.paused(is_paused, block);
    }

    /// Stops the token and staking with it, or resumes both.
    ///
    /// Source: `Lido.stop`, `resume`.
    pub fn stop(&mut self, is_stopped: bool, block: u64) {
        self.is_stopped = is_stopped;
        self.pause_staking(is_stopped, block);
    }
}
