//! What came in, was disposed of, spent and settled.

use std::fmt;

use levmine_market::{Mark, TokenAmount, VenueId};

use crate::named::named;
use crate::{Origin, Source};

named! {
    /// Something that came in and was not paid for.
    pub enum Income {
        /// Interest on what was lent, when it is received.
        Interest = "interest",
        /// What a stake has grown by, when it is received.
        Yield = "yield",
        /// A reward.
        Reward = "reward",
        /// A balance that grew by itself.
        Rebase = "rebase",
        /// Fees that waited beside a position, when they are collected.
        TradingFees = "trading_fees",
        /// What a cover pays.
        CoverPayout = "cover_payout",
        /// Anything else.
        Other = "other",
    }
}

named! {
    /// Something that was spent.
    pub enum Expense {
        /// Gas.
        Gas = "gas",
        /// Interest on what was borrowed, when it is paid.
        Interest = "interest",
        /// The fee of a flash loan.
        FlashFee = "flash_fee",
        /// The premium of a cover.
        CoverPremium = "cover_premium",
        /// Anything else.
        Other = "other",
    }
}

named! {
    /// Why something was disposed of, or a debt settled.
    pub enum Why {
        /// It was swapped.
        Swap = "swap",
        /// It went into a pool, or shares of one went out.
        Liquidity = "liquidity",
        /// It went into a vault, or shares of one went out.
        Vault = "vault",
        /// It was seized.
        Liquidation = "liquidation",
        /// It paid interest.
        Interest = "interest",
        /// It paid gas.
        Gas = "gas",
        /// It paid the fee of a flash loan.
        FlashFee = "flash_fee",
        /// It paid the premium of a cover.
        CoverPremium = "cover_premium",
        /// It paid something else.
        Other = "other",
        /// It is gone: a balance fell by itself, a venue paid back less than was put in, or was robbed.
        Lost = "lost",
        /// A debt was paid back.
        Repayment = "repayment",
        /// A debt needs no longer be paid.
        Forgiven = "forgiven",
    }
}

/// One line of the tax export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaxLine {
    /// Where it stands in the journal.
    pub source: Source,
    /// The venue, if it happened at one.
    pub at: Option<VenueId>,
    /// What.
    pub amount: TokenAmount,
    /// What it is.
    pub what: TaxWhat,
}

/// What a line is. Values are in marks of the quote asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaxWhat {
    /// It came in, at its market value.
    Income(Income, Mark),
    /// It was spent, at its market value.
    Expense(Expense, Mark),
    /// It was disposed of. One line for each lot.
    Disposal {
        /// Why.
        why: Why,
        /// The lot; `None` for what had none.
        origin: Option<Origin>,
        /// What was received for it.
        proceeds: Mark,
        /// What it had cost.
        cost: Mark,
    },
    /// A debt of it was settled.
    Debt {
        /// How.
        why: Why,
        /// What it was worth when it was borrowed.
        carried: Mark,
        /// What was given for it: the cost of what was paid back.
        given: Mark,
    },
}

impl TaxWhat {
    /// What the line adds to the profit, in marks.
    #[must_use]
    pub const fn gain(&self) -> Mark {
        match self {
            Self::Income(_, value) => *value,
            Self::Expense(_, value) => value.saturating_neg(),
            Self::Disposal { proceeds, cost, .. } => proceeds.saturating_sub(*cost),
            Self::Debt { carried, given, .. } => carried.saturating_sub(*given),
        }
    }
}
