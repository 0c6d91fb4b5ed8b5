//! The tokens of a reserve: minting, burning and transferring scaled balances, and the underlying behind them.

use levmine_market::Account;
use levmine_math::U256;

use crate::error::{AaveV2Error, Result};
use crate::math::{add, ray_div, ray_mul, sub};
use crate::transaction::Transaction;

impl Transaction<'_> {
    /// Mints aTokens worth `amount` and returns whether the account had none before.
    ///
    /// Source: `AToken.mint`.
    pub(crate) fn mint_supply(&mut self, id: usize, account: Account, amount: U256) -> Result<bool> {
        let reserve = self.reserve_mut(id)?;
        let scaled = ray_div(amount, U256::from(reserve.liquidity_index))?;
        if scaled.is_zero() {
            return Err(AaveV2Error::InvalidMintAmount);
        }
        reserve.scaled_supply = add(reserve.scaled_supply, scaled)?;
        let holding = self.user_mut(account).holding_mut(id)?;
        let before = holding.supplied;
        holding.supplied = add(before, scaled)?;
        Ok(before.is_zero())
    }

    /// Burns aTokens worth `amount` and pays the underlying out.
    ///
    /// Source: `AToken.burn`.
    pub(crate) fn burn_supply(&mut self, id: usize, account: Account, amount: U256) -> Result<()> {
        let reserve = self.reserve_mut(id)?;
        let scaled = ray_div(amount, U256::from(reserve.liquidity_index))?;
        if scaled.is_zero() {
            return Err(AaveV2Error::InvalidBurnAmount);
        }
        reserve.scaled_supply = sub(reserve.scaled_supply, scaled)?;
        let holding = self.user_mut(account).holding_mut(id)?;
        holding.supplied = burned(holding.supplied, scaled)?;
        self.pay_out(id, amount)
    }

    /// Moves `scaled` aTokens from one account to another.
    ///
    /// Source: `IncentivizedERC20._transfer`.
    pub(crate) fn transfer_supply(
        &mut self,
        id: usize,
        from: Account,
        to: Account,
        scaled: U256,
    ) -> Result<()> {
        let sender = self.user_mut(from).holding_mut(id)?;
        let available = sender.supplied;
        sender.supplied = available
            .checked_sub(scaled)
            .ok_or(AaveV2Error::TransferExceedsBalance { available, needed: scaled })?;
        let receiver = self.user_mut(to).holding_mut(id)?;
        receiver.supplied = add(receiver.supplied, scaled)?;
        Ok(())
    }

    /// Mints variable debt worth `amount` and returns whether the account had none before.
    ///
    /// Source: `VariableDebtToken.mint`.
    pub(crate) fn mint_debt(&mut self, id: usize, account: Account, amount: U256) -> Result<bool> {
        let reserve = self.reserve_mut(id)?;
        let scaled = ray_div(amount, U256::from(reserve.borrow_index))?;
        if scaled.is_zero() {
            return Err(AaveV2Error::InvalidMintAmount);
        }
        reserve.scaled_debt = add(reserve.scaled_debt, scaled)?;
        let holding = self.user_mut(account).holding_mut(id)?;
        let before = holding.debt;
        holding.debt = add(before, scaled)?;
        Ok(before.is_zero())
    }

    /// Burns variable debt worth `amount`.
    ///
    /// Source: `VariableDebtToken.burn`.
    pub(crate) fn burn_debt(&mut self, id: usize, account: Account, amount: U256) -> Result<()> {
        let reserve = self.reserve_mut(id)?;
        let scaled = ray_div(amount, U256::from(reserve.borrow_index))?;
        if scaled.is_zero() {
            return Err(AaveV2Error::InvalidBurnAmount);
        }
        reserve.scaled_debt = sub(reserve.scaled_debt, scaled)?;
        let holding = self.user_mut(account).holding_mut(id)?;
        holding.debt = burned(holding.debt, scaled)?;
        Ok(())
    }

    /// The aToken contract receives tokens.
    pub(crate) fn take_in(&mut self, id: usize, amount: U256) -> Result<()> {
        let reserve = self.reserve_mut(id)?;
        reserve.held = add(reserve.held, amount)?;
        Ok(())
    }

    /// The aToken contract pays tokens out.
    pub(crate) fn pay_out(&mut self, id: usize, amount: U256) -> Result<()> {
        let reserve = self.reserve_mut(id)?;
        reserve.held = reserve.held.checked_sub(amount).ok_or(AaveV2Error::InsufficientTokens {
            asset: reserve.asset,
            available: reserve.held,
            needed: amount,
        })?;
        Ok(())
    }
}

fn burned(available: U256, needed: U256) -> Result<U256> {
    available.checked_sub(needed).ok_or(AaveV2Error::BurnExceedsScaledBalance { available, needed })
}

/// `scaled × index`, half up: what a scaled balance is worth.
#[inline]
pub(crate) fn worth(scaled: U256, index: U256) -> Result<U256> {
    ray_mul(scaled, index)
}
