//! When a policy is due.

use std::cmp::Ordering;
use std::fmt;

use levmine_config::Seconds;
use rust_decimal::Decimal;
use smallvec::SmallVec;

use super::{Metric, Watch, recenter, write_duration};
use crate::World;

/// When a policy is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trigger {
    /// As long as all of these hold.
    When(SmallVec<[Condition; 1]>),
    /// When so many seconds have passed since the opening or since it last came due.
    Every(Seconds),
}

/// Something that is so or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// A metric is below a value.
    Below(Metric, Decimal),
    /// A metric is above a value.
    Above(Metric, Decimal),
    /// A position lies beside its pool's price.
    OutOfRange,
}

impl Trigger {
    /// Whether all conditions hold now. A span of time has none.
    #[must_use]
    pub fn holds(&self, world: &World, watch: &Watch<'_>) -> bool {
        match self {
            Self::When(conditions) => conditions.iter().all(|condition| condition.holds(world, watch)),
            Self::Every(_) => true,
        }
    }

    /// The conditions, if it has any.
    #[must_use]
    pub fn conditions(&self) -> &[Condition] {
        match self {
            Self::When(conditions) => conditions,
            Self::Every(_) => &[],
        }
    }

    /// The metrics that it looks at.
    pub fn metrics(&self) -> impl Iterator<Item = Metric> {
        self.conditions().iter().filter_map(|condition| match condition {
            Condition::Below(metric, _) | Condition::Above(metric, _) => Some(*metric),
            Condition::OutOfRange => None,
        })
    }
}

impl Condition {
    /// Whether it is so now. A metric that has no value is neither below nor above anything.
    #[must_use]
    pub fn holds(&self, world: &World, watch: &Watch<'_>) -> bool {
        match self {
            Self::Below(metric, value) => metric.compare(*value, world, watch) == Some(Ordering::Less),
            Self::Above(metric, value) => metric.compare(*value, world, watch) == Some(Ordering::Greater),
            Self::OutOfRange => recenter::is_out_of_range(world),
        }
    }
}

impl fmt::Display for Trigger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::When(conditions) => {
                for (at, condition) in conditions.iter().enumerate() {
                    write!(f, "{}{condition}", if at == 0 { "" } else { " and " })?;
                }
                Ok(())
            }
            Self::Every(seconds) => write!(f, "every {}", write_duration(*seconds)),
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Below(metric, value) => write!(f, "{metric} < {}", metric.write(*value)),
            Self::Above(metric, value) => write!(f, "{metric} > {}", metric.write(*value)),
            Self::OutOfRange => f.write_str("out_of_range"),
        }
    }
}
