//! How much a report may raise the share rate.

use levmine_math::{Rounding, U256, add, mul_div_narrow, sub};

use crate::error::{LidoError, Result};

/// The limit's precision: 10^9 is 100 %.
pub const PRECISION: U256 = U256::from_limbs([1_000_000_000, 0, 0, 0]);
/// The limit that is none: 2^64 − 1.
pub const UNLIMITED: U256 = U256::from_limbs([u64::MAX, 0, 0, 0]);

/// The ether that a report reaches, step by step, under a limit.
///
/// Source: `PositiveTokenRebaseLimiter` (0.8.9).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limiter {
    before: U256,
    shares: U256,
    now: U256,
    most: U256,
    limit: U256,
}

impl Limiter {
    /// From the ether and the shares before the report, and a limit in parts of 10^9.
    pub(crate) fn new(limit: U256, ether: U256, shares: U256) -> Result<Self> {
        if limit.is_zero() {
            return Err(LidoError::RebaseLimitTooLow);
        }
        if limit > UNLIMITED {
            return Err(LidoError::RebaseLimitTooHigh);
        }
        let limit = if ether.is_zero() { UNLIMITED } else { limit };
        let most = if limit == UNLIMITED {
            U256::MAX
        } else {
            add(ether, mul_div_narrow(limit, ether, PRECISION, Rounding::Down)?)?
        };
        Ok(Self { before: ether, shares, now: ether, most, limit })
    }

    /// Ether goes.
    pub(crate) fn decrease(&mut self, ether: U256) -> Result<()> {
        if self.limit != UNLIMITED {
            self.now = self.now.checked_sub(ether).ok_or(LidoError::NegativeTotalPooledEther)?;
        }
        Ok(())
    }

    /// Ether comes; returns how much of it the limit lets in.
    pub(crate) fn increase(&mut self, ether: U256) -> Result<U256> {
        if self.limit == UNLIMITED {
            return Ok(ether);
        }
        let reached = add(self.now, ether)?.min(self.most);
        let taken = sub(reached, self.now)?;
        self.now = reached;
        Ok(taken)
    }

    /// The shares that may be burned. Rounds down.
    pub(crate) fn shares_to_burn(&self) -> Result<U256> {
        if self.limit == UNLIMITED {
            return Ok(self.shares);
        }
        if self.now >= self.most {
            return Ok(U256::ZERO);
        }
        let one_and_limit = add(self.limit, PRECISION)?;
        let rate = mul_div_narrow(self.now, PRECISION, self.before, Rounding::Down)?;
        Ok(mul_div_narrow(self.shares, sub(one_and_limit, rate)?, one_and_limit, Rounding::Down)?)
    }
}
