//! The oracle's report: what the validators have, what came in, which requests are paid.

use levmine_math::{Rounding, U256, add, mul, mul_div_narrow, sub};

use crate::error::{LidoError, Result};
use crate::ledger::Holder;
use crate::limiter::Limiter;
use crate::queue::{Checkpoint, RATE_PRECISION};
use crate::state::{BASIS_POINTS, Burner, DEPOSIT_SIZE, Remembered, State, narrow};

const DAY: u64 = 86_400;
const YEAR: u64 = 365 * DAY;
/// Slashings are weighed over 18 days, penalties for inactivity over 54.
const SLASHING_WINDOW: u64 = 18 * DAY;
const PENALTY_WINDOW: u64 = 54 * DAY;
/// What is remembered longer than any window reaches.
const MEMORY: u64 = PENALTY_WINDOW + DAY;
/// What time and balance count as where they are zero.
const LEAST_TIME: u64 = 3_600;
const LEAST_BALANCE: U256 = U256::from_limbs([1_000_000_000, 0, 0, 0]);
const PWEI: U256 = U256::from_limbs([1_000_000_000_000_000, 0, 0, 0]);

/// What the oracle says.
///
/// Source: `ReportValues` (0.8.9).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// The moment that it is about, Unix seconds.
    pub time: u64,
    /// Seconds since the one before.
    pub elapsed: u64,
    /// Validators ever seen.
    pub cl_validators: U256,
    /// What they have, in wei.
    pub cl_balance: U256,
    /// Ether in the vault of withdrawals, in wei.
    pub withdrawals_vault: U256,
    /// Ether in the vault of execution rewards, in wei.
    pub rewards_vault: U256,
    /// Shares that wait in the burner.
    pub shares_to_burn: U256,
    /// The last requests of the stretches to be finalized, rising.
    pub batches: Vec<u64>,
    /// The share rate that the report leads to, times 10^27.
    pub simulated_rate: U256,
    /// External shares whose ether is lost, which the others carry.
    pub bad_debt: U256,
}

/// What a report resolves to.
///
/// Source: `Accounting.CalculatedValues` (0.8.9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Update {
    /// Ether taken from the vault of withdrawals, in wei.
    pub withdrawals: U256,
    /// Ether taken from the vault of execution rewards, in wei.
    pub rewards: U256,
    /// Ether that finalized requests lock, in wei.
    pub ether_to_finalize: U256,
    /// Their shares, which move to the burner.
    pub shares_to_finalize: U256,
    /// Shares burned on their account.
    pub shares_to_burn_for_withdrawals: U256,
    /// All shares burned.
    pub total_shares_to_burn: U256,
    /// Shares minted as the fee.
    pub fee_shares: U256,
    /// What the validators would have without gains and losses, in wei.
    pub principal: U256,
    /// Internal ether afterwards, in wei.
    pub internal_ether: U256,
    /// Internal shares afterwards.
    pub internal_shares: U256,
}

/// What a report did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reported {
    /// The amounts.
    pub update: Update,
    /// Shares of the fee that the module got; the treasury got the rest.
    pub module_shares: U256,
}

