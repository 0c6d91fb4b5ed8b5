use levmine_composer::{StepError, World};
use levmine_lending::{Link, Touch};
use levmine_market::{Asset, Timestamp, VenueId};
use levmine_math::{Ray, U256};

use crate::{Accuracy, Compared};

/// A reserve whose rates are those of a history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateRecord {
    /// The lending market.
    pub at: VenueId,
    /// The reserve.
    pub asset: Asset,
    /// Its touches, oldest first.
    pub touches: Vec<Touch>,
    /// Whether the recorded indexes are taken where they do not follow from the touch before; otherwise the rates alone move
    /// them.
    pub adopts: bool,
}

/// Puts recorded rates in force as their time comes, and compares the indexes that follow from them.
pub(crate) struct Rates<'a> {
    record: &'a RateRecord,
    passed: usize,
    /// The indexes of supply and debt at the last touch: the market's, and the recorded ones.
    last: Option<[[U256; 2]; 2]>,
    /// What the record added to the indexes that the touches before gave: with a sign by its two parts, more and less.
    added: [[U256; 2]; 2],
    exact: u64,
    raised: u64,
    broken: u64,
}

impl<'a> Rates<'a> {
    pub(crate) fn new(record: &'a RateRecord) -> Self {
        let added = [[U256::ZERO; 2]; 2];
        Self { record, passed: 0, last: None, added, exact: 0, raised: 0, broken: 0 }
    }

    /// Does what the record says up to `now`. Of what was before the first step only the last touch matters.
    pub(crate) fn follow(&mut self, world: &mut World, now: Timestamp) -> Result<(), StepError> {
        let RateRecord { at, asset, touches, adopts } = self.record;
        if self.last.is_none() {
            self.passed = touches.partition_point(|touch| touch.time <= now).saturating_sub(1);
        }
        while let Some(touch) = touches.get(self.passed).filter(|touch| touch.time <= now) {
            self.passed += 1;
            let grown = world.follow_rates(*at, *asset, touch, *adopts)?.map(Ray::raw);
            let recorded = touch.indexes.map_or(grown, |indexes| indexes.map(Ray::raw));
            if self.last.is_some() {
                self.count(touch.link, grown, recorded);
            }
            self.last = Some([if *adopts { recorded } else { grown }, recorded]);
        }
        Ok(())
    }

    fn count(&mut self, link: Link, grown: [U256; 2], recorded: [U256; 2]) {
        match link {
            Link::Exact => self.exact += 1,
            Link::Raised => self.raised += 1,
            Link::Broken => self.broken += 1,
            Link::First | Link::Unknown => {}
        }
        for ((sum, grown), recorded) in self.added.iter_mut().zip(grown).zip(recorded) {
            if grown == recorded {
                continue;
            }
            let [more, less] = sum;
            *more = more.saturating_add(recorded.saturating_sub(grown));
            *less = less.saturating_add(grown.saturating_sub(recorded));
        }
    }

    /// How near it came; nothing where the history has no indexes.
    pub(crate) fn accuracy(&self, world: &World) -> Option<Accuracy> {
        let [own, recorded] = self.last?;
        self.record.touches.first()?.indexes?;
        let line = |what: &str, own, recorded| Compared { what: what.into(), own, recorded, decimals: 27 };
        let ([supply, debt], [supply_recorded, debt_recorded]) = (own, recorded);
        let mut compared =
            vec![line("supply index", supply, supply_recorded), line("debt index", debt, debt_recorded)];
        if self.record.adopts {
            let [supply, debt] = self.added.map(|[more, less]| (more, less));
            let without = |recorded: U256, (more, less): (U256, U256)| {
                recorded.saturating_add(less).saturating_sub(more)
            };
            compared.push(line(
                "supply index by rates alone",
                without(supply_recorded, supply),
                supply_recorded,
            ));
            compared.push(line("debt index by rates alone", without(debt_recorded, debt), debt_recorded));
        }
        Some(Accuracy {
            subject: format!("{} at {}", self.record.asset, world.name(self.record.at)),
            compared,
            counts: vec![
                ("changes", self.exact + self.raised + self.broken),
                ("both indexes follow from the rates to the last digit", self.exact),
                ("the debt index does, the supply index was raised by a premium", self.raised),
                ("rates between two rows are not recorded", self.broken),
            ],
        })
    }
}
