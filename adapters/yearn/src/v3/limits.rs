//! What a holder could take out now, and who bears losses that are not reported.

use levmine_math::{Rounding, U256, add, div, mul, mul_div_narrow, sub};

use super::{Result, Strategy, V3Error, Vault};
use crate::scale::BPS;

impl Strategy {
    /// The part of a loss that is not reported which taking `needed` out would realise.
    /// **Rounds up**, by one also where the division leaves a remainder of the rounded-down part: against the leaver.
    ///
    /// `_assess_share_of_unrealised_losses`.
    pub(super) fn unrealised_loss(&self, needed: U256) -> Result<U256> {
        let (worth, debt) = (self.source.position()?, self.current_debt);
        if worth >= debt || debt.is_zero() {
            return Ok(U256::ZERO);
        }
        let numerator = mul(needed, worth)?;
        let kept = div(numerator, debt, Rounding::Down)?;
        let share = sub(needed, kept)?;
        let exact = (numerator % debt).is_zero();
        Ok(if exact { share } else { add(share, U256::ONE)? })
    }
}

impl Vault {
    /// A strategy of the vault, or `inactive strategy`.
    pub(super) fn strategy(&self, index: usize) -> Result<&Strategy> {
        match self.strategies.get(index) {
            Some(strategy) if strategy.activation != 0 => Ok(strategy),
            _ => Err(V3Error::Inactive { index }),
        }
    }

    /// A strategy of the vault, to be changed.
    pub(super) fn strategy_mut(&mut self, index: usize) -> Result<&mut Strategy> {
        match self.strategies.get_mut(index) {
            Some(strategy) if strategy.activation != 0 => Ok(strategy),
            _ => Err(V3Error::Inactive { index }),
        }
    }

    /// The share of a strategy's loss that is not reported in `needed`, by its number:
    /// `assess_share_of_unrealised_losses`.
    ///
    /// # Errors
    ///
    /// [`V3Error::Inactive`], [`V3Error::Math`].
    pub fn unrealised_loss(&self, index: usize, needed: U256) -> Result<U256> {
        self.strategy(index)?.unrealised_loss(needed)
    }

    /// The most assets that a holder of `balance` shares could withdraw: `maxWithdraw` with the default queue.
    ///
    /// # Errors
    ///
    /// [`V3Error::Inactive`], [`V3Error::Math`].
    pub fn max_withdraw(&self, balance: U256, max_loss: U256, now: u64) -> Result<U256> {
        let max_assets = self.to_assets(balance, Rounding::Down, now)?;
        if max_assets <= self.total_idle {
            return Ok(max_assets);
        }
        let (mut have, mut lost) = (self.total_idle, U256::ZERO);
        for index in &self.queue {
            let strategy = self.strategy(*index)?;
            let mut taken = sub(max_assets, have)?.min(strategy.current_debt);
            let mut loss = strategy.unrealised_loss(taken)?;
            let limit = strategy.source.withdrawable()?;
            let realizable = sub(taken, loss)?;
            if limit < realizable {
                if !loss.is_zero() {
                    loss = mul_div_narrow(loss, limit, realizable, Rounding::Down)?;
                }
                taken = add(limit, loss)?;
            }
            if taken.is_zero() {
                continue;
            }
            if !loss.is_zero()
                && max_loss < BPS
                && add(lost, loss)? > Self::part(add(have, taken)?, max_loss)?
            {
                break;
            }
            have = add(have, taken)?;
            if have >= max_assets {
                break;
            }
            lost = add(lost, loss)?;
        }
        Ok(have)
    }

    /// The most shares that a holder of `balance` could redeem: `maxRedeem` with the default queue.
    ///
    /// # Errors
    ///
    /// As [`Vault::max_withdraw`].
    pub fn max_redeem(&self, balance: U256, max_loss: U256, now: u64) -> Result<U256> {
        let assets = self.max_withdraw(balance, max_loss, now)?;
        Ok(self.to_shares(assets, Rounding::Down, now)?.min(balance))
    }
}
