//! Shares that stand for ether held elsewhere, and shares that are given up.

use levmine_math::{U256, add, sub};

use crate::error::{LidoError, Result};
use crate::ledger::Holder;
use crate::state::{State, narrow};

impl State {
    /// Mints shares that ether held elsewhere stands behind. They count against the stake limit. Returns their stETH.
    ///
    /// Source: `Lido.mintExternalShares`.
    ///
    /// # Errors
    ///
    /// [`LidoError::MintZero`], [`LidoError::Stopped`], [`LidoError::ExternalLimit`], [`LidoError::StakingPaused`],
    /// [`LidoError::StakeLimit`].
    pub fn mint_external(&mut self, to: Holder, shares: U256, block: u64) -> Result<U256> {
        if shares.is_zero() {
            return Err(LidoError::MintZero);
        }
        self.running()?;
        let limit = self.max_mintable_external_shares()?;
        if shares > limit {
            return Err(LidoError::ExternalLimit { shares, limit });
        }
        let steth = self.rate()?.ether_of(shares)?;
        let stake_limit = self.stake_limit.decreased(steth, block)?;
        let external = narrow(add(self.external_shares, shares)?)?;
        let (total, his) = self.with_shares(to, shares)?;
        (self.stake_limit, self.external_shares, self.total_shares) = (stake_limit, external, total);
        self.ledger.set(to, his);
        Ok(steth)
    }

    fn external_without(&self, shares: U256) -> Result<U256> {
        let available = self.external_shares;
        available.checked_sub(shares).ok_or(LidoError::ExternalTooSmall { needed: shares, available })
    }

    /// Burns external shares that the hub has. Returns what their stETH was.
    ///
    /// Source: `Lido.burnExternalShares`.
    ///
    /// # Errors
    ///
    /// [`LidoError::BurnZero`], [`LidoError::Stopped`], [`LidoError::ExternalTooSmall`],
    /// [`LidoError::BalanceExceeded`].
    pub fn burn_external(&mut self, shares: U256, block: u64) -> Result<U256> {
        if shares.is_zero() {
            return Err(LidoError::BurnZero);
        }
        self.running()?;
        let external = self.external_without(shares)?;
        let his = self.ledger.without(Holder::VaultHub, shares)?;
        let total = sub(self.total_shares, shares)?;
        // Internal ether and shares are what they were, so is the rate.
        let steth = self.rate()?.ether_of(shares)?;
        let stake_limit = self.stake_limit.increased(steth, block)?;
        (self.stake_limit, self.external_shares, self.total_shares) = (stake_limit, external, total);
        self.ledger.set(Holder::VaultHub, his);
        Ok(steth)
    }

    /// Turns external shares into internal ones, for the ether that they are worth, rounded up.
    ///
    /// Source: `Lido.rebalanceExternalEtherToInternal`.
    ///
    /// # Errors
    ///
    /// [`LidoError::ZeroValue`], [`LidoError::Stopped`], [`LidoError::ValueMismatch`], [`LidoError::ExternalTooSmall`].
    pub fn rebalance_external(&mut self, shares: U256, value: U256) -> Result<()> {
        if value.is_zero() {
            return Err(LidoError::ZeroValue);
        }
        self.running()?;
        let worth = self.rate()?.ether_of_up(shares)?;
        if value != worth {
            return Err(LidoError::ValueMismatch { value, worth });
        }
        let external = self.external_without(shares)?;
        let buffered = narrow(add(self.buffered, value)?)?;
        (self.external_shares, self.buffered) = (external, buffered);
        Ok(())
    }

    /// Gives stETH up: its shares wait in the burner. Returns them.
    ///
    /// Source: `Burner.requestBurnMyStETH`, `requestBurnMyStETHForCover`.
    ///
    /// # Errors
    ///
    /// As [`State::transfer`]; [`LidoError::ZeroBurnAmount`].
    pub fn request_burn(&mut self, who: Holder, steth: U256, is_cover: bool) -> Result<U256> {
        let shares = self.rate()?.shares_of(steth)?;
        self.running()?;
        self.ledger.without(who, shares)?;
        if shares.is_zero() {
            return Err(LidoError::ZeroBurnAmount);
        }
        let mut burner = self.burner;
        let waiting = if is_cover { &mut burner.cover } else { &mut burner.non_cover };
        *waiting = add(*waiting, shares)?;
        self.ledger.move_shares(who, Holder::Burner, shares)?;
        self.burner = burner;
        Ok(shares)
    }
}
