//! Withdrawals and redemptions.

use std::cmp::Ordering;

use levmine_math::{Rounding, U256, add, mul_div_narrow, sub};

use super::{Result, V3Error, Vault};
use crate::scale::BPS;

/// What a withdrawal or redemption did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Redeemed {
    /// What was paid.
    pub assets: U256,
    /// The shares burned.
    pub shares: U256,
    /// What the shares were worth more.
    pub loss: U256,
    /// What vanished while strategies freed it.
    pub destroyed: U256,
}

/// What a redemption has found so far.
struct Walk {
    /// What the holder still gets.
    requested: U256,
    idle: U256,
    debt: U256,
    needed: U256,
    destroyed: U256,
}

impl Vault {
    /// Withdraws `assets` for as many shares as they are worth, **rounded up**, from a holder of `balance` shares.
    /// `withdraw` with the default queue.
    ///
    /// # Errors
    ///
    /// As [`Vault::redeem`].
    pub fn withdraw(&mut self, balance: U256, assets: U256, max_loss: U256, now: u64) -> Result<Redeemed> {
        let shares = self.to_shares(assets, Rounding::Up, now)?;
        self.pay_out(balance, assets, shares, max_loss)
    }

    /// Redeems `shares` of a holder of `balance` for what they are worth, **rounded down**. `redeem` with the default
    /// queue.
    ///
    /// # Errors
    ///
    /// [`V3Error::RedeemZero`], [`V3Error::WithdrawZero`], [`V3Error::MaxLoss`], [`V3Error::NotEnoughShares`],
    /// [`V3Error::Inactive`], [`V3Error::NotEnoughAssets`], [`V3Error::Loss`], [`V3Error::Math`].
    pub fn redeem(&mut self, balance: U256, shares: U256, max_loss: U256, now: u64) -> Result<Redeemed> {
        let assets = self.to_assets(shares, Rounding::Down, now)?;
        self.pay_out(balance, assets, shares, max_loss)
    }

    /// `_redeem`.
    fn pay_out(&mut self, balance: U256, assets: U256, shares: U256, max_loss: U256) -> Result<Redeemed> {
        if shares.is_zero() {
            return Err(V3Error::RedeemZero);
        }
        if assets.is_zero() {
            return Err(V3Error::WithdrawZero);
        }
        if max_loss > BPS {
            return Err(V3Error::MaxLoss { value: max_loss });
        }
        if balance < shares {
            return Err(V3Error::NotEnoughShares { shares, balance });
        }
        let mut walk = Walk {
            requested: assets,
            idle: self.total_idle,
            debt: self.total_debt,
            needed: assets.saturating_sub(self.total_idle),
            destroyed: U256::ZERO,
        };
        if assets > self.total_idle {
            for at in 0..self.queue.len() {
                let Some(index) = self.queue.get(at).copied() else { break };
                if self.free(index, &mut walk)? {
                    break;
                }
            }
            if walk.idle < walk.requested {
                return Err(V3Error::NotEnoughAssets { needed: walk.requested, available: walk.idle });
            }
            self.total_debt = walk.debt;
        }
        let loss = sub(assets, walk.requested)?;
        if !loss.is_zero() && max_loss < BPS {
            let limit = Self::part(assets, max_loss)?;
            if loss > limit {
                return Err(V3Error::Loss { loss, limit });
            }
        }
        self.total_supply = sub(self.total_supply, shares)?;
        self.total_idle = sub(walk.idle, walk.requested)?;
        self.balance = sub(self.balance, walk.requested)?;
        Ok(Redeemed { assets: walk.requested, shares, loss, destroyed: walk.destroyed })
    }

    /// Frees what is still needed from one strategy. Returns whether that is enough.
    fn free(&mut self, index: usize, walk: &mut Walk) -> Result<bool> {
        let strategy = self.strategy_mut(index)?;
        let debt = strategy.current_debt;
        let mut wanted = walk.needed.min(debt);
        let limit = strategy.source.withdrawable()?;
        let mut share = strategy.unrealised_loss(wanted)?;
        if !share.is_zero() {
            let without = sub(wanted, share)?;
            if limit < without {
                share = mul_div_narrow(share, limit, without, Rounding::Down)?;
                wanted = add(limit, share)?;
            }
            wanted = sub(wanted, share)?;
            walk.requested = sub(walk.requested, share)?;
            walk.needed = sub(walk.needed, share)?;
            walk.debt = sub(walk.debt, share)?;
            if limit.is_zero() && !share.is_zero() {
                strategy.current_debt = sub(debt, share)?;
            }
        }
        wanted = wanted.min(limit);
        if wanted.is_zero() {
            return Ok(false);
        }
        let freed = strategy.source.free(wanted)?;
        let mut loss = U256::ZERO;
        match freed.paid.cmp(&wanted) {
            Ordering::Greater => wanted = freed.paid.min(debt),
            Ordering::Less => loss = sub(wanted, freed.paid)?,
            Ordering::Equal => {}
        }
        walk.destroyed = add(walk.destroyed, freed.destroyed)?;
        walk.idle = add(walk.idle, sub(wanted, loss)?)?;
        walk.requested = sub(walk.requested, loss)?;
        walk.debt = sub(walk.debt, wanted)?;
        strategy.current_debt = sub(debt, add(wanted, share)?)?;
        self.balance = add(self.balance, freed.paid)?;
        if walk.requested <= walk.idle {
            return Ok(true);
        }
        walk.needed = sub(walk.needed, wanted)?;
        Ok(false)
    }
}
