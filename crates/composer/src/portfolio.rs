//! What the farmer has and owes, and where its changes came from.
//!
//! Equity is marked in the quote asset at market prices: wallet and supplied amounts at their price, pool shares at what
//! they would pay out now, debt subtracted. Between two marks every change is booked under one cause, so the parts sum
//! to the whole by construction:
//!
//! - time passes: supplied amounts grow ([`Cause::SupplyInterest`]), debts grow ([`Cause::BorrowInterest`]);
//! - prices move: amounts held change in value ([`Cause::Price`]). A pool share's *basis* is the coins that were put in
//!   for it, plus the fees it earned; the basis moves with prices, and what the share loses against its basis is
//!   [`Cause::ImpermanentLoss`];
//! - others trade at a pool: the share of the fee is [`Cause::TradingFees`];
//! - a transaction: fees paid, gas, and what remains is [`Cause::Slippage`] where something was traded, else
//!   [`Cause::Rounding`].

use levmine_amm::{Amounts, Fees};
use levmine_market::{
    Asset, Attribution, Cause, Holder, MARKS_PER_BASE_UNIT, Mark, MarketError, TokenAmount, VenueId,
};
use levmine_math::{Rounding, U256, mul_div};
use rust_decimal::Decimal;

use crate::{StepError, World};

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
}

/// Pool shares of the farmer, in the wallet and supplied as collateral together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShareLine {
    /// The pool.
    pub pool: VenueId,
    /// Its share.
    pub share: Asset,
    /// How many, in base units.
    pub held: U256,
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
    /// Gas that is owed.
    pub gas_due: Mark,
}

