//! The queue of withdrawals.
//!
//! A request keeps the cumulative sums of all requests up to it, so any stretch of the queue is a difference. A
//! finalization writes a checkpoint: the greatest share rate that the requests from there on are paid at.

use levmine_market::Account;
use levmine_math::{Rounding, U256, add, mul_div_narrow, sub};

use crate::error::{LidoError, Result};

/// The precision of share rates: 10^27.
pub const RATE_PRECISION: U256 = U256::from_limbs([0x9fd0_803c_e800_0000, 0x033b_2e3c, 0, 0]);
/// The least request: 100 wei of stETH.
pub const MIN_REQUEST: U256 = U256::from_limbs([100, 0, 0, 0]);
/// The greatest request: 1,000 stETH.
pub const MAX_REQUEST: U256 = U256::from_limbs([0x35c9_adc5_dea0_0000, 0x36, 0, 0]);
/// As many stretches a report may name.
const MAX_BATCHES: usize = 36;

/// A request, with the sums up to it.
///
/// Source: `WithdrawalQueueBase.WithdrawalRequest` (0.8.9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WithdrawalRequest {
    /// stETH asked for by this request and all before it, in wei.
    pub cumulative_steth: U256,
    /// The shares of that.
    pub cumulative_shares: U256,
    /// Who may claim it.
    pub owner: Account,
    /// When it was made, Unix seconds.
    pub time: u64,
    /// Whether it is paid.
    pub claimed: bool,
    /// The time of the last report when it was made.
    pub report_time: u64,
}

/// From which request on which share rate is paid at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checkpoint {
    /// The first request.
    pub from: u64,
    /// The rate, times 10^27.
    pub max_rate: U256,
}

/// What a stretch of the queue amounts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Batch {
    rate: U256,
    pub(crate) steth: U256,
    pub(crate) shares: U256,
}

impl Batch {
    /// What it pays: what was asked for, or its shares at the greatest rate if that is less. Rounds down.
    fn pays(&self, max_rate: U256) -> Result<U256> {
        if self.rate > max_rate {
            Ok(mul_div_narrow(self.shares, max_rate, RATE_PRECISION, Rounding::Down)?)
        } else {
            Ok(self.steth)
        }
    }
}

/// The queue's storage. Requests are numbered from 1.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Queue {
    /// The requests, the first of number 1.
    pub requests: Vec<WithdrawalRequest>,
    /// The checkpoints, in order.
    pub checkpoints: Vec<Checkpoint>,
    /// The last request that is finalized; zero for none.
    pub last_finalized: u64,
    /// Ether that waits to be claimed, in wei.
    pub locked_ether: U256,
    /// The time of the last report that the queue was told.
    pub last_report_time: u64,
    /// Whether requests and finalizations are paused.
    pub is_paused: bool,
}

impl Queue {
    /// The number of the last request; zero for none.
    #[must_use]
    pub fn last_request(&self) -> u64 {
        self.requests.len() as u64
    }

    /// A request by its number.
    #[must_use]
    pub fn get(&self, id: u64) -> Option<&WithdrawalRequest> {
        usize::try_from(id.checked_sub(1)?).ok().and_then(|at| self.requests.get(at))
    }

    /// The sums up to a request: zero before the first one.
    fn sums(&self, id: u64) -> (U256, U256) {
        self.get(id)
            .map_or((U256::ZERO, U256::ZERO), |request| (request.cumulative_steth, request.cumulative_shares))
    }

    /// The stretch after one request up to another one.
    ///
    /// Source: `WithdrawalQueueBase._calcBatch`.
    fn batch(&self, after: u64, end: u64) -> Result<Batch> {
        let ((steth_before, shares_before), (steth, shares)) = (self.sums(after), self.sums(end));
        let (steth, shares) = (sub(steth, steth_before)?, sub(shares, shares_before)?);
        Ok(Batch { rate: mul_div_narrow(steth, RATE_PRECISION, shares, Rounding::Down)?, steth, shares })
    }

    /// The stETH and the shares of one request.
    #[must_use]
    pub fn asked(&self, id: u64) -> (U256, U256) {
        let ((steth_before, shares_before), (steth, shares)) =
            (self.sums(id.saturating_sub(1)), self.sums(id));
        (steth.saturating_sub(steth_before), shares.saturating_sub(shares_before))
    }

    /// The stETH of all requests that wait, in wei.
    ///
    /// Source: `WithdrawalQueueBase.unfinalizedStETH`.
    #[must_use]
    pub fn unfinalized(&self) -> U256 {
        self.sums(self.last_request()).0.saturating_sub(self.sums(self.last_finalized).0)
    }

