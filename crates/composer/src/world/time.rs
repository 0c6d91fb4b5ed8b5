//! Time passes.

use levmine_market::{Reason, Timestamp};

use super::World;
use crate::{StepError, Venue};

impl World {
    /// Moves time to `time`: every venue accrues, and the interest is booked.
    ///
    /// # Errors
    ///
    /// [`StepError`] where a venue's arithmetic fails.
    pub fn pass_time(&mut self, time: Timestamp) -> Result<(), StepError> {
        if time <= self.now.time {
            return Ok(());
        }
        self.value_entries();
        let since = self.now.time;
        self.now = self.clock.at(time);
        let (now, farmer) = (self.now, self.farmer);
        let mut vaults = false;
        for slot in &mut self.venues {
            match &mut slot.venue {
                Venue::Lending(market) => {
                    market.accrue_for(farmer, now)?;
                    for seat in &self.parked {
                        market.accrue_for(seat.farmer(), now)?;
                    }
                }
                Venue::Vault(_) => vaults = true,
                Venue::Pool(_) => {}
            }
        }
        if vaults {
            self.accrue_vaults()?;
        }
        if !self.incentives.is_empty() {
            self.for_everybody(|world| world.earn_incentives(since))?;
        }
        self.for_everybody(Self::book_interest)
    }

    fn accrue_vaults(&mut self) -> Result<(), StepError> {
        for id in self.venue_ids() {
            let slot = self.venues.get(usize::from(id.0));
            if slot.is_some_and(|slot| matches!(slot.venue, Venue::Vault(_))) {
                self.with_vault_unasked(id, Reason::Harvest, |vault, now| Ok(((), vault.accrue(now)?)))?;
            }
        }
        self.follow_all_rebasing()?;
        self.derive_market_prices()
    }

    /// Lets the market's prices of vault shares follow from what they are made of.
    pub(crate) fn derive_market_prices(&mut self) -> Result<(), StepError> {
        if self.vault_shares.is_empty() {
            return Ok(());
        }
        let (mut market, given) = (std::mem::take(&mut self.market), std::mem::take(&mut self.given));
        let done = self.derive_prices(&mut market, &given);
        (self.market, self.given) = (market, given);
        done
    }
}
