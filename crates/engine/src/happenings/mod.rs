//! The events of a scenario in the course of a run.
//!
//! Each event has a turn at its beginning and one at its end, and the run has a step at every turn. What holds between
//! them is laid over what the scenario and the agents say: prices before the market moves, the gas price after it was
//! published, the oracle before it publishes. A scenario without events pays one comparison a step.

mod chain;
mod oracle;
mod prices;
mod venues;

use levmine_composer::{StepError, World};
use levmine_market::{Account, Asset, Price, Timestamp, VenueId};
use levmine_math::{U256, Wad};

use self::oracle::Oracle;
use self::prices::Prices;
use crate::scenario::{Happening, Scenario, What, When};
use crate::{Event, EventKind};

/// A time at which something begins or ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Turn {
    time: Timestamp,
    /// Ends come before beginnings of the same time.
    begins: bool,
    /// Which of the events.
    which: usize,
}

/// The events of a run, and which of them hold.
pub(crate) struct Happenings<'a> {
    list: &'a [Happening],
    /// Exploits that were drawn, in order, and how many have been.
    drawn: (Vec<(Timestamp, VenueId, Wad)>, usize),
    /// Whether somebody watches the farmer's swaps all the time.
    watched: bool,
    turns: Vec<Turn>,
    next: usize,
    /// The turns of this step.
    due: std::ops::Range<usize>,
    active: Vec<bool>,
    prices: Prices,
    oracle: Oracle,
    /// The gas price as it was published, where an event may have changed it.
    gas: Option<U256>,
    /// What the others have taken for each event, to be brought back when it ends.
    taken: Vec<venues::Taken>,
    /// Whether some of it is to be brought back by now.
    owing: bool,
    /// One-time events that came while the chain stood, in order: each is a transaction of somebody's.
    waiting: Vec<usize>,
    /// Until when lending markets shelter borrowers after an outage.
    grace: Option<Timestamp>,
    /// What is to be told, and to whom if not to everybody.
    log: Vec<(Option<Account>, Event)>,
}

impl<'a> Happenings<'a> {
    /// The events of `scenario`, for a run from `from` to `to`.
    pub(crate) fn new(scenario: &'a Scenario, from: Timestamp, to: Timestamp) -> Self {
        let list = scenario.events.as_slice();
        let mut turns = Vec::new();
        for (which, happening) in list.iter().enumerate() {
            let (begin, end) = span(happening, from);
            // What was over before the run began, or begins after it has ended, is no part of it. What happens once never lies
            // before it: such an event is refused when it is read.
            if begin > to || end.is_some_and(|end| end <= from) {
                continue;
            }
            turns.push(Turn { time: begin.max(from), begins: true, which });
            turns.extend(end.map(|time| Turn { time, begins: false, which }));
        }
        // What began before the run holds from its first step, in the order in which it began.
        let began = |which: usize| list.get(which).map(|happening| span(happening, from).0);
        turns.sort_by_key(|turn| (turn.time, turn.begins, began(turn.which), turn.which));
        let mut drawn = Vec::new();
        for (hazard, index) in scenario.hazards.iter().zip(0..) {
            let times = hazard.draw(scenario.seed, index, from, to);
            drawn.extend(times.into_iter().map(|time| (time, hazard.at, hazard.loss)));
        }
        drawn.sort_unstable_by_key(|(time, at, _)| (*time, *at));
        Self {
            list,
            drawn: (drawn, 0),
            watched: scenario.watched,
            turns,
            next: 0,
            due: 0..0,
            active: vec![false; list.len()],
            prices: Prices::new(list, &scenario.follows),
            oracle: Oracle::new(list, scenario),
            gas: None,
            taken: vec![venues::Taken::default(); list.len()],
            owing: false,
            waiting: Vec::new(),
            grace: None,
            log: Vec::new(),
        }
    }

    /// The times at which the run must have a step.
    pub(crate) fn stops(&self) -> Vec<Timestamp> {
        let graces = self.turns.iter().filter_map(|turn| match self.list.get(turn.which)?.what {
            What::Outage(grace) if !turn.begins => Some(turn.time.plus(grace)),
            _ => None,
        });
        let drawn = self.drawn.0.iter().map(|(time, ..)| *time);
        let mut stops: Vec<Timestamp> =
            self.turns.iter().map(|turn| turn.time).chain(graces).chain(drawn).collect();
        stops.sort_unstable();
        stops.dedup();
        stops
    }

    /// The beginning of a step, before anything is published or passes.
    pub(crate) fn begin(&mut self, world: &mut World, now: Timestamp) {
        if self.watched {
            world.watch_swaps(true);
        }
        if self.turns.is_empty() {
            return;
        }
        let first = self.next;
        while let Some(turn) = self.turns.get(self.next).filter(|turn| turn.time <= now) {
            if let Some(active) = self.active.get_mut(turn.which) {
                *active = turn.begins;
            }
            self.next += 1;
        }
        self.due = first..self.next;
        self.prices.stale |= !self.due.is_empty();
        if let Some(published) = self.gas.take() {
            world.gas_price = published;
        }
    }

