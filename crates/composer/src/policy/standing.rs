//! What has been seen of a policy: since when its trigger holds, and when it may act again.

use levmine_market::Timestamp;

use super::{Policy, Trigger, Watch};
use crate::World;

/// What has been seen of a policy so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// When it last came due, for a span of time; before that, the opening.
    since: Timestamp,
    /// Whether a span of time has passed and nothing has been done yet.
    open: bool,
    /// Since when all conditions have held at every look.
    held: Option<Timestamp>,
    /// Until when it rests after it has acted.
    rests: Option<Timestamp>,
}

/// Why a policy whose trigger holds is not due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waiting {
    /// It acted not long ago.
    Cooldown,
    /// It has not held for long enough.
    Hold,
}

impl Standing {
    /// A policy of a position that was opened then.
    #[must_use]
    pub const fn new(opened: Timestamp) -> Self {
        Self { since: opened, open: false, held: None, rests: None }
    }

    /// Looks at the world now, and answers whether the policy is due. To be asked at least once in each step, so that an
    /// interruption is seen.
    pub fn look(&mut self, policy: &Policy, world: &World, watch: &Watch<'_>) -> bool {
        let now = world.now.time;
        if let Trigger::Every(seconds) = policy.trigger {
            if now.since(self.since) >= seconds {
                (self.since, self.open) = (now, true);
            }
            return self.open;
        }
        if !policy.trigger.holds(world, watch) {
            self.held = None;
            return false;
        }
        self.held.get_or_insert(now);
        self.waits(policy, now).is_none()
    }

    /// What keeps a policy whose trigger held when it was last looked at from being due.
    #[must_use]
    pub fn waits(&self, policy: &Policy, now: Timestamp) -> Option<Waiting> {
        let held = self.held?;
        if self.rests.is_some_and(|until| now < until) {
            return Some(Waiting::Cooldown);
        }
        (now.since(held) < policy.hold).then_some(Waiting::Hold)
    }

    /// The policy has acted: it rests for its cool-down, and its trigger must hold anew for as long as it must.
    pub fn acted(&mut self, policy: &Policy, now: Timestamp) {
        self.open = false;
        self.held = None;
        self.rests = Some(Timestamp(now.0.saturating_add(policy.cooldown)));
    }

    /// There was nothing to do: a span of time begins anew.
    pub const fn idle(&mut self) {
        self.open = false;
    }
}
