//! `FeePool`: exchange fees, collected for a week, then claimable by those who staked through it.
//!
//! The records of the contracts have this contract stubbed: nothing here was compared with them.

use levmine_market::Account;
use levmine_math::U256;

use super::System;
use crate::error::{Result, SynthetixError};
use crate::math::{UNIT, add, divide, multiply, sub};

/// A week of fees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FeePeriod {
    /// Its number; the first is 1.
    pub id: u64,
    /// When it began, in Unix seconds.
    pub start: u64,
    /// Fees to distribute, in sUSD.
    pub fees: U256,
    /// Fees claimed, in sUSD.
    pub claimed: U256,
}

/// The two periods that the contract keeps, and its sUSD.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FeePool {
    /// The one in which fees are collected.
    pub current: FeePeriod,
    /// The one whose fees can be claimed; number 0 where there is none yet.
    pub last: FeePeriod,
    /// sUSD at the fee address.
    pub susd: U256,
}

impl System {
    /// Source: `recordFeePaid`, and the sUSD that the exchanger minted.
    pub(crate) fn record_fee(&mut self, fee: U256) -> Result<()> {
        let (fees, susd) = (add(self.fees.current.fees, fee)?, add(self.fees.susd, fee)?);
        self.fees.current.fees = fees;
        self.fees.susd = susd;
        Ok(())
    }

    /// Whether the fee period has lasted its time.
    pub(crate) const fn fee_period_is_over(&self, now: u64) -> bool {
        self.fees.current.start.saturating_add(self.settings.fee_period) <= now
    }

    /// Closes the week: what nobody claimed of the week before joins what can be claimed now.
    ///
    /// Source: `closeCurrentFeePeriod`, `SynthetixDebtShare.takeSnapshot`.
    pub(crate) fn close_fee_period(&mut self, now: u64) -> Result<()> {
        if !self.fee_period_is_over(now) {
            let from = self.fees.current.start.saturating_add(self.settings.fee_period);
            return Err(SynthetixError::FeePeriodRuns { from, now });
        }
        let FeePool { current, last, .. } = self.fees;
        let fees = add(sub(last.fees, last.claimed)?, current.fees)?;
        self.fees.last = FeePeriod { fees, ..current };
        self.fees.current =
            FeePeriod { id: current.id.saturating_add(1), start: now, fees: U256::ZERO, claimed: U256::ZERO };
        self.debt_shares_before = self.debt_shares;
        Ok(())
    }

    /// sUSD that an account could claim, if its ratio allows. Source: `feesAvailable`.
    pub(crate) fn fees_available(&self, account: Account) -> Result<U256> {
        let (staker, last) = (self.staker(account), self.fees.last);
        if staker.shares.is_zero() || staker.last_fee_withdrawal >= last.id {
            return Ok(U256::ZERO);
        }
        // Without a debt share of now nothing is paid, also of a week through which there was one.
        if divide(staker.shares, self.debt_shares)?.is_zero() {
            return Ok(U256::ZERO);
        }
        let shares = if staker.share_period <= last.id { staker.shares } else { staker.shares_before };
        if shares.is_zero() {
            return Ok(U256::ZERO);
        }
        multiply(last.fees, divide(shares, self.debt_shares_before)?)
    }

    /// Up to which ratio fees are paid. Source: `getPenaltyThresholdRatio`.
    fn penalty_threshold(&self) -> Result<U256> {
        multiply(self.settings.issuance_ratio, add(UNIT, self.settings.target_threshold)?)
    }

    /// Pays an account its part of the last week's fees out of the fee address; returns how much, in sUSD.
    ///
    /// Source: `_claimFees`, `_recordFeePayment`, `_payFees`.
    pub(crate) fn claim_fees(&mut self, account: Account, now: u64) -> Result<U256> {
        let (ratio, most) = (self.ratio(account)?, self.penalty_threshold()?);
        if ratio >= self.settings.issuance_ratio && ratio > most {
            return Err(SynthetixError::PenaltyThreshold { ratio, most });
        }
        self.require_snx_rate(now)?;
        let available = self.fees_available(account)?;
        if available.is_zero() {
            return Err(SynthetixError::NoFees);
        }
        let mut rest = available;
        for period in [&mut self.fees.last, &mut self.fees.current] {
            let part = rest.min(sub(period.fees, period.claimed)?);
            period.claimed = add(period.claimed, part)?;
            rest = sub(rest, part)?;
        }
        let paid = sub(available, rest)?;
        self.fees.susd = sub(self.fees.susd, paid)?;
        self.staker_mut(account).last_fee_withdrawal = self.fees.last.id;
        Ok(paid)
    }
}