impl State {
    /// What a report would lead to, unchecked.
    ///
    /// Source: `Accounting._simulateOracleReport`.
    ///
    /// # Errors
    ///
    /// Whatever the queue or the limit of rebases refuses; [`LidoError::Panic`].
    pub fn simulate(&self, report: &Report) -> Result<Update> {
        let (ether_to_finalize, shares_to_finalize) = if report.batches.is_empty() || self.queue.is_paused {
            (U256::ZERO, U256::ZERO)
        } else {
            self.queue.prefinalize(&report.batches, report.simulated_rate)?
        };
        let appeared = sub(report.cl_validators, self.cl_validators)?;
        let principal = add(self.cl_balance, mul(appeared, DEPOSIT_SIZE)?)?;
        let before = self.rate()?;
        let mut limiter = Limiter::new(self.limits.max_positive_token_rebase, before.ether, before.shares)?;
        match principal.checked_sub(report.cl_balance) {
            Some(loss) if !loss.is_zero() => limiter.decrease(loss)?,
            _ => {
                limiter.increase(sub(report.cl_balance, principal)?)?;
            }
        }
        let withdrawals = limiter.increase(report.withdrawals_vault)?;
        let rewards = limiter.increase(report.rewards_vault)?;
        let without_requests = limiter.shares_to_burn()?.min(report.shares_to_burn);
        limiter.decrease(ether_to_finalize)?;
        let total_shares_to_burn =
            limiter.shares_to_burn()?.min(add(shares_to_finalize, report.shares_to_burn)?);
        let shares_to_burn_for_withdrawals = sub(total_shares_to_burn, without_requests)?;

        let shares_before_fee = sub(before.shares, total_shares_to_burn)?;
        // The order of the contract's sum: where it would fall below zero on the way, it fails.
        let internal_ether = sub(add(add(before.ether, report.cl_balance)?, withdrawals)?, principal)?;
        let internal_ether = sub(add(internal_ether, rewards)?, ether_to_finalize)?;
        let unified = add(report.cl_balance, withdrawals)?;
        let fee_shares = if unified > principal {
            let gained = add(sub(unified, principal)?, rewards)?;
            let fee = mul_div_narrow(gained, self.fees.total, self.fees.precision, Rounding::Down)?;
            mul_div_narrow(fee, shares_before_fee, sub(internal_ether, fee)?, Rounding::Down)?
        } else {
            U256::ZERO
        };
        let internal_shares = add(add(shares_before_fee, fee_shares)?, report.bad_debt)?;
        let external = sub(self.external_shares, report.bad_debt)?;
        // A view of the contract that fails where no shares are left.
        mul_div_narrow(external, internal_ether, internal_shares, Rounding::Down)?;
        Ok(Update {
            withdrawals,
            rewards,
            ether_to_finalize,
            shares_to_finalize,
            shares_to_burn_for_withdrawals,
            total_shares_to_burn,
            fee_shares,
            principal,
            internal_ether,
            internal_shares,
        })
    }

    /// Makes a report.
    ///
    /// Source: `Accounting.handleOracleReport`.
    ///
    /// # Errors
    ///
    /// As [`State::simulate`], whatever the checks refuse, [`LidoError::Stopped`], [`LidoError::BufferTooSmall`].
    pub fn report(&mut self, report: &Report, now: u64) -> Result<Reported> {
        let update = self.simulate(report)?;
        let remembered = self.check(report, &update, now)?;
        let after = self.applied(report, &update)?;

        self.remember(remembered);
        let Update { total_shares_to_burn, shares_to_finalize, .. } = update;
        let Applied { buffered, total_shares, burner, queue, burned, locked, module, treasury, .. } = after;
        (self.cl_validators, self.cl_balance) = (report.cl_validators, report.cl_balance);
        self.external_shares = self.external_shares.saturating_sub(report.bad_debt);
        (self.buffered, self.total_shares, self.burner) = (buffered, total_shares, burner);
        self.rewards_vault = self.rewards_vault.saturating_sub(update.rewards);
        self.withdrawals_vault = self.withdrawals_vault.saturating_sub(update.withdrawals);
        if !shares_to_finalize.is_zero() {
            self.ledger.set(Holder::Queue, queue);
        }
        if !shares_to_finalize.is_zero() || !total_shares_to_burn.is_zero() {
            self.ledger.set(Holder::Burner, burned);
        }
        if let Some((last, locked)) = locked {
            let from = self.queue.last_finalized.saturating_add(1);
            self.queue.checkpoints.push(Checkpoint { from, max_rate: report.simulated_rate });
            (self.queue.last_finalized, self.queue.locked_ether) = (last, locked);
        }
        if !update.fee_shares.is_zero() {
            self.ledger.set(Holder::Module, module);
            self.ledger.set(Holder::Treasury, treasury);
        }
        Ok(Reported { update, module_shares: after.module_shares })
    }

