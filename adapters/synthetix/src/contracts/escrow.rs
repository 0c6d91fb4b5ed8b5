//! `RewardEscrowV2` with its storage: SNX that counts as collateral and becomes free at a time.

use levmine_market::Account;
use levmine_math::U256;

use super::System;
use crate::error::{Result, SynthetixError};
use crate::math::{add, sub, to_int256};

/// `max_duration`: four years of 52 weeks.
pub(crate) const LONGEST: u64 = 4 * 52 * 7 * 86_400;

/// A part of an account's escrow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct VestingEntry {
    /// Its number; all accounts share the counter.
    pub id: u64,
    /// SNX; 0 once it was vested or taken.
    pub amount: U256,
    /// When it becomes free; the contract keeps 32 bits.
    pub end_time: u64,
}

/// What the escrow contract keeps for everybody together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Escrow {
    /// `totalEscrowedBalance`.
    pub total: U256,
    /// SNX that the contract holds.
    pub snx: U256,
    /// `nextEntryId`.
    pub next_entry: u64,
}

/// What is left of a number in 224 bits, as entries are stored.
fn low_224(x: U256) -> U256 {
    (x << 32_usize) >> 32_usize
}

impl System {
    /// Appends an entry for SNX that is here already. Source: `_appendVestingEntry`.
    pub(crate) fn append_entry(
        &mut self,
        account: Account,
        amount: U256,
        duration: U256,
        now: u64,
    ) -> Result<()> {
        if amount.is_zero() {
            return Err(SynthetixError::QuantityZero);
        }
        let length = u64::try_from(duration).ok().filter(|length| (1..=LONGEST).contains(length));
        let Some(length) = length else {
            return Err(SynthetixError::EscrowDuration { duration, most: LONGEST });
        };
        let escrowed = add(self.staker(account).escrowed, to_int256(amount)?)?;
        let total = add(self.escrow.total, amount)?;
        self.staker_mut(account).escrowed = escrowed;
        self.escrow.total = total;
        self.store_entry(account, amount, now.saturating_add(length));
        Ok(())
    }

    /// Source: `RewardEscrowV2Storage.addVestingEntry`.
    fn store_entry(&mut self, account: Account, amount: U256, end_time: u64) {
        let id = self.escrow.next_entry;
        self.escrow.next_entry = id.saturating_add(1);
        let entry = VestingEntry { id, amount: low_224(amount), end_time: end_time & u64::from(u32::MAX) };
        self.staker_mut(account).entries.push(entry);
    }

    /// SNX comes from outside into the escrow of `account`. Source: `createEscrowEntry`.
    pub(crate) fn create_escrow(
        &mut self,
        account: Account,
        amount: U256,
        duration: U256,
        now: u64,
    ) -> Result<()> {
        self.escrow.snx = add(self.escrow.snx, amount)?;
        self.append_entry(account, amount, duration, now)
    }

    /// SNX leaves the escrow of an account for a wallet. Source: `_subtractAndTransfer`.
    fn release(&mut self, account: Account, amount: U256) -> Result<()> {
        let escrowed = sub(self.staker(account).escrowed, to_int256(amount)?)?;
        self.escrow.total = sub(self.escrow.total, amount)?;
        self.escrow.snx = sub(self.escrow.snx, amount)?;
        let staker = self.staker_mut(account);
        staker.escrowed = escrowed;
        staker.snx = add(staker.snx, amount)?;
        Ok(())
    }

    /// Frees what is due of these entries; returns how much. Others', empty and running ones are passed over.
    ///
    /// Source: `vest`.
    pub(crate) fn vest(&mut self, account: Account, ids: &[U256], now: u64) -> Result<U256> {
        let mut total = U256::ZERO;
        for id in ids {
            let entries = &mut self.staker_mut(account).entries;
            let due = entries.iter_mut().find(|entry| U256::from(entry.id) == *id && entry.end_time <= now);
            if let Some(entry) = due {
                total = add(total, std::mem::take(&mut entry.amount))?;
            }
        }
        if !total.is_zero() {
            self.release(account, total)?;
            let staker = self.staker_mut(account);
            staker.vested = add(staker.vested, total)?;
        }
        Ok(total)
    }

    /// Takes `target` out of an account's entries, the oldest first, whatever their time; what the last one has too
    /// much becomes a new entry of the same time. The SNX goes into the account's wallet.
    ///
    /// Source: `revokeFrom`, `RewardEscrowV2Storage.setZeroAmountUntilTarget`.
    pub(crate) fn revoke(&mut self, account: Account, target: U256) -> Result<()> {
        let entries = &mut self.staker_mut(account).entries;
        let Some(last) = entries.last() else { return Err(SynthetixError::NoEscrowEntries) };
        let (mut total, mut last_time) = (U256::ZERO, last.end_time);
        for entry in entries.iter_mut().filter(|entry| !entry.amount.is_zero()) {
            total = add(total, std::mem::take(&mut entry.amount))?;
            if total >= target {
                last_time = entry.end_time;
                break;
            }
        }
        if total < target {
            return Err(SynthetixError::EscrowTooSmall { total, target });
        }
        if total > target {
            self.store_entry(account, sub(total, target)?, last_time);
        }
        self.release(account, target)
    }
}
