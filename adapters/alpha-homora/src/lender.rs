//! The lender: a cToken of Compound V2's kind from which the bank borrows on credit, with `JumpRateModelV2`.
//!
//! Everything is rounded down. Rates are per block, wad.

use levmine_math::{MathError, Rounding, U256, Wad, add, mul, sub};

use crate::error::{HomoraError, Result};
use crate::math::ONE;

/// The highest borrow rate per block that is accepted: 0.0005 %.
///
/// Source: `CTokenStorage.borrowRateMaxMantissa`.
pub const HIGHEST_RATE: U256 = U256::from_limbs([5_000_000_000_000, 0, 0, 0]);

/// A kinked line, as the contract stores it.
///
/// Source: `BaseJumpRateModelV2`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RateModel {
    /// `baseRatePerBlock`.
    pub base: U256,
    /// `multiplierPerBlock`.
    pub multiplier: U256,
    /// `jumpMultiplierPerBlock`.
    pub jump: U256,
    /// The utilization at which the second slope begins, wad.
    pub kink: U256,
}

impl RateModel {
    /// The model of these yearly rates (wad); `multiplier` is what is added up to the kink.
    ///
    /// Source: `BaseJumpRateModelV2.updateJumpRateModelInternal`.
    ///
    /// # Errors
    ///
    /// [`MathError::DivisionByZero`] for a year without blocks or a kink at zero; [`MathError::Overflow`].
    pub fn of_year(
        [base, multiplier, jump, kink]: [U256; 4],
        blocks: u64,
    ) -> std::result::Result<Self, MathError> {
        let blocks = U256::from(blocks);
        Ok(Self {
            base: floor_div(base, blocks)?,
            multiplier: floor_div(mul(multiplier, U256::from(ONE))?, mul(blocks, kink)?)?,
            jump: floor_div(jump, blocks)?,
            kink,
        })
    }
}

/// A loan at the lender.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Loan {
    /// The debt when it was touched last.
    pub principal: U256,
    /// The index then.
    pub index: U256,
}

/// A cToken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lender {
    /// The interest model.
    pub model: RateModel,
    /// The part of the interest that goes to reserves, wad.
    pub reserve_factor: U256,
    /// The exchange rate while nothing is supplied.
    pub initial_exchange_rate: U256,
    /// Base units held.
    pub cash: U256,
    /// `totalBorrows`.
    pub total_borrows: U256,
    /// `totalReserves`.
    pub total_reserves: U256,
    /// `borrowIndex`, wad.
    pub borrow_index: U256,
    /// `accrualBlockNumber`.
    pub accrual_block: u64,
    /// `totalSupply` of the cToken.
    pub total_supply: U256,
    /// What the bank owes.
    pub bank: Loan,
}

fn floor_div(a: U256, b: U256) -> std::result::Result<U256, MathError> {
    levmine_math::div(a, b, Rounding::Down)
}

/// `a × b ÷ 10^18`, rounded down.
#[inline]
fn mul_exp(a: U256, b: U256) -> std::result::Result<U256, MathError> {
    Wad::from_raw(a).mul_int(b, Rounding::Down)
}

impl Lender {
    /// Borrows over everything there is, wad: `borrows ÷ (cash + borrows − reserves)`.
    ///
    /// Source: `BaseJumpRateModelV2.utilizationRate`.
    ///
    /// # Errors
    ///
    /// [`HomoraError::Lender`].
    pub fn utilization(&self) -> Result<U256> {
        self.utilization_of().map_err(HomoraError::Lender)
    }

    #[inline]
    fn utilization_of(&self) -> std::result::Result<U256, MathError> {
        if self.total_borrows.is_zero() {
            return Ok(U256::ZERO);
        }
        let lent = mul(self.total_borrows, U256::from(ONE))?;
        floor_div(lent, sub(add(self.cash, self.total_borrows)?, self.total_reserves)?)
    }

    /// The borrow rate per block, wad.
    ///
    /// Source: `BaseJumpRateModelV2.getBorrowRateInternal`.
    ///
    /// # Errors
    ///
    /// [`HomoraError::Lender`].
    pub fn borrow_rate(&self) -> Result<U256> {
        self.rate().map_err(HomoraError::Lender)
    }

    #[inline]
    fn rate(&self) -> std::result::Result<U256, MathError> {
        let RateModel { base, multiplier, jump, kink } = self.model;
        let utilization = self.utilization_of()?;
        if utilization <= kink {
            return add(mul_exp(utilization, multiplier)?, base);
        }
        let normal = add(mul_exp(kink, multiplier)?, base)?;
        add(mul_exp(sub(utilization, kink)?, jump)?, normal)
    }

    /// The supply rate per block, wad: what the reserves leave of the borrow rate, times utilization.
    ///
    /// Source: `BaseJumpRateModelV2.getSupplyRate`.
    ///
    /// # Errors
    ///
    /// [`HomoraError::Lender`].
    pub fn supply_rate(&self) -> Result<U256> {
        let rate = || {
            let kept = sub(U256::from(ONE), self.reserve_factor)?;
            mul_exp(self.utilization_of()?, mul_exp(self.rate()?, kept)?)
        };
        rate().map_err(HomoraError::Lender)
    }

