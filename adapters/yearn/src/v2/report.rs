//! Reports: gains, losses, fees, and what strategies are lent or pay back.

use levmine_math::{Rounding, U256, add, div, mul, mul_div_narrow, sub};

use super::{Result, Revision, V2Error, Vault};
use crate::scale::{BPS, YEAR, elapsed};

/// What a strategy reports, in base units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Report {
    /// What it has gained and can pay.
    pub gain: U256,
    /// What it has lost of its debt.
    pub loss: U256,
    /// What it can pay back of its debt.
    pub debt_payment: U256,
}

/// What a report did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reported {
    /// What the strategy should pay back next time.
    pub debt_outstanding: U256,
    /// All fees in base units of the asset.
    pub fees: U256,
    /// The shares issued for them.
    pub fee_shares: U256,
}

/// Fees as they were charged.
#[derive(Debug, Clone, Copy, Default)]
struct Fees {
    total: U256,
    shares: U256,
}

fn part(amount: U256, bps: U256) -> Result<U256> {
    Ok(mul_div_narrow(amount, bps, BPS, Rounding::Down)?)
}

impl Vault {
    /// What a strategy should pay back: `debtOutstanding`.
    ///
    /// # Errors
    ///
    /// [`V2Error::Math`].
    pub fn debt_outstanding(&self, index: usize) -> Result<U256> {
        let Some(strategy) = self.strategies.get(index) else { return Ok(U256::ZERO) };
        if self.debt_ratio.is_zero() && self.revision != Revision::V034 {
            return Ok(strategy.total_debt);
        }
        let limit = part(strategy.debt_ratio, self.total_assets()?)?;
        Ok(if self.emergency_shutdown {
            strategy.total_debt
        } else {
            strategy.total_debt.saturating_sub(limit)
        })
    }

    /// What a strategy could be lent: `creditAvailable`. **Rounds down**, both limits.
    ///
    /// # Errors
    ///
    /// [`V2Error::Math`].
    pub fn credit_available(&self, index: usize) -> Result<U256> {
        let Some(strategy) = self.strategies.get(index) else { return Ok(U256::ZERO) };
        if self.emergency_shutdown {
            return Ok(U256::ZERO);
        }
        let total = self.total_assets()?;
        let all = part(self.debt_ratio, total)?;
        let own = part(strategy.debt_ratio, total)?;
        let (Some(own), Some(all)) = (own.checked_sub(strategy.total_debt), all.checked_sub(self.total_debt))
        else {
            return Ok(U256::ZERO);
        };
        let available = own.min(all).min(self.idle());
        Ok(if available < strategy.min_debt_per_harvest {
            U256::ZERO
        } else {
            available.min(strategy.max_debt_per_harvest)
        })
    }

    /// Takes a loss off a strategy's debt, and trust from it: its debt ratio falls. `_reportLoss`.
    pub(super) fn report_loss(&mut self, index: usize, loss: U256) -> Result<()> {
        let (ratio, total) = (self.debt_ratio, self.total_debt);
        let strategy = self.strategy_mut(index)?;
        if strategy.total_debt < loss {
            return Err(V2Error::LossAboveDebt { loss, debt: strategy.total_debt });
        }
        strategy.total_loss = add(strategy.total_loss, loss)?;
        strategy.total_debt = sub(strategy.total_debt, loss)?;
        let own = strategy.debt_ratio;
        self.total_debt = sub(self.total_debt, loss)?;
        let change = if self.revision == Revision::V034 {
            mul_div_narrow(loss, BPS, self.total_assets()?, Rounding::Down)?
        } else if ratio.is_zero() {
            return Ok(());
        } else {
            mul_div_narrow(loss, ratio, total, Rounding::Down)?
        };
        let change = change.min(own);
        self.strategy_mut(index)?.debt_ratio = sub(own, change)?;
        self.debt_ratio = sub(ratio, change)?;
        Ok(())
    }

