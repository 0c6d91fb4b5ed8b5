//! The two tokens of a reserve: minting, burning and transferring scaled balances, and the underlying behind them.

use levmine_market::Account;
use levmine_math::U256;

use crate::error::{AaveError, Result};
use crate::transaction::Transaction;
use crate::wad_ray::{self, add128, sub128, to_balance};

/// Which of the two tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token {
    /// The aToken.
    Supply,
    /// The variable debt token.
    Debt,
}

impl Transaction<'_> {
    /// Mints `scaled` to `account` and returns whether it had none before.
    ///
    /// Source: `ScaledBalanceTokenBase._mintScaled`.
    pub(crate) fn mint(&mut self, id: usize, account: Account, scaled: U256, token: Token) -> Result<bool> {
        if scaled.is_zero() {
            return Err(AaveError::InvalidMintAmount);
        }
        let narrow = to_balance(scaled, self.rules().balance_bits)?;
        let total = self.total_mut(id, token)?;
        *total = wad_ray::add(*total, scaled)?;
        let balance = self.balance_mut(id, account, token)?;
        let before = *balance;
        *balance = add128(before, narrow)?;
        Ok(before == 0)
    }

    /// Burns `scaled` of `account` and returns whether nothing is left.
    ///
    /// Source: `ScaledBalanceTokenBase._burnScaled`.
    pub(crate) fn burn(&mut self, id: usize, account: Account, scaled: U256, token: Token) -> Result<bool> {
        if scaled.is_zero() {
            return Err(AaveError::InvalidBurnAmount);
        }
        let narrow = to_balance(scaled, self.rules().balance_bits)?;
        let balance = self.balance_mut(id, account, token)?;
        *balance = sub128(*balance, narrow)?;
        let left = *balance;
        let total = self.total_mut(id, token)?;
        *total = wad_ray::sub(*total, scaled)?;
        Ok(left == 0)
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
        let narrow = to_balance(scaled, self.rules().balance_bits)?;
        let sender = self.balance_mut(id, from, Token::Supply)?;
        *sender = sub128(*sender, narrow)?;
        let receiver = self.balance_mut(id, to, Token::Supply)?;
        *receiver = add128(*receiver, narrow)?;
        Ok(())
    }

    /// Moves `scaled` aTokens from an account to the treasury.
    pub(crate) fn transfer_to_treasury(&mut self, id: usize, from: Account, scaled: U256) -> Result<()> {
        let narrow = to_balance(scaled, self.rules().balance_bits)?;
        let sender = self.balance_mut(id, from, Token::Supply)?;
        *sender = sub128(*sender, narrow)?;
        let reserve = self.reserve_mut(id)?;
        reserve.treasury_scaled = add128(reserve.treasury_scaled, narrow)?;
        Ok(())
    }

    /// The aToken contract receives tokens.
    pub(crate) fn take_in(&mut self, id: usize, amount: U256) -> Result<()> {
        let reserve = self.reserve_mut(id)?;
        reserve.held = wad_ray::add(reserve.held, amount)?;
        Ok(())
    }

    /// The aToken contract pays tokens out.
    pub(crate) fn pay_out(&mut self, id: usize, amount: U256) -> Result<()> {
        let reserve = self.reserve_mut(id)?;
        reserve.held = reserve.held.checked_sub(amount).ok_or(AaveError::InsufficientTokens {
            asset: reserve.asset,
            available: reserve.held,
            needed: amount,
        })?;
        Ok(())
    }

    fn balance_mut(&mut self, id: usize, account: Account, token: Token) -> Result<&mut u128> {
        let holding = self.user_mut(account).holding_mut(id)?;
        Ok(match token {
            Token::Supply => &mut holding.supplied,
            Token::Debt => &mut holding.debt,
        })
    }

    fn total_mut(&mut self, id: usize, token: Token) -> Result<&mut U256> {
        let reserve = self.reserve_mut(id)?;
        Ok(match token {
            Token::Supply => &mut reserve.scaled_supply,
            Token::Debt => &mut reserve.scaled_debt,
        })
    }
}
