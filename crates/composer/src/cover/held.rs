//! Covers in the course of a run.

use levmine_market::{Cause, Holder, Mark, Outside, Reason, Timestamp, TokenAmount, VenueId};
use levmine_math::{Rounding, U256, mul_div};

use super::{Cover, CoverEvent, CoverNews, Paid};
use crate::portfolio::residual;
use crate::trouble::News;
use crate::{StepError, World};

/// A cover in the course of a run.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    pub(super) cover: Cover,
    /// The period that runs: it ends when it is reached.
    pub(super) period: Option<(Timestamp, Timestamp)>,
    /// Whether the next period is bought as soon as there is something to insure again.
    pub(super) waits: bool,
    /// What it can still pay, in base units.
    pub(super) left: U256,
    /// Premium by time that was booked in this period, in base units.
    pub(super) booked: U256,
    /// What the whole period costs, in base units.
    pub(super) cost: U256,
    claims: Vec<(Timestamp, TokenAmount)>,
}

impl Held {
    /// A cover of which nothing has been bought yet.
    pub(super) const fn new(cover: Cover) -> Self {
        let (left, booked, cost) = (U256::ZERO, U256::ZERO, U256::ZERO);
        Self { cover, period: None, waits: false, left, booked, cost, claims: Vec::new() }
    }
}

impl World {
    /// Looks after the covers of every farmer, at the beginning of a step: what befalls a venue in it finds those renewed
    /// whose periods follow without a hole.
    ///
    /// # Errors
    ///
    /// As [`World::tend_covers`].
    pub fn keep_covers(&mut self) -> Result<(), StepError> {
        self.for_everybody(|world| world.look_after_covers(false))
    }

    /// Looks after the covers, after all that befalls venues in a step: books premiums by time, renews what has ended, pays
    /// claims that are due, and buys what could not be bought before: what ended while the chain stood, and what waited for
    /// something to insure. While the chain stands nothing is bought or paid.
    ///
    /// # Errors
    ///
    /// [`StepError`] when a price is missing.
    pub fn tend_covers(&mut self) -> Result<(), StepError> {
        self.look_after_covers(true)
    }

    fn look_after_covers(&mut self, anew: bool) -> Result<(), StepError> {
        if self.luck.covers.is_empty() {
            return Ok(());
        }
        let mut covers = std::mem::take(&mut self.luck.covers);
        let done = self.tend(&mut covers, anew);
        self.luck.covers = covers;
        done
    }

    /// Looks after `covers`; whether those are bought `anew`, too, that begin only now.
    fn tend(&mut self, covers: &mut [Held], anew: bool) -> Result<(), StepError> {
        let now = self.now.time;
        if !self.is_halted() {
            covers.iter_mut().try_for_each(|held| self.pay_claims(held))?;
        }
        // A long step may see the end of several periods. Who renews first has the lower price.
        let ended = |world: &Self, held: &Held| {
            let until = held.period.map(|(_, until)| until).filter(|until| *until <= now)?;
            world.first_moment(until).filter(|begin| anew || *begin == until)
        };
        while let Some(held) = covers
            .iter_mut()
            .filter(|held| ended(self, held).is_some())
            .min_by_key(|held| held.period.map(|(_, until)| until))
        {
            self.renew(held)?;
        }
        if anew {
            covers.iter_mut().filter(|held| held.waits).try_for_each(|held| self.resume(held))?;
        }
        for held in covers.iter_mut().filter(|held| held.cover.paid == Paid::ByTime) {
            if let Some((from, until)) = held.period {
                self.book_premium(held, from, until.min(now))?;
            }
        }
        Ok(())
    }

    fn pay_claims(&mut self, held: &mut Held) -> Result<(), StepError> {
        let (now, at) = (self.now.time, held.cover.at);
        while let Some(place) = held.claims.iter().position(|(due, _)| *due <= now) {
            let (_, amount) = held.claims.remove(place);
            let (farmer, seller) = (Holder::Wallet(self.farmer), Holder::Outside(Outside::Cover));
            self.move_cover(seller, farmer, amount, Cause::CoverPayout)?;
            self.luck.news.push(News::Cover(CoverNews { at, what: CoverEvent::Paid { amount } }));
        }
        Ok(())
    }

