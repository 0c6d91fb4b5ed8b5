//! What the holders of roles set.

use levmine_math::{U256, sub};

use super::{Result, V3Error, Vault};
use crate::scale::YEAR;

impl Vault {
    /// `setProfitMaxUnlockTime`: zero unlocks everything at once. Returns the shares burned.
    ///
    /// # Errors
    ///
    /// [`V3Error::UnlockTooLong`], [`V3Error::Math`].
    pub fn set_profit_max_unlock_time(&mut self, seconds: U256) -> Result<U256> {
        let time = u64::try_from(seconds).ok().filter(|time| *time <= YEAR);
        let time = time.ok_or(V3Error::UnlockTooLong { seconds })?;
        let mut burned = U256::ZERO;
        if time == 0 {
            burned = self.unlocking.release();
            self.total_supply = sub(self.total_supply, burned)?;
        }
        self.unlocking.max_time = time;
        Ok(burned)
    }

    /// `set_deposit_limit`.
    ///
    /// # Errors
    ///
    /// [`V3Error::Shutdown`].
    pub const fn set_deposit_limit(&mut self, limit: U256) -> Result<()> {
        if self.shutdown {
            return Err(V3Error::Shutdown);
        }
        self.deposit_limit = limit;
        Ok(())
    }

    /// `update_max_debt_for_strategy`.
    ///
    /// # Errors
    ///
    /// [`V3Error::Inactive`].
    pub fn update_max_debt(&mut self, index: usize, max_debt: U256) -> Result<()> {
        self.strategy_mut(index)?.max_debt = max_debt;
        Ok(())
    }

    /// `shutdown_vault`: nothing is deposited any more, for good.
    ///
    /// # Errors
    ///
    /// [`V3Error::Shutdown`] where it is shut down already.
    pub const fn shut_down(&mut self) -> Result<()> {
        if self.shutdown {
            return Err(V3Error::Shutdown);
        }
        self.shutdown = true;
        self.deposit_limit = U256::ZERO;
        Ok(())
    }
}
