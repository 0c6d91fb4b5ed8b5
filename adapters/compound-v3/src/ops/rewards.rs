//! `CometRewards`: paying out what accounts have accrued.

use levmine_market::Account;
use levmine_math::{U256, mul, pow10};

use crate::accrual::{accrued, update_base_principal};
use crate::casts::{BASE_ACCRUAL_SCALE, div, mul_factor};
use crate::error::{CometError, Result};
use crate::params::Rewards;
use crate::state::{Comet, User};

impl Comet {
    /// What the account has earned in all its life, in base units of the reward token: accrued with 6
    /// decimals, brought to the token's decimals, times the multiplier; **rounded down**.
    ///
    /// Source: `CometRewards.getRewardAccrued`.
    fn reward_accrued(rewards: &Rewards, user: &User) -> Result<U256> {
        let earned = U256::from(user.base_tracking_accrued);
        let (token, accrual) = (pow10(rewards.token.decimals().into())?, U256::from(BASE_ACCRUAL_SCALE));
        let rescaled = if accrual > token {
            div(earned, div(accrual, token)?)?
        } else {
            mul(earned, div(token, accrual)?)?
        };
        mul_factor(rescaled, rewards.multiplier)
    }

    /// What the account could claim as it is stored.
    fn owed(rewards: &Rewards, user: &User) -> Result<U256> {
        Ok(Self::reward_accrued(rewards, user)?.saturating_sub(user.rewards_claimed))
    }

    /// What the account could claim at `now`; zero without a reward token.
    ///
    /// Source: `CometRewards.getRewardOwed`.
    ///
    /// # Errors
    ///
    /// As [`Self::accrue_account`].
    pub fn reward_owed(&self, account: Account, now: u64) -> Result<U256> {
        let Some(rewards) = &self.params.rewards else { return Ok(U256::ZERO) };
        let totals = accrued(&self.params, &self.totals, now)?;
        let mut user = self.user(account);
        let principal = user.principal;
        update_base_principal(&self.params, &totals, &mut user, principal)?;
        Self::owed(rewards, &user)
    }

    /// Pays out what `owner` has accrued, after accruing it where asked to. Returns what was paid. Anybody
    /// may do that for anybody.
    ///
    /// Source: `CometRewards.claim`, `claimInternal`.
    ///
    /// # Errors
    ///
    /// [`CometError::NotSupported`], [`CometError::InsufficientTokens`], and as [`Self::accrue_account`].
    pub fn claim(&mut self, owner: Account, should_accrue: bool, now: u64) -> Result<U256> {
        let Some(rewards) = self.params.rewards else { return Err(CometError::NotSupported) };
        let mut totals = self.totals;
        let mut user = self.user(owner);
        if should_accrue {
            totals = accrued(&self.params, &totals, now)?;
            let principal = user.principal;
            update_base_principal(&self.params, &totals, &mut user, principal)?;
        }
        let owed = Self::owed(&rewards, &user)?;
        let left = Self::paid_out(rewards.token, self.rewards_held, owed)?;
        user.rewards_claimed = levmine_math::add(user.rewards_claimed, owed)?;
        self.rewards_held = left;
        self.commit(totals, self.cash, [(owner, user)]);
        Ok(owed)
    }

    /// The same for rewards that go to `to`, whose wallet is booked by whoever runs the operation.
    ///
    /// Source: `CometRewards.claimTo`.
    ///
    /// # Errors
    ///
    /// [`CometError::NotPermitted`] unless the caller may act for the owner, and as [`Self::claim`].
    pub fn claim_to(
        &mut self,
        caller: Account,
        owner: Account,
        should_accrue: bool,
        now: u64,
    ) -> Result<U256> {
        if !self.has_permission(owner, caller) {
            return Err(CometError::NotPermitted { caller });
        }
        self.claim(owner, should_accrue, now)
    }
}
