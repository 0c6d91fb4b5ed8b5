//! What goes wrong in a world: venues that stand still or have been robbed, oracles that are wrong, a chain that stands.
//!
//! A world without trouble pays nothing for it: every question begins with whether there is any.

mod drain;
mod exploit;
mod oracle;
mod sandwich;
mod standstill;

pub use oracle::OracleTrouble;
pub(crate) use oracle::times;
pub(crate) use sandwich::Front;
pub use sandwich::Sandwich;

use levmine_lending::{Health, HealthFactor};
use levmine_market::{Asset, Reason, Timestamp, VenueId};
use levmine_math::{U256, Wad};
use rust_decimal::Decimal;

use crate::cover::{CoverNews, CoverPrice, Held};
use crate::{StepError, Venue, World};

/// What is wrong now.
#[derive(Debug, Clone, Default)]
pub(crate) struct Trouble {
    /// Venues at which nobody can do anything.
    paused: Vec<VenueId>,
    /// Venues that were robbed, with the part of their holdings that is left, of one.
    kept: Vec<(VenueId, Wad)>,
    /// What the oracle says wrongly.
    oracle: Vec<(Asset, OracleTrouble)>,
    /// What it would have said of those assets when it last published.
    undisturbed: Vec<(Asset, levmine_market::Price)>,
    /// When the chain stood last, and until when if it goes on.
    stood: Option<(Timestamp, Option<Timestamp>)>,
    /// Whether lending markets shelter borrowers: the chain has only just come back.
    sheltered: bool,
    /// Whether somebody watches the farmer's swaps.
    watched: bool,
    /// What cover costs where somebody has bought some.
    pub(crate) cover_prices: Vec<CoverPrice>,
    /// When the run ends.
    pub(crate) ends: Option<Timestamp>,
    /// What a keeper's swaps may lose at most, which whoever watches them knows.
    tolerance: Option<Decimal>,
}

/// What one farmer has met with, and bought against it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Luck {
    /// Protection that was bought.
    pub(crate) covers: Vec<Held>,
    /// Premiums that could not be paid yet, in base units of the quote asset.
    pub(crate) premium_due: U256,
    /// What nobody has been told of yet.
    pub(crate) news: Vec<News>,
}

/// Something that has happened to one farmer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// Somebody traded around a swap of his.
    Sandwich(Sandwich),
    /// Something happened to a cover of his.
    Cover(CoverNews),
}

/// Below this health factor a sheltered position is liquidated all the same, as Aave's price oracle sentinel allows:
/// `MINIMUM_HEALTH_FACTOR_LIQUIDATION_THRESHOLD`, 0.95.
const HOPELESS: Wad = Wad::new(950_000_000_000_000_000);

impl World {
    /// What has happened to the farmer who acts since the last time this was asked.
    pub fn take_news(&mut self) -> Vec<News> {
        std::mem::take(&mut self.luck.news)
    }

    /// Pauses a venue, or opens it again: nobody can do anything there, and interest goes on.
    pub fn pause(&mut self, at: VenueId, paused: bool) {
        self.trouble.paused.retain(|known| *known != at);
        if paused {
            self.trouble.paused.push(at);
        }
    }

    /// Whether a venue is paused.
    #[must_use]
    pub fn is_paused(&self, at: VenueId) -> bool {
        !self.trouble.paused.is_empty() && self.trouble.paused.contains(&at)
    }

    /// Refuses what is done at a paused venue, or while the chain stands.
    pub(crate) fn admits(&self, at: VenueId) -> Result<(), StepError> {
        if self.is_halted() {
            return Err(StepError::Halted);
        }
        if self.is_paused(at) { Err(StepError::Paused { venue: self.name(at).into() }) } else { Ok(()) }
    }

    /// Shelters borrowers, or no longer: lending markets neither lend nor allow liquidations of positions that are not
    /// hopeless, so that everybody can look after his own first.
    pub fn shelter(&mut self, sheltered: bool) {
        self.trouble.sheltered = sheltered;
    }

    /// Refuses new debt while borrowers are sheltered.
    pub(crate) fn lends(&self, at: VenueId) -> Result<(), StepError> {
        if self.trouble.sheltered {
            Err(StepError::Sheltered { venue: self.name(at).into() })
        } else {
            Ok(())
        }
    }

    /// Whether outsiders may liquidate a position at a venue now.
    pub(crate) fn may_liquidate(&self, at: VenueId, health: &Health) -> bool {
        let hopeless = match health.factor {
            HealthFactor::NoDebt => false,
            HealthFactor::Of(factor) => factor < HOPELESS,
        };
        !self.is_paused(at) && (!self.trouble.sheltered || hopeless)
    }

    /// Multiplies what the incentives of a venue pay per day, from now on. Rounds down. Returns how many there are.
    ///
    /// # Errors
    ///
    /// [`StepError::Math`] where a product does not fit.
    pub fn scale_incentives(&mut self, at: VenueId, factor: Wad) -> Result<usize, StepError> {
        let scaled = self.incentives.iter().filter(|incentive| incentive.at == at).count();
        self.for_everybody(|world| {
            for incentive in world.incentives.iter_mut().filter(|incentive| incentive.at == at) {
                incentive.per_day.raw =
                    factor.mul_int(incentive.per_day.raw, levmine_math::Rounding::Down)?;
            }
            Ok(())
        })?;
        Ok(scaled)
    }

    /// Changes a parameter of a venue, as its governance does.
    ///
    /// # Errors
    ///
    /// [`StepError::Lending`], [`StepError::Vault`] for what the venue's governance cannot change or not so;
    /// [`StepError::WrongVenue`] at a pool.
    pub fn govern(&mut self, at: VenueId, change: &Governance) -> Result<(), StepError> {
        if let (Ok(_), Governance::Rewards(factor)) = (self.vault(at), change) {
            return self
                .with_vault(at, Reason::Harvest, |vault, now| Ok(((), vault.scale_rewards(*factor, now)?)));
        }
        let ctx = levmine_lending::Context { now: self.now, prices: &self.oracle };
        match (self.venues.get_mut(usize::from(at.0)).map(|slot| &mut slot.venue), change) {
            (Some(Venue::Lending(market)), Governance::Lending(change)) => market.govern(change, &ctx)?,
            (Some(Venue::Lending(market)), Governance::Rewards(factor)) => {
                let to = levmine_lending::Setting::Rewards(*factor);
                market.govern(&levmine_lending::Change { asset: None, to }, &ctx)?;
            }
            _ => return Err(self.wrong(at, "venue with such a parameter")),
        }
        self.look_again()
    }
}

/// What governance changes at a venue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Governance {
    /// A parameter of a lending market.
    Lending(levmine_lending::Change),
    /// What the venue itself pays as rewards, times a factor.
    Rewards(Wad),
}
