//! `Synthetix`: the SNX token, and liquidations.

use levmine_market::Account;
use levmine_math::U256;

use super::System;
use super::issuer::Redemption;
use crate::error::{Result, SynthetixError};
use crate::math::{add, sub};

impl System {
    /// That the debt of an account does not lock `amount` of its SNX. Source: `_canTransfer`.
    fn require_transferable(&self, account: Account, amount: U256, now: u64) -> Result<()> {
        if self.debt_of(account)?.is_zero() {
            return Ok(());
        }
        let transferable = self.transferable(account)?;
        if amount > transferable {
            return Err(SynthetixError::StakedOrEscrowed { amount, transferable });
        }
        self.require_snx_rate(now)
    }

    /// SNX moves between wallets. Source: `transfer`.
    pub(crate) fn transfer(&mut self, from: Account, to: Account, amount: U256, now: u64) -> Result<()> {
        self.require_transferable(from, amount, now)?;
        self.shift(from, to, amount)
    }

    /// SNX comes from outside into a wallet.
    pub(crate) fn deposit(&mut self, account: Account, amount: U256) -> Result<()> {
        let staker = self.staker_mut(account);
        staker.snx = add(staker.snx, amount)?;
        Ok(())
    }

    /// SNX leaves a wallet for outside.
    pub(crate) fn take(&mut self, account: Account, amount: U256, now: u64) -> Result<()> {
        self.require_transferable(account, amount, now)?;
        self.draw(account, amount)
    }

    /// SNX leaves a wallet, locked or not.
    pub(crate) fn draw(&mut self, account: Account, amount: U256) -> Result<()> {
        let snx = sub(self.staker(account).snx, amount)?;
        self.staker_mut(account).snx = snx;
        Ok(())
    }

    /// SNX moves between wallets, locked or not. Source: `_transferByProxy`.
    fn shift(&mut self, from: Account, to: Account, amount: U256) -> Result<()> {
        self.draw(from, amount)?;
        self.deposit(to, amount)
    }

    /// SNX of an account goes to the other stakers, and to itself as far as it still has debt.
    fn redeem(&mut self, account: Account, amount: U256) -> Result<()> {
        self.draw(account, amount)?;
        self.rewards.snx = add(self.rewards.snx, amount)?;
        self.notify_reward(amount)
    }

    /// Liquidates a flagged account after its delay. Source: `_liquidateDelinquentAccount`.
    pub(crate) fn liquidate(&mut self, account: Account, by: Account, now: u64) -> Result<Redemption> {
        self.get_reward(account, now)?;
        let redemption = self.liquidate_account(account, false, now)?;
        if !redemption.escrow_liquidated.is_zero() {
            self.revoke(account, redemption.escrow_liquidated)?;
        }
        let (flag_reward, reward) = (self.settings.flag_reward, self.settings.liquidate_reward);
        let flagger = self.staker(account).flagger.unwrap_or(by);
        self.shift(account, flagger, flag_reward)?;
        self.shift(account, by, reward)?;
        if !redemption.redeemed.is_zero() {
            self.redeem(account, redemption.redeemed)?;
        }
        Ok(redemption)
    }

    /// Liquidates oneself, with the smaller penalty. Source: `liquidateSelf`.
    pub(crate) fn liquidate_self(&mut self, account: Account, now: u64) -> Result<Redemption> {
        self.get_reward(account, now)?;
        let redemption = self.liquidate_account(account, true, now)?;
        if redemption.debt_removed.is_zero() {
            return Err(SynthetixError::CannotSelfLiquidate);
        }
        self.redeem(account, redemption.redeemed)?;
        Ok(redemption)
    }
}
