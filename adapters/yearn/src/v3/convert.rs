//! What shares and assets are worth in each other, and deposits.

use levmine_math::{Rounding, U256, add, mul_div_narrow, pow10, sub};

use super::{Result, V3Error, Vault};
use crate::scale::BPS;

/// What a deposit did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deposited {
    /// What is taken from the caller.
    pub assets: U256,
    /// The shares issued.
    pub shares: U256,
    /// What vanished where the deposit was allocated at once.
    pub destroyed: U256,
}

impl Vault {
    /// Idle assets and all debt: `_total_assets`.
    ///
    /// # Errors
    ///
    /// [`V3Error::Math`].
    pub fn total_assets(&self) -> Result<U256> {
        Ok(add(self.total_idle, self.total_debt)?)
    }

    /// Shares that have unlocked since the last report that locked any: `_unlocked_shares`. **Rounds down**.
    ///
    /// # Errors
    ///
    /// [`V3Error::Math`].
    pub fn unlocked_shares(&self, now: u64) -> Result<U256> {
        Ok(self.unlocking.unlocked(self.last_profit_update, now)?)
    }

    /// Shares without those that have unlocked: `_total_supply`.
    ///
    /// # Errors
    ///
    /// [`V3Error::Math`].
    pub fn supply_at(&self, now: u64) -> Result<U256> {
        Ok(sub(self.total_supply, self.unlocked_shares(now)?)?)
    }

    /// What `shares` are worth: `_convert_to_assets`.
    ///
    /// # Errors
    ///
    /// [`V3Error::Math`].
    pub fn to_assets(&self, shares: U256, rounding: Rounding, now: u64) -> Result<U256> {
        if shares == U256::MAX || shares.is_zero() {
            return Ok(shares);
        }
        match self.supply_at(now)? {
            U256::ZERO => Ok(shares),
            supply => Ok(mul_div_narrow(shares, self.total_assets()?, supply, rounding)?),
        }
    }

    /// The shares that `assets` are worth, zero where shares are worth nothing: `_convert_to_shares`.
    ///
    /// # Errors
    ///
    /// [`V3Error::Math`].
    pub fn to_shares(&self, assets: U256, rounding: Rounding, now: u64) -> Result<U256> {
        if assets == U256::MAX || assets.is_zero() {
            return Ok(assets);
        }
        let supply = self.supply_at(now)?;
        if supply.is_zero() {
            return Ok(assets);
        }
        match self.total_assets()? {
            U256::ZERO => Ok(U256::ZERO),
            total => Ok(mul_div_narrow(assets, supply, total, rounding)?),
        }
    }

    /// What one whole share is worth: `pricePerShare`.
    ///
    /// # Errors
    ///
    /// [`V3Error::Math`].
    pub fn price_per_share(&self, now: u64) -> Result<U256> {
        self.to_assets(pow10(u32::from(self.decimals))?, Rounding::Down, now)
    }

    /// How much may be deposited: `maxDeposit`.
    ///
    /// # Errors
    ///
    /// [`V3Error::Math`].
    pub fn max_deposit(&self) -> Result<U256> {
        if self.deposit_limit == U256::MAX {
            return Ok(U256::MAX);
        }
        Ok(self.deposit_limit.saturating_sub(self.total_assets()?))
    }

    /// Deposits `assets`, or for 2^256 − 1 the caller's whole `wallet`. Shares are **rounded down**. `deposit`.
    ///
    /// # Errors
    ///
    /// [`V3Error::DepositLimit`], [`V3Error::DepositZero`], [`V3Error::MintZero`], [`V3Error::Wallet`],
    /// [`V3Error::Math`]; with allocation at once those of [`Vault::update_debt`].
    pub fn deposit(&mut self, assets: U256, wallet: U256, now: u64) -> Result<Deposited> {
        let assets = if assets == U256::MAX { wallet } else { assets };
        let shares = self.to_shares(assets, Rounding::Down, now)?;
        self.take(assets, shares, wallet)
    }

    /// Deposits as much as `shares` need, **rounded up**. `mint`.
    ///
    /// # Errors
    ///
    /// As [`Vault::deposit`].
    pub fn mint(&mut self, shares: U256, wallet: U256, now: u64) -> Result<Deposited> {
        let assets = self.to_assets(shares, Rounding::Up, now)?;
        self.take(assets, shares, wallet)
    }

    /// `_deposit`.
    fn take(&mut self, assets: U256, shares: U256, wallet: U256) -> Result<Deposited> {
        let limit = self.max_deposit()?;
        if assets > limit {
            return Err(V3Error::DepositLimit { amount: assets, limit });
        }
        if assets.is_zero() {
            return Err(V3Error::DepositZero);
        }
        if shares.is_zero() {
            return Err(V3Error::MintZero);
        }
        if assets > wallet {
            return Err(V3Error::Wallet { needed: assets, available: wallet });
        }
        self.balance = add(self.balance, assets)?;
        self.total_idle = add(self.total_idle, assets)?;
        self.total_supply = add(self.total_supply, shares)?;
        let mut destroyed = U256::ZERO;
        if self.auto_allocate {
            let first = self.queue.first().copied().unwrap_or(usize::MAX);
            // An empty queue fails at its first place.
            if self.strategies.get(first).is_none() {
                return Err(
                    levmine_math::MathError::Domain { quantity: "the queue", accepted: "not empty" }.into()
                );
            }
            destroyed = self.update_debt(first, U256::MAX, U256::ZERO)?.destroyed;
        }
        Ok(Deposited { assets, shares, destroyed })
    }

    /// The part of `amount` that is `bps`. **Rounds down**.
    pub(super) fn part(amount: U256, bps: U256) -> Result<U256> {
        Ok(mul_div_narrow(amount, bps, BPS, Rounding::Down)?)
    }
}
