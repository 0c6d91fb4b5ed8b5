//! What a strategy does of itself: the least that a vault needs of one.

use levmine_math::{Rounding, U256, add, mul_div_narrow, sub};

use super::{Result, Strategy, V2Error, Vault};
use crate::scale::BPS;

/// A strategy that owes nothing and may owe `debt_ratio` basis points, added at `activation`.
pub(crate) const fn default(debt_ratio: U256, activation: u64) -> Strategy {
    Strategy {
        performance_fee: U256::ZERO,
        activation,
        debt_ratio,
        min_debt_per_harvest: U256::ZERO,
        max_debt_per_harvest: U256::MAX,
        last_report: activation,
        total_debt: U256::ZERO,
        total_gain: U256::ZERO,
        total_loss: U256::ZERO,
        delegated_booked: U256::ZERO,
        balance: U256::ZERO,
        shares: U256::ZERO,
        delegated_assets: U256::ZERO,
        liquid_limit: U256::MAX,
        exit_loss: U256::ZERO,
    }
}

/// What a strategy freed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Freed {
    /// What it pays.
    pub(super) paid: U256,
    /// What it reports as lost.
    pub(super) loss: U256,
    /// What vanished on the way.
    pub(super) destroyed: U256,
}

impl Strategy {
    /// Frees `amount` for the vault: what is not there is a loss, so is what the exit destroys; what is not liquid is
    /// neither paid nor lost.
    pub(super) fn free(&mut self, amount: U256) -> Result<Freed> {
        let there = amount.min(self.balance);
        let missing = sub(amount, there)?;
        let liquid = there.min(self.liquid_limit);
        let destroyed = mul_div_narrow(liquid, self.exit_loss, BPS, Rounding::Down)?;
        let paid = sub(liquid, destroyed)?;
        self.balance = sub(self.balance, liquid)?;
        Ok(Freed { paid, loss: add(missing, destroyed)?, destroyed })
    }
}

impl Vault {
    /// A strategy of the vault.
    pub(super) fn strategy(&self, index: usize) -> Result<&Strategy> {
        match self.strategies.get(index) {
            Some(strategy) if strategy.activation > 0 => Ok(strategy),
            _ => Err(V2Error::NoStrategy { index }),
        }
    }

    /// A strategy of the vault, to be changed.
    pub(super) fn strategy_mut(&mut self, index: usize) -> Result<&mut Strategy> {
        match self.strategies.get_mut(index) {
            Some(strategy) if strategy.activation > 0 => Ok(strategy),
            _ => Err(V2Error::NoStrategy { index }),
        }
    }
}
