//! Policies: a trigger looks at the world, an action changes it through plans.
//!
//! To add a metric, write it into [`Metric`]; to add an action, write a file beside `deleverage.rs` and a line into
//! [`PolicyAction`]. Nothing else knows them.

mod action;
mod add_collateral;
mod compound;
mod deleverage;
mod metric;
mod read;
mod rebalance;
mod recenter;
mod refinance;
mod releverage;
mod towards;
mod trigger;
mod volatility;

use std::fmt;

pub use action::{Direction, PolicyAction};
use levmine_config::Place;
use levmine_market::{Asset, Timestamp};
pub use metric::{Metric, Peak};
pub use read::read_policy;
pub use rebalance::Rebalance;
pub(crate) use towards::leverage_room;
pub use trigger::Trigger;
pub use volatility::Volatility;
pub(crate) use volatility::volatilities;

use crate::{StepError, Transaction, World};

/// A trigger with its action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// When.
    pub trigger: Trigger,
    /// What.
    pub action: PolicyAction,
    /// Where it is written.
    pub place: Option<Place>,
}

/// What a policy may know beyond the world.
#[derive(Debug, Clone, Copy)]
pub struct Watch {
    /// When the position was opened, or when this policy last acted.
    pub since: Timestamp,
    /// The highest equity so far.
    pub peak: Peak,
}

impl Policy {
    /// Whether the policy is to act now.
    #[must_use]
    pub fn is_due(&self, world: &World, watch: &Watch) -> bool {
        self.trigger.is_due(world, watch)
    }

    /// Does what the policy is there for. An empty list means that there was nothing to do.
    ///
    /// # Errors
    ///
    /// [`StepError`] when it cannot be done; the world is then as it was before.
    pub fn act(&self, world: &mut World, keep: &[Asset]) -> Result<Vec<Transaction>, StepError> {
        self.action.act(world, keep)
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.trigger, self.action)
    }
}
