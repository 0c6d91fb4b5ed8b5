//! The venues, by id and by name.

use levmine_amm::Pool;
use levmine_lending::LendingMarket;
use levmine_market::{Asset, VenueId};
use levmine_vault::Vault;

use super::World;
use crate::{Slot, StepError, Venue};

impl World {
    /// The venues, by their ids.
    #[must_use]
    pub fn venues(&self) -> &[Slot] {
        &self.venues
    }

    /// All venue ids.
    pub fn venue_ids(&self) -> impl Iterator<Item = VenueId> + use<> {
        (0..u16::try_from(self.venues.len()).unwrap_or(u16::MAX)).map(VenueId)
    }

    /// The name of a venue.
    #[must_use]
    pub fn name(&self, id: VenueId) -> &str {
        self.venues.get(usize::from(id.0)).map_or("?", |slot| slot.name.as_str())
    }

    /// The venue called `name`.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<VenueId> {
        self.venue_ids().find(|id| self.name(*id) == name)
    }

    /// The lending market with this id.
    ///
    /// # Errors
    ///
    /// [`StepError::WrongVenue`].
    pub fn lending(&self, id: VenueId) -> Result<&dyn LendingMarket, StepError> {
        self.find_lending(id).ok_or_else(|| self.wrong(id, "lending market"))
    }

    /// The lending market with this id, if that is one: for loops over all venues, which need no words for the others.
    pub(crate) fn find_lending(&self, id: VenueId) -> Option<&dyn LendingMarket> {
        match &self.venues.get(usize::from(id.0))?.venue {
            Venue::Lending(market) => Some(market.as_ref()),
            _ => None,
        }
    }

    /// The pool with this id.
    ///
    /// # Errors
    ///
    /// [`StepError::WrongVenue`].
    pub fn pool(&self, id: VenueId) -> Result<&dyn Pool, StepError> {
        self.find_pool(id).ok_or_else(|| self.wrong(id, "pool"))
    }

    /// The pool with this id, if that is one.
    pub(crate) fn find_pool(&self, id: VenueId) -> Option<&dyn Pool> {
        match &self.venues.get(usize::from(id.0))?.venue {
            Venue::Pool(pool) => Some(pool.as_ref()),
            _ => None,
        }
    }

    /// The vault with this id.
    ///
    /// # Errors
    ///
    /// [`StepError::WrongVenue`].
    pub fn vault(&self, id: VenueId) -> Result<&dyn Vault, StepError> {
        self.find_vault(id).ok_or_else(|| self.wrong(id, "vault"))
    }

    /// The vault with this id, if that is one.
    pub(crate) fn find_vault(&self, id: VenueId) -> Option<&dyn Vault> {
        match &self.venues.get(usize::from(id.0))?.venue {
            Venue::Vault(vault) => Some(vault.as_ref()),
            _ => None,
        }
    }

    pub(crate) fn vault_mut(&mut self, id: VenueId) -> Result<&mut dyn Vault, StepError> {
        // Looked up twice, so that the error is written only where there is one.
        if self.vault(id).is_err() {
            return Err(self.wrong(id, "vault"));
        }
        match self.venues.get_mut(usize::from(id.0)).map(|slot| &mut slot.venue) {
            Some(Venue::Vault(vault)) => Ok(vault.as_mut()),
            _ => Err(StepError::WrongVenue { venue: String::new(), wanted: "vault" }),
        }
    }

    pub(crate) fn wrong(&self, id: VenueId, wanted: &'static str) -> StepError {
        StepError::WrongVenue { venue: self.name(id).into(), wanted }
    }

    /// The pool whose share `asset` is: the one share of all, or that of a position.
    #[must_use]
    pub fn pool_of_share(&self, asset: Asset) -> Option<VenueId> {
        self.venue_ids().find(|id| {
            self.find_pool(*id).is_some_and(|pool| {
                pool.share() == Some(asset)
                    || !pool.capabilities().fungible_shares
                        && pool.issued().iter().any(|issued| issued.asset == asset)
            })
        })
    }
}