    /// Brings interest to `block`: simple over the blocks that passed. An earlier block changes nothing.
    ///
    /// Source: `CToken.accrueInterest`.
    ///
    /// # Errors
    ///
    /// [`HomoraError::RateTooHigh`], [`HomoraError::Lender`]. Nothing has changed then.
    #[inline]
    pub fn accrue(&mut self, block: u64) -> Result<()> {
        let blocks = block.saturating_sub(self.accrual_block);
        if blocks == 0 {
            return Ok(());
        }
        let rate = self.borrow_rate()?;
        if rate > HIGHEST_RATE {
            return Err(HomoraError::RateTooHigh { rate });
        }
        let grown = || {
            let factor = mul(rate, U256::from(blocks))?;
            let interest = mul_exp(factor, self.total_borrows)?;
            let borrows = add(interest, self.total_borrows)?;
            let reserves = add(mul_exp(self.reserve_factor, interest)?, self.total_reserves)?;
            let index = add(mul_exp(factor, self.borrow_index)?, self.borrow_index)?;
            Ok((borrows, reserves, index))
        };
        let (borrows, reserves, index) = grown().map_err(HomoraError::Lender)?;
        self.total_borrows = borrows;
        self.total_reserves = reserves;
        self.borrow_index = index;
        self.accrual_block = block;
        Ok(())
    }

    /// Base units per unit of the cToken, wad, as stored.
    ///
    /// Source: `CToken.exchangeRateStoredInternal`.
    ///
    /// # Errors
    ///
    /// [`HomoraError::Lender`].
    pub fn exchange_rate(&self) -> Result<U256> {
        if self.total_supply.is_zero() {
            return Ok(self.initial_exchange_rate);
        }
        let rate = || {
            let all = sub(add(self.cash, self.total_borrows)?, self.total_reserves)?;
            floor_div(mul(all, U256::from(ONE))?, self.total_supply)
        };
        rate().map_err(HomoraError::Lender)
    }

    /// What a loan has grown to, as stored. Rounded down, in the borrower's favour.
    ///
    /// Source: `CToken.borrowBalanceStoredInternal`.
    ///
    /// # Errors
    ///
    /// [`HomoraError::Lender`].
    #[inline]
    pub fn owed(&self, loan: &Loan) -> Result<U256> {
        if loan.principal.is_zero() {
            return Ok(U256::ZERO);
        }
        // Nothing has grown since: what would be multiplied is divided again. The product of both must fit for that.
        let fits = loan.principal.bit_len().saturating_add(loan.index.bit_len()) <= 256;
        if loan.index == self.borrow_index && !loan.index.is_zero() && fits {
            return Ok(loan.principal);
        }
        let owed = || floor_div(mul(loan.principal, self.borrow_index)?, loan.index);
        owed().map_err(HomoraError::Lender)
    }

    /// Lends `amount` more on `loan`; interest must be accrued. Answers what there is where it is not enough.
    ///
    /// Source: `CToken.borrowFresh`.
    ///
    /// # Errors
    ///
    /// [`HomoraError::Lender`]; the inner error is the cash.
    pub fn lend(&mut self, loan: &Loan, amount: U256) -> Result<std::result::Result<Loan, U256>> {
        let Some(cash) = self.cash.checked_sub(amount) else { return Ok(Err(self.cash)) };
        let owed = self.owed(loan)?;
        let sums = || Ok((add(owed, amount)?, add(self.total_borrows, amount)?));
        let (principal, total) = sums().map_err(HomoraError::Lender)?;
        self.total_borrows = total;
        self.cash = cash;
        Ok(Ok(Loan { principal, index: self.borrow_index }))
    }

    /// Takes `amount` of `loan` back; interest must be accrued.
    ///
    /// Source: `CToken.repayBorrowFresh`.
    ///
    /// # Errors
    ///
    /// [`HomoraError::LenderAccountUnderflow`], [`HomoraError::LenderTotalUnderflow`], [`HomoraError::Lender`].
    pub fn take_back(&mut self, loan: &Loan, amount: U256) -> Result<Loan> {
        let debt = self.owed(loan)?;
        let cash = add(self.cash, amount).map_err(HomoraError::Lender)?;
        let principal =
            debt.checked_sub(amount).ok_or(HomoraError::LenderAccountUnderflow { debt, amount })?;
        let total = self.total_borrows;
        self.total_borrows =
            total.checked_sub(amount).ok_or(HomoraError::LenderTotalUnderflow { total, amount })?;
        self.cash = cash;
        Ok(Loan { principal, index: self.borrow_index })
    }

    /// Takes `amount` in and returns the cTokens minted for it, rounded down; interest must be accrued.
    ///
    /// Source: `CToken.mintFresh`.
    ///
    /// # Errors
    ///
    /// [`HomoraError::Lender`].
    pub fn mint(&mut self, amount: U256) -> Result<U256> {
        let rate = self.exchange_rate()?;
        let sums = || {
            let minted = floor_div(mul(amount, U256::from(ONE))?, rate)?;
            Ok((minted, add(self.total_supply, minted)?, add(self.cash, amount)?))
        };
        let (minted, supply, cash) = sums().map_err(HomoraError::Lender)?;
        self.total_supply = supply;
        self.cash = cash;
        Ok(minted)
    }

    /// Burns `tokens` and returns what is paid for them, rounded down; interest must be accrued.
    ///
    /// Source: `CToken.redeemFresh`.
    ///
    /// # Errors
    ///
    /// [`HomoraError::BadRedeem`] without cash, [`HomoraError::Lender`].
    pub fn redeem(&mut self, tokens: U256) -> Result<U256> {
        let rate = self.exchange_rate()?;
        let sums = || Ok((mul_exp(rate, tokens)?, sub(self.total_supply, tokens)?));
        let (amount, supply) = sums().map_err(HomoraError::Lender)?;
        let short = HomoraError::BadRedeem { cash: self.cash, amount };
        self.cash = self.cash.checked_sub(amount).ok_or(short)?;
        self.total_supply = supply;
        Ok(amount)
    }
}
