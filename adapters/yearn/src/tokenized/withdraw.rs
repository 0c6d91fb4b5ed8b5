//! Withdrawals and redemptions.

use levmine_math::{Rounding, U256, add, mul_div_narrow, sub};

use super::{Result, Strategy, TokenizedError};
use crate::scale::BPS;

/// What a withdrawal or redemption did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Withdrawn {
    /// What was paid.
    pub assets: U256,
    /// The shares burned.
    pub shares: U256,
    /// What was missing to what the shares are worth.
    pub loss: U256,
    /// What vanished while it was freed.
    pub destroyed: U256,
}

impl Strategy {
    /// Withdraws `assets` for as many shares as they are worth, **rounded up**. `withdraw`. A `balance` that is not known is
    /// taken to be enough.
    ///
    /// # Errors
    ///
    /// [`TokenizedError::WithdrawLimit`], [`TokenizedError::ZeroShares`], [`TokenizedError::MaxLoss`],
    /// [`TokenizedError::Loss`], [`TokenizedError::Math`].
    pub fn withdraw(
        &mut self,
        balance: Option<U256>,
        assets: U256,
        max_loss: U256,
        now: u64,
    ) -> Result<Withdrawn> {
        let limit = self.max_withdraw(balance, now)?;
        if assets > limit {
            return Err(TokenizedError::WithdrawLimit { amount: assets, limit });
        }
        let shares = self.to_shares(assets, Rounding::Up, now)?;
        if shares.is_zero() {
            return Err(TokenizedError::ZeroShares);
        }
        self.pay_out(assets, shares, max_loss)
    }

    /// Redeems `shares` of a holder of `balance` for what they are worth, **rounded down**. `redeem`.
    ///
    /// # Errors
    ///
    /// [`TokenizedError::RedeemLimit`], [`TokenizedError::ZeroAssets`], [`TokenizedError::MaxLoss`],
    /// [`TokenizedError::Loss`], [`TokenizedError::Math`].
    pub fn redeem(&mut self, balance: U256, shares: U256, max_loss: U256, now: u64) -> Result<Withdrawn> {
        let limit = self.max_redeem(balance, now)?;
        if shares > limit {
            return Err(TokenizedError::RedeemLimit { shares, limit });
        }
        let assets = self.to_assets(shares, Rounding::Down, now)?;
        if assets.is_zero() {
            return Err(TokenizedError::ZeroAssets);
        }
        self.pay_out(assets, shares, max_loss)
    }

    /// `_withdraw`: what cannot be freed is the leaver's loss, and total assets fall by all that was asked for.
    fn pay_out(&mut self, asked: U256, shares: U256, max_loss: U256) -> Result<Withdrawn> {
        if max_loss > BPS {
            return Err(TokenizedError::MaxLoss { value: max_loss });
        }
        let (mut assets, mut loss, mut destroyed) = (asked, U256::ZERO, U256::ZERO);
        if self.idle < asked {
            destroyed = self.free(sub(asked, self.idle)?)?;
            if self.idle < asked {
                loss = sub(asked, self.idle)?;
                if max_loss < BPS {
                    let limit = mul_div_narrow(asked, max_loss, BPS, Rounding::Down)?;
                    if loss > limit {
                        return Err(TokenizedError::Loss { loss, limit });
                    }
                }
                assets = self.idle;
            }
        }
        self.total_assets = sub(self.total_assets, add(assets, loss)?)?;
        self.total_supply = sub(self.total_supply, shares)?;
        self.idle = sub(self.idle, assets)?;
        Ok(Withdrawn { assets, shares, loss, destroyed })
    }

    /// Frees up to `amount` of what is at work; a part of it is destroyed on the way. Returns that part.
    fn free(&mut self, amount: U256) -> Result<U256> {
        let freed = amount.min(self.deployed).min(self.liquid_limit);
        let destroyed = mul_div_narrow(freed, self.exit_loss, BPS, Rounding::Down)?;
        self.deployed = sub(self.deployed, freed)?;
        self.idle = add(self.idle, sub(freed, destroyed)?)?;
        Ok(destroyed)
    }
}
