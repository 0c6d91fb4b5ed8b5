use std::fmt;

use levmine_math::{MathError, U256};

use crate::MarketError;

/// A signed value in millionths of a base unit of the quote asset.
///
/// Marks are what a run adds up between two wallets: fine enough that flooring never shows, integer so that sums are
/// exact.
pub type Mark = i128;

/// Marks in one base unit.
pub const MARKS_PER_BASE_UNIT: u64 = 1_000_000;

/// Where a profit or loss comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Cause {
    /// Prices moved while assets were held (in a pool: while the amounts put in were held).
    Price,
    /// Fees earned as a liquidity provider.
    TradingFees,
    /// Reward tokens received.
    Rewards,
    /// What vaults and staking earned, fees subtracted.
    Yield,
    /// Interest earned on what was lent.
    SupplyInterest,
    /// Interest owed on what was borrowed.
    BorrowInterest,
    /// What a pool share is worth less than the amounts put in, fees apart.
    ImpermanentLoss,
    /// Fees paid to pools by own swaps.
    SwapFees,
    /// Own swaps executed away from the market price, fees apart.
    Slippage,
    /// Fees paid for flash loans.
    FlashFees,
    /// Gas.
    Gas,
    /// What liquidators and the protocol took above the debt they repaid.
    LiquidationPenalty,
    /// Premiums paid for cover.
    CoverPremium,
    /// Debt left with the lender because nothing remained to pay it.
    BadDebt,
    /// What stays in venues that cannot pay it out.
    Stranded,
    /// What venues have lost of the farmer's to an exploit.
    Exploit,
    /// What covers have paid.
    CoverPayout,
    /// Whole base units lost or won by rounding.
    Rounding,
}

impl Cause {
    /// All causes, in the order in which they are shown.
    pub const ALL: [Self; 18] = [
        Self::Price,
        Self::TradingFees,
        Self::Rewards,
        Self::Yield,
        Self::SupplyInterest,
        Self::BorrowInterest,
        Self::ImpermanentLoss,
        Self::SwapFees,
        Self::Slippage,
        Self::FlashFees,
        Self::Gas,
        Self::LiquidationPenalty,
        Self::CoverPremium,
        Self::BadDebt,
        Self::Stranded,
        Self::Exploit,
        Self::CoverPayout,
        Self::Rounding,
    ];

    /// The name in files: `borrow_interest`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Price => "price",
            Self::TradingFees => "trading_fees",
            Self::Rewards => "rewards",
            Self::Yield => "yield",
            Self::SupplyInterest => "supply_interest",
            Self::BorrowInterest => "borrow_interest",
            Self::ImpermanentLoss => "impermanent_loss",
            Self::SwapFees => "swap_fees",
            Self::Slippage => "slippage",
            Self::FlashFees => "flash_fees",
            Self::Gas => "gas",
            Self::LiquidationPenalty => "liquidation_penalty",
            Self::CoverPremium => "cover_premium",
            Self::BadDebt => "bad_debt",
            Self::Stranded => "stranded",
            Self::Exploit => "exploit",
            Self::CoverPayout => "cover_payout",
            Self::Rounding => "rounding",
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.name().replace('_', " "))
    }
}

/// A profit or loss by cause. The parts always sum to the whole that was booked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Attribution {
    parts: [Mark; Cause::ALL.len()],
}

impl Attribution {
    /// Books `mark` under `cause`.
    ///
    /// # Errors
    ///
    /// [`MarketError::Math`] when the sum does not fit.
    pub fn book(&mut self, cause: Cause, mark: Mark) -> Result<(), MarketError> {
        if let Some(part) = self.parts.get_mut(cause as usize) {
            match part.checked_add(mark) {
                Some(sum) => *part = sum,
                None => return Err(beyond(*part, mark)),
            }
        }
        Ok(())
    }

    /// The part of one cause.
    #[must_use]
    pub fn part(&self, cause: Cause) -> Mark {
        self.parts.get(cause as usize).copied().unwrap_or_default()
    }

    /// The sum of all parts.
    #[must_use]
    pub fn total(&self) -> Mark {
        self.parts.iter().fold(0, |sum, part| sum.saturating_add(*part))
    }

    /// The parts in whole base units, each rounded towards zero, with what that loses put into
    /// [`Cause::Rounding`]: they sum to `change` exactly.
    #[must_use]
    pub fn in_base_units(&self, change: i128) -> Vec<(Cause, i128)> {
        let mut parts: Vec<(Cause, i128)> = Cause::ALL
            .iter()
            .map(|cause| (*cause, self.part(*cause) / i128::from(MARKS_PER_BASE_UNIT)))
            .collect();
        let sum = parts.iter().fold(0_i128, |sum, (_, part)| sum.saturating_add(*part));
        if let Some((_, rounding)) = parts.last_mut() {
            *rounding = rounding.saturating_add(change.saturating_sub(sum));
        }
        parts
    }
}

/// The sum of two marks does not fit.
#[cold]
fn beyond(a: Mark, b: Mark) -> MarketError {
    let (a, b) = (U256::from(a.unsigned_abs()), U256::from(b.unsigned_abs()));
    MathError::Overflow { operation: "sum of marks", a, b }.into()
}
