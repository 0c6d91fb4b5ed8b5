//! What the farmer has and owes, and where its changes came from.
//!
//! Equity is marked in the quote asset at market prices: wallet and supplied amounts at their price, pool shares at what
//! they would pay out now, debt subtracted. Between two marks every change is booked under one cause, so the parts sum
//! to the whole by construction:
//!
//! - time passes: supplied amounts grow ([`Cause::SupplyInterest`]), debts grow ([`Cause::BorrowInterest`]), what vaults
//!   and staking hold grows ([`Cause::Yield`]);
//! - prices move: amounts held change in value ([`Cause::Price`]). A pool share's *basis* is the coins that were put in
//!   for it, plus the fees it earned; the basis moves with prices, and what the share loses against its basis is
//!   [`Cause::ImpermanentLoss`];
//! - others trade at a pool: the share of the fee is [`Cause::TradingFees`];
//! - a transaction: fees paid, gas, and what remains is [`Cause::Slippage`] where something was traded, else
//!   [`Cause::Rounding`].
//!
//! [`Cause::SupplyInterest`]: levmine_market::Cause::SupplyInterest
//! [`Cause::BorrowInterest`]: levmine_market::Cause::BorrowInterest
//! [`Cause::Yield`]: levmine_market::Cause::Yield
//! [`Cause::Price`]: levmine_market::Cause::Price
//! [`Cause::ImpermanentLoss`]: levmine_market::Cause::ImpermanentLoss
//! [`Cause::TradingFees`]: levmine_market::Cause::TradingFees
//! [`Cause::Slippage`]: levmine_market::Cause::Slippage
//! [`Cause::Rounding`]: levmine_market::Cause::Rounding

mod book;
mod mark;
mod time;

use levmine_amm::Amounts;
use levmine_market::{Asset, Attribution, Mark, TokenAmount, VenueId};
use levmine_math::{Rounding, U256, mul_div};
use rust_decimal::Decimal;
use smallvec::SmallVec;

use crate::ExitBy;
use crate::policy::Volatility;

/// Something the farmer has or owes that is not a pool share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// Where.
    pub kind: LineKind,
    /// How much.
    pub amount: TokenAmount,
    /// Its value when it was last marked; debts too are positive.
    pub mark: Mark,
}

/// Where a line stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineKind {
    /// In the wallet.
    Wallet,
    /// Supplied to a lending market.
    Supplied(VenueId),
    /// Owed to a lending market.
    Owed(VenueId),
    /// Staked in the books of a vault.
    Staked(VenueId),
    /// On its way out of a vault: it waits in the queue of redemptions, or to be claimed.
    Queued(VenueId),
}

/// Pool shares of the farmer: in the wallet, supplied as collateral, staked, and what vault shares stand for, together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShareLine {
    /// The pool.
    pub pool: VenueId,
    /// Its share.
    pub share: Asset,
    /// How many, in base units.
    pub held: U256,
    /// How many of them are held without a vault in between.
    pub direct: U256,
    /// The vault shares that the others are held through.
    pub through: SmallVec<[TokenAmount; 1]>,
    /// Fees that wait beside the liquidity, of each coin, as last booked; empty where fees stay in it.
    pub earned: Amounts,
    /// The coins put in for them and the fees they earned: what holding would have been.
    pub basis: Amounts,
    /// The value of the basis when it was last marked.
    pub basis_mark: Mark,
    /// What the shares would pay out, when they were last marked.
    pub mark: Mark,
    /// Booked to price and fees since the shares were last marked.
    pub unsettled: Mark,
}

/// What the farmer has and owes.
#[derive(Debug, Clone, Default)]
pub struct Portfolio {
    /// Wallet, supplies and debts.
    pub lines: Vec<Line>,
    /// Pool shares.
    pub shares: Vec<ShareLine>,
    /// Where the changes since the beginning came from.
    pub attribution: Attribution,
    /// Equity at the beginning.
    pub start: Mark,
    /// Gas and premiums that are owed.
    pub gas_due: Mark,
    /// What lies in the reserve.
    pub reserve: Vec<Line>,
    /// How the position is left.
    pub exit: ExitBy,
    /// What policies know of volatility.
    pub volatilities: Vec<Volatility>,
}

impl Portfolio {
    /// The equity as last marked.
    #[must_use]
    pub fn equity(&self) -> Mark {
        let lines = self.lines.iter().fold(0_i128, |sum, line| match line.kind {
            LineKind::Owed(_) => sum.saturating_sub(line.mark),
            _ => sum.saturating_add(line.mark),
        });
        let lines = self.reserve.iter().fold(lines, |sum, line| sum.saturating_add(line.mark));
        self.shares
            .iter()
            .fold(lines, |sum, share| sum.saturating_add(share.mark))
            .saturating_sub(self.gas_due)
    }

    /// The value of all that is held, debts not subtracted.
    #[must_use]
    pub fn assets(&self) -> Mark {
        self.equity().saturating_add(self.debts()).saturating_add(self.gas_due)
    }

    /// The value of all debts.
    #[must_use]
    pub fn debts(&self) -> Mark {
        self.lines
            .iter()
            .filter(|line| matches!(line.kind, LineKind::Owed(_)))
            .fold(0, |sum, line| sum.saturating_add(line.mark))
    }

    pub(crate) fn begin(&mut self) {
        self.start = self.equity();
        self.attribution = Attribution::default();
    }
}

/// Returns `a ÷ b` with six places, rounded towards zero; `None` for a `b` that is not positive.
pub(crate) fn quotient(a: Mark, b: Mark) -> Option<Decimal> {
    if b <= 0 {
        return None;
    }
    let parts = mul_div(
        U256::from(a.unsigned_abs()),
        U256::from(1_000_000_u64),
        U256::from(b.unsigned_abs()),
        Rounding::Down,
    );
    let parts = parts.ok().and_then(|parts| i128::try_from(parts).ok());
    let parts =
        parts.and_then(|parts| Decimal::try_from_i128_with_scale(parts, 6).ok()).unwrap_or(Decimal::MAX);
    Some(if a < 0 { -parts } else { parts })
}

/// What an attribution is short of when everything has been booked under its own cause.
pub(crate) fn residual(before: Mark, after: Mark, booked: Mark) -> Mark {
    after.saturating_sub(before).saturating_sub(booked)
}

fn amount_at(amounts: &Amounts, at: usize) -> U256 {
    amounts.get(at).copied().unwrap_or(U256::ZERO)
}