    /// Lets a strategy report. `report`.
    ///
    /// # Errors
    ///
    /// [`V2Error::NoStrategy`], [`V2Error::NotThere`], [`V2Error::LossAboveDebt`], [`V2Error::TwiceInASecond`] (from
    /// 0.4.0 on), [`V2Error::NoShares`] where the fees are too small for a share, [`V2Error::Math`].
    pub fn report(&mut self, index: usize, report: Report, now: u64) -> Result<Reported> {
        let Report { gain, loss, debt_payment } = report;
        let (reported, balance) = (add(gain, debt_payment)?, self.strategy(index)?.balance);
        if balance < reported {
            return Err(V2Error::NotThere { reported, balance });
        }
        if !loss.is_zero() {
            self.report_loss(index, loss)?;
        }
        let fees = match self.revision {
            Revision::V034 => self.fees_of_vault(index, gain, now)?,
            Revision::V043 | Revision::V046 => self.fees_of_strategy(index, gain, now)?,
        };
        let strategy = self.strategy_mut(index)?;
        strategy.total_gain = add(strategy.total_gain, gain)?;

        // 0.3.4 takes back first and lends then; later versions look at both before they do either.
        let mut credit = U256::ZERO;
        if self.revision != Revision::V034 {
            credit = self.credit_available(index)?;
        }
        let mut outstanding = self.debt_outstanding(index)?;
        let paid = debt_payment.min(outstanding);
        self.change_debt(index, |debt| sub(debt, paid))?;
        outstanding = sub(outstanding, paid)?;
        if self.revision == Revision::V034 {
            credit = self.credit_available(index)?;
        }
        self.change_debt(index, |debt| add(debt, credit))?;
        self.settle(index, add(gain, paid)?, credit)?;

        if self.revision == Revision::V034 {
            self.book_delegated(index)?;
            self.locked_profit = gain;
        } else {
            let before_loss = sub(add(self.locked_at(now)?, gain)?, fees.total)?;
            self.locked_profit = before_loss.saturating_sub(loss);
        }
        let shutdown = self.emergency_shutdown;
        self.last_report = now;
        let strategy = self.strategy_mut(index)?;
        strategy.last_report = now;
        if strategy.debt_ratio.is_zero() || shutdown {
            outstanding = strategy.balance;
        }
        Ok(Reported { debt_outstanding: outstanding, fees: fees.total, fee_shares: fees.shares })
    }

    fn change_debt(
        &mut self,
        index: usize,
        change: impl Fn(U256) -> std::result::Result<U256, levmine_math::MathError>,
    ) -> Result<()> {
        let strategy = self.strategy_mut(index)?;
        strategy.total_debt = change(strategy.total_debt)?;
        self.total_debt = change(self.total_debt)?;
        Ok(())
    }

    /// Moves the difference between what the strategy has for the vault and what it is lent.
    fn settle(&mut self, index: usize, available: U256, credit: U256) -> Result<()> {
        let strategy = self.strategy_mut(index)?;
        if available < credit {
            let given = sub(credit, available)?;
            strategy.balance = add(strategy.balance, given)?;
            self.total_idle = self.counted(sub(self.idle(), given)?);
            self.balance = sub(self.balance, given)?;
        } else {
            let taken = sub(available, credit)?;
            strategy.balance = sub(strategy.balance, taken)?;
            self.total_idle = self.counted(add(self.idle(), taken)?);
            self.balance = add(self.balance, taken)?;
        }
        Ok(())
    }

    /// Fees of 0.4.x: only on a gain, the management fee on what this strategy owes since its own last report, and all of
    /// them at most the gain. `_assessFees`.
    fn fees_of_strategy(&mut self, index: usize, gain: U256, now: u64) -> Result<Fees> {
        let strategy = self.strategy(index)?;
        if self.revision == Revision::V046 && strategy.activation == now {
            return Ok(Fees::default());
        }
        let duration = elapsed(now, strategy.last_report);
        if duration.is_zero() {
            return Err(V2Error::TwiceInASecond);
        }
        if gain.is_zero() {
            return Ok(Fees::default());
        }
        let managed = sub(strategy.total_debt, strategy.delegated_assets)?;
        let management = management_fee(managed, duration, self.management_fee)?;
        let strategist = part(gain, strategy.performance_fee)?;
        let performance = part(gain, self.performance_fee)?;
        let total = add(add(performance, strategist)?, management)?.min(gain);
        self.charge(index, total, strategist, now)
    }

    /// Fees of 0.3.4: the management fee on the whole vault since anybody's last report, gain or not, and no limit.
    fn fees_of_vault(&mut self, index: usize, gain: U256, now: u64) -> Result<Fees> {
        let managed = sub(self.total_debt, self.delegated_assets)?;
        let duration = elapsed(now, self.last_report);
        let mut governance = management_fee(managed, duration, self.management_fee)?;
        let mut strategist = U256::ZERO;
        if !gain.is_zero() {
            strategist = part(gain, self.strategy(index)?.performance_fee)?;
            governance = add(governance, part(gain, self.performance_fee)?)?;
        }
        self.charge(index, add(governance, strategist)?, strategist, now)
    }

    /// Issues shares for fees: the strategist's part **rounded down**, the rest to the treasury.
    fn charge(&mut self, index: usize, total: U256, strategist: U256, now: u64) -> Result<Fees> {
        if total.is_zero() {
            return Ok(Fees::default());
        }
        let shares = self.issue(total, now)?;
        let mut rest = shares;
        if !strategist.is_zero() {
            let reward = mul_div_narrow(strategist, shares, total, Rounding::Down)?;
            rest = sub(rest, reward)?;
            let strategy = self.strategy_mut(index)?;
            strategy.shares = add(strategy.shares, reward)?;
        }
        self.rewards_shares = add(self.rewards_shares, rest)?;
        Ok(Fees { total, shares })
    }
}

/// `managed × duration × fee ÷ 10000 ÷ year`, both divisions **rounded down**: for the depositors.
fn management_fee(managed: U256, duration: U256, fee: U256) -> Result<U256> {
    let yearly = mul_div_narrow(mul(managed, duration)?, fee, BPS, Rounding::Down)?;
    Ok(div(yearly, U256::from(YEAR), Rounding::Down)?)
}
