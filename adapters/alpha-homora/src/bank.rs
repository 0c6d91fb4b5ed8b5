//! The bank of one token: a pooled debt to the lender, divided into shares.
//!
//! Source: `HomoraBank`.

use levmine_market::Asset;
use levmine_math::U256;

use crate::error::{HomoraError, Result};
use crate::lender::Lender;
use crate::math::{BPS, add, ceil_div, mul, mul_div, sub};

/// What the oracle knows about a token, in basis points.
///
/// Source: `ProxyOracle.TokenFactors`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Factors {
    /// By how much a debt counts for more than its value; at least 10,000.
    pub borrow: u16,
    /// How much of the value of collateral counts; at most 10,000.
    pub collateral: u16,
    /// What a liquidator gets for what he brings; 10,000 to 20,000, and zero for a token that is not supported.
    pub incentive: u16,
}

impl Factors {
    /// Factors that governance may set.
    ///
    /// Source: `ProxyOracle.setTokenFactors`.
    ///
    /// # Errors
    ///
    /// [`HomoraError::LowBorrowFactor`], [`HomoraError::HighCollateralFactor`], [`HomoraError::LowIncentive`],
    /// [`HomoraError::HighIncentive`].
    pub fn new(borrow: u16, collateral: u16, incentive: u16) -> Result<Self> {
        if u64::from(borrow) < BPS {
            return Err(HomoraError::LowBorrowFactor { bps: borrow.into() });
        }
        if u64::from(collateral) > BPS {
            return Err(HomoraError::HighCollateralFactor { bps: collateral.into() });
        }
        if u64::from(incentive) < BPS {
            return Err(HomoraError::LowIncentive { bps: incentive.into() });
        }
        if u64::from(incentive) > 2 * BPS {
            return Err(HomoraError::HighIncentive { bps: incentive.into() });
        }
        Ok(Self { borrow, collateral, incentive })
    }
}

/// A token of the venue: its factors, its bank and the bank's lender.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bank {
    /// The token.
    pub token: Asset,
    /// What the oracle knows about it.
    pub factors: Factors,
    /// `isListed`: without it the token can be lent, and spells can swap it, but there is nothing to borrow.
    pub listed: bool,
    /// Whether borrowing and repaying are open.
    pub whitelisted: bool,
    /// What belongs to the protocol, base units.
    pub reserve: U256,
    /// What all positions owe, as recorded last.
    pub total_debt: U256,
    /// Into how many shares it is divided.
    pub total_share: U256,
    /// Where it borrows.
    pub lender: Lender,
}

/// What a repayment did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repaid {
    /// What came in, base units.
    pub called: U256,
    /// What the debt fell by: what the lender's books say, which can differ by rounding.
    pub paid: U256,
    /// The shares that went.
    pub share: U256,
}

impl Bank {
    /// That there is a bank.
    ///
    /// # Errors
    ///
    /// [`HomoraError::NoBank`].
    #[inline]
    pub fn must_exist(&self) -> Result<()> {
        if self.listed { Ok(()) } else { Err(HomoraError::NoBank { asset: self.token }) }
    }

    /// Takes the lender's interest over, and borrows the protocol's fee on top of it: positions pay
    /// `interest × (1 + fee)`. The fee is rounded down.
    ///
    /// Source: `HomoraBank.accrue`.
    ///
    /// # Errors
    ///
    /// [`HomoraError::NoBank`], [`HomoraError::BadBorrow`] where the lender has too little for the fee, and what the
    /// lender's accrual and the arithmetic answer. The bank may have changed then.
    #[inline]
    pub fn accrue(&mut self, fee_bps: u64, block: u64) -> Result<()> {
        self.must_exist()?;
        self.lender.accrue(block)?;
        let debt = self.lender.owed(&self.lender.bank)?;
        let interest = debt.checked_sub(self.total_debt).unwrap_or_default();
        self.total_debt = debt;
        if !interest.is_zero() {
            let fee = mul_div(interest, U256::from(fee_bps), U256::from(BPS))?;
            self.draw(fee)?;
            self.reserve = add(self.reserve, fee)?;
        }
        Ok(())
    }

    /// Borrows at the lender.
    ///
    /// Source: `HomoraBank.doBorrow`.
    fn draw(&mut self, amount: U256) -> Result<()> {
        let loan = self.lender.bank;
        match self.lender.lend(&loan, amount)? {
            Ok(loan) => self.lender.bank = loan,
            Err(cash) => return Err(HomoraError::BadBorrow { asset: self.token, cash, amount }),
        }
        self.total_debt = add(self.total_debt, amount)?;
        Ok(())
    }

    /// Borrows `amount` for a position that has `share` shares, and returns its shares afterwards and those that were
    /// added: rounded up, against the borrower. Interest must be accrued.
    ///
    /// Source: `HomoraBank.borrow`.
    ///
    /// # Errors
    ///
    /// [`HomoraError::BadBorrow`], failing arithmetic. The bank may have changed then.
    pub fn borrow(&mut self, share: U256, amount: U256) -> Result<(U256, U256)> {
        let added = self.share_of(amount)?;
        self.total_share = add(self.total_share, added)?;
        let share = add(share, added)?;
        self.draw(amount)?;
        Ok((share, added))
    }

    /// The shares of a new debt of `amount`, rounded up.
    ///
    /// # Errors
    ///
    /// Failing arithmetic.
    pub fn share_of(&self, amount: U256) -> Result<U256> {
        if self.total_share.is_zero() {
            return Ok(amount);
        }
        ceil_div(mul(amount, self.total_share)?, self.total_debt)
    }

    /// What `share` shares owe, rounded up, against the borrower; nothing without shares.
    ///
    /// Source: `HomoraBank.borrowBalanceStored`.
    ///
    /// # Errors
    ///
    /// Failing arithmetic.
    #[inline]
    pub fn debt_of(&self, share: U256) -> Result<U256> {
        if share.is_zero() || self.total_debt.is_zero() {
            return Ok(U256::ZERO);
        }
        ceil_div(mul(share, self.total_debt)?, self.total_share)
    }

    /// Repays `amount` (2^256 − 1: all) of the debt of `share` shares. The shares that go are rounded down, against the
    /// borrower; all go where the whole debt is paid. Totals are those before the repayment.
    ///
    /// Source: `HomoraBank.repayInternal`.
    ///
    /// # Errors
    ///
    /// [`HomoraError::PaidExceedsDebt`], what the lender answers, failing arithmetic: nothing by nothing where nobody
    /// owes anything. The bank may have changed then.
    pub fn repay(&mut self, share: U256, amount: U256) -> Result<Repaid> {
        let (total_share, total_debt) = (self.total_share, self.total_debt);
        let debt = ceil_div(mul(share, total_debt)?, total_share)?;
        let called = if amount == U256::MAX { debt } else { amount };
        let loan = self.lender.bank;
        self.lender.bank = self.lender.take_back(&loan, called)?;
        self.total_debt = self.lender.owed(&self.lender.bank)?;
        let paid = sub(total_debt, self.total_debt)?;
        if paid > debt {
            return Err(HomoraError::PaidExceedsDebt { asset: self.token, paid, debt });
        }
        let less = if paid == debt { share } else { mul_div(paid, total_share, total_debt)? };
        self.total_share = sub(total_share, less)?;
        Ok(Repaid { called, paid, share: less })
    }
}
