//! What time does to what the farmer has and owes.

use levmine_market::{Asset, Cause, TokenAmount, VenueId};
use levmine_math::{Rounding, U256, mul_div};

use super::{Line, LineKind};
use crate::{StepError, World};

impl World {
    /// Books what time did to supplies, debts, vaults and stakes.
    pub(crate) fn book_interest(&mut self) -> Result<(), StepError> {
        let mut lines = std::mem::take(&mut self.portfolio.lines);
        let done = lines.iter_mut().try_for_each(|line| self.grow(line));
        let done = done.and_then(|()| self.grow_queues(&mut lines));
        self.portfolio.lines = lines;
        let mut reserve = std::mem::take(&mut self.portfolio.reserve);
        let done = done.and_then(|()| reserve.iter_mut().try_for_each(|line| self.grow(line)));
        self.portfolio.reserve = reserve;
        done?;
        if self.portfolio.shares.iter().any(|line| !line.through.is_empty()) {
            self.grow_shares()?;
        }
        if self.rebasing.is_empty() { Ok(()) } else { self.settle_as(Cause::Yield) }
    }

    /// Books what has happened to redemptions that wait: they are told oldest first, as their lines stand.
    fn grow_queues(&mut self, lines: &mut [Line]) -> Result<(), StepError> {
        let mut waiting: Option<(VenueId, std::vec::IntoIter<levmine_vault::Request>)> = None;
        for line in lines {
            let LineKind::Queued(id) = line.kind else { continue };
            if waiting.as_ref().is_none_or(|(at, _)| *at != id) {
                waiting = Some((id, self.vault(id)?.requests(self.farmer, self.now)?.into_iter()));
            }
            let next = waiting.as_mut().and_then(|(_, requests)| requests.next());
            let Some(request) = next.filter(|request| request.amount.asset == line.amount.asset) else {
                continue;
            };
            line.amount = self.left_at(id, request.amount)?;
            let mark = self.market.mark(line.amount, self.quote)?;
            let change = mark.saturating_sub(std::mem::replace(&mut line.mark, mark));
            self.portfolio.attribution.book(Cause::Yield, change)?;
        }
        Ok(())
    }

    fn grow(&mut self, line: &mut Line) -> Result<(), StepError> {
        let asset = line.amount.asset;
        if !self.vault_shares.is_empty() && self.is_derived(asset) {
            let mark = self.market.mark(line.amount, self.quote)?;
            let change = mark.saturating_sub(std::mem::replace(&mut line.mark, mark));
            let change =
                if matches!(line.kind, LineKind::Owed(_)) { change.saturating_neg() } else { change };
            self.portfolio.attribution.book(Cause::Yield, change)?;
        }
        let (raw, cause) = match line.kind {
            LineKind::Wallet if self.rebasing.iter().any(|token| token.share == asset) => {
                (self.wallet(asset), Cause::Yield)
            }
            LineKind::Wallet => return Ok(()),
            LineKind::Supplied(id) => {
                (self.lending(id)?.supplied(self.farmer, asset, self.now)?, Cause::SupplyInterest)
            }
            LineKind::Owed(id) => {
                (self.lending(id)?.debt(self.farmer, asset, self.now)?, Cause::BorrowInterest)
            }
            LineKind::Staked(id) => (self.vault(id)?.staked(self.farmer, asset, self.now), Cause::Yield),
            // See `grow_queues`.
            LineKind::Queued(_) => return Ok(()),
        };
        line.amount.raw = match line.kind {
            LineKind::Supplied(id) | LineKind::Staked(id) => {
                self.left_at(id, TokenAmount::new(asset, raw))?.raw
            }
            _ => raw,
        };
        let mark = self.market.mark(line.amount, self.quote)?;
        let change = mark.saturating_sub(std::mem::replace(&mut line.mark, mark));
        let change = if cause == Cause::BorrowInterest { change.saturating_neg() } else { change };
        Ok(self.portfolio.attribution.book(cause, change)?)
    }

    /// Books what the vaults have added to the pool shares that they hold.
    fn grow_shares(&mut self) -> Result<(), StepError> {
        for at in 0..self.portfolio.shares.len() {
            let Some(line) = self.portfolio.shares.get(at).filter(|line| !line.through.is_empty()) else {
                continue;
            };
            let (pool, share, had) = (line.pool, line.share, line.held);
            let held = self.shares_held(share)?;
            if held == had {
                continue;
            }
            let worth = |raw| self.mark_shares(pool, share, raw);
            let change = worth(held)?.saturating_sub(worth(had)?);
            let mut basis = line.basis.clone();
            for basis in &mut basis {
                *basis = if had.is_zero() { *basis } else { mul_div(*basis, held, had, Rounding::Down)? };
            }
            let basis_mark = self.mark_coins(pool, &basis)?;
            if let Some(line) = self.portfolio.shares.get_mut(at) {
                line.held = held;
                line.basis = basis;
                line.basis_mark = basis_mark;
                line.unsettled = line.unsettled.saturating_add(change);
            }
            self.portfolio.attribution.book(Cause::Yield, change)?;
        }
        Ok(())
    }

    /// How many of a pool's shares the farmer has, wherever they are.
    fn shares_held(&self, share: Asset) -> Result<U256, StepError> {
        let Some(line) = self.portfolio.shares.iter().find(|line| line.share == share) else {
            return Ok(U256::ZERO);
        };
        // What is held without a vault does not change by time; what is held through one is asked for.
        let mut through = U256::ZERO;
        for amount in &line.through {
            through = through.saturating_add(self.look_through(*amount)?.raw);
        }
        let through = TokenAmount::new(share, through);
        Ok(line.direct.saturating_add(self.left_of(line.pool, through)?.raw))
    }
}
