//! Policies: a trigger looks at the world, an action changes it through plans.
//!
//! To add a metric, write it into [`Metric`] and its grammar into `condition.rs`; to add an action, write a file beside
//! `deleverage.rs` and a line into [`PolicyAction`], and say there what it does to debt. Nothing else knows them.

mod action;
mod add_collateral;
mod carry;
mod close;
mod compound;
mod condition;
mod deleverage;
mod metric;
mod net_rate;
mod past;
mod read;
mod rebalance;
mod recenter;
mod refinance;
mod releverage;
mod standing;
mod terms;
mod towards;
mod trigger;
mod units;
mod volatility;

use std::fmt;

pub use action::{Direction, PolicyAction};
use levmine_config::{Place, Seconds};
use levmine_market::{Asset, Timestamp};
pub use metric::{Metric, Peak, Unit};
pub use past::Past;
pub use read::read_policy;
pub use rebalance::Rebalance;
pub use standing::{Standing, Waiting};
pub use terms::{Terms, read_keeper};
pub(crate) use towards::leverage_room;
pub use trigger::{Condition, Trigger};
pub use units::write_duration;
pub use volatility::Volatility;
pub(crate) use volatility::volatilities;

use crate::{StepError, Transaction, World};

/// A trigger with its action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// When.
    pub trigger: Trigger,
    /// For how many seconds the trigger must have held without interruption.
    pub hold: Seconds,
    /// For how many seconds the policy rests after it has acted.
    pub cooldown: Seconds,
    /// How its keeper carries it out.
    pub keeper: Terms,
    /// What.
    pub action: PolicyAction,
    /// Where it is written.
    pub place: Option<Place>,
}

/// What a policy may know beyond the world.
#[derive(Debug, Clone, Copy)]
pub struct Watch<'a> {
    /// When the position was opened.
    pub opened: Timestamp,
    /// The highest equity so far.
    pub peak: Peak,
    /// Equity over the spans of time that policies look back on.
    pub past: &'a Past,
}

impl Policy {
    /// A policy that is due whenever its trigger holds, and is carried out at once whatever it costs.
    #[must_use]
    pub fn new(trigger: Trigger, action: PolicyAction) -> Self {
        Self { trigger, hold: 0, cooldown: 0, keeper: Terms::default(), action, place: None }
    }

    /// Whether this policy would undo what `earlier` has just done: borrow what was paid back, pay back what was borrowed,
    /// or touch what was closed.
    #[must_use]
    pub fn opposes(&self, earlier: &Self) -> bool {
        let one_way = (earlier.action.direction(), self.action.direction());
        earlier.action == PolicyAction::Close
            || match one_way {
                (Direction::None, _) | (_, Direction::None) => false,
                (Direction::Either, _) | (_, Direction::Either) => true,
                (before, after) => before != after,
            }
    }

    /// Does what the policy is there for, on the terms of its keeper. An empty list means that there was nothing to do.
    ///
    /// # Errors
    ///
    /// [`StepError`] when it cannot be done, or not on these terms; the world is then as it was before.
    pub fn act(&self, world: &mut World, keep: &[Asset]) -> Result<Vec<Transaction>, StepError> {
        carry::carry_out(&self.keeper, world, |world| self.action.act(world, keep))
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.trigger)?;
        if self.hold > 0 {
            write!(f, " for {}", units::write_duration(self.hold))?;
        }
        write!(f, ": {}", self.action)
    }
}
