//! When a policy acts.

use std::fmt;

use levmine_config::parse_percent;
use rust_decimal::Decimal;

use super::read::with_nearest;
use super::{Metric, Watch, recenter};
use crate::World;

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

impl Trigger {
    /// Whether it is time to act.
    #[must_use]
    pub fn is_due(&self, world: &World, watch: &Watch) -> bool {
        match self {
            Trigger::Below(metric, value) => metric.read(world, watch).is_some_and(|read| read < *value),
            Trigger::Above(metric, value) => metric.read(world, watch).is_some_and(|read| read > *value),
            Trigger::OutOfRange => recenter::is_out_of_range(world),
            Trigger::Every(seconds) => world.now.time.since(watch.since) >= *seconds,
        }
    }
}

impl fmt::Display for Trigger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Trigger::Below(metric, value) => write!(f, "{metric} < {}", metric.write(*value)),
            Trigger::Above(metric, value) => write!(f, "{metric} > {}", metric.write(*value)),
            Trigger::OutOfRange => f.write_str("out_of_range"),
            Trigger::Every(seconds) => write!(f, "every {seconds}s"),
        }
    }
}

pub(super) const WHEN: &str = "a condition: \"health_factor < 1.25\", \"drawdown > 25%\", \"ltv > 70%\", \"leverage > 3\" or \"out_of_range\"";

pub(super) fn read_condition(text: &str) -> Result<Trigger, String> {
    if text.trim() == "out_of_range" {
        return Ok(Trigger::OutOfRange);
    }
    let [name, sign, value] = *text.split_whitespace().collect::<Vec<_>>().as_slice() else {
        return Err(WHEN.into());
    };
    let Some(metric) = Metric::ALL.into_iter().find(|metric| metric.name() == name) else {
        return Err(with_nearest(WHEN, name, Metric::ALL.map(Metric::name)));
    };
    let value = if metric.is_percentage() {
        parse_percent(value)?
    } else {
        Decimal::from_str_exact(value).map_err(|_| format!("a number, as in \"{metric} {sign} 1.25\""))?
    };
    if value.is_sign_negative() {
        return Err(format!(
            "a number that is not negative, as in \"{metric} {sign} {}\"",
            metric.write(Decimal::TWO)
        ));
    }
    match sign {
        "<" => Ok(Trigger::Below(metric, value)),
        ">" => Ok(Trigger::Above(metric, value)),
        _ => Err(format!("{WHEN}; the sign is < or >")),
    }
}
