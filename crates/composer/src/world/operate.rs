//! Operations at venues, written into the journal, all or nothing.

use levmine_amm::Pool;
use levmine_lending::{Context, LendingMarket};
use levmine_market::{Moment, Reason, Transfers, VenueId};
use levmine_vault::Vault;

use super::World;
use crate::{StepError, Venue};

/// Venues and journal as they were before an operation.
#[derive(Debug)]
struct Undo {
    venues: Vec<(VenueId, Venue)>,
    journal: levmine_market::Checkpoint,
}

impl World {
    /// Lets a vault do something that moves tokens, and writes them into the journal.
    pub(crate) fn with_vault<T>(
        &mut self,
        id: VenueId,
        reason: Reason,
        act: impl FnOnce(&mut dyn Vault, Moment) -> Result<(T, Transfers), StepError>,
    ) -> Result<T, StepError> {
        self.admits(id)?;
        self.with_vault_unasked(id, reason, act)
    }

    /// The same at a vault that may be paused: what it earns by itself goes on.
    pub(super) fn with_vault_unasked<T>(
        &mut self,
        id: VenueId,
        reason: Reason,
        act: impl FnOnce(&mut dyn Vault, Moment) -> Result<(T, Transfers), StepError>,
    ) -> Result<T, StepError> {
        let (now, undo, beginning) = (self.now, self.undo(id), self.begin_operation(id, reason)?);
        let (done, transfers) = act(self.vault_mut(id)?, now)?;
        self.post_or_undo(id, &transfers, reason, undo)?;
        self.end_operation(id, reason, beginning)?;
        Ok(done)
    }

    /// Writes what an operation at `id` moved.
    fn post(&mut self, id: VenueId, transfers: &Transfers, reason: Reason) -> Result<(), StepError> {
        self.journal.post_all(id, transfers, reason)?;
        if self.rebasing.is_empty() { Ok(()) } else { self.follow_rebasing(id, transfers) }
    }

    /// What takes back an operation at `id`, where the ledger of a rebasing token may refuse it after the venue has done it.
    fn undo(&self, id: VenueId) -> Option<Undo> {
        if self.rebasing.is_empty() {
            return None;
        }
        let ledgers = self.rebasing.iter().map(|token| token.vault);
        let venues = ledgers
            .chain([id])
            .filter_map(|id| self.venues.get(usize::from(id.0)).map(|slot| (id, slot.venue.fork())));
        Some(Undo { venues: venues.collect(), journal: self.journal.checkpoint() })
    }

    fn post_or_undo(
        &mut self,
        id: VenueId,
        transfers: &Transfers,
        reason: Reason,
        undo: Option<Undo>,
    ) -> Result<(), StepError> {
        let posted = self.post(id, transfers, reason);
        if let (Err(_), Some(undo)) = (&posted, undo) {
            for (id, venue) in undo.venues {
                if let Some(slot) = self.venues.get_mut(usize::from(id.0)) {
                    slot.venue = venue;
                }
            }
            self.journal.rollback(undo.journal);
        }
        posted
    }

    /// Lets a lending market do something that moves tokens, and writes them into the journal.
    pub(crate) fn with_lending<T>(
        &mut self,
        id: VenueId,
        reason: Reason,
        act: impl FnOnce(&mut dyn LendingMarket, &Context<'_>) -> Result<(T, Transfers), StepError>,
    ) -> Result<T, StepError> {
        self.admits(id)?;
        let wrong = self.lending(id).err();
        let (undo, beginning) = (self.undo(id), self.begin_operation(id, reason)?);
        let ctx = Context { now: self.now, prices: &self.oracle };
        let Some(Venue::Lending(market)) = self.venues.get_mut(usize::from(id.0)).map(|slot| &mut slot.venue)
        else {
            return Err(wrong.unwrap_or(StepError::NotClosed));
        };
        let (done, transfers) = act(market.as_mut(), &ctx)?;
        self.post_or_undo(id, &transfers, reason, undo)?;
        self.end_operation(id, reason, beginning)?;
        Ok(done)
    }

    /// Lets a pool do something that moves tokens, and writes them into the journal.
    pub(crate) fn with_pool<T>(
        &mut self,
        id: VenueId,
        reason: Reason,
        act: impl FnOnce(&mut dyn Pool, Moment) -> Result<(T, Transfers), StepError>,
    ) -> Result<T, StepError> {
        self.admits(id)?;
        let wrong = self.pool(id).err();
        let (undo, beginning) = (self.undo(id), self.begin_operation(id, reason)?);
        let Some(Venue::Pool(pool)) = self.venues.get_mut(usize::from(id.0)).map(|slot| &mut slot.venue)
        else {
            return Err(wrong.unwrap_or(StepError::NotClosed));
        };
        let (done, transfers) = act(pool.as_mut(), self.now)?;
        self.post_or_undo(id, &transfers, reason, undo)?;
        self.end_operation(id, reason, beginning)?;
        Ok(done)
    }
}
