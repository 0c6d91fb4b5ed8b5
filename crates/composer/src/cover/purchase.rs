//! Buying a period of cover, and whether the next one is bought.

use levmine_config::Place;
use levmine_market::{Cause, Holder, Outside, Timestamp, TokenAmount, VenueId};
use levmine_math::U256;

use super::price::cost_of;
use super::{Cover, CoverEnd, CoverEvent, CoverNews, Held, Paid, Pricing};
use crate::recipe::wallet_mark;
use crate::trouble::News;
use crate::{Exposure, StepError, World};

impl World {
    /// Buys the first period of each cover with what the wallet holds.
    ///
    /// # Errors
    ///
    /// The place of a cover that the wallet cannot pay, with [`StepError::WalletTooSmall`] or, by time,
    /// [`StepError::PremiumUnpaid`], or of one that its pools cannot cover beside the others on its venue, with
    /// [`StepError::CoverFull`].
    pub fn buy_covers(&mut self, covers: &[Cover]) -> Result<(), (Place, StepError)> {
        for cover in covers {
            let mut held = Held::new(cover.clone());
            let bought = self.has_room(cover).and_then(|()| self.buy(&mut held, self.now.time));
            self.luck.covers.push(held);
            bought.map_err(|error| (cover.place.clone(), error))?;
        }
        Ok(())
    }

    /// Says when the run ends: no period of a cover is bought that would begin then.
    pub const fn ends_at(&mut self, end: Timestamp) {
        self.trouble.ends = Some(end);
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

    /// Buys the period that begins at `now`, or says why it cannot be paid.
    fn buy(&mut self, held: &mut Held, now: Timestamp) -> Result<(), StepError> {
        let cover = &held.cover;
        let (cost, bumped) = cost_of(cover, self.last_price(cover), now)?;
        let premium = TokenAmount::new(cover.amount.asset, cost);
        match cover.paid {
            Paid::UpFront => {
                let available = TokenAmount::new(premium.asset, self.wallet(premium.asset));
                if available.raw < premium.raw {
                    return Err(StepError::WalletTooSmall { needed: premium, available });
                }
                let (farmer, seller) = (Holder::Wallet(self.farmer), Holder::Outside(Outside::Cover));
                self.move_cover(farmer, seller, premium, Cause::CoverPremium)?;
            }
            Paid::ByTime => self.stands_for_premium(premium)?,
        }
        held.cost = cost;
        if let Some(bumped) = bumped {
            self.leave_price(&held.cover, bumped, now);
        }
        let until = now.plus(held.cover.period);
        (held.period, held.left, held.booked) = (Some((now, until)), held.cover.amount.raw, U256::ZERO);
        let told =
            TokenAmount::new(premium.asset, if held.cover.paid == Paid::UpFront { cost } else { U256::ZERO });
        self.tell_cover(held, CoverEvent::Bought { amount: held.cover.amount, premium: told, until });
        Ok(())
    }

    /// Fails where nothing stands for a premium by time: neither what the wallet holds, less what is due already, nor the equity
    /// of the whole covers it.
    fn stands_for_premium(&self, premium: TokenAmount) -> Result<(), StepError> {
        let needed = self.market.mark(premium, self.quote)?;
        if needed == 0 || self.portfolio.equity() >= needed {
            return Ok(());
        }
        let due = self.market.mark(TokenAmount::new(self.quote, self.luck.premium_due), self.quote)?;
        if wallet_mark(self)?.saturating_sub(due) >= needed {
            return Ok(());
        }
        Err(StepError::PremiumUnpaid { premium })
    }

    /// Ends a period, and buys the next one where the last ended, or where the chain goes on that stood then.
    pub(super) fn renew(&mut self, held: &mut Held) -> Result<(), StepError> {
        let Some((from, until)) = held.period else { return Ok(()) };
        if held.cover.paid == Paid::ByTime {
            self.book_premium(held, from, until)?;
        }
        held.period = None;
        let begin = self.first_moment(until).unwrap_or(self.now.time);
        let why = if !held.cover.renews {
            CoverEnd::NotRenewed
        } else if self.is_over(begin) {
            CoverEnd::RunEnds
        } else if !self.has_anything_at(held.cover.at)? {
            held.waits = true;
            CoverEnd::NothingThere
        } else {
            return self.buy_if_paid(held, begin);
        };
        self.tell_cover(held, CoverEvent::Ended { why });
        Ok(())
    }

    /// Buys a period now where there is something to insure again.
    pub(super) fn resume(&mut self, held: &mut Held) -> Result<(), StepError> {
        let now = self.now.time;
        if self.is_halted() || self.is_over(now) || !self.has_anything_at(held.cover.at)? {
            return Ok(());
        }
        held.waits = false;
        self.buy_if_paid(held, now)
    }

    /// Buys a period, or lets the cover lapse where nobody could pay for it.
    fn buy_if_paid(&mut self, held: &mut Held, begin: Timestamp) -> Result<(), StepError> {
        let (premium, paid) = match self.buy(held, begin) {
            Err(StepError::WalletTooSmall { needed, .. }) => (needed, Paid::UpFront),
            Err(StepError::PremiumUnpaid { premium }) => (premium, Paid::ByTime),
            done => return done,
        };
        self.tell_cover(held, CoverEvent::Lapsed { premium, paid });
        Ok(())
    }

    fn is_over(&self, time: Timestamp) -> bool {
        self.trouble.ends.is_some_and(|end| time >= end)
    }

    /// Whether the farmer has anything at a venue that he could lose: at a lending market above what he owes there, anywhere
    /// else what goes through it. A venue that has lost everything has nothing left.
    fn has_anything_at(&self, at: VenueId) -> Result<bool, StepError> {
        if self.is_closed() || self.kept(at).is_zero() {
            return Ok(false);
        }
        if self.lending(at).is_ok() {
            return Ok(self.at_stake(at)? > 0);
        }
        let mut exposure = Exposure::new(self, self.quote);
        self.expose(&mut exposure)?;
        Ok(exposure.venues.get(usize::from(at.0)).is_some_and(|mark| *mark > 0))
    }

    fn tell_cover(&mut self, held: &Held, what: CoverEvent) {
        self.luck.news.push(News::Cover(CoverNews { at: held.cover.at, what }));
    }
}