    /// What the state is after a report, computed before anything changes.
    fn applied(&self, report: &Report, update: &Update) -> Result<Applied> {
        let mut burner = self.burner;
        let (mut queue, mut burned) = (self.ledger.shares(Holder::Queue), self.ledger.shares(Holder::Burner));
        if !update.shares_to_finalize.is_zero() {
            // The queue's shares move to the burner, and wait there with what was given up.
            self.rate()?.ether_of(update.shares_to_finalize)?;
            self.running()?;
            queue = self.ledger.without(Holder::Queue, update.shares_to_finalize)?;
            burned = add(burned, update.shares_to_finalize)?;
            burner.non_cover = add(burner.non_cover, update.shares_to_finalize)?;
        }
        self.running()?;
        narrow(report.cl_balance)?;
        narrow(report.cl_validators)?;
        let mut total_shares = self.total_shares;
        if !update.total_shares_to_burn.is_zero() {
            burner = committed(burner, update.total_shares_to_burn)?;
            let (needed, available) = (update.total_shares_to_burn, burned);
            burned = available.checked_sub(needed).ok_or(LidoError::BalanceExceeded { needed, available })?;
            total_shares = sub(total_shares, needed)?;
        }
        let collected = add(add(self.buffered, update.rewards)?, update.withdrawals)?;
        let buffered = collected
            .checked_sub(update.ether_to_finalize)
            .ok_or(LidoError::BufferTooSmall { needed: update.ether_to_finalize, available: collected })?;
        let locked = if update.ether_to_finalize.is_zero() {
            None
        } else {
            let none = update.shares_to_finalize.is_zero();
            let last = if none { 0 } else { report.batches.last().copied().unwrap_or_default() };
            self.queue.check_finalize(last, update.ether_to_finalize)?;
            Some((last, add(self.queue.locked_ether, update.ether_to_finalize)?))
        };
        let module_shares = if update.fee_shares.is_zero() {
            U256::ZERO
        } else {
            mul_div_narrow(update.fee_shares, self.fees.module, self.fees.total, Rounding::Down)?
        };
        let treasury_shares = sub(update.fee_shares, module_shares)?;
        Ok(Applied {
            buffered: narrow(buffered)?,
            total_shares: narrow(add(total_shares, update.fee_shares)?)?,
            burner,
            queue,
            burned,
            locked,
            module: add(self.ledger.shares(Holder::Module), module_shares)?,
            treasury: add(self.ledger.shares(Holder::Treasury), treasury_shares)?,
            module_shares,
        })
    }

    /// Holds a report to what is believed, in the contract's order. Returns what is to be remembered of it.
    ///
    /// Source: `Accounting._sanityChecks`, `OracleReportSanityChecker.checkAccountingOracleReport`.
    fn check(&self, report: &Report, update: &Update, now: u64) -> Result<Remembered> {
        if report.time >= now {
            return Err(LidoError::ReportTimestamp { reported: report.time, now });
        }
        if report.cl_validators < self.cl_validators || report.cl_validators > self.deposited_validators {
            return Err(LidoError::ReportValidators {
                reported: report.cl_validators,
                least: self.cl_validators,
                most: self.deposited_validators,
            });
        }
        if report.withdrawals_vault > self.withdrawals_vault {
            return Err(LidoError::WithdrawalsVaultBalance { actual: self.withdrawals_vault });
        }
        if report.rewards_vault > self.rewards_vault {
            return Err(LidoError::RewardsVaultBalance { actual: self.rewards_vault });
        }
        let actual = add(self.burner.cover, self.burner.non_cover)?;
        if report.shares_to_burn > actual {
            return Err(LidoError::SharesRequestedToBurn { actual });
        }
        let remembered = self.check_decrease(report, update.principal)?;
        self.check_increase(report, update.principal)?;
        let elapsed = if report.elapsed == 0 { LEAST_TIME } else { report.elapsed };
        let appeared = sub(report.cl_validators, self.cl_validators)?;
        if !appeared.is_zero() {
            let per_day = self.limits.appeared_validators_per_day;
            let limit = mul_div_narrow(per_day, U256::from(elapsed), U256::from(DAY), Rounding::Down)?;
            if appeared > limit {
                return Err(LidoError::AppearedValidators { appeared });
            }
        }
        if let Some(&last) = report.batches.last() {
            self.check_rate(report, update)?;
            let Some(request) = self.queue.get(last) else {
                return Err(LidoError::InvalidRequestId { id: last });
            };
            let ripe = add(U256::from(request.time), self.limits.request_timestamp_margin)?;
            if U256::from(report.time) < ripe {
                return Err(LidoError::RequestFinalization { asked: request.time });
            }
        }
        Ok(remembered)
    }