    /// The request that a further one would be.
    ///
    /// Source: `WithdrawalQueueBase._enqueue`.
    pub(crate) fn next(
        &self,
        steth: U256,
        shares: U256,
        owner: Account,
        time: u64,
    ) -> Result<WithdrawalRequest> {
        let (steth_before, shares_before) = self.sums(self.last_request());
        Ok(WithdrawalRequest {
            cumulative_steth: crate::state::narrow(add(steth_before, steth)?)?,
            cumulative_shares: crate::state::narrow(add(shares_before, shares)?)?,
            owner,
            time,
            claimed: false,
            report_time: self.last_report_time,
        })
    }

    /// The ether that finalizing these stretches locks, and the shares that it burns.
    ///
    /// Source: `WithdrawalQueueBase.prefinalize`.
    pub(crate) fn prefinalize(&self, batches: &[u64], max_rate: U256) -> Result<(U256, U256)> {
        if max_rate.is_zero() {
            return Err(LidoError::ZeroShareRate);
        }
        let (Some(&first), Some(&last)) = (batches.first(), batches.last()) else {
            return Ok((U256::ZERO, U256::ZERO));
        };
        if first <= self.last_finalized {
            return Err(LidoError::InvalidRequestId { id: first });
        }
        if last > self.last_request() {
            return Err(LidoError::InvalidRequestId { id: last });
        }
        let (mut ether, mut shares, mut before) = (U256::ZERO, U256::ZERO, self.last_finalized);
        for &end in batches {
            if end <= before {
                return Err(LidoError::BatchesNotSorted);
            }
            let batch = self.batch(before, end)?;
            ether = add(ether, batch.pays(max_rate)?)?;
            shares = add(shares, batch.shares)?;
            before = end;
        }
        Ok((ether, shares))
    }

    /// Checks a finalization up to a request.
    ///
    /// Source: `WithdrawalQueueBase._finalize`.
    pub(crate) fn check_finalize(&self, last: u64, ether: U256) -> Result<()> {
        if last > self.last_request() || last <= self.last_finalized {
            return Err(LidoError::InvalidRequestId { id: last });
        }
        let requested = sub(self.sums(last).0, self.sums(self.last_finalized).0)?;
        if ether > requested {
            return Err(LidoError::TooMuchEtherToFinalize { ether, requested });
        }
        Ok(())
    }

    /// What a finalized request pays, claimed or not.
    ///
    /// Source: `WithdrawalQueueBase._calculateClaimableEther`.
    pub(crate) fn pays(&self, id: u64) -> Result<U256> {
        let after = self.checkpoints.partition_point(|checkpoint| checkpoint.from <= id);
        let checkpoint = after.checked_sub(1).and_then(|at| self.checkpoints.get(at));
        let Some(checkpoint) = checkpoint else { return Err(LidoError::NotFinalized { id }) };
        self.batch(id.saturating_sub(1), id)?.pays(checkpoint.max_rate)
    }

    /// The request's number in the order of the contract's checks, and what it pays.
    ///
    /// Source: `WithdrawalQueue.claimWithdrawal`, `WithdrawalQueueBase._claim`.
    pub(crate) fn check_claim(&self, id: u64, caller: Account) -> Result<U256> {
        let Some(request) = self.get(id) else { return Err(LidoError::InvalidRequestId { id }) };
        if id > self.last_finalized {
            return Err(LidoError::NotFinalized { id });
        }
        if request.claimed {
            return Err(LidoError::AlreadyClaimed { id });
        }
        if request.owner != caller {
            return Err(LidoError::NotOwner { caller, owner: request.owner });
        }
        self.pays(id)
    }

    /// The stretches that can be finalized with so much ether: requests up to a time, at a rate; stretches end where
    /// requests below the rate meet those above it, except among requests of the same report.
    ///
    /// Source: `WithdrawalQueueBase.calculateFinalizationBatches`, which oracles ask.
    pub(crate) fn finalizable(&self, rate: U256, until: u64, mut budget: U256) -> Result<Vec<u64>> {
        let mut batches: Vec<u64> = Vec::new();
        let mut previous: Option<(U256, u64)> = None;
        for id in self.last_finalized.saturating_add(1)..=self.last_request() {
            let Some(request) = self.get(id) else { break };
            if request.time > until {
                break;
            }
            let batch = self.batch(id.saturating_sub(1), id)?;
            let Some(left) = budget.checked_sub(batch.pays(rate)?) else { break };
            budget = left;
            let joins = previous.is_some_and(|(before, report_time)| {
                report_time == request.report_time || (before > rate) == (batch.rate > rate)
            });
            let is_full = batches.len() == MAX_BATCHES;
            match batches.last_mut() {
                Some(end) if joins => *end = id,
                _ if is_full => break,
                _ => batches.push(id),
            }
            previous = Some((batch.rate, request.report_time));
        }
        Ok(batches)
    }
}
