//! Venues that follow what was recorded of them.

use levmine_amm::{Followed, PoolRecord};
use levmine_lending::Touch;
use levmine_market::{Asset, Reason, VenueId};
use levmine_math::Ray;

use crate::world::OUTSIDER;
use crate::{StepError, Venue, World};

impl World {
    /// Does to a reserve what a recorded touch did, as [`levmine_lending::LendingMarket::follow`] says. Returns the indexes
    /// of supply and debt that follow from the touch before it.
    ///
    /// # Errors
    ///
    /// [`StepError::Lending`]; [`StepError::WrongVenue`].
    pub fn follow_rates(
        &mut self,
        at: VenueId,
        asset: Asset,
        touch: &Touch,
        adopt: bool,
    ) -> Result<[Ray; 2], StepError> {
        match self.venues.get_mut(usize::from(at.0)).map(|slot| &mut slot.venue) {
            Some(Venue::Lending(market)) => Ok(market.follow(asset, touch, adopt)?),
            _ => Err(self.lending(at).err().unwrap_or(StepError::NotClosed)),
        }
    }

    /// Leaves a pool to its record: no arbitrageur acts there any more.
    pub fn leave_to_record(&mut self, pool: VenueId) {
        if !self.recorded.contains(&pool) {
            self.recorded.push(pool);
        }
    }

    /// Lets outsiders do at a pool what was recorded, as [`levmine_amm::Pool::follow`] says, and tells `told` what it did, before
    /// the tokens that moved are booked. What positions earn by it is booked when they are marked:
    /// [`World::settle_shares`] must follow before anybody acts.
    ///
    /// # Errors
    ///
    /// [`StepError::Amm`].
    pub fn follow_trades(
        &mut self,
        at: VenueId,
        record: &PoolRecord,
        told: impl FnOnce(&Followed),
    ) -> Result<(), StepError> {
        // What it did is too large to be carried through the books.
        self.with_pool(at, Reason::Swap, |pool, now| match pool.follow(OUTSIDER, record, now) {
            Ok((ref done, transfers)) => {
                told(done);
                Ok(((), transfers))
            }
            Err(error) => Err(error.into()),
        })
    }
}
