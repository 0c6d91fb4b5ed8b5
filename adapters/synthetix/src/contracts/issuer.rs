//! `Issuer`: minting and burning sUSD, ratios, and what a liquidation takes.

use levmine_market::Account;
use levmine_math::U256;

use super::System;
use super::debt::Change;
use crate::error::{Result, SynthetixError};
use crate::math::{UNIT, add, divide, divide_round, multiply, multiply_round, sub};

/// What a liquidation takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Redemption {
    /// SNX for the other stakers.
    pub redeemed: U256,
    /// Debt that is taken off the account, in sUSD.
    pub debt_removed: U256,
    /// The part of the SNX that comes out of escrow, rewards for flagging and liquidating included.
    pub escrow_liquidated: U256,
    /// The account's debt before, in sUSD.
    pub debt_before: U256,
}

/// Debt over collateral, both in SNX, half up; zero without collateral. Source: `_collateralisationRatio`.
pub(crate) fn ratio(debt: U256, collateral: U256) -> Result<U256> {
    if collateral.is_zero() { Ok(U256::ZERO) } else { divide_round(debt, collateral) }
}

impl System {
    /// All SNX of an account: in its wallet, in escrow, and rewards not yet claimed. Source: `_collateral`.
    ///
    /// # Errors
    ///
    /// The arithmetic fails where the contract's does.
    pub fn collateral(&self, account: Account) -> Result<U256> {
        let staker = self.staker(account);
        add(add(staker.snx, staker.escrowed)?, self.earned(account)?)
    }

    /// What an account owes, in sUSD, half up. Source: `debtBalanceOf(account, sUSD)`.
    ///
    /// # Errors
    ///
    /// The arithmetic fails where the contract's does.
    pub fn debt_of(&self, account: Account) -> Result<U256> {
        let shares = self.staker(account).shares;
        if shares.is_zero() {
            return Ok(U256::ZERO);
        }
        // The last step divides by the price of sUSD, which is one.
        divide_round(self.debt_for_shares(shares)?, UNIT)
    }

    /// What an account owes, in SNX, half up. Source: `debtBalanceOf(account, SNX)`.
    fn debt_in_snx(&self, account: Account) -> Result<U256> {
        let shares = self.staker(account).shares;
        if shares.is_zero() {
            return Ok(U256::ZERO);
        }
        divide_round(self.debt_for_shares(shares)?, self.snx_rate.price)
    }

    /// Debt over collateral, half up; zero without collateral. Source: `_collateralisationRatio`.
    ///
    /// # Errors
    ///
    /// The arithmetic fails where the contract's does.
    pub fn ratio(&self, account: Account) -> Result<U256> {
        let collateral = self.collateral(account)?;
        ratio(self.debt_in_snx(account)?, collateral)
    }

    /// The largest debt that the collateral allows. Source: `_maxIssuableSynths`.
    ///
    /// # Errors
    ///
    /// The arithmetic fails where the contract's does.
    pub fn max_issuable(&self, account: Account) -> Result<U256> {
        let value = multiply_round(self.collateral(account)?, self.snx_rate.price)?;
        multiply(value, self.settings.issuance_ratio)
    }

    /// What can still be minted. Source: `_remainingIssuableSynths`.
    ///
    /// # Errors
    ///
    /// The arithmetic fails where the contract's does.
    pub fn remaining_issuable(&self, account: Account) -> Result<U256> {
        let issued = self.debt_of(account)?;
        Ok(self.max_issuable(account)?.saturating_sub(issued))
    }

    /// SNX of the wallet that the debt does not lock. Source: `transferableSynthetixAndAnyRateIsInvalid`.
    ///
    /// # Errors
    ///
    /// The arithmetic fails where the contract's does.
    pub fn transferable(&self, account: Account) -> Result<U256> {
        let locked = divide_round(self.debt_in_snx(account)?, self.settings.issuance_ratio)?;
        Ok(self.staker(account).snx.saturating_sub(locked))
    }

    /// Source: `_requireRatesNotInvalid`.
    pub(crate) fn require_snx_rate(&self, now: u64) -> Result<()> {
        if self.snx_is_stale(now) {
            return Err(SynthetixError::SynthOrSnxRateInvalid { time: self.snx_rate.time, now });
        }
        Ok(())
    }

    /// Mints `amount` sUSD for `account`. Source: `issueSynths`.
    pub(crate) fn issue(&mut self, account: Account, amount: U256, now: u64) -> Result<()> {
        if amount.is_zero() {
            return Err(SynthetixError::CannotIssueZero);
        }
        self.issue_synths(account, Some(amount), now).map(drop)
    }

    /// Mints as much as the collateral allows; returns how much. Source: `issueMaxSynths`.
    pub(crate) fn issue_max(&mut self, account: Account, now: u64) -> Result<U256> {
        self.issue_synths(account, None, now)
    }

    /// Source: `_issueSynths`.
    fn issue_synths(&mut self, account: Account, amount: Option<U256>, now: u64) -> Result<U256> {
        let remaining = self.remaining_issuable(account)?;
        self.require_snx_rate(now)?;
        let amount = amount.unwrap_or(remaining);
        if amount > remaining {
            return Err(SynthetixError::AmountTooLarge { amount, remaining });
        }
        self.add_to_debt_register(account, amount)?;
        self.staker_mut(account).last_issue = now;
        self.change_supply(0, Change::More(amount))?;
        self.update_cached_susd_debt(Change::More(amount))?;
        Ok(amount)
    }

