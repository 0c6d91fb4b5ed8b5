//! What happens by itself: strategies earn, and their keeper reports when it is time.
//!
//! None of this is the contracts'. A strategy earns a yearly rate, simple, on what the vault's books say that it works
//! with; what is less than a base unit is kept for the next time, so that it makes no difference how often one looks.

use levmine_math::{MathError, Rounding, U256, add, div, mul};
use smallvec::SmallVec;

use crate::contract::{Booked, Contract};
use crate::scale::{BPS, YEAR, elapsed};

/// A yearly rate is written × 10^18.
const WAD: U256 = U256::from_limbs([1_000_000_000_000_000_000, 0, 0, 0]);

/// So many reports are made one after the other; of more that are due the first ones are left out.
const MOST_REPORTS: u64 = 1_000;

/// What a keeper accepts to lose where it moves debt, in basis points.
const MAX_LOSS: U256 = U256::ONE;

/// What strategies earn, and when they report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Keeper {
    /// What strategies earn in a year on their debt, × 10^18.
    pub(crate) rate: U256,
    /// How many seconds after the last harvest the next one is made; 0: none is.
    pub(crate) every: u64,
    /// When the last harvest was made.
    pub(crate) last_harvest: u64,
    /// Until when earnings are counted.
    pub(crate) seen: u64,
    /// V3: the part of total assets that each strategy is lent at a harvest, in basis points. Empty: debt stays as it is.
    pub(crate) parts: SmallVec<[U256; 1]>,
    /// What each strategy has earned that is less than a base unit, in parts of `10^18 × year`.
    pub(crate) fractions: SmallVec<[U256; 1]>,
}

/// What came of time passing.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Passed {
    pub(crate) earned: U256,
    pub(crate) booked: Booked,
}

type Result<T> = std::result::Result<T, MathError>;

impl Keeper {
    /// One that does nothing.
    pub(crate) fn idle(now: u64) -> Self {
        Self {
            rate: U256::ZERO,
            every: 0,
            last_harvest: now,
            seen: now,
            parts: SmallVec::new(),
            fractions: SmallVec::new(),
        }
    }

    /// Whether a harvest is due.
    pub(crate) const fn is_due(&self, now: u64) -> bool {
        // At the end of time there is no next one.
        match self.last_harvest.checked_add(self.every) {
            Some(next) => self.every != 0 && now >= next,
            None => false,
        }
    }

    /// Whether anything changes until `now`.
    pub(crate) fn is_busy(&self, now: u64) -> bool {
        now > self.seen && !self.rate.is_zero() || self.is_due(now)
    }

    /// Lets everything happen until `now`.
    pub(crate) fn pass(&mut self, contract: &mut Contract, now: u64) -> Result<Passed> {
        let mut passed = Passed::default();
        if self.every != 0 {
            let due = now.saturating_sub(self.last_harvest).checked_div(self.every).unwrap_or_default();
            let skipped = due.saturating_sub(MOST_REPORTS).saturating_mul(self.every);
            self.last_harvest = self.last_harvest.saturating_add(skipped);
            while self.is_due(now) {
                let at = self.last_harvest.saturating_add(self.every);
                passed.earned = add(passed.earned, self.earn(contract, at)?)?;
                let booked = self.harvest(contract, at);
                passed.booked = passed.booked.plus(booked)?;
            }
        }
        passed.earned = add(passed.earned, self.earn(contract, now)?)?;
        Ok(passed)
    }

    /// Lets strategies earn until `now`. **Rounds down**, and keeps what is left.
    fn earn(&mut self, contract: &mut Contract, now: u64) -> Result<U256> {
        let seconds = elapsed(now, self.seen);
        self.seen = self.seen.max(now);
        if seconds.is_zero() || self.rate.is_zero() {
            return Ok(U256::ZERO);
        }
        let (year, mut all) = (mul(WAD, U256::from(YEAR))?, U256::ZERO);
        self.fractions.resize(contract.strategies(), U256::ZERO);
        let growth = mul(self.rate, seconds)?;
        for (index, fraction) in self.fractions.iter_mut().enumerate() {
            let parts = add(mul(contract.debt(index), growth)?, *fraction)?;
            let earned = div(parts, year, Rounding::Down)?;
            *fraction = parts % year;
            if let Some(has) = contract.at_work(index) {
                *has = add(*has, earned)?;
                all = add(all, earned)?;
            }
        }
        Ok(all)
    }

    /// Lets every strategy report. A report that the contract refuses is not made.
    fn harvest(&mut self, contract: &mut Contract, now: u64) -> Booked {
        self.last_harvest = now;
        let mut all = Booked::default();
        for index in 0..contract.strategies() {
            let mut trial = contract.clone();
            if let Ok(booked) = trial.report(index, now)
                && let Ok(sum) = all.plus(booked)
            {
                (*contract, all) = (trial, sum);
            }
        }
        self.allocate(contract, &mut all);
        all
    }

    /// Lets every strategy report because somebody asks for it: the first refusal is the answer.
    pub(crate) fn harvest_now(
        &mut self,
        contract: &mut Contract,
        now: u64,
    ) -> std::result::Result<Booked, crate::YearnError> {
        self.last_harvest = now;
        let mut all = Booked::default();
        for index in 0..contract.strategies() {
            let booked = contract.report(index, now)?;
            all = all.plus(booked).map_err(crate::v3::V3Error::from)?;
        }
        self.allocate(contract, &mut all);
        Ok(all)
    }

    /// V3: brings every strategy to its part of total assets, first those that have too much.
    fn allocate(&self, contract: &mut Contract, all: &mut Booked) {
        for lending in [false, true] {
            for (index, part) in self.parts.iter().enumerate() {
                let Contract::V3(vault) = &*contract else { return };
                let Some(debt) = vault.strategies.get(index).map(|strategy| strategy.current_debt) else {
                    continue;
                };
                let Some(target) = vault
                    .total_assets()
                    .ok()
                    .and_then(|total| levmine_math::mul_div(total, *part, BPS, Rounding::Down).ok())
                else {
                    continue;
                };
                if target == debt || (target > debt) != lending {
                    continue;
                }
                let mut trial = vault.clone();
                if let Ok(done) = trial.update_debt(index, target, MAX_LOSS)
                    && let Ok(destroyed) = add(all.destroyed, done.destroyed)
                {
                    all.destroyed = destroyed;
                    *contract = Contract::V3(trial);
                }
            }
        }
    }
}