    /// Books the premium of a period up to `now`: it is due until the wallet pays it.
    pub(super) fn book_premium(
        &mut self,
        held: &mut Held,
        from: Timestamp,
        now: Timestamp,
    ) -> Result<(), StepError> {
        let whole = held.cost;
        let period = U256::from(held.cover.period.max(1));
        let so_far = mul_div(whole, U256::from(now.since(from)), period, Rounding::Down)?;
        let more = TokenAmount::new(held.cover.amount.asset, so_far.saturating_sub(held.booked));
        let cost = self.convert(more, self.quote)?;
        if cost.is_zero() {
            return Ok(());
        }
        held.booked = so_far;
        self.luck.premium_due = levmine_math::add(self.luck.premium_due, cost)?;
        let mark = self.market.mark(TokenAmount::new(self.quote, cost), self.quote)?;
        self.portfolio.gas_due = self.portfolio.gas_due.saturating_add(mark);
        Ok(self.portfolio.attribution.book(Cause::CoverPremium, mark.saturating_neg())?)
    }

    /// Claims what a venue's exploit has cost the farmer, `lost` in marks, from the covers on it: what was lost up to the
    /// amount, less the excess. No two covers pay the same loss.
    ///
    /// # Errors
    ///
    /// [`StepError`] when a price is missing.
    pub(crate) fn claim_covers(&mut self, at: VenueId, lost: Mark) -> Result<(), StepError> {
        let mut covers = std::mem::take(&mut self.luck.covers);
        let mut lost =
            U256::from(lost.max(0).unsigned_abs() / u128::from(levmine_market::MARKS_PER_BASE_UNIT));
        let mine = covers.iter_mut().filter(|held| held.cover.at == at);
        let done = mine.into_iter().try_for_each(|held| self.claim(held, &mut lost));
        self.luck.covers = covers;
        done
    }

    fn claim(&mut self, held: &mut Held, lost: &mut U256) -> Result<(), StepError> {
        let now = self.now.time;
        if held.period.is_none_or(|(from, until)| now < from || now >= until) {
            return Ok(());
        }
        let asset = held.cover.amount.asset;
        let loss = self.convert(TokenAmount::new(self.quote, *lost), asset)?;
        let excess = held.cover.excess.mul_int(held.cover.amount.raw, Rounding::Up)?;
        let payout = TokenAmount::new(asset, loss.min(held.left).saturating_sub(excess));
        if payout.is_zero() {
            return Ok(());
        }
        held.left = held.left.saturating_sub(payout.raw);
        *lost = lost.saturating_sub(self.convert(payout, self.quote)?);
        let due = now.plus(held.cover.claim_delay);
        held.claims.push((due, payout));
        let what = CoverEvent::Claimed { amount: payout, due };
        self.luck.news.push(News::Cover(CoverNews { at: held.cover.at, what }));
        Ok(())
    }

    /// Claims that have not been paid yet.
    #[must_use]
    pub fn waiting_claims(&self) -> Vec<CoverNews> {
        let waits = |held: &Held| {
            let at = held.cover.at;
            let claims = held.claims.iter();
            claims
                .map(move |(due, amount)| CoverNews {
                    at,
                    what: CoverEvent::Waits { amount: *amount, due: *due },
                })
                .collect::<Vec<_>>()
        };
        self.luck.covers.iter().flat_map(waits).collect()
    }

    /// Moves a premium or a claim, and books what that does to the equity.
    pub(super) fn move_cover(
        &mut self,
        from: Holder,
        to: Holder,
        amount: TokenAmount,
        cause: Cause,
    ) -> Result<(), StepError> {
        self.settle_shares()?;
        let before = self.portfolio.equity();
        self.journal.begin(self.now.time);
        self.journal.post(from, to, amount, Reason::Cover)?;
        let after = self.rebuild_portfolio()?;
        Ok(self.portfolio.attribution.book(cause, residual(before, after, 0))?)
    }
}
