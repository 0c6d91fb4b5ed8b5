//! The oracle's daily reports, where nobody else makes them: what validators earn and lose, and when requests are paid.

use levmine_math::{Rounding, U256, add, mul, mul_div, sub};

use crate::error::Result;
use crate::ops::report::{Report, Reported, Update};
use crate::queue::RATE_PRECISION;
use crate::state::{DEPOSIT_SIZE, State};

/// A frame of 225 epochs of 384 s: a report a day.
pub const FRAME: u64 = 225 * 384;
/// When the beacon chain began, 2020-12-01 12:00:23 UTC: frames end at this time of the day.
pub const GENESIS: u64 = 1_606_824_023;
/// A report is about the last slot of a frame, 12 s before the next one begins.
const SLOT: u64 = 12;
/// Reports made one by one at a time. What lies further back is made in one.
const MOST_REPORTS: u64 = 400;
/// Rates per year have 18 decimals.
const WAD: U256 = U256::from_limbs([1_000_000_000_000_000_000, 0, 0, 0]);
const YEAR: u64 = 31_536_000;
/// No use to send more than this to validators at once.
const ANY_NUMBER: U256 = U256::MAX;

/// A value that changes at given times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dated<T> {
    /// From when on which value; rising. The first holds before its time too.
    pub steps: Vec<(u64, T)>,
}

impl<T: Copy> Dated<T> {
    /// Always the same.
    pub fn always(value: T) -> Self {
        Self { steps: vec![(0, value)] }
    }

    /// The value at a time.
    #[must_use]
    pub fn at(&self, time: u64) -> Option<T> {
        let after = self.steps.partition_point(|(from, _)| *from <= time).max(1);
        self.steps.get(after.saturating_sub(1)).map(|(_, value)| *value)
    }
}

impl Dated<U256> {
    /// The sum of rate × seconds from one time to another one.
    fn integral(&self, from: u64, to: u64) -> Result<U256> {
        let mut sum = U256::ZERO;
        for (at, (begin, rate)) in self.steps.iter().enumerate() {
            let begin = if at == 0 { 0 } else { *begin };
            let end = self.steps.get(at.saturating_add(1)).map_or(u64::MAX, |(next, _)| *next);
            let seconds = end.min(to).saturating_sub(begin.max(from));
            sum = add(sum, mul(*rate, U256::from(seconds))?)?;
        }
        Ok(sum)
    }
}

/// What the reports say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// What validators earn in a year of what they have, fees not subtracted, 18 decimals.
    pub apr: Dated<U256>,
    /// What comes in as tips and the like, likewise.
    pub execution_apr: Dated<U256>,
    /// Seconds after which a request is paid at the earliest; `None` for never.
    pub delay: Dated<Option<u64>>,
    /// What validators lose, in wei, and when.
    pub penalties: Vec<(u64, U256)>,
    /// The end of the last frame that was reported.
    pub last_report: u64,
}

/// The end of the frame that ended last before or at a time.
#[must_use]
pub fn frame_end(time: u64) -> u64 {
    let offset = GENESIS % FRAME;
    time.saturating_sub(offset) / FRAME * FRAME + if time < offset { 0 } else { offset }
}

/// What one report of the schedule did.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Made {
    /// The pool's ether before and after, with both vaults and what is locked.
    pub(crate) ether: (U256, U256),
    /// stETH of the shares burned, at the rate before, in wei.
    pub(crate) burned: U256,
    /// stETH of the shares minted as the fee, at the rate after, in wei.
    pub(crate) fee: U256,
}

impl Schedule {
    /// Whether a frame has ended that is not reported.
    pub(crate) fn is_due(&self, now: u64) -> bool {
        frame_end(now) > self.last_report
    }

    /// The ends of the frames that are due, the first of which covers what lies too far back.
    pub(crate) fn due(&self, now: u64) -> impl Iterator<Item = u64> + use<> {
        let last = frame_end(now);
        let frames = last.saturating_sub(self.last_report) / FRAME;
        let count = frames.min(MOST_REPORTS);
        (0..count).rev().map(move |back| last.saturating_sub(back.saturating_mul(FRAME)))
    }

    /// Makes the report of the frame that ends at `end`. Returns `None` where the contracts refuse it: then the next one
    /// is about this frame too.
    pub(crate) fn make(&mut self, state: &mut State, end: u64) -> Option<Made> {
        let made = self.try_report(state, end).ok()?;
        self.last_report = end;
        // Whoever funds validators does it after each report with all that requests do not wait for. In bunker mode he
        // cannot.
        let _ = state.deposit(ANY_NUMBER);
        Some(made)
    }

