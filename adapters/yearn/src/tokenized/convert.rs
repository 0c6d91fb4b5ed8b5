//! What shares and assets are worth in each other, limits, and deposits.

use levmine_math::{Rounding, U256, add, mul_div, pow10, sub};

use super::{Result, Strategy, TokenizedError};

/// What a deposit did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deposited {
    /// What is taken from the caller.
    pub assets: U256,
    /// The shares issued.
    pub shares: U256,
}

impl Strategy {
    /// Shares that have unlocked since the last report: `_unlockedShares`. **Rounds down**.
    ///
    /// # Errors
    ///
    /// [`TokenizedError::Math`].
    pub fn unlocked_shares(&self, now: u64) -> Result<U256> {
        Ok(self.unlocking.unlocked(self.last_report, now)?)
    }

    /// Shares without those that have unlocked: `_totalSupply`.
    ///
    /// # Errors
    ///
    /// [`TokenizedError::Math`].
    pub fn supply_at(&self, now: u64) -> Result<U256> {
        Ok(sub(self.total_supply, self.unlocked_shares(now)?)?)
    }

    /// The shares that `assets` are worth, zero where shares are worth nothing: `_convertToShares`.
    ///
    /// # Errors
    ///
    /// [`TokenizedError::Math`].
    pub fn to_shares(&self, assets: U256, rounding: Rounding, now: u64) -> Result<U256> {
        let supply = self.supply_at(now)?;
        if supply.is_zero() {
            return Ok(assets);
        }
        if self.total_assets.is_zero() {
            return Ok(U256::ZERO);
        }
        Ok(mul_div(assets, supply, self.total_assets, rounding)?)
    }

    /// What `shares` are worth: `_convertToAssets`.
    ///
    /// # Errors
    ///
    /// [`TokenizedError::Math`].
    pub fn to_assets(&self, shares: U256, rounding: Rounding, now: u64) -> Result<U256> {
        match self.supply_at(now)? {
            U256::ZERO => Ok(shares),
            supply => Ok(mul_div(shares, self.total_assets, supply, rounding)?),
        }
    }

    /// What one whole share is worth: `pricePerShare`.
    ///
    /// # Errors
    ///
    /// [`TokenizedError::Math`].
    pub fn price_per_share(&self, now: u64) -> Result<U256> {
        self.to_assets(pow10(u32::from(self.decimals))?, Rounding::Down, now)
    }

    /// How much may be deposited: `_maxDeposit`.
    #[must_use]
    pub const fn max_deposit(&self) -> U256 {
        if self.shutdown { U256::ZERO } else { self.deposit_limit }
    }

    /// How many shares may be minted: `_maxMint`.
    fn max_mint(&self, now: u64) -> Result<U256> {
        if self.shutdown {
            return Ok(U256::ZERO);
        }
        match self.deposit_limit {
            U256::MAX => Ok(U256::MAX),
            limit => self.to_shares(limit, Rounding::Down, now),
        }
    }

    /// The most assets that a holder of `balance` shares can withdraw: `_maxWithdraw`. For an unknown balance, the limit.
    ///
    /// # Errors
    ///
    /// [`TokenizedError::Math`].
    pub fn max_withdraw(&self, balance: Option<U256>, now: u64) -> Result<U256> {
        match balance {
            Some(balance) => Ok(self.to_assets(balance, Rounding::Down, now)?.min(self.withdraw_limit)),
            None => Ok(self.withdraw_limit),
        }
    }

    /// The most shares that a holder of `balance` can redeem: `_maxRedeem`.
    ///
    /// # Errors
    ///
    /// [`TokenizedError::Math`].
    pub fn max_redeem(&self, balance: U256, now: u64) -> Result<U256> {
        match self.withdraw_limit {
            U256::MAX => Ok(balance),
            limit => Ok(self.to_shares(limit, Rounding::Down, now)?.min(balance)),
        }
    }

    /// Deposits `assets`, or for 2^256 − 1 the caller's whole `wallet`. Shares are **rounded down**. `deposit`.
    ///
    /// # Errors
    ///
    /// [`TokenizedError::DepositLimit`], [`TokenizedError::ZeroShares`], [`TokenizedError::Wallet`],
    /// [`TokenizedError::Math`].
    pub fn deposit(&mut self, assets: U256, wallet: U256, now: u64) -> Result<Deposited> {
        let assets = if assets == U256::MAX { wallet } else { assets };
        let limit = self.max_deposit();
        if assets > limit {
            return Err(TokenizedError::DepositLimit { amount: assets, limit });
        }
        let shares = self.to_shares(assets, Rounding::Down, now)?;
        if shares.is_zero() {
            return Err(TokenizedError::ZeroShares);
        }
        self.take(assets, shares, wallet)
    }

    /// Deposits as much as `shares` need, **rounded up**. `mint`.
    ///
    /// # Errors
    ///
    /// [`TokenizedError::MintLimit`], [`TokenizedError::ZeroAssets`], [`TokenizedError::Wallet`],
    /// [`TokenizedError::Math`].
    pub fn mint(&mut self, shares: U256, wallet: U256, now: u64) -> Result<Deposited> {
        let limit = self.max_mint(now)?;
        if shares > limit {
            return Err(TokenizedError::MintLimit { shares, limit });
        }
        let assets = self.to_assets(shares, Rounding::Up, now)?;
        if assets.is_zero() {
            return Err(TokenizedError::ZeroAssets);
        }
        self.take(assets, shares, wallet)
    }

    /// `_deposit`: everything that lies in the contract goes to work.
    fn take(&mut self, assets: U256, shares: U256, wallet: U256) -> Result<Deposited> {
        if assets > wallet {
            return Err(TokenizedError::Wallet { needed: assets, available: wallet });
        }
        let idle = std::mem::take(&mut self.idle);
        self.deployed = add(self.deployed, add(idle, assets)?)?;
        self.total_assets = add(self.total_assets, assets)?;
        self.total_supply = add(self.total_supply, shares)?;
        Ok(Deposited { assets, shares })
    }
}
