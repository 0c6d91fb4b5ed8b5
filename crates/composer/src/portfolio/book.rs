//! What new prices and the trades of others do to what the farmer has and owes.

use levmine_amm::{Amounts, Fees};
use levmine_market::{Asset, Cause, Mark, Price, TokenAmount, VenueId};
use levmine_math::{Rounding, U256, mul_div};

use super::{LineKind, Portfolio, amount_at, residual};
use crate::{StepError, World};

impl World {
    /// Books what new prices have done to the amounts of debts: those of a pool whose debt follows its synths.
    pub(crate) fn book_debts(&mut self) -> Result<(), StepError> {
        for at in 0..self.portfolio.lines.len() {
            let Some(line) = self.portfolio.lines.get(at).copied() else { continue };
            let LineKind::Owed(id) = line.kind else { continue };
            let raw = self.lending(id)?.debt(self.farmer, line.amount.asset, self.now)?;
            if raw == line.amount.raw {
                continue;
            }
            let amount = TokenAmount::new(line.amount.asset, raw);
            let mark = self.market.mark(amount, self.quote)?;
            if let Some(line) = self.portfolio.lines.get_mut(at) {
                (line.amount, line.mark) = (amount, mark);
            }
            self.portfolio.attribution.book(Cause::Price, line.mark.saturating_sub(mark))?;
        }
        Ok(())
    }

    /// Moves the market's prices, and books what that does to everything held and owed.
    ///
    /// # Errors
    ///
    /// [`StepError::Market`] when a price of something held is missing.
    pub fn move_prices(&mut self, prices: impl IntoIterator<Item = (Asset, Price)>) -> Result<(), StepError> {
        for (asset, price) in prices {
            let price = if self.any_robbed() { self.robbed_price(asset, price)? } else { price };
            self.market.set(asset, price);
            if !self.given.contains(&asset) {
                self.given.push(asset);
            }
        }
        self.derive_market_prices()?;
        self.for_everybody(Self::book_prices)
    }

    /// Books what new market prices do to everything the farmer holds and owes.
    fn book_prices(&mut self) -> Result<(), StepError> {
        let quote = self.quote;
        let portfolio = &mut self.portfolio;
        for line in portfolio.lines.iter_mut().chain(&mut portfolio.reserve) {
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
        if self.pool(pool)?.capabilities().collects_fees {
            return self.earn_beside(pool);
        }
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

    /// Books the fees that have come to wait beside the farmer's positions at a pool.
    fn earn_beside(&mut self, pool: VenueId) -> Result<(), StepError> {
        for at in 0..self.portfolio.shares.len() {
            let Some(line) = self.portfolio.shares.get(at).filter(|line| line.pool == pool) else { continue };
            let earned = self.earned_of(pool, line.share)?;
            self.book_fees(at, earned)?;
        }
        Ok(())
    }

    /// Books the fees that have come to wait beside a position since this was last done; `earned` are those that wait now.
    fn book_fees(&mut self, at: usize, earned: Amounts) -> Result<(), StepError> {
        let Some(line) = self.portfolio.shares.get(at).filter(|line| line.earned != earned) else {
            return Ok(());
        };
        let mut basis = Amounts::from_slice(&line.basis);
        let (mut mark, mut basis_mark): (Mark, Mark) = (0, 0);
        for (at, (basis, coin)) in basis.iter_mut().zip(self.pool(line.pool)?.coins()).enumerate() {
            let worth = |raw| self.market.mark(TokenAmount::new(*coin, raw), self.quote);
            let (now, was) = (amount_at(&earned, at), amount_at(&line.earned, at));
            // Less waits where somebody else has collected between the same ticks, and the pool has rounded.
            *basis = basis.saturating_add(now).saturating_sub(was);
            let change = if now >= was {
                worth(now.saturating_sub(was))?
            } else {
                worth(was.saturating_sub(now))?.saturating_neg()
            };
            (mark, basis_mark) = (mark.saturating_add(change), basis_mark.saturating_add(worth(*basis)?));
        }
        if let Some(line) = self.portfolio.shares.get_mut(at) {
            line.basis = basis;
            line.basis_mark = basis_mark;
            line.earned = earned;
            line.unsettled = line.unsettled.saturating_add(mark);
        }
        Ok(self.portfolio.attribution.book(Cause::TradingFees, mark)?)
    }

    /// The fees that wait beside everybody's positions at a pool as last booked, of its first two coins.
    #[must_use]
    pub fn waiting_fees(&self, pool: VenueId) -> [U256; 2] {
        let mut sums = [U256::ZERO; 2];
        let mut add = |portfolio: &Portfolio| {
            for line in portfolio.shares.iter().filter(|line| line.pool == pool) {
                for (sum, more) in sums.iter_mut().zip(&line.earned) {
                    *sum = sum.saturating_add(*more);
                }
            }
        };
        add(&self.portfolio);
        self.parked_portfolios().for_each(add);
        sums
    }

    /// Marks the pool shares anew: books fees that have come to wait, and what the shares gained or lost beyond price and
    /// fees as impermanent loss.
    ///
    /// # Errors
    ///
    /// [`StepError::Amm`], [`StepError::Market`].
    pub fn settle_shares(&mut self) -> Result<(), StepError> {
        self.for_everybody(Self::settle_own_shares)
    }

    /// [`World::settle_shares`] for the farmer who acts.
    pub(crate) fn settle_own_shares(&mut self) -> Result<(), StepError> {
        self.settle_as(Cause::ImpermanentLoss)
    }

    pub(super) fn settle_as(&mut self, cause: Cause) -> Result<(), StepError> {
        for at in 0..self.portfolio.shares.len() {
            let Some(line) = self.portfolio.shares.get(at) else { continue };
            let worth = self.worth_of(line.pool, TokenAmount::new(line.share, line.held))?;
            let mark = self.mark_worth(line.pool, &worth)?;
            self.book_fees(at, worth.earned)?;
            if let Some(line) = self.portfolio.shares.get_mut(at) {
                let loss = residual(line.mark, mark, line.unsettled);
                line.mark = mark;
                line.unsettled = 0;
                self.portfolio.attribution.book(cause, loss)?;
            }
        }
        Ok(())
    }
}
