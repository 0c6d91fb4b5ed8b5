//! Reports: gains, losses, fees, refunds, and the shares that lock a profit.

use levmine_math::{Rounding, U256, add, mul_div_narrow, sub};

use super::{Result, Vault};

/// On what a report is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// A strategy, by its number.
    Strategy(usize),
    /// What was sent to the vault itself.
    Vault,
}

/// What a report did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reported {
    /// What was gained since the last report.
    pub gain: U256,
    /// What was lost since the last report.
    pub loss: U256,
    /// All fees in base units of the asset, as the accountant charges them.
    pub fees: U256,
    /// What the accountant paid for a loss.
    pub refunds: U256,
    /// Shares issued for fees.
    pub fee_shares: U256,
    /// Shares that the vault issued to itself.
    pub issued: U256,
    /// Shares of its own that the vault burned.
    pub burned: U256,
}

/// What the accountant asks for and pays.
struct Charge {
    fees: U256,
    refunds: U256,
}

impl Vault {
    /// Compares what a strategy (or the vault itself) has with what the books say, charges fees, locks the profit in
    /// shares of the vault's own, and lets a loss burn those first. `process_report`.
    ///
    /// Shares burned for loss and fees are **rounded up**, shares that lock a profit **rounded down**.
    ///
    /// # Errors
    ///
    /// [`super::V3Error::Inactive`], [`super::V3Error::Math`].
    pub fn process_report(&mut self, subject: Subject, now: u64) -> Result<Reported> {
        let (assets, booked) = match subject {
            Subject::Strategy(index) => {
                let strategy = self.strategy(index)?;
                (strategy.source.position()?, strategy.current_debt)
            }
            Subject::Vault => (self.balance, self.total_idle),
        };
        let (gain, loss) = (assets.saturating_sub(booked), booked.saturating_sub(assets));
        let Charge { fees, refunds } = self.charge(gain, loss)?;

        let (mut fee_shares, mut protocol_shares) = (U256::ZERO, U256::ZERO);
        let mut burn = U256::ZERO;
        let reduction = add(loss, fees)?;
        if !reduction.is_zero() {
            burn = self.to_shares(reduction, Rounding::Up, now)?;
            if !fees.is_zero() {
                fee_shares = mul_div_narrow(burn, fees, reduction, Rounding::Down)?;
                protocol_shares = Self::part(fee_shares, self.protocol_fee)?;
            }
        }
        let addition = add(gain, refunds)?;
        let mut lock = U256::ZERO;
        if !addition.is_zero() && self.unlocking.max_time != 0 {
            lock = self.to_shares(addition, Rounding::Down, now)?;
        }

        let supply = self.total_supply;
        let ending = sub(sub(add(supply, lock)?, burn)?, self.unlocked_shares(now)?)?;
        let issued = ending.saturating_sub(supply);
        // It burns no more than it has: what a loss takes beyond that makes shares cheaper.
        let burned = supply.saturating_sub(ending).min(self.unlocking.own_shares);
        self.total_supply = sub(add(supply, issued)?, burned)?;
        self.unlocking.own_shares = sub(add(self.unlocking.own_shares, issued)?, burned)?;
        lock = lock.saturating_sub(burn);

        if !refunds.is_zero() {
            self.accountant.tokens = sub(self.accountant.tokens, refunds)?;
            self.balance = add(self.balance, refunds)?;
            self.total_idle = add(self.total_idle, refunds)?;
        }
        self.book(subject, booked, gain, loss, refunds)?;
        if !fee_shares.is_zero() {
            self.total_supply = add(self.total_supply, fee_shares)?;
            self.accountant.shares = add(self.accountant.shares, sub(fee_shares, protocol_shares)?)?;
            self.protocol_shares = add(self.protocol_shares, protocol_shares)?;
        }
        self.unlocking.restart(lock, now)?;
        if !self.unlocking.own_shares.is_zero() {
            self.last_profit_update = now;
        }
        if let Subject::Strategy(index) = subject {
            self.strategy_mut(index)?.last_report = now;
        }
        Ok(Reported { gain, loss, fees, refunds, fee_shares, issued, burned })
    }

    /// What the accountant answers: a part of the gain and a flat fee, and a part of the loss as far as it has tokens.
    fn charge(&self, gain: U256, loss: U256) -> Result<Charge> {
        let accountant = &self.accountant;
        if !accountant.attached {
            return Ok(Charge { fees: U256::ZERO, refunds: U256::ZERO });
        }
        let fees = add(Self::part(gain, accountant.performance_fee)?, accountant.flat_fee)?;
        let refunds = Self::part(loss, accountant.refund)?.min(accountant.tokens);
        Ok(Charge { fees, refunds })
    }

    /// Books a gain or a loss.
    fn book(&mut self, subject: Subject, booked: U256, gain: U256, loss: U256, refunds: U256) -> Result<()> {
        if gain.is_zero() && loss.is_zero() {
            return Ok(());
        }
        let now_there = sub(add(booked, gain)?, loss)?;
        match subject {
            Subject::Strategy(index) => {
                self.strategy_mut(index)?.current_debt = now_there;
                self.total_debt = sub(add(self.total_debt, gain)?, loss)?;
            }
            Subject::Vault => self.total_idle = add(now_there, refunds)?,
        }
        Ok(())
    }
}

impl From<usize> for Subject {
    fn from(index: usize) -> Self {
        Self::Strategy(index)
    }
}
