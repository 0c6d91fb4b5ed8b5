//! `Liquidator`: flags, and who can be liquidated when.

use levmine_market::Account;
use levmine_math::U256;

use super::System;
use crate::error::{Result, SynthetixError};
use crate::math::{UNIT, add, divide, multiply, sub};

impl System {
    /// Debt to remove so that the ratio becomes the issuance ratio: (D − V × r) ÷ (1 − (1 + P) × r), each step down.
    ///
    /// Source: `calculateAmountToFixCollateral`.
    pub(crate) fn amount_to_fix(&self, debt: U256, value: U256, penalty: U256) -> Result<U256> {
        let ratio = self.settings.issuance_ratio;
        let dividend = sub(debt, multiply(value, ratio)?)?;
        let divisor = sub(UNIT, multiply(add(UNIT, penalty)?, ratio)?)?;
        divide(dividend, divisor)
    }

    /// Source: `_hasEnoughSNXForRewards`.
    fn has_enough_for_rewards(&self, account: Account) -> Result<bool> {
        let rewards = add(self.settings.liquidate_reward, self.settings.flag_reward)?;
        Ok(self.collateral(account)? >= rewards)
    }

    /// Whether an account can be liquidated now. Source: `isLiquidationOpen`.
    pub(crate) fn is_open(&self, account: Account, by_itself: bool, now: u64) -> Result<bool> {
        let ratio = self.ratio(account)?;
        if ratio <= self.settings.issuance_ratio {
            return Ok(false);
        }
        if by_itself {
            return Ok(ratio <= divide(UNIT, add(UNIT, self.settings.penalty)?)?);
        }
        let deadline = self.staker(account).flag_deadline;
        Ok(deadline > 0 && now > deadline && self.has_enough_for_rewards(account)?)
    }

    pub(crate) fn require_open(&self, account: Account, by_itself: bool, now: u64) -> Result<()> {
        if self.is_open(account, by_itself, now)? {
            return Ok(());
        }
        let (ratio, deadline) = (self.ratio(account)?, self.staker(account).flag_deadline);
        let waits = !by_itself && ratio > self.settings.issuance_ratio && deadline > 0;
        Err(SynthetixError::NotOpenForLiquidation { ratio, deadline, waits })
    }

    fn require_rate(&self, now: u64) -> Result<()> {
        if self.snx_is_stale(now) {
            return Err(SynthetixError::RateInvalid { time: self.snx_rate.time, now });
        }
        Ok(())
    }

    /// Flags an account for liquidation. Source: `flagAccountForLiquidation`.
    pub(crate) fn flag(&mut self, account: Account, by: Account, now: u64) -> Result<()> {
        self.require_rate(now)?;
        if self.settings.liquidation_ratio.is_zero() {
            return Err(SynthetixError::LiquidationRatioNotSet);
        }
        if self.settings.delay == 0 {
            return Err(SynthetixError::LiquidationDelayNotSet);
        }
        let deadline = self.staker(account).flag_deadline;
        if deadline != 0 {
            return Err(SynthetixError::AlreadyFlagged { deadline });
        }
        let (ratio, liquidation) = (self.ratio(account)?, self.settings.liquidation_ratio);
        if ratio < liquidation {
            return Err(SynthetixError::RatioBelowLiquidation { ratio, liquidation });
        }
        if !self.has_enough_for_rewards(account)? {
            let rewards = add(self.settings.liquidate_reward, self.settings.flag_reward)?;
            return Err(SynthetixError::NotEnoughForRewards {
                collateral: self.collateral(account)?,
                rewards,
            });
        }
        let deadline = now.saturating_add(self.settings.delay);
        let staker = self.staker_mut(account);
        staker.flag_deadline = deadline;
        staker.flagger = Some(by);
        Ok(())
    }

    /// Takes the flag of an account that is back at the issuance ratio. Source: `checkAndRemoveAccountInLiquidation`.
    pub(crate) fn check_and_remove_flag(&mut self, account: Account, now: u64) -> Result<()> {
        self.require_rate(now)?;
        if self.staker(account).flag_deadline == 0 {
            return Err(SynthetixError::NoLiquidationSet);
        }
        if self.ratio(account)? <= self.settings.issuance_ratio {
            self.remove_flag(account);
        }
        Ok(())
    }

    /// Who flagged stays known. Source: `_removeLiquidationEntry`.
    pub(crate) fn remove_flag(&mut self, account: Account) {
        if self.staker(account).flag_deadline != 0 {
            self.staker_mut(account).flag_deadline = 0;
        }
    }
}
