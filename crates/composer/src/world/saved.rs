//! States to go back to.

use levmine_lending::Health;
use levmine_market::{Account, Asset, Moment, PriceBook, VenueId};
use levmine_math::U256;

use super::{OracleView, World};
use crate::gas::GasBook;
use crate::incentives::Incentive;
use crate::record::Kept;
use crate::seat::Seat;
use crate::trouble::Luck;
use crate::{Portfolio, Slot};

/// A state of the world to which it can be taken back.
#[derive(Debug)]
pub(crate) struct Saved {
    now: Moment,
    market: PriceBook,
    oracle: PriceBook,
    gas_price: U256,
    venues: Vec<Slot>,
    journal: levmine_market::Checkpoint,
    farmer: Account,
    quote: Asset,
    portfolio: Portfolio,
    gas_due: U256,
    gas: GasBook,
    healths: Vec<(VenueId, Health)>,
    incentives: Vec<Incentive>,
    views: Vec<OracleView>,
    luck: Luck,
    parked: Vec<Seat>,
    record: Kept,
}

impl World {
    pub(crate) fn save(&self) -> Saved {
        Saved {
            now: self.now,
            market: self.market.clone(),
            oracle: self.oracle.clone(),
            gas_price: self.gas_price,
            venues: self.venues.iter().map(Slot::fork).collect(),
            journal: self.journal.checkpoint(),
            farmer: self.farmer,
            quote: self.quote,
            portfolio: self.portfolio.clone(),
            gas_due: self.gas_due,
            gas: self.gas.clone(),
            healths: self.healths.clone(),
            incentives: self.incentives.clone(),
            views: self.views.clone(),
            luck: self.luck.clone(),
            parked: self.parked.clone(),
            record: self.mark_of_record(),
        }
    }

    pub(crate) fn restore(&mut self, saved: Saved) {
        self.now = saved.now;
        self.market = saved.market;
        self.oracle = saved.oracle;
        self.gas_price = saved.gas_price;
        self.venues = saved.venues;
        self.journal.rollback(saved.journal);
        self.farmer = saved.farmer;
        self.quote = saved.quote;
        self.portfolio = saved.portfolio;
        self.gas_due = saved.gas_due;
        self.gas = saved.gas;
        self.healths = saved.healths;
        self.incentives = saved.incentives;
        self.views = saved.views;
        self.luck = saved.luck;
        self.parked = saved.parked;
        self.take_back_record(saved.record);
    }

    /// Answers a what-if: does something and takes it back.
    pub fn trial<T>(&mut self, question: impl FnOnce(&mut Self) -> T) -> T {
        let saved = self.save();
        let answer = question(self);
        self.restore(saved);
        answer
    }
}
