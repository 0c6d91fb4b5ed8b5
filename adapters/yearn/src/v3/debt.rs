//! Lending to strategies and taking back.

use levmine_math::{Rounding, U256, add, mul_div_narrow, sub};

use super::{Result, V3Error, Vault};
use crate::scale::BPS;

/// What changing a strategy's debt did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DebtUpdated {
    /// What the strategy owes now.
    pub new_debt: U256,
    /// What vanished while the strategy freed it.
    pub destroyed: U256,
}

impl Vault {
    /// Brings a strategy's debt to `target`, as far as limits and liquidity let it; 2^256 − 1 lends all that may be lent.
    /// `update_debt`.
    ///
    /// # Errors
    ///
    /// [`V3Error::SameDebt`], [`V3Error::UnrealisedLosses`], [`V3Error::Loss`], [`V3Error::Inactive`],
    /// [`V3Error::Math`].
    pub fn update_debt(&mut self, index: usize, target: U256, max_loss: U256) -> Result<DebtUpdated> {
        let debt = self.strategies.get(index).map_or(U256::ZERO, |strategy| strategy.current_debt);
        let target = if self.shutdown { U256::ZERO } else { target };
        if target == debt {
            return Err(V3Error::SameDebt { debt });
        }
        let (new_debt, destroyed) = if debt > target {
            self.take_back(index, debt, target, max_loss)?
        } else {
            (self.lend(index, debt, target)?, U256::ZERO)
        };
        if let Some(strategy) = self.strategies.get_mut(index) {
            strategy.current_debt = new_debt;
        }
        Ok(DebtUpdated { new_debt, destroyed })
    }

    fn take_back(&mut self, index: usize, debt: U256, target: U256, max_loss: U256) -> Result<(U256, U256)> {
        let mut wanted = sub(debt, target)?;
        if add(self.total_idle, wanted)? < self.minimum_total_idle {
            wanted = sub(self.minimum_total_idle, self.total_idle)?.min(debt);
        }
        let strategy = self.strategy_mut(index)?;
        wanted = wanted.min(strategy.source.withdrawable()?);
        if wanted.is_zero() {
            return Ok((debt, U256::ZERO));
        }
        let loss = strategy.unrealised_loss(wanted)?;
        if !loss.is_zero() {
            return Err(V3Error::UnrealisedLosses { loss });
        }
        let freed = strategy.source.free(wanted)?;
        let withdrawn = freed.paid.min(debt);
        if withdrawn < wanted && max_loss < BPS {
            let loss = sub(wanted, withdrawn)?;
            let limit = Self::part(wanted, max_loss)?;
            if loss > limit {
                return Err(V3Error::Loss { loss, limit });
            }
        } else if withdrawn > wanted {
            wanted = withdrawn;
        }
        self.balance = add(self.balance, freed.paid)?;
        self.total_idle = add(self.total_idle, withdrawn)?;
        self.total_debt = sub(self.total_debt, wanted)?;
        Ok((sub(debt, wanted)?, freed.destroyed))
    }

    fn lend(&mut self, index: usize, debt: U256, target: U256) -> Result<U256> {
        let max_debt = self.strategies.get(index).map_or(U256::ZERO, |strategy| strategy.max_debt);
        let target = target.min(max_debt);
        if target < debt {
            return Ok(debt);
        }
        let strategy = self.strategy(index)?;
        let cap = strategy.source.deposit_cap;
        if cap.is_zero() {
            return Ok(debt);
        }
        let mut given = sub(target, debt)?.min(cap);
        if self.total_idle <= self.minimum_total_idle {
            return Ok(debt);
        }
        given = given.min(sub(self.total_idle, self.minimum_total_idle)?);
        if !given.is_zero() {
            self.balance = sub(self.balance, given)?;
            self.strategy_mut(index)?.source.deposit(given)?;
            self.total_idle = sub(self.total_idle, given)?;
            self.total_debt = add(self.total_debt, given)?;
        }
        Ok(add(debt, given)?)
    }

    /// Sells `amount` of a strategy's debt, at most all of it, for as much of the asset; its shares go to the buyer in
    /// proportion, **rounded down**. Returns what is paid and the strategy's shares that leave. `buy_debt`.
    ///
    /// # Errors
    ///
    /// [`V3Error::NotActive`], [`V3Error::NothingToBuy`], [`V3Error::NothingToBuyWith`], [`V3Error::BuyZero`],
    /// [`V3Error::Math`].
    pub fn buy_debt(&mut self, index: usize, amount: U256) -> Result<(U256, U256)> {
        let strategy = self.strategy_mut(index).map_err(|_| V3Error::NotActive { index })?;
        let debt = strategy.current_debt;
        if debt.is_zero() {
            return Err(V3Error::NothingToBuy);
        }
        if amount.is_zero() {
            return Err(V3Error::NothingToBuyWith);
        }
        let amount = amount.min(debt);
        let shares = mul_div_narrow(strategy.source.vault_shares, amount, debt, Rounding::Down)?;
        if shares.is_zero() {
            return Err(V3Error::BuyZero { amount });
        }
        strategy.current_debt = sub(debt, amount)?;
        strategy.source.vault_shares = sub(strategy.source.vault_shares, shares)?;
        self.total_debt = sub(self.total_debt, amount)?;
        self.total_idle = add(self.total_idle, amount)?;
        self.balance = add(self.balance, amount)?;
        Ok((amount, shares))
    }
}
