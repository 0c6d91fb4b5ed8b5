//! What shares and assets are worth in each other, and deposits.

use levmine_math::{Rounding, U256, add, mul, mul_div_narrow, pow10, sub};

use super::{DEGRADATION, Result, Revision, V2Error, Vault};
use crate::scale::elapsed;

const THOUSAND: U256 = U256::from_limbs([1_000, 0, 0, 0]);

/// What a deposit did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deposited {
    /// What is taken from the caller.
    pub amount: U256,
    /// The shares issued.
    pub shares: U256,
}

/// `a × b ÷ d`, rounded down, with the three decimals more that 0.3.4 has in between: `((10³ × (a × b)) ÷ d) ÷ 10³`.
/// They make no difference but for what overflows.
fn with_three_decimals(a: U256, b: U256, d: U256) -> Result<U256> {
    let wide = mul_div_narrow(THOUSAND, mul(a, b)?, d, Rounding::Down)?;
    Ok(wide / THOUSAND)
}

impl Vault {
    /// What is not lent to strategies: the balance, from 0.4.4 on what is counted.
    #[must_use]
    pub const fn idle(&self) -> U256 {
        match self.revision {
            Revision::V034 | Revision::V043 => self.balance,
            Revision::V046 => self.total_idle,
        }
    }

    /// Idle assets and all debt, in base units: `_totalAssets`.
    ///
    /// # Errors
    ///
    /// [`V2Error::Math`].
    pub fn total_assets(&self) -> Result<U256> {
        Ok(add(self.idle(), self.total_debt)?)
    }

    /// What of the last profits is still locked. What has unlocked is **rounded down**: for those who come later.
    ///
    /// `_calculateLockedProfit` of 0.4.x; in 0.3.4 it stands within `_shareValue`.
    ///
    /// # Errors
    ///
    /// [`V2Error::Math`].
    pub fn locked_at(&self, now: u64) -> Result<U256> {
        let coefficient = U256::from(DEGRADATION);
        let ratio = mul(elapsed(now, self.last_report), self.locked_profit_degradation)?;
        if ratio >= coefficient {
            return Ok(U256::ZERO);
        }
        let unlocked = mul_div_narrow(ratio, self.locked_profit, coefficient, Rounding::Down)?;
        Ok(sub(self.locked_profit, unlocked)?)
    }

    /// Total assets without what is locked: `_freeFunds`.
    ///
    /// # Errors
    ///
    /// [`V2Error::Math`].
    pub fn free_funds(&self, now: u64) -> Result<U256> {
        Ok(sub(self.total_assets()?, self.locked_at(now)?)?)
    }

    /// What `shares` are worth. **Rounds down**: for those who stay. `_shareValue`.
    ///
    /// # Errors
    ///
    /// [`V2Error::Math`].
    pub fn share_value(&self, shares: U256, now: u64) -> Result<U256> {
        if self.total_supply.is_zero() {
            return Ok(shares);
        }
        let free = self.free_funds(now)?;
        match self.revision {
            Revision::V034 => with_three_decimals(shares, free, self.total_supply),
            Revision::V043 | Revision::V046 => {
                Ok(mul_div_narrow(shares, free, self.total_supply, Rounding::Down)?)
            }
        }
    }

    /// The shares that `amount` is worth, zero where nothing is there. **Rounds down**. `_sharesForAmount`.
    ///
    /// # Errors
    ///
    /// [`V2Error::Math`].
    pub fn shares_for(&self, amount: U256, now: u64) -> Result<U256> {
        match self.revision {
            Revision::V034 => match self.total_assets()? {
                U256::ZERO => Ok(U256::ZERO),
                total => with_three_decimals(amount, self.total_supply, total),
            },
            Revision::V043 | Revision::V046 => match self.free_funds(now)? {
                U256::ZERO => Ok(U256::ZERO),
                free => Ok(mul_div_narrow(amount, self.total_supply, free, Rounding::Down)?),
            },
        }
    }

    /// What one whole share is worth: `pricePerShare`.
    ///
    /// # Errors
    ///
    /// [`V2Error::Math`].
    pub fn price_per_share(&self, now: u64) -> Result<U256> {
        self.share_value(pow10(u32::from(self.decimals))?, now)
    }

    /// The most shares that could be withdrawn if nothing is lost: `maxAvailableShares`.
    ///
    /// # Errors
    ///
    /// [`V2Error::Math`].
    pub fn max_available_shares(&self, now: u64) -> Result<U256> {
        let mut shares = self.shares_for(self.idle(), now)?;
        for index in &self.queue {
            let debt = self.strategies.get(*index).map_or(U256::ZERO, |strategy| strategy.total_debt);
            shares = add(shares, self.shares_for(debt, now)?)?;
        }
        Ok(shares)
    }

    /// How much more may be deposited: `availableDepositLimit`.
    ///
    /// # Errors
    ///
    /// [`V2Error::Math`].
    pub fn available_deposit_limit(&self) -> Result<U256> {
        Ok(self.deposit_limit.saturating_sub(self.total_assets()?))
    }

    /// Deposits `amount`, or for 2^256 − 1 all that the caller's `wallet` and the limit allow. `deposit`.
    ///
    /// # Errors
    ///
    /// [`V2Error::Shutdown`], [`V2Error::DepositLimit`], [`V2Error::Zero`], [`V2Error::NoShares`] (not in 0.3.4, which
    /// takes the amount for nothing), [`V2Error::Wallet`], [`V2Error::Math`].
    pub fn deposit(&mut self, amount: U256, wallet: U256, now: u64) -> Result<Deposited> {
        if self.emergency_shutdown {
            return Err(V2Error::Shutdown);
        }
        let (total, limit) = (self.total_assets()?, self.deposit_limit);
        let amount = if amount == U256::MAX {
            sub(limit, total)?.min(wallet)
        } else if add(total, amount)? <= limit {
            amount
        } else {
            return Err(V2Error::DepositLimit { total, amount, limit });
        };
        if amount.is_zero() {
            return Err(V2Error::Zero);
        }
        let shares = self.issue(amount, now)?;
        if amount > wallet {
            return Err(V2Error::Wallet { needed: amount, available: wallet });
        }
        self.balance = add(self.balance, amount)?;
        if self.revision == Revision::V046 {
            self.total_idle = add(self.total_idle, amount)?;
        }
        Ok(Deposited { amount, shares })
    }

    /// Issues the shares that `amount` is worth before it arrives. **Rounds down**: for those who were there.
    /// `_issueSharesForAmount`.
    pub(super) fn issue(&mut self, amount: U256, now: u64) -> Result<U256> {
        let shares = if self.total_supply.is_zero() {
            amount
        } else {
            let worth = match self.revision {
                Revision::V034 => self.total_assets()?,
                Revision::V043 | Revision::V046 => self.free_funds(now)?,
            };
            mul_div_narrow(amount, self.total_supply, worth, Rounding::Down)?
        };
        if shares.is_zero() && self.revision != Revision::V034 {
            return Err(V2Error::NoShares { amount });
        }
        self.total_supply = add(self.total_supply, shares)?;
        Ok(shares)
    }
}
