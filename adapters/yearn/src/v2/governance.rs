//! What governance and the strategies' managers set.

use levmine_math::{U256, add, sub};

use super::{DEGRADATION, MAXIMUM_STRATEGIES, Result, Revision, Strategy, V2Error, Vault};
use crate::scale::BPS;

const HALF: U256 = U256::from_limbs([5_000, 0, 0, 0]);

/// What a strategy may be lent at a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limits {
    pub(crate) min: Option<U256>,
    pub(crate) max: Option<U256>,
}

fn at_most(value: U256, limit: U256) -> Result<()> {
    if value <= limit { Ok(()) } else { Err(V2Error::TooHigh { value, limit }) }
}

impl Vault {
    /// `setPerformanceFee`: at most half; in 0.3.4 all.
    ///
    /// # Errors
    ///
    /// [`V2Error::TooHigh`].
    pub fn set_performance_fee(&mut self, fee: U256) -> Result<()> {
        at_most(fee, if self.revision == Revision::V034 { BPS } else { HALF })?;
        self.performance_fee = fee;
        Ok(())
    }

    /// `setManagementFee`.
    ///
    /// # Errors
    ///
    /// [`V2Error::TooHigh`].
    pub fn set_management_fee(&mut self, fee: U256) -> Result<()> {
        at_most(fee, BPS)?;
        self.management_fee = fee;
        Ok(())
    }

    /// `setLockedProfitDegradation`, in 0.3.4 `setLockedProfitDegration`.
    ///
    /// # Errors
    ///
    /// [`V2Error::TooHigh`].
    pub fn set_degradation(&mut self, degradation: U256) -> Result<()> {
        at_most(degradation, U256::from(DEGRADATION))?;
        self.locked_profit_degradation = degradation;
        Ok(())
    }

    /// The strategist's fee that `addStrategy` and `updateStrategyPerformanceFee` accept: half, or in 0.3.4 what the
    /// treasury leaves.
    fn strategist_limit(&self) -> Result<U256> {
        Ok(if self.revision == Revision::V034 { sub(BPS, self.performance_fee)? } else { HALF })
    }

    /// `updateStrategyPerformanceFee`.
    ///
    /// # Errors
    ///
    /// [`V2Error::TooHigh`], [`V2Error::NoStrategy`].
    pub fn update_strategy_performance_fee(&mut self, index: usize, fee: U256) -> Result<()> {
        at_most(fee, self.strategist_limit()?)?;
        self.strategy_mut(index)?.performance_fee = fee;
        Ok(())
    }

    /// `updateStrategyDebtRatio`.
    ///
    /// # Errors
    ///
    /// [`V2Error::NoStrategy`], [`V2Error::TooHigh`].
    pub fn update_strategy_debt_ratio(&mut self, index: usize, ratio: U256) -> Result<()> {
        let strategy = self.strategy_mut(index)?;
        let before = std::mem::replace(&mut strategy.debt_ratio, ratio);
        self.debt_ratio = add(sub(self.debt_ratio, before)?, ratio)?;
        at_most(self.debt_ratio, BPS)
    }

    /// `updateStrategyMinDebtPerHarvest` and `updateStrategyMaxDebtPerHarvest`.
    pub(crate) fn update_strategy_limits(&mut self, index: usize, limits: Limits) -> Result<()> {
        let strategy = self.strategy_mut(index)?;
        let min = limits.min.unwrap_or(strategy.min_debt_per_harvest);
        let max = limits.max.unwrap_or(strategy.max_debt_per_harvest);
        at_most(min, max)?;
        (strategy.min_debt_per_harvest, strategy.max_debt_per_harvest) = (min, max);
        Ok(())
    }

    /// `revokeStrategy`: what it owes must come back.
    ///
    /// # Errors
    ///
    /// [`V2Error::NoStrategy`] for one that may owe nothing already; 0.3.4 does not look.
    pub fn revoke_strategy(&mut self, index: usize) -> Result<()> {
        let missing = V2Error::NoStrategy { index };
        let strategy = self.strategies.get_mut(index).ok_or(missing)?;
        if strategy.debt_ratio.is_zero() && self.revision != Revision::V034 {
            return Err(missing);
        }
        let ratio = std::mem::take(&mut strategy.debt_ratio);
        self.debt_ratio = sub(self.debt_ratio, ratio)?;
        Ok(())
    }

    /// `addStrategy`, by its number: the next one, or one that was prepared. Returns the number.
    ///
    /// # Errors
    ///
    /// [`V2Error::Queue`] where the queue is full, [`V2Error::Shutdown`], [`V2Error::StrategyThere`],
    /// [`V2Error::TooHigh`].
    pub fn add_strategy(&mut self, index: usize, terms: &Strategy, now: u64) -> Result<usize> {
        if self.queue.len() >= MAXIMUM_STRATEGIES {
            return Err(V2Error::Queue);
        }
        if self.emergency_shutdown {
            return Err(V2Error::Shutdown);
        }
        match self.strategies.get(index) {
            Some(strategy) if strategy.activation != 0 => return Err(V2Error::StrategyThere { index }),
            None if index != self.strategies.len() => return Err(V2Error::NoStrategy { index }),
            _ => {}
        }
        self.debt_ratio = add(self.debt_ratio, terms.debt_ratio)?;
        at_most(self.debt_ratio, BPS)?;
        at_most(terms.min_debt_per_harvest, terms.max_debt_per_harvest)?;
        at_most(terms.performance_fee, self.strategist_limit()?)?;
        let fresh = Strategy { activation: now, last_report: now, ..terms.clone() };
        match self.strategies.get_mut(index) {
            // What it holds and how it behaves is its own.
            Some(place) => {
                *place = Strategy {
                    balance: place.balance,
                    shares: place.shares,
                    delegated_assets: place.delegated_assets,
                    liquid_limit: place.liquid_limit,
                    exit_loss: place.exit_loss,
                    ..fresh
                };
            }
            None => self.strategies.push(fresh),
        }
        self.queue.push(index);
        Ok(index)
    }

    /// `addStrategyToQueue`.
    ///
    /// # Errors
    ///
    /// [`V2Error::NoStrategy`]; [`V2Error::Queue`] where it is there already, or the queue is full.
    pub fn add_to_queue(&mut self, index: usize) -> Result<()> {
        self.strategy(index)?;
        if self.queue.contains(&index) || self.queue.len() >= MAXIMUM_STRATEGIES {
            return Err(V2Error::Queue);
        }
        self.queue.push(index);
        Ok(())
    }

    /// `removeStrategyFromQueue`.
    ///
    /// # Errors
    ///
    /// [`V2Error::Queue`] where it is not there.
    pub fn remove_from_queue(&mut self, index: usize) -> Result<()> {
        let at = self.queue.iter().position(|queued| *queued == index).ok_or(V2Error::Queue)?;
        self.queue.remove(at);
        Ok(())
    }
}