    fn try_report(&self, state: &mut State, end: u64) -> Result<Made> {
        let time = end.saturating_sub(SLOT);
        let since = self.last_report.saturating_sub(SLOT);
        let elapsed = time.saturating_sub(since);
        let (before, rate) = (state.ether()?, state.rate()?);
        let (mut report, income) = self.outlook(state, since, time, elapsed)?;
        let outlook = state.simulate(&report)?;
        report.simulated_rate =
            mul_div(outlook.internal_ether, RATE_PRECISION, outlook.internal_shares, Rounding::Down)?;
        let exits = self.finalize(state, &mut report, &outlook, time)?;

        let vaults = (state.rewards_vault, state.withdrawals_vault);
        state.receive_income(income, exits)?;
        match state.report(&report, end) {
            Ok(Reported { update, .. }) => {
                state.queue.last_report_time = time;
                // None of these can fail: the report has just put the same amounts into the state.
                let burned = rate.ether_of(update.total_shares_to_burn).unwrap_or_default();
                let fee = state.rate().and_then(|rate| rate.ether_of(update.fee_shares)).unwrap_or_default();
                Ok(Made { ether: (before, state.ether().unwrap_or(before)), burned, fee })
            }
            Err(error) => {
                (state.rewards_vault, state.withdrawals_vault) = vaults;
                Err(error)
            }
        }
    }

    /// The report without requests, and the tips that come in before it.
    fn outlook(&self, state: &State, since: u64, time: u64, elapsed: u64) -> Result<(Report, U256)> {
        let waiting = sub(state.deposited_validators, state.cl_validators)?;
        let per_day = mul(state.limits.appeared_validators_per_day, U256::from(elapsed))?;
        let appeared = waiting.min(per_day.wrapping_div(U256::from(86_400)));
        let principal = add(state.cl_balance, mul(appeared, DEPOSIT_SIZE)?)?;
        let earned = |rate: &Dated<U256>| {
            let factor = rate.integral(since, time)?;
            Ok::<_, crate::LidoError>(mul_div(
                principal,
                factor,
                mul(WAD, U256::from(YEAR))?,
                Rounding::Down,
            )?)
        };
        let mut lost = self.penalties.iter().filter(|(at, _)| *at > since && *at <= time);
        let lost = lost.try_fold(U256::ZERO, |sum, (_, amount)| add(sum, *amount))?;
        let income = earned(&self.execution_apr)?;
        let report = Report {
            time,
            elapsed,
            cl_validators: add(state.cl_validators, appeared)?,
            cl_balance: add(principal, earned(&self.apr)?)?.saturating_sub(lost),
            withdrawals_vault: state.withdrawals_vault,
            rewards_vault: add(state.rewards_vault, income)?,
            shares_to_burn: add(state.burner.cover, state.burner.non_cover)?,
            ..Report::default()
        };
        Ok((report, income))
    }

    /// Adds the requests that are due to a report. What the buffer lacks for them comes from validators that leave:
    /// returns that ether.
    fn finalize(&self, state: &State, report: &mut Report, outlook: &Update, time: u64) -> Result<U256> {
        let Some(delay) = self.delay.at(time).flatten() else { return Ok(U256::ZERO) };
        let margin = u64::try_from(state.limits.request_timestamp_margin).unwrap_or(u64::MAX);
        let Some(until) = time.checked_sub(delay.max(margin)) else { return Ok(U256::ZERO) };
        if state.queue.is_paused || state.queue.last_finalized == state.queue.last_request() {
            return Ok(U256::ZERO);
        }
        let at_hand = add(add(state.buffered, outlook.withdrawals)?, outlook.rewards)?;
        let budget = add(at_hand, report.cl_balance)?;
        let batches = state.queue.finalizable(report.simulated_rate, until, budget)?;
        let (needed, _) = state.queue.prefinalize(&batches, report.simulated_rate)?;
        let exits = needed.saturating_sub(at_hand).min(report.cl_balance);
        report.batches = batches;
        report.cl_balance = sub(report.cl_balance, exits)?;
        report.withdrawals_vault = add(report.withdrawals_vault, exits)?;
        Ok(exits)
    }
}