    /// Losses of the last 18 days against what slashing and inactivity can cost.
    ///
    /// Source: `OracleReportSanityChecker._checkCLBalanceDecrease`, without a second oracle.
    fn check_decrease(&self, report: &Report, principal: U256) -> Result<Remembered> {
        let has = add(report.cl_balance, report.withdrawals_vault)?;
        let (time, exited) = (report.time, self.exited_validators);
        let Some(lost) = principal.checked_sub(has).filter(|lost| !lost.is_zero()) else {
            return Ok(Remembered { time, exited, lost: U256::ZERO });
        };
        let since = |window: u64| {
            let (a, b) = (U256::from(time), U256::from(window));
            time.checked_sub(window).ok_or(levmine_math::MathError::Underflow { a, b })
        };
        let (slashing, penalty) = (since(SLASHING_WINDOW)?, since(PENALTY_WINDOW)?);
        let recent = self.remembered.iter().rev().take_while(|kept| kept.time > slashing);
        // The report itself is the first that is summed up: it is later than 18 days before itself.
        let sum = recent.map(|kept| kept.lost).try_fold(lost, add)?;
        let believed = |per_validator: U256, time: u64| {
            let there = sub(report.cl_validators, self.exited_at(time))?;
            mul(mul(per_validator, PWEI)?, there)
        };
        let most = add(
            believed(self.limits.initial_slashing_pwei, slashing)?,
            believed(self.limits.inactivity_penalties_pwei, penalty)?,
        )?;
        if sum > most {
            return Err(LidoError::BalanceDecrease { lost: sum, most });
        }
        Ok(Remembered { time, exited, lost })
    }

    fn exited_at(&self, time: u64) -> U256 {
        let known = self.remembered.iter().rev().find(|kept| kept.time <= time);
        known.map_or(U256::ZERO, |kept| kept.exited)
    }

    /// Gains against what validators can gain in a year.
    ///
    /// Source: `OracleReportSanityChecker._checkAnnualBalancesIncrease`.
    fn check_increase(&self, report: &Report, principal: U256) -> Result<()> {
        let principal = if principal.is_zero() { LEAST_BALANCE } else { principal };
        let Some(gained) = report.cl_balance.checked_sub(principal).filter(|gained| !gained.is_zero()) else {
            return Ok(());
        };
        let elapsed = if report.elapsed == 0 { LEAST_TIME } else { report.elapsed };
        let of_year = mul(mul(U256::from(YEAR), BASIS_POINTS)?, gained)?;
        let per_balance = levmine_math::div(of_year, principal, Rounding::Down)?;
        let annual = levmine_math::div(per_balance, U256::from(elapsed), Rounding::Down)?;
        if annual > self.limits.annual_balance_increase_bp {
            return Err(LidoError::BalanceIncrease { annual });
        }
        Ok(())
    }

    /// The reported share rate against the one that results, as if no request were finalized.
    ///
    /// Source: `OracleReportSanityChecker.checkSimulatedShareRate`.
    fn check_rate(&self, report: &Report, update: &Update) -> Result<()> {
        let ether = add(update.internal_ether, update.ether_to_finalize)?;
        let shares = add(update.internal_shares, update.shares_to_burn_for_withdrawals)?;
        let actual = mul_div_narrow(ether, RATE_PRECISION, shares, Rounding::Down)?;
        if actual.is_zero() {
            return Err(LidoError::ActualShareRateIsZero);
        }
        let simulated = report.simulated_rate;
        let difference = simulated.abs_diff(actual);
        let deviation = mul_div_narrow(BASIS_POINTS, difference, actual, Rounding::Down)?;
        if deviation > self.limits.share_rate_deviation_bp {
            return Err(LidoError::SimulatedShareRate { simulated, actual });
        }
        Ok(())
    }

    /// Keeps what was remembered. The contract keeps everything; what no window reaches any more is left out here, as
    /// reports are of ever later moments.
    fn remember(&mut self, report: Remembered) {
        let bound = report.time.saturating_sub(MEMORY);
        let stale = self.remembered.partition_point(|kept| kept.time <= bound).saturating_sub(1);
        self.remembered.drain(..stale);
        self.remembered.push(report);
    }
}

/// Shares are burned, those that cover losses first.
///
/// Source: `Burner.commitSharesToBurn`.
fn committed(burner: Burner, shares: U256) -> Result<Burner> {
    let available = add(burner.cover, burner.non_cover)?;
    if shares > available {
        return Err(LidoError::BurnExceedsActual { needed: shares, available });
    }
    let cover = shares.min(burner.cover);
    let rest = sub(shares, cover)?;
    Ok(Burner {
        cover: sub(burner.cover, cover)?,
        non_cover: sub(burner.non_cover, rest)?,
        cover_burnt: add(burner.cover_burnt, cover)?,
        non_cover_burnt: add(burner.non_cover_burnt, rest)?,
    })
}

/// The integers after a report.
struct Applied {
    buffered: U256,
    total_shares: U256,
    burner: Burner,
    queue: U256,
    burned: U256,
    /// The last request finalized, and all ether locked then.
    locked: Option<(u64, U256)>,
    module: U256,
    treasury: U256,
    module_shares: U256,
}
