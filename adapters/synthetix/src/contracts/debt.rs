//! `DebtCache` and `SynthetixDebtShare`: what everybody owes together, and who owes which part of it.

use levmine_market::Account;
use levmine_math::U256;

use super::System;
use crate::error::{Result, SynthetixError};
use crate::math::{
    PRECISE_UNIT, add, divide_round, divide_round_precise, low_128, multiply_round, multiply_round_precise,
    precise, sub, to_int256,
};

/// Whether something is added or taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    More(U256),
    Less(U256),
}

impl System {
    /// Debt per share with 27 decimals, half up; one without shares.
    ///
    /// Source: `OneNetAggregatorDebtRatio.getRoundData`.
    ///
    /// # Errors
    ///
    /// The arithmetic fails where the contract's does.
    pub fn debt_ratio(&self) -> Result<U256> {
        if self.debt_shares.is_zero() {
            return Ok(PRECISE_UNIT);
        }
        divide_round(precise(self.cached_debt)?, self.debt_shares)
    }

    /// Shares for this debt, half up. Source: `Issuer._sharesForDebt`.
    pub(crate) fn shares_for_debt(&self, debt: U256) -> Result<U256> {
        let ratio = self.debt_ratio()?;
        if ratio.is_zero() { Ok(U256::ZERO) } else { divide_round_precise(debt, ratio) }
    }

    /// The debt of so many shares, half up. Source: `Issuer._debtForShares`.
    pub(crate) fn debt_for_shares(&self, shares: U256) -> Result<U256> {
        multiply_round_precise(shares, self.debt_ratio()?)
    }

    /// Minting and burning sUSD move the cached debt at once. Source: `DebtCache.updateCachedsUSDDebt`.
    pub(crate) fn update_cached_susd_debt(&mut self, change: Change) -> Result<()> {
        let cached = self.synths.first().map(|synth| synth.cached).unwrap_or_default();
        let (cached, debt) = match change {
            Change::More(delta) => {
                let delta = to_int256(delta)?;
                (add(cached, delta)?, add(self.cached_debt, delta)?)
            }
            Change::Less(delta) => {
                let delta = to_int256(delta)?;
                (sub(cached, delta)?, sub(self.cached_debt, delta)?)
            }
        };
        if let Some(synth) = self.synths.first_mut() {
            synth.cached = cached;
        }
        self.cached_debt = debt;
        Ok(())
    }

    /// What a synth's whole supply is worth, half up; the discount rate is one. Source: `_issuedSynthValues`.
    fn issued_value(&self, at: usize, rate: U256) -> Result<U256> {
        let supply = self.synths.get(at).map(|synth| synth.supply).unwrap_or_default();
        multiply_round(supply, rate)
    }

    /// Counts all synths at their prices. Source: `DebtCache.takeDebtSnapshot`.
    pub(crate) fn snapshot(&mut self, now: u64) -> Result<()> {
        let mut debt = U256::ZERO;
        let mut invalid = false;
        for at in 0..self.synths.len() {
            let (rate, stale) = self.synth_rate(at, now);
            let value = self.issued_value(at, rate)?;
            debt = add(debt, value)?;
            invalid |= stale;
            if let Some(synth) = self.synths.get_mut(at) {
                synth.cached = value;
            }
        }
        self.cached_debt = debt;
        self.cache_time = now;
        self.cache_invalid = invalid;
        Ok(())
    }

    /// Counts these synths at these prices. Source: `DebtCache._updateCachedSynthDebtsWithRates`.
    pub(crate) fn update_cached_synth_debts(&mut self, rates: &[(usize, U256)]) -> Result<()> {
        let (mut cached, mut current) = (U256::ZERO, U256::ZERO);
        for (at, rate) in rates {
            let value = self.issued_value(*at, *rate)?;
            current = add(current, value)?;
            if let Some(synth) = self.synths.get_mut(*at) {
                cached = add(cached, synth.cached)?;
                synth.cached = value;
            }
        }
        if cached != current {
            if cached > self.cached_debt {
                return Err(SynthetixError::CachedSynthSum { synths: cached, total: self.cached_debt });
            }
            self.cached_debt = add(sub(self.cached_debt, cached)?, current)?;
        }
        Ok(())
    }

    /// The shares of an account become `shares`, which a plain cast cuts to 128 bits; the old ones stay those of the
    /// fee periods before.
    fn set_shares(&mut self, account: Account, shares: U256) {
        let period = self.fees.current.id;
        let staker = self.staker_mut(account);
        if staker.share_period != period {
            staker.shares_before = staker.shares;
            staker.share_period = period;
        }
        staker.shares = low_128(shares);
    }

    /// Source: `SynthetixDebtShare.mintShare`.
    pub(crate) fn mint_shares(&mut self, account: Account, amount: U256) -> Result<()> {
        let shares = add(self.staker(account).shares, amount)?;
        let total = add(self.debt_shares, amount)?;
        self.set_shares(account, shares);
        self.debt_shares = total;
        Ok(())
    }

    /// Source: `SynthetixDebtShare.burnShare`.
    pub(crate) fn burn_shares(&mut self, account: Account, amount: U256) -> Result<()> {
        let shares = sub(self.staker(account).shares, amount)?;
        let total = sub(self.debt_shares, amount)?;
        self.set_shares(account, shares);
        self.debt_shares = total;
        Ok(())
    }
}