    /// After time has passed for the venues: what happens to them. What takes a transaction waits while the chain stands.
    pub(crate) fn strike(&mut self, world: &mut World) -> Result<(), StepError> {
        let halted = self.halted();
        if !halted {
            self.strike_drawn(world)?;
        }
        if self.turns.is_empty() {
            return Ok(());
        }
        if !halted {
            for which in std::mem::take(&mut self.waiting) {
                let Some(happening) = self.list.get(which) else { continue };
                self.strike_with(world, which, happening)?;
            }
        }
        for at in self.due.clone() {
            let Some(turn) = self.turns.get(at).copied() else { continue };
            let Some(happening) = self.list.get(turn.which) else { continue };
            if !turn.begins {
                self.lift(world, turn.which, happening);
            } else if halted && !happening.what.ends() {
                self.waiting.push(turn.which);
            } else {
                self.strike_with(world, turn.which, happening)?;
            }
        }
        self.hold(world)
    }

    /// Exploits that were drawn and are due.
    fn strike_drawn(&mut self, world: &mut World) -> Result<(), StepError> {
        while let Some((time, at, loss)) = self.drawn.0.get(self.drawn.1).copied() {
            if time > world.now.time {
                break;
            }
            self.drawn.1 += 1;
            self.exploit(world, at, loss)?;
        }
        Ok(())
    }

    /// After the last step: tells what could not be undone, and what could not happen.
    pub(crate) fn end(&mut self, world: &World) {
        for which in std::mem::take(&mut self.waiting) {
            let Some(happening) = self.list.get(which) else { continue };
            self.tell(world, format!("{} did not happen: the chain stood until the end", happening.text));
        }
        let never = self.drawn.0.get(self.drawn.1..).unwrap_or_default().to_vec();
        for (time, at, _) in never.into_iter().filter(|(time, ..)| *time <= world.now.time) {
            let venue = world.name(at);
            let text = format!(
                "an exploit of {venue}, drawn for {time}, did not happen: the chain stood until the end"
            );
            self.tell(world, text);
        }
        self.tell_what_stays_out(world);
        if self.halted() {
            let text = "the chain stands at the end: nothing can be taken apart, and what is in venues counts at market prices";
            self.tell(world, text.into());
        }
    }

    /// Lays shocks and lost pegs over the prices that are about to move.
    pub(crate) fn bend(&mut self, changed: &mut Vec<(Asset, Price)>) -> Result<(), StepError> {
        if self.turns.is_empty() {
            return Ok(());
        }
        let (list, active) = (self.list, &self.active);
        let holding =
            list.iter().zip(active).filter(|(_, active)| **active).map(|(happening, _)| &happening.what);
        Ok(self.prices.bend(changed, holding)?)
    }

    /// After prices have moved: what the oracle is about to say wrongly.
    pub(crate) fn mislead(&mut self, world: &mut World) -> Result<(), StepError> {
        if self.turns.is_empty() { Ok(()) } else { self.oracle.mislead(world, self.list, &self.active) }
    }

    /// The markets and assets whose utilization an event has hold of; nothing where that has not changed.
    pub(crate) fn resting(&self) -> Option<Vec<(VenueId, Asset)>> {
        if self.due.is_empty() {
            return None;
        }
        let held = self.holding().filter_map(|what| match what {
            What::Utilization(at, asset, _) => Some((*at, *asset)),
            _ => None,
        });
        Some(held.collect())
    }

    /// Whether the chain stands still.
    pub(crate) fn halted(&self) -> bool {
        !self.turns.is_empty() && self.holding().any(|what| matches!(what, What::Outage(_)))
    }

    /// What has happened since the last time this was asked, and to whom if not to everybody.
    pub(crate) fn take(&mut self) -> Vec<(Option<Account>, Event)> {
        std::mem::take(&mut self.log)
    }

    fn holding(&self) -> impl Iterator<Item = &What> {
        self.list
            .iter()
            .zip(&self.active)
            .filter(|(_, active)| **active)
            .map(|(happening, _)| &happening.what)
    }

    fn tell(&mut self, world: &World, text: String) {
        let (time, equity) = (world.now.time, world.portfolio.equity());
        self.log.push((None, Event { time, equity, kind: EventKind::World { text } }));
    }
}

/// When an event begins and ends in a run that begins at `from`.
pub(crate) fn span(happening: &Happening, from: Timestamp) -> (Timestamp, Option<Timestamp>) {
    let begin = match happening.begin {
        When::At(time) => time,
        When::After(seconds) => from.plus(seconds),
    };
    let end = happening.end.map(|end| match end {
        When::At(time) => time,
        When::After(seconds) => begin.plus(seconds),
    });
    (begin, end)
}
