//! Policies: a trigger looks at the world, an action changes it through plans.
//!
//! To add a metric, write it into [`Metric`]; to add an action, write a file beside `deleverage.rs` and a line into
//! [`PolicyAction`]. Nothing else knows them.

mod compound;
mod deleverage;
mod metric;
mod read;
mod recenter;

use std::fmt;

use levmine_config::Place;
use levmine_market::{Asset, Timestamp};
use rust_decimal::Decimal;

pub use metric::{Metric, Peak};
pub use read::read_policy;

use crate::{StepError, Transaction, World, unwind};

/// When a policy acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trigger {
    /// A metric is below a value.
    Below(Metric, Decimal),
    /// A metric is above a value.
    Above(Metric, Decimal),
    /// A position lies beside its pool's price.
    OutOfRange,
    /// So many seconds have passed since the opening or since it last acted.
    Every(u64),
}

/// What a policy does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PolicyAction {
    /// Pays debt back until the health factor is at least this.
    Deleverage {
        /// The health factor to reach.
        to: Decimal,
    },
    /// Takes the whole position apart.
    Close,
    /// Claims rewards and puts whatever lies idle in the wallet back to work.
    Compound,
    /// Claims rewards and keeps them in the wallet.
    Claim,
    /// Moves liquidity with a price range to where the price is.
    Recenter {
        /// From so much below the price to so much above it, as a fraction.
        width: Decimal,
    },
}

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
        match &self.trigger {
            Trigger::Below(metric, value) => metric.read(world, watch).is_some_and(|read| read < *value),
            Trigger::Above(metric, value) => metric.read(world, watch).is_some_and(|read| read > *value),
            Trigger::OutOfRange => recenter::is_out_of_range(world),
            Trigger::Every(seconds) => world.now.time.since(watch.since) >= *seconds,
        }
    }

    /// Does what the policy is there for. An empty list means that there was nothing to do.
    ///
    /// # Errors
    ///
    /// [`StepError`] when it cannot be done; the world is then as it was before.
    pub fn act(&self, world: &mut World, keep: &[Asset]) -> Result<Vec<Transaction>, StepError> {
        match &self.action {
            PolicyAction::Deleverage { to } => deleverage::act(world, *to),
            PolicyAction::Close => {
                let done = unwind(world, keep)?;
                // A position that should be closed, is not, and could not be touched at all is a failure to tell.
                if done.is_empty() && !world.is_closed() { Err(StepError::NotClosed) } else { Ok(done) }
            }
            PolicyAction::Compound => compound::act(world, keep),
            PolicyAction::Claim => compound::claim(world),
            PolicyAction::Recenter { width } => recenter::act(world, *width),
        }
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.trigger {
            Trigger::Below(metric, value) => write!(f, "{metric} < {}", metric.write(*value))?,
            Trigger::Above(metric, value) => write!(f, "{metric} > {}", metric.write(*value))?,
            Trigger::OutOfRange => f.write_str("out_of_range")?,
            Trigger::Every(seconds) => write!(f, "every {seconds}s")?,
        }
        match &self.action {
            PolicyAction::Deleverage { to } => write!(f, ": deleverage to {to}"),
            PolicyAction::Close => f.write_str(": close"),
            PolicyAction::Compound => f.write_str(": compound"),
            PolicyAction::Claim => f.write_str(": claim"),
            PolicyAction::Recenter { width } => {
                write!(f, ": recenter {}%", (width * Decimal::ONE_HUNDRED).normalize())
            }
        }
    }
}
