//! What a keeper tells of itself, so that it neither repeats itself nor fills the memory.

use levmine_composer::World;

use crate::event::EventKind;
use crate::{Event, Metrics};

/// Events of policies that are kept; more are counted.
const MOST_EVENTS: usize = 10_000;
/// Reasons for which one policy fails that are told before it acts again.
const MOST_REASONS: usize = 8;

/// Where events are written and counted.
pub(crate) struct Log<'a> {
    pub metrics: &'a mut Metrics,
    pub events: &'a mut Vec<Event>,
}

impl Log<'_> {
    /// Counts and writes what happened to a policy.
    pub(crate) fn tell(&mut self, world: &World, kind: EventKind) {
        let count = match kind {
            EventKind::Policy { .. } => &mut self.metrics.policy_acts,
            EventKind::PolicyDecided { .. } => &mut self.metrics.policy_decisions,
            EventKind::PolicyDropped { .. } => &mut self.metrics.policy_drops,
            EventKind::PolicyLate { .. } => &mut self.metrics.policy_late,
            EventKind::PolicyGaveWay { .. } => &mut self.metrics.policy_gave_way,
            _ => return self.write(world, kind),
        };
        *count = count.saturating_add(1);
        self.write(world, kind);
    }

    /// Writes what happened to a policy, without counting it.
    pub(crate) fn write(&mut self, world: &World, kind: EventKind) {
        if self.events.len() >= MOST_EVENTS {
            self.metrics.events_left_out = self.metrics.events_left_out.saturating_add(1);
            return;
        }
        self.events.push(Event { time: world.now.time, equity: world.portfolio.equity(), kind });
    }
}

/// What has been told of a policy since it became due.
#[derive(Default)]
pub(super) struct Told {
    /// Why it failed, each reason once.
    reasons: Vec<String>,
    /// That it was late.
    pub late: bool,
    /// What it says itself, for one that says something.
    pub said: bool,
    /// Nothing, because it found nothing to do.
    pub idle: bool,
    /// Anything from which one sees why its decision came to nothing.
    pub anything: bool,
}

impl Told {
    /// Whether a reason has not been told yet. Reasons that differ only in their figures are one: a gas price above the cap
    /// is told once, whatever it rises to.
    pub(super) fn is_new(&mut self, reason: &str) -> bool {
        self.anything = true;
        let is_known = self.reasons.iter().any(|known| words(known).eq(words(reason)));
        if is_known || self.reasons.len() >= MOST_REASONS {
            return false;
        }
        self.reasons.push(reason.into());
        true
    }

    pub(super) const fn failed(&self) -> bool {
        !self.reasons.is_empty()
    }

    pub(super) fn forget(&mut self) {
        self.reasons.clear();
        (self.late, self.said, self.idle, self.anything) = (false, false, false, false);
    }
}

fn words(reason: &str) -> impl Iterator<Item = char> {
    reason.chars().filter(|c| !c.is_ascii_digit() && !matches!(c, '.' | ','))
}