impl Portfolio {
    /// The equity as last marked.
    #[must_use]
    pub fn equity(&self) -> Mark {
        let lines = self.lines.iter().fold(0_i128, |sum, line| match line.kind {
            LineKind::Owed(_) => sum.saturating_sub(line.mark),
            _ => sum.saturating_add(line.mark),
        });
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

impl World {
    /// Marks everything anew from the venues and the journal. Books nothing.
    pub(crate) fn rebuild_portfolio(&mut self) -> Result<Mark, StepError> {
        let mut lines = Vec::with_capacity(self.portfolio.lines.len());
        let mut held: Vec<(VenueId, Asset, U256)> = Vec::new();
        let mut active = Vec::new();
        for amount in self.journal.balances(Holder::Wallet(self.farmer)) {
            match self.pool_of_share(amount.asset) {
                Some(pool) => hold(&mut held, pool, amount),
                None => lines.push(self.line(LineKind::Wallet, amount)?),
            }
        }
        for id in self.venue_ids() {
            let Ok(market) = self.lending(id) else { continue };
            let position = market.position(self.farmer, self.now)?;
            if !position.supplied.is_empty() || !position.debts.is_empty() {
                active.push(id);
            }
            for supplied in &position.supplied {
                match self.pool_of_share(supplied.amount.asset) {
                    Some(pool) => hold(&mut held, pool, supplied.amount),
                    None => lines.push(self.line(LineKind::Supplied(id), supplied.amount)?),
                }
            }
            for debt in &position.debts {
                lines.push(self.line(LineKind::Owed(id), *debt)?);
            }
        }
        let mut shares = Vec::with_capacity(held.len());
        for (pool, share, held) in held {
            let before = self.portfolio.shares.iter().find(|line| line.pool == pool);
            shares.push(self.share_line(pool, share, held, before)?);
        }
        self.portfolio.lines = lines;
        self.portfolio.shares = shares;
        self.look_at_health(active.into_iter())?;
        self.portfolio.gas_due = self.market.mark(TokenAmount::new(self.quote, self.gas_due), self.quote)?;
        Ok(self.portfolio.equity())
    }

    fn line(&self, kind: LineKind, amount: TokenAmount) -> Result<Line, MarketError> {
        Ok(Line { kind, amount, mark: self.market.mark(amount, self.quote)? })
    }

    fn share_line(
        &self,
        pool: VenueId,
        share: Asset,
        held: U256,
        before: Option<&ShareLine>,
    ) -> Result<ShareLine, StepError> {
        let coins = self.pool(pool)?.coins().len();
        let mut basis: Amounts =
            before.map_or_else(|| Amounts::from_elem(U256::ZERO, coins), |line| line.basis.clone());
        let had = before.map_or(U256::ZERO, |line| line.held);
        if held > had {
            let added = self.worth_of(pool, TokenAmount::new(share, held.saturating_sub(had)))?;
            for (basis, added) in basis.iter_mut().zip(added) {
                *basis = basis.saturating_add(added);
            }
        } else if held < had {
            for basis in &mut basis {
                *basis = mul_div(*basis, held, had, Rounding::Down)?;
            }
        }
        let basis_mark = self.mark_coins(pool, &basis)?;
        let mark = self.mark_shares(pool, share, held)?;
        Ok(ShareLine { pool, share, held, basis, basis_mark, mark, unsettled: 0 })
    }

    fn mark_shares(&self, pool: VenueId, share: Asset, held: U256) -> Result<Mark, StepError> {
        self.mark_coins(pool, &self.worth_of(pool, TokenAmount::new(share, held))?)
    }

    /// What `shares` would pay out now; nothing where they are too few to be worth a base unit of each coin.
    fn worth_of(&self, pool: VenueId, shares: TokenAmount) -> Result<Amounts, StepError> {
        match self.pool(pool)?.preview_remove(shares, self.now) {
            Err(levmine_amm::AmmError::Refused { .. }) => Ok(Amounts::new()),
            coins => Ok(coins?),
        }
    }

    fn mark_coins(&self, pool: VenueId, amounts: &Amounts) -> Result<Mark, StepError> {
        let mut sum: Mark = 0;
        for (coin, raw) in self.pool(pool)?.coins().iter().zip(amounts) {
            sum = sum.saturating_add(self.market.mark(TokenAmount::new(*coin, *raw), self.quote)?);
        }
        Ok(sum)
    }

    /// Books what time did to supplies and debts.
    pub(crate) fn book_interest(&mut self) -> Result<(), StepError> {
        let mut lines = std::mem::take(&mut self.portfolio.lines);
        let mut done = Ok(());
        for line in &mut lines {
            let grown = match line.kind {
                LineKind::Wallet => continue,
                LineKind::Supplied(id) => self
                    .lending(id)
                    .and_then(|market| Ok(market.supplied(self.farmer, line.amount.asset, self.now)?)),
                LineKind::Owed(id) => self
                    .lending(id)
                    .and_then(|market| Ok(market.debt(self.farmer, line.amount.asset, self.now)?)),
            };
            done = grown.and_then(|raw| {
                line.amount.raw = raw;
                let mark = self.market.mark(line.amount, self.quote)?;
                let change = mark.saturating_sub(line.mark);
                line.mark = mark;
                let attribution = &mut self.portfolio.attribution;
                match line.kind {
                    LineKind::Owed(_) => attribution.book(Cause::BorrowInterest, change.saturating_neg())?,
                    _ => attribution.book(Cause::SupplyInterest, change)?,
                }
                Ok(())
            });
            if done.is_err() {
                break;
            }
        }
        self.portfolio.lines = lines;
        done
    }

    /// Moves the market's prices, and books what that does to everything held and owed.
    ///
    /// # Errors
    ///
    /// [`StepError::Market`] when a price of something held is missing.
    pub fn move_prices(
        &mut self,
        prices: impl IntoIterator<Item = (Asset, levmine_market::Price)>,
    ) -> Result<(), StepError> {
        for (asset, price) in prices {
            self.market.set(asset, price);
        }
        let quote = self.quote;
        let portfolio = &mut self.portfolio;
        for line in &mut portfolio.lines {
            let mark = self.market.mark(line.amount, quote)?;
            let change = mark.saturating_sub(line.mark);
            line.mark = mark;
            let change =
                if matches!(line.kind, LineKind::Owed(_)) { change.saturating_neg() } else { change };
            portfolio.attribution.book(Cause::Price, change)?;
        }
        for i in 0..self.portfolio.shares.len() {
            let Some(line) = self.portfolio.shares.get(i) else { continue };
            let mark = self.mark_coins(line.pool, &line.basis)?;
            if let Some(line) = self.portfolio.shares.get_mut(i) {
                let change = mark.saturating_sub(line.basis_mark);
                line.basis_mark = mark;
                line.unsettled = line.unsettled.saturating_add(change);
                self.portfolio.attribution.book(Cause::Price, change)?;
            }
        }
        Ok(())
    }

    /// Books the farmer's part of a fee that somebody else paid at a pool.
    pub(crate) fn earn_fees(&mut self, pool: VenueId, fees: &Fees) -> Result<(), StepError> {
        let Some(at) = self.portfolio.shares.iter().position(|line| line.pool == pool) else { return Ok(()) };
        let Some(line) = self.portfolio.shares.get(at) else { return Ok(()) };
        let issued = self.pool(pool)?.issued();
        let total = issued
            .iter()
            .filter(|i| i.asset == line.share)
            .fold(U256::ZERO, |sum, i| sum.saturating_add(i.raw));
        if total.is_zero() {
            return Ok(());
        }
        let earned = mul_div(fees.liquidity.raw, line.held, total, Rounding::Down)?;
        let mark = self.market.mark(TokenAmount::new(fees.liquidity.asset, earned), self.quote)?;
        let coin = self.pool(pool)?.coins().iter().position(|coin| *coin == fees.liquidity.asset);
        if let Some(line) = self.portfolio.shares.get_mut(at) {
            if let Some(basis) = coin.and_then(|coin| line.basis.get_mut(coin)) {
                *basis = basis.saturating_add(earned);
            }
            line.unsettled = line.unsettled.saturating_add(mark);
        }
        self.portfolio.attribution.book(Cause::TradingFees, mark)?;
        // Marks are floored amount by amount, so the basis is marked anew rather than added to.
        let Some(line) = self.portfolio.shares.get(at) else { return Ok(()) };
        let basis_mark = self.mark_coins(pool, &line.basis)?;
        if let Some(line) = self.portfolio.shares.get_mut(at) {
            line.basis_mark = basis_mark;
        }
        Ok(())
    }

    /// Marks the pool shares anew; what they gained or lost beyond price and fees is impermanent loss.
    ///
    /// # Errors
    ///
    /// [`StepError::Amm`], [`StepError::Market`].
    pub fn settle_shares(&mut self) -> Result<(), StepError> {
        for at in 0..self.portfolio.shares.len() {
            let Some(line) = self.portfolio.shares.get(at) else { continue };
            let mark = self.mark_shares(line.pool, line.share, line.held)?;
            if let Some(line) = self.portfolio.shares.get_mut(at) {
                let loss = residual(line.mark, mark, line.unsettled);
                line.mark = mark;
                line.unsettled = 0;
                self.portfolio.attribution.book(Cause::ImpermanentLoss, loss)?;
            }
        }
        Ok(())
    }

    /// Equity in base units of the quote asset, rounded towards zero.
    #[must_use]
    pub fn equity_base_units(&self) -> i128 {
        self.portfolio.equity() / i128::from(MARKS_PER_BASE_UNIT)
    }
}

fn hold(held: &mut Vec<(VenueId, Asset, U256)>, pool: VenueId, amount: TokenAmount) {
    match held.iter_mut().find(|(_, share, _)| *share == amount.asset) {
        Some((_, _, sum)) => *sum = sum.saturating_add(amount.raw),
        None => held.push((pool, amount.asset, amount.raw)),
    }
}
