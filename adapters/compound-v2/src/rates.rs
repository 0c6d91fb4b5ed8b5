//! The rate models. Rates are per block, with 18 decimals; everything is rounded down.

use levmine_math::{MathError, U256};

use crate::error::{Failing, Library, Result};
use crate::math::{ONE, add, div, mul, mul_exp, sub};

/// What a cToken asks its rate model about, in base units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Balances {
    /// What the cToken holds.
    pub cash: U256,
    /// What is owed.
    pub borrows: U256,
    /// What of it belongs to the protocol.
    pub reserves: U256,
}

/// A rate model as its contract stores it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateModel {
    /// A straight line; rates per block.
    ///
    /// Source: `WhitePaperInterestRateModel` with `SafeMath`.
    WhitePaper {
        /// The rate at no utilization.
        base: U256,
        /// What is added up to full utilization.
        multiplier: U256,
    },
    /// A line with a kink; rates per block. The two forms of the contract differ only in what they make of yearly rates
    /// ([`RateModel::jump_v1`], [`RateModel::jump_v2`]).
    ///
    /// Source: `JumpRateModel`, `BaseJumpRateModelV2.getBorrowRateInternal`.
    Jump {
        /// The rate at no utilization.
        base: U256,
        /// The slope up to the kink.
        multiplier: U256,
        /// The slope above the kink.
        jump_multiplier: U256,
        /// The utilization at which the second slope begins.
        kink: U256,
    },
    /// The first straight line, whose utilization leaves the reserves in; rates per year.
    ///
    /// Source: `WhitePaperInterestRateModel` of 2019, which ether's market used.
    Legacy {
        /// The yearly rate at no utilization.
        base_per_year: U256,
        /// What is added up to full utilization, per year.
        multiplier_per_year: U256,
        /// What the year is taken for.
        blocks_per_year: U256,
    },
}

impl RateModel {
    /// The straight line of these yearly rates.
    ///
    /// # Errors
    ///
    /// [`MathError::DivisionByZero`] for a year without blocks.
    pub fn white_paper(base: U256, multiplier: U256, blocks_per_year: U256) -> Result<Self, MathError> {
        Ok(Self::WhitePaper {
            base: div(base, blocks_per_year)?,
            multiplier: div(multiplier, blocks_per_year)?,
        })
    }

    /// The first form of the kinked line: `multiplier` is what full utilization would cost without the kink.
    ///
    /// Source: constructor of `JumpRateModel`.
    ///
    /// # Errors
    ///
    /// [`MathError::DivisionByZero`] for a year without blocks.
    pub fn jump_v1(
        [base, multiplier, jump, kink]: [U256; 4],
        blocks_per_year: U256,
    ) -> Result<Self, MathError> {
        Ok(Self::Jump {
            base: div(base, blocks_per_year)?,
            multiplier: div(multiplier, blocks_per_year)?,
            jump_multiplier: div(jump, blocks_per_year)?,
            kink,
        })
    }

    /// The second form of the kinked line: `multiplier` is what is added up to the kink.
    ///
    /// Source: `BaseJumpRateModelV2.updateJumpRateModelInternal`.
    ///
    /// # Errors
    ///
    /// [`MathError::DivisionByZero`] for a year without blocks or a kink at zero; [`MathError::Overflow`].
    pub fn jump_v2(
        [base, multiplier, jump, kink]: [U256; 4],
        blocks_per_year: U256,
    ) -> Result<Self, MathError> {
        Ok(Self::Jump {
            base: div(base, blocks_per_year)?,
            multiplier: div(mul(multiplier, U256::from(ONE))?, mul(blocks_per_year, kink)?)?,
            jump_multiplier: div(jump, blocks_per_year)?,
            kink,
        })
    }

    /// The share of what is there that is lent, 18 decimals: `borrows ÷ (cash + borrows − reserves)`.
    ///
    /// # Errors
    ///
    /// [`MathError`] where the contract's arithmetic fails.
    pub fn utilization(&self, of: &Balances) -> Result<U256, MathError> {
        if of.borrows.is_zero() {
            return Ok(U256::ZERO);
        }
        let lent = mul(of.borrows, U256::from(ONE))?;
        let all = add(of.cash, of.borrows)?;
        let all = if matches!(self, Self::Legacy { .. }) { all } else { sub(all, of.reserves)? };
        div(lent, all)
    }

    /// The borrow rate per block.
    ///
    /// # Errors
    ///
    /// [`crate::CompoundError::Arithmetic`] where the model's arithmetic fails.
    pub fn borrow_rate(&self, of: &Balances) -> Result<U256> {
        self.rate_at(of).reverting(Library::Model)
    }

    fn rate_at(&self, of: &Balances) -> Result<U256, MathError> {
        let utilization = self.utilization(of)?;
        match *self {
            Self::WhitePaper { base, multiplier } => add(mul_exp(utilization, multiplier)?, base),
            Self::Jump { base, multiplier, jump_multiplier, kink } => {
                if utilization <= kink {
                    return add(mul_exp(utilization, multiplier)?, base);
                }
                let normal = add(mul_exp(kink, multiplier)?, base)?;
                add(mul_exp(sub(utilization, kink)?, jump_multiplier)?, normal)
            }
            Self::Legacy { base_per_year, multiplier_per_year, blocks_per_year } => {
                div(add(mul_exp(utilization, multiplier_per_year)?, base_per_year)?, blocks_per_year)
            }
        }
    }

    /// The supply rate per block: utilization times what the reserves leave of the borrow rate.
    ///
    /// # Errors
    ///
    /// As [`RateModel::borrow_rate`].
    pub fn supply_rate(&self, of: &Balances, reserve_factor: U256) -> Result<U256> {
        let kept = sub(U256::from(ONE), reserve_factor).reverting(Library::Model)?;
        let to_pool = mul_exp(self.borrow_rate(of)?, kept).reverting(Library::Model)?;
        self.utilization(of).and_then(|utilization| mul_exp(utilization, to_pool)).reverting(Library::Model)
    }
}
