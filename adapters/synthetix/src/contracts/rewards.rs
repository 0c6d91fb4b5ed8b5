//! `LiquidatorRewards`: what liquidations take, shared over the debt shares that are left.

use levmine_market::Account;
use levmine_math::U256;

use super::System;
use crate::error::Result;
use crate::math::{add, divide, low_128, multiply, sub};

/// Rewards that wait to be claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rewards {
    /// `accumulatedRewardsPerShare`, 18 decimals.
    pub per_share: U256,
    /// SNX that the contract holds.
    pub snx: U256,
}

impl System {
    /// SNX that an account could claim, rounded down. Source: `earned`.
    ///
    /// # Errors
    ///
    /// The arithmetic fails where the contract's does.
    pub fn earned(&self, account: Account) -> Result<U256> {
        let staker = self.staker(account);
        let per_share = sub(self.rewards.per_share, staker.entry_accumulated)?;
        add(multiply(staker.shares, per_share)?, staker.claimable)
    }

    /// Fixes what an account has earned, before its shares change. Source: `updateEntry`.
    pub(crate) fn update_entry(&mut self, account: Account) -> Result<()> {
        let accumulated = low_128(self.rewards.per_share);
        if self.staker(account).initiated {
            let earned = self.earned(account)?;
            self.staker_mut(account).claimable = low_128(earned);
        }
        let staker = self.staker_mut(account);
        staker.initiated = true;
        staker.entry_accumulated = accumulated;
        Ok(())
    }

    /// Moves an account's rewards into its escrow; returns how much. Source: `getReward`.
    pub(crate) fn get_reward(&mut self, account: Account, now: u64) -> Result<U256> {
        self.update_entry(account)?;
        let reward = std::mem::take(&mut self.staker_mut(account).claimable);
        if !reward.is_zero() {
            self.rewards.snx = sub(self.rewards.snx, reward)?;
            self.escrow.snx = add(self.escrow.snx, reward)?;
            self.append_entry(account, reward, U256::from(self.settings.escrow_duration), now)?;
        }
        Ok(reward)
    }

    /// Shares what a liquidation brought; without shares it stays where it is. Source: `notifyRewardAmount`.
    pub(crate) fn notify_reward(&mut self, reward: U256) -> Result<()> {
        if !self.debt_shares.is_zero() {
            self.rewards.per_share = add(self.rewards.per_share, divide(reward, self.debt_shares)?)?;
        }
        Ok(())
    }
}
