//! Reports, and what the manager sets.

use levmine_math::{Rounding, U256, add, mul_div_narrow, sub};

use super::{MAX_FEE, Result, Strategy, TokenizedError};
use crate::scale::{BPS, YEAR};

/// What a report did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reported {
    /// What was gained since the last report.
    pub profit: U256,
    /// What was lost since the last report.
    pub loss: U256,
    /// Fees in base units of the asset.
    pub fees: U256,
    /// Shares issued for fees.
    pub fee_shares: U256,
    /// Shares that the strategy issued to itself.
    pub issued: U256,
    /// Shares of its own that the strategy burned.
    pub burned: U256,
}

fn part(amount: U256, bps: U256) -> Result<U256> {
    Ok(mul_div_narrow(amount, bps, BPS, Rounding::Down)?)
}

impl Strategy {
    /// Compares what it has with what it had, charges fees on a profit, locks the rest in shares of its own, and lets a
    /// loss burn those first. `report`.
    ///
    /// # Errors
    ///
    /// [`TokenizedError::Math`].
    pub fn report(&mut self, now: u64) -> Result<Reported> {
        let total = add(self.idle, self.deployed)?;
        let (profit, loss) =
            (total.saturating_sub(self.total_assets), self.total_assets.saturating_sub(total));
        let unlocked = self.unlocked_shares(now)?;
        let mut done = Reported {
            profit,
            loss,
            fees: U256::ZERO,
            fee_shares: U256::ZERO,
            issued: U256::ZERO,
            burned: U256::ZERO,
        };
        let mut lock = U256::ZERO;
        if profit.is_zero() {
            let burned = if loss.is_zero() {
                unlocked
            } else {
                add(self.to_shares(loss, Rounding::Down, now)?, unlocked)?.min(self.unlocking.own_shares)
            };
            done.burned = burned;
        } else {
            lock = self.to_shares(profit, Rounding::Down, now)?;
            done.fees = part(profit, self.performance_fee)?;
            done.fee_shares = part(lock, self.performance_fee)?;
            let protocol = part(done.fee_shares, self.protocol_fee)?;
            self.protocol_shares = add(self.protocol_shares, protocol)?;
            self.fee_shares = add(self.fee_shares, sub(done.fee_shares, protocol)?)?;
            self.total_supply = add(self.total_supply, done.fee_shares)?;
            if self.unlocking.max_time != 0 {
                lock = sub(lock, done.fee_shares)?;
                done.issued = lock.saturating_sub(unlocked);
                done.burned = unlocked.saturating_sub(lock);
            }
        }
        self.total_supply = sub(add(self.total_supply, done.issued)?, done.burned)?;
        self.unlocking.own_shares = sub(add(self.unlocking.own_shares, done.issued)?, done.burned)?;
        self.unlocking.restart(lock, now)?;
        self.total_assets = total;
        self.last_report = now;
        Ok(done)
    }

    /// `setPerformanceFee`.
    ///
    /// # Errors
    ///
    /// [`TokenizedError::MaxFee`].
    pub fn set_performance_fee(&mut self, fee: U256) -> Result<()> {
        if fee > U256::from(MAX_FEE) {
            return Err(TokenizedError::MaxFee { fee });
        }
        self.performance_fee = fee;
        Ok(())
    }

    /// `setProfitMaxUnlockTime`: zero unlocks everything at once. Returns the shares burned.
    ///
    /// # Errors
    ///
    /// [`TokenizedError::UnlockTooLong`], [`TokenizedError::Math`].
    pub fn set_profit_max_unlock_time(&mut self, seconds: U256) -> Result<U256> {
        let time = u64::try_from(seconds).ok().filter(|time| *time <= YEAR);
        let time = time.ok_or(TokenizedError::UnlockTooLong { seconds })?;
        let mut burned = U256::ZERO;
        if time == 0 {
            burned = self.unlocking.release();
            self.total_supply = sub(self.total_supply, burned)?;
        }
        self.unlocking.max_time = time;
        Ok(burned)
    }

    /// `emergencyWithdraw`: nothing happens where the strategy has no way of its own.
    ///
    /// # Errors
    ///
    /// [`TokenizedError::NotShutdown`].
    pub const fn emergency_withdraw(&self) -> Result<()> {
        if self.shutdown { Ok(()) } else { Err(TokenizedError::NotShutdown) }
    }
}
