//! Covers in the course of a run.

use levmine_config::Place;
use levmine_market::{Cause, Holder, Mark, Outside, Reason, Timestamp, TokenAmount, VenueId};
use levmine_math::{Rounding, U256, mul_div};

use super::price::cost_of;
use super::{Cover, CoverEvent, CoverNews, Paid, Pricing};
use crate::portfolio::residual;
use crate::trouble::News;
use crate::{StepError, World};

/// A cover in the course of a run.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    cover: Cover,
    /// The period that runs: it ends when it is reached.
    period: Option<(Timestamp, Timestamp)>,
    /// What it can still pay, in base units.
    left: U256,
    /// Premium by time that was booked in this period, in base units.
    booked: U256,
    /// What the whole period costs, in base units.
    cost: U256,
    claims: Vec<(Timestamp, TokenAmount)>,
}

impl World {
    /// Buys the first period of each cover with what the wallet holds.
    ///
    /// # Errors
    ///
    /// The place of a cover that the wallet cannot pay, with [`StepError::WalletTooSmall`], or of one that its pools cannot
    /// cover beside the others on its venue, with [`StepError::CoverFull`].
    pub fn buy_covers(&mut self, covers: &[Cover]) -> Result<(), (Place, StepError)> {
        for cover in covers {
            let (left, place) = (U256::ZERO, cover.place.clone());
            let mut held = Held {
                cover: cover.clone(),
                period: None,
                left,
                booked: U256::ZERO,
                cost: U256::ZERO,
                claims: Vec::new(),
            };
            let bought = self.has_room(cover).and_then(|()| self.buy(&mut held, self.now.time));
            self.luck.covers.push(held);
            bought.map_err(|error| (place, error))?;
        }
        Ok(())
    }

    /// Whether the pools that sell a cover can still do so beside what everybody's other covers on the venue take of them.
    /// It is asked once: a period that is renewed makes room for itself.
    fn has_room(&self, cover: &Cover) -> Result<(), StepError> {
        let Pricing::Nexus { capacity, used, .. } = cover.pricing else { return Ok(()) };
        let sold = self.parked.iter().flat_map(|seat| &seat.luck().covers).chain(&self.luck.covers);
        let mut left = capacity.saturating_sub(used);
        for other in sold.filter(|held| held.cover.at == cover.at) {
            left = left.saturating_sub(other.cover.units()?.unwrap_or_default());
        }
        let needed = cover.units()?.unwrap_or_default();
        if needed > left {
            return Err(StepError::CoverFull { venue: self.name(cover.at).into(), needed, left });
        }
        Ok(())
    }

    /// Buys the period that begins at `now`, or says what the wallet is short of.
    fn buy(&mut self, held: &mut Held, now: Timestamp) -> Result<(), StepError> {
        let cover = &held.cover;
        let (cost, bumped) = cost_of(cover, self.last_price(cover), now)?;
        let premium = TokenAmount::new(cover.amount.asset, cost);
        if cover.paid == Paid::UpFront {
            let available = TokenAmount::new(premium.asset, self.wallet(premium.asset));
            if available.raw < premium.raw {
                return Err(StepError::WalletTooSmall { needed: premium, available });
            }
            let (farmer, seller) = (Holder::Wallet(self.farmer), Holder::Outside(Outside::Cover));
            self.move_cover(farmer, seller, premium, Cause::CoverPremium)?;
        }
        held.cost = cost;
        if let Some(bumped) = bumped {
            self.leave_price(&held.cover, bumped, now);
        }
        let until = now.plus(held.cover.period);
        (held.period, held.left, held.booked) = (Some((now, until)), held.cover.amount.raw, U256::ZERO);
        let told =
            TokenAmount::new(premium.asset, if held.cover.paid == Paid::UpFront { cost } else { U256::ZERO });
        let what = CoverEvent::Bought { amount: held.cover.amount, premium: told, until };
        self.luck.news.push(News::Cover(CoverNews { at: held.cover.at, what }));
        Ok(())
    }

    /// Looks after the covers of every farmer, at the beginning of a step: what befalls a venue in it finds them renewed.
    ///
    /// # Errors
    ///
    /// As [`World::tend_covers`].
    pub fn keep_covers(&mut self) -> Result<(), StepError> {
        self.for_everybody(Self::tend_covers)
    }

    /// Looks after the covers: books premiums by time, renews what has ended, pays claims that are due. While the chain
    /// stands nothing is bought or paid.
    ///
    /// # Errors
    ///
    /// [`StepError`] when a price is missing.
    pub fn tend_covers(&mut self) -> Result<(), StepError> {
        if self.luck.covers.is_empty() {
            return Ok(());
        }
        let mut covers = std::mem::take(&mut self.luck.covers);
        let done = self.tend(&mut covers);
        self.luck.covers = covers;
        done
    }

    fn tend(&mut self, covers: &mut [Held]) -> Result<(), StepError> {
        let now = self.now.time;
        if !self.is_halted() {
            covers.iter_mut().try_for_each(|held| self.pay_claims(held))?;
        }
        // A long step may see the end of several periods. Who renews first has the lower price.
        let ended = |world: &Self, held: &Held| {
            let until = held.period.map(|(_, until)| until).filter(|until| *until <= now)?;
            world.first_moment(until).map(|_| until)
        };
        while let Some(held) = covers
            .iter_mut()
            .filter(|held| ended(self, held).is_some())
            .min_by_key(|held| held.period.map(|(_, until)| until))
        {
            self.renew(held)?;
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

    /// Ends a period, and buys the next one where the last ended, or where the chain goes on that stood then.
    fn renew(&mut self, held: &mut Held) -> Result<(), StepError> {
        let Some((from, until)) = held.period else { return Ok(()) };
        if held.cover.paid == Paid::ByTime {
            self.book_premium(held, from, until)?;
        }
        held.period = None;
        let begin = self.first_moment(until).unwrap_or(self.now.time);
        let renewed = if held.cover.renews && !self.is_closed() { Some(self.buy(held, begin)) } else { None };
        let what = match renewed {
            Some(Ok(())) => return Ok(()),
            Some(Err(StepError::WalletTooSmall { needed, .. })) => CoverEvent::Lapsed { premium: needed },
            Some(Err(error)) => return Err(error),
            None => CoverEvent::Ended,
        };
        self.luck.news.push(News::Cover(CoverNews { at: held.cover.at, what }));
        Ok(())
    }

    /// Books the premium of a period up to `now`: it is due until the wallet pays it.
    fn book_premium(&mut self, held: &mut Held, from: Timestamp, now: Timestamp) -> Result<(), StepError> {
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
    fn move_cover(
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
