//! Staking, moving stETH, wrapping it, and sending ether to validators.

use levmine_math::{Rounding, U256, add, div, mul, sub};

use crate::error::{LidoError, Result};
use crate::ledger::Holder;
use crate::state::{DEPOSIT_SIZE, State, narrow};

/// What a stake gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Staked {
    /// Shares.
    pub shares: U256,
    /// Their stETH afterwards, in wei.
    pub steth: U256,
}

impl State {
    /// What staking would give.
    ///
    /// Source: `Lido._submit`.
    ///
    /// # Errors
    ///
    /// As [`State::submit`].
    pub fn preview_submit(&self, ether: U256, block: u64) -> Result<Staked> {
        if ether.is_zero() {
            return Err(LidoError::ZeroDeposit);
        }
        self.stake_limit.decreased(ether, block)?;
        let rate = self.rate()?;
        let shares = rate.shares_of(ether)?;
        let after =
            crate::rate::ShareRate { ether: add(rate.ether, ether)?, shares: add(rate.shares, shares)? };
        narrow(after.ether)?;
        Ok(Staked { shares, steth: after.ether_of(shares)? })
    }

    /// Stakes ether: shares are minted at the rate before, rounded down.
    ///
    /// Source: `Lido.submit`.
    ///
    /// # Errors
    ///
    /// [`LidoError::ZeroDeposit`], [`LidoError::StakingPaused`], [`LidoError::StakeLimit`],
    /// [`LidoError::EtherTooLarge`].
    pub fn submit(&mut self, who: Holder, ether: U256, block: u64) -> Result<Staked> {
        let staked = self.preview_submit(ether, block)?;
        let stake_limit = self.stake_limit.decreased(ether, block)?;
        let (total, his) = self.with_shares(who, staked.shares)?;
        let buffered = narrow(add(self.buffered, ether)?)?;
        (self.stake_limit, self.total_shares, self.buffered) = (stake_limit, total, buffered);
        self.ledger.set(who, his);
        Ok(staked)
    }

    /// Stakes ether through the contract of wstETH, which keeps the stETH and mints its shares in wstETH.
    ///
    /// Source: `WstETH.receive`.
    ///
    /// # Errors
    ///
    /// As [`State::submit`].
    pub fn submit_wrapped(&mut self, ether: U256, block: u64) -> Result<U256> {
        let shares = self.preview_submit(ether, block)?.shares;
        let supply = add(self.wsteth_supply, shares)?;
        self.submit(Holder::WstEth, ether, block)?;
        self.wsteth_supply = supply;
        Ok(shares)
    }

    /// Moves so much stETH as shares, rounded down: the receiver may get one or two wei less. Returns the shares.
    ///
    /// Source: `StETH._transfer`.
    ///
    /// # Errors
    ///
    /// [`LidoError::EtherTooLarge`], [`LidoError::Stopped`], [`LidoError::BalanceExceeded`].
    pub fn transfer(&mut self, from: Holder, to: Holder, steth: U256) -> Result<U256> {
        let shares = self.rate()?.shares_of(steth)?;
        self.running()?;
        self.ledger.move_shares(from, to, shares)?;
        Ok(shares)
    }

    /// Moves shares. Returns their stETH, rounded down.
    ///
    /// Source: `StETH.transferShares`.
    ///
    /// # Errors
    ///
    /// [`LidoError::Stopped`], [`LidoError::BalanceExceeded`], [`LidoError::SharesTooLarge`].
    pub fn transfer_shares(&mut self, from: Holder, to: Holder, shares: U256) -> Result<U256> {
        self.running()?;
        self.ledger.without(from, shares)?;
        let steth = self.rate()?.ether_of(shares)?;
        self.ledger.move_shares(from, to, shares)?;
        Ok(steth)
    }

    /// The wstETH that wrapping would give.
    ///
    /// # Errors
    ///
    /// [`LidoError::WrapZero`], [`LidoError::EtherTooLarge`], [`LidoError::Stopped`].
    pub fn preview_wrap(&self, steth: U256) -> Result<U256> {
        if steth.is_zero() {
            return Err(LidoError::WrapZero);
        }
        let shares = self.rate()?.shares_of(steth)?;
        self.running()?;
        Ok(shares)
    }

    /// Wraps stETH: as much wstETH as it is shares, rounded down.
    ///
    /// Source: `WstETH.wrap`.
    ///
    /// # Errors
    ///
    /// As [`State::preview_wrap`]; [`LidoError::BalanceExceeded`].
    pub fn wrap(&mut self, who: Holder, steth: U256) -> Result<U256> {
        let shares = self.preview_wrap(steth)?;
        let supply = add(self.wsteth_supply, shares)?;
        self.ledger.move_shares(who, Holder::WstEth, shares)?;
        self.wsteth_supply = supply;
        Ok(shares)
    }

    /// The stETH that unwrapping would pay.
    ///
    /// # Errors
    ///
    /// [`LidoError::UnwrapZero`], [`LidoError::SharesTooLarge`], [`LidoError::BurnExceedsBalance`],
    /// [`LidoError::Stopped`].
    pub fn preview_unwrap(&self, wsteth: U256) -> Result<U256> {
        if wsteth.is_zero() {
            return Err(LidoError::UnwrapZero);
        }
        let steth = self.rate()?.ether_of(wsteth)?;
        if wsteth > self.wsteth_supply {
            return Err(LidoError::BurnExceedsBalance { needed: wsteth, available: self.wsteth_supply });
        }
        self.running()?;
        Ok(steth)
    }

    /// Unwraps wstETH: pays its stETH, rounded down, as shares, rounded down once more. What the second rounding leaves
    /// stays with the contract of wstETH for good.
    ///
    /// Source: `WstETH.unwrap`.
    ///
    /// # Errors
    ///
    /// As [`State::preview_unwrap`].
    pub fn unwrap(&mut self, to: Holder, wsteth: U256) -> Result<U256> {
        let steth = self.preview_unwrap(wsteth)?;
        let supply = sub(self.wsteth_supply, wsteth)?;
        self.transfer(Holder::WstEth, to, steth)?;
        self.wsteth_supply = supply;
        Ok(steth)
    }

    /// Sends ether to as many validators as can be funded, at most so many. Returns how many.
    ///
    /// Source: `Lido.deposit`.
    ///
    /// # Errors
    ///
    /// [`LidoError::CanNotDeposit`].
    pub fn deposit(&mut self, most: U256) -> Result<U256> {
        if self.is_bunker || self.is_stopped {
            return Err(LidoError::CanNotDeposit);
        }
        let count = div(self.depositable(), DEPOSIT_SIZE, Rounding::Down)?.min(most);
        let buffered = sub(self.buffered, mul(count, DEPOSIT_SIZE)?)?;
        let deposited = narrow(add(self.deposited_validators, count)?)?;
        (self.buffered, self.deposited_validators) = (buffered, deposited);
        Ok(count)
    }

    /// Ether arrives in the two vaults outside of the pool.
    ///
    /// # Errors
    ///
    /// [`LidoError::TooWide`].
    pub fn receive_income(&mut self, rewards: U256, withdrawals: U256) -> Result<()> {
        let rewards = narrow(add(self.rewards_vault, rewards)?)?;
        let withdrawals = narrow(add(self.withdrawals_vault, withdrawals)?)?;
        (self.rewards_vault, self.withdrawals_vault) = (rewards, withdrawals);
        Ok(())
    }
}