    /// Burns up to `amount` sUSD against the debt; returns how much. Source: `burnSynths`.
    pub(crate) fn burn(&mut self, account: Account, amount: U256, now: u64) -> Result<U256> {
        let from = self.staker(account).last_issue.saturating_add(self.settings.minimum_stake_time);
        if now < from {
            return Err(SynthetixError::MinimumStakeTime { from, now });
        }
        self.voluntary_burn(account, Some(amount), now)
    }

    /// Burns what it takes to reach the issuance ratio again; returns how much. Source: `burnSynthsToTarget`.
    pub(crate) fn burn_to_target(&mut self, account: Account, now: u64) -> Result<U256> {
        self.voluntary_burn(account, None, now)
    }

    /// Source: `_voluntaryBurnSynths`, `_burnSynths`. Nothing is ever to be settled.
    fn voluntary_burn(&mut self, account: Account, amount: Option<U256>, now: u64) -> Result<U256> {
        let debt = self.debt_of(account)?;
        let most = self.max_issuable(account)?;
        self.require_snx_rate(now)?;
        if debt.is_zero() {
            return Err(SynthetixError::NoDebtToForgive);
        }
        let amount = match amount {
            Some(amount) => amount,
            None => sub(debt, most)?,
        };
        let burnt = amount.min(debt);
        self.remove_from_debt_register(account, burnt, debt)?;
        self.change_supply(0, Change::Less(burnt))?;
        self.update_cached_susd_debt(Change::Less(burnt))?;
        if sub(debt, burnt)? <= most {
            self.remove_flag(account);
        }
        Ok(burnt)
    }

    /// Source: `Synth.issue`, `Synth.burn`: wallets are kept by whoever runs the contracts.
    pub(crate) fn change_supply(&mut self, at: usize, change: Change) -> Result<()> {
        if let Some(synth) = self.synths.get_mut(at) {
            synth.supply = match change {
                Change::More(amount) => add(synth.supply, amount)?,
                Change::Less(amount) => sub(synth.supply, amount)?,
            };
        }
        Ok(())
    }

    /// Source: `_addToDebtRegister`: where the shares would round to nothing, there are as many as there is debt.
    fn add_to_debt_register(&mut self, account: Account, amount: U256) -> Result<()> {
        self.update_entry(account)?;
        let shares = self.shares_for_debt(amount)?;
        self.mint_shares(account, if shares.is_zero() { amount } else { shares })
    }

    /// Source: `_removeFromDebtRegister`: all shares for all debt, and never more than there are.
    fn remove_from_debt_register(&mut self, account: Account, debt: U256, existing: U256) -> Result<()> {
        self.update_entry(account)?;
        let all = self.staker(account).shares;
        let shares = if debt == existing { all } else { self.shares_for_debt(debt)?.min(all) };
        self.burn_shares(account, shares)
    }

    /// What a liquidation would take now. Source: `_liquidationAmounts`.
    ///
    /// # Errors
    ///
    /// The arithmetic fails where the contract's does.
    pub fn redemption(&self, account: Account, by_itself: bool, now: u64) -> Result<Redemption> {
        let debt_before = self.debt_of(account)?;
        self.require_snx_rate(now)?;
        let price = self.snx_rate.price;
        let settings = &self.settings;
        let collateral = self.collateral(account)?;
        if by_itself {
            let with_penalty = add(UNIT, settings.self_penalty)?;
            let value = multiply_round(collateral, price)?;
            let debt = self.amount_to_fix(debt_before, value, settings.self_penalty)?;
            let wanted = multiply(divide_round(debt, price)?, with_penalty)?;
            let redeemed = wanted.min(self.staker(account).snx);
            let paid = divide(multiply_round(redeemed, price)?, with_penalty)?;
            return Ok(Redemption {
                redeemed,
                debt_removed: paid.min(debt),
                escrow_liquidated: U256::ZERO,
                debt_before,
            });
        }
        let rewards = add(settings.liquidate_reward, settings.flag_reward)?;
        let value = multiply_round(sub(collateral, rewards)?, price)?;
        let debt = self.amount_to_fix(debt_before, value, settings.penalty)?;
        let target = multiply(divide_round(debt, price)?, add(UNIT, settings.penalty)?)?;
        if add(target, rewards)? >= collateral {
            return Ok(Redemption {
                redeemed: sub(collateral, rewards)?,
                debt_removed: debt_before,
                escrow_liquidated: self.staker(account).escrowed,
                debt_before,
            });
        }
        let from_wallet = self.staker(account).snx;
        Ok(Redemption {
            redeemed: target,
            debt_removed: debt,
            escrow_liquidated: add(target, rewards)?.saturating_sub(from_wallet),
            debt_before,
        })
    }

    /// Takes the debt of a liquidation off the account. Source: `liquidateAccount`.
    pub(crate) fn liquidate_account(
        &mut self,
        account: Account,
        by_itself: bool,
        now: u64,
    ) -> Result<Redemption> {
        self.require_open(account, by_itself, now)?;
        let redemption = self.redemption(account, by_itself, now)?;
        self.remove_from_debt_register(account, redemption.debt_removed, redemption.debt_before)?;
        if !by_itself {
            self.remove_flag(account);
        }
        Ok(redemption)
    }
}
