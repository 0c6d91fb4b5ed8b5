//! How locked shares unlock: the same in `VaultV3` and `TokenizedStrategy`, both 3.0.4.

use levmine_math::{MathError, Rounding, U256, add, mul, mul_div_narrow};

use crate::scale::{EXTENDED, elapsed};

/// The shares that lock a profit, and when they unlock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unlocking {
    /// Shares that the contract itself holds, locked and unlocked, in base units.
    pub own_shares: U256,
    /// Shares that unlock in a second, × 10^12.
    pub rate: U256,
    /// Unix seconds from which on everything is unlocked; 0 where nothing unlocks.
    pub full_date: u64,
    /// Over how many seconds the next profit unlocks; 0: at once.
    pub max_time: u64,
}

impl Unlocking {
    /// The shares that have unlocked since `since`, in base units. **Rounds down**: for those who come later.
    ///
    /// `_unlocked_shares` of `VaultV3`, `_unlockedShares` of `TokenizedStrategy`.
    pub(crate) fn unlocked(&self, since: u64, now: u64) -> Result<U256, MathError> {
        if self.full_date > now {
            mul_div_narrow(self.rate, elapsed(now, since), EXTENDED, Rounding::Down)
        } else if self.full_date != 0 {
            Ok(self.own_shares)
        } else {
            Ok(U256::ZERO)
        }
    }

    /// Begins a new period after a report that locked `locked` further shares: the average of what is left of the old
    /// period and of the longest one, weighted with the shares. **Rounds down**, period and rate.
    ///
    /// # Errors
    ///
    /// A division by zero where nothing of a period is left for shares that are there.
    pub(crate) fn restart(&mut self, locked: U256, now: u64) -> Result<(), MathError> {
        if self.own_shares.is_zero() {
            self.full_date = 0;
            return Ok(());
        }
        let before = if self.full_date > now {
            mul(levmine_math::sub(self.own_shares, locked)?, elapsed(self.full_date, now))?
        } else {
            U256::ZERO
        };
        let weighted = add(before, mul(locked, U256::from(self.max_time))?)?;
        let period = levmine_math::div(weighted, self.own_shares, Rounding::Down)?;
        self.rate = mul_div_narrow(self.own_shares, EXTENDED, period, Rounding::Down)?;
        let date = add(U256::from(now), period)?;
        self.full_date = u64::try_from(date).map_err(|_| MathError::Overflow {
            operation: "sum",
            a: U256::from(now),
            b: period,
        })?;
        Ok(())
    }

    /// Unlocks everything at once: what setting the period to zero does. Returns the shares burned.
    pub(crate) fn release(&mut self) -> U256 {
        self.rate = U256::ZERO;
        self.full_date = 0;
        std::mem::take(&mut self.own_shares)
    }
}
