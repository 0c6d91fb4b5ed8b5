//! Withdrawals.

use levmine_math::{Rounding, U256, add, mul, mul_div_narrow, sub};

use super::{Result, Revision, V2Error, Vault};
use crate::scale::BPS;

/// What a withdrawal did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Withdrawn {
    /// What was paid.
    pub value: U256,
    /// The shares burned: fewer than asked for where strategies could not free enough.
    pub shares: U256,
    /// What vanished while strategies freed it.
    pub destroyed: U256,
}

impl Vault {
    /// Redeems `max_shares`, or for 2^256 − 1 the holder's whole `balance`, and asks the strategies in the queue for what is
    /// missing. A loss that they take by that is the leaver's, if it is at most `max_loss` basis points. `withdraw`.
    ///
    /// # Errors
    ///
    /// [`V2Error::TooHigh`], [`V2Error::NotEnoughShares`], [`V2Error::Zero`], [`V2Error::Loss`],
    /// [`V2Error::LossAboveDebt`], [`V2Error::Math`].
    pub fn withdraw(
        &mut self,
        balance: U256,
        max_shares: U256,
        max_loss: U256,
        now: u64,
    ) -> Result<Withdrawn> {
        if max_loss > BPS {
            return Err(V2Error::TooHigh { value: max_loss, limit: BPS });
        }
        let mut shares = if max_shares == U256::MAX { balance } else { max_shares };
        if shares > balance {
            return Err(V2Error::NotEnoughShares { shares, balance });
        }
        if shares.is_zero() {
            return Err(V2Error::Zero);
        }
        let mut value = self.share_value(shares, now)?;
        let (mut lost, mut destroyed) = (U256::ZERO, U256::ZERO);
        let mut idle = self.idle();
        if value > idle {
            for at in 0..self.queue.len() {
                let Some(index) = self.queue.get(at).copied() else { break };
                if value <= idle {
                    break;
                }
                let strategy = self.strategy_mut(index)?;
                let needed = sub(value, idle)?.min(strategy.total_debt);
                if needed.is_zero() {
                    continue;
                }
                let freed = strategy.free(needed)?;
                destroyed = add(destroyed, freed.destroyed)?;
                self.balance = add(self.balance, freed.paid)?;
                idle = add(idle, freed.paid)?;
                if !freed.loss.is_zero() {
                    value = sub(value, freed.loss)?;
                    lost = add(lost, freed.loss)?;
                }
                self.book_freed(index, freed.paid, freed.loss)?;
            }
            self.total_idle = self.counted(idle);
            if value > idle {
                value = idle;
                shares = self.shares_for(add(value, lost)?, now)?;
            }
            let limit = mul_div_narrow(max_loss, add(value, lost)?, BPS, Rounding::Down)?;
            if lost > limit {
                return Err(V2Error::Loss { loss: lost, limit });
            }
        } else if self.revision == Revision::V034 {
            // It looks at the loss of nothing also where nothing had to be freed, which can only overflow.
            mul(max_loss, value)?;
        }
        self.total_supply = sub(self.total_supply, shares)?;
        if shares > balance {
            return Err(V2Error::NotEnoughShares { shares, balance });
        }
        self.total_idle = self.counted(sub(self.idle(), value)?);
        self.balance = sub(self.balance, value)?;
        Ok(Withdrawn { value, shares, destroyed })
    }

    /// What the vault counts as idle; nothing before it counted.
    pub(super) fn counted(&self, idle: U256) -> U256 {
        if self.revision == Revision::V046 { idle } else { U256::ZERO }
    }

    /// Books what a strategy freed and lost.
    fn book_freed(&mut self, index: usize, paid: U256, loss: U256) -> Result<()> {
        if self.revision == Revision::V034 {
            let gone = add(paid, loss)?;
            let strategy = self.strategy_mut(index)?;
            strategy.total_loss = add(strategy.total_loss, loss)?;
            strategy.total_debt = sub(strategy.total_debt, gone)?;
            self.total_debt = sub(self.total_debt, gone)?;
            return self.book_delegated(index);
        }
        if !loss.is_zero() {
            self.report_loss(index, loss)?;
        }
        let strategy = self.strategy_mut(index)?;
        strategy.total_debt = sub(strategy.total_debt, paid)?;
        self.total_debt = sub(self.total_debt, paid)?;
        Ok(())
    }

    /// `_updateDelegatedAssets` of 0.3.4.
    pub(super) fn book_delegated(&mut self, index: usize) -> Result<()> {
        let strategy = self.strategy_mut(index)?;
        let delegated = strategy.delegated_assets.min(strategy.total_debt);
        let before = std::mem::replace(&mut strategy.delegated_booked, delegated);
        self.delegated_assets = add(sub(self.delegated_assets, before)?, delegated)?;
        Ok(())
    }
}
