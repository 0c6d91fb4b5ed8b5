use levmine_composer::policy::write_duration;
use levmine_composer::{PlanError, StepError};
use levmine_config::Place;
use levmine_market::{Asset, AuditError, MarketError, Timestamp};

use crate::{Limit, Measured};

/// Why a run has no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// A step of the opening plan cannot be done.
    #[error("the opening plan: {0}")]
    Opening(Box<PlanError>),
    /// A venue, a price or the arithmetic failed during the run.
    #[error("at {at}: {source}")]
    Step {
        /// When.
        at: Timestamp,
        /// What went wrong.
        source: Box<StepError>,
    },
    /// The books do not balance: a fault of an adapter, never of the input.
    #[error("the audit failed: {0}")]
    Audit(Box<AuditError>),
    /// The scenario has no price of an asset that the strategy holds.
    #[error("the scenario has no price of {asset}; accepted: one under [prices], or --prices {asset}=...")]
    NoPrice {
        /// The asset.
        asset: Asset,
    },
    /// Nothing says when the run begins and ends.
    #[error("no price moves, and nothing says when the run begins and ends; accepted: `from` and `to`")]
    NoTimes,
    /// The run would end before it begins.
    #[error("the run would begin at {from} and end at {to}; accepted: an end after the beginning")]
    NoSteps {
        /// The beginning.
        from: Timestamp,
        /// The end.
        to: Timestamp,
    },
    /// The run would begin before the first price.
    #[error(
        "the run would begin at {from}, and the prices begin at {first}; accepted: a beginning from there on"
    )]
    TooEarly {
        /// The beginning.
        from: Timestamp,
        /// When the last of the prices begins.
        first: Timestamp,
    },
    /// The run would take more steps than a computer has memory for.
    #[error(
        "{from} to {to} in steps of {} are {steps} steps; accepted: at most {most}, with longer steps or a shorter time",
        write_duration(*step)
    )]
    TooManySteps {
        /// The beginning.
        from: Timestamp,
        /// The end.
        to: Timestamp,
        /// The length of a step in seconds.
        step: u64,
        /// How many they would be.
        steps: u64,
        /// How many are accepted.
        most: u64,
    },
    /// A policy looks at volatility over a time in which there are too few steps to see any.
    #[error(
        "{}`{policy}`: steps of {} leave fewer than two returns in {}; accepted: at least {} of window, or steps of at most {}",
        place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default(),
        write_duration(*step), write_duration(*window), write_duration(step.saturating_mul(2)),
        write_duration(window / 2)
    )]
    ShortWindow {
        /// Where the policy stands.
        place: Option<Place>,
        /// The policy in words.
        policy: String,
        /// Over how many seconds it looks.
        window: u64,
        /// The length of a step in seconds.
        step: u64,
    },
    /// A portfolio has no strategies.
    #[error("there is no strategy to run; accepted: at least one")]
    NoStrategies,
    /// A portfolio exceeds one of its limits when it has just been opened.
    #[error(
        "{}: at the opening {} of all assets {} {name}; accepted: at most {}, by other weights or a higher limit",
        limit.place, percent(*reached), through(limit.of), percent(limit.most)
    )]
    OverLimit {
        /// The limit.
        limit: Box<Limit>,
        /// What is above it.
        name: String,
        /// What was reached, in parts per million.
        reached: u32,
    },
    /// A value does not fit.
    #[error("{0}")]
    Market(Box<MarketError>),
}

impl EngineError {
    /// An error during the run. A price that is missing is the scenario's fault and told as such.
    pub fn at(at: Timestamp, source: StepError) -> Self {
        match source.missing_price() {
            Some(asset) => Self::NoPrice { asset },
            None => Self::Step { at, source: source.into() },
        }
    }

    /// Whether the input is to blame, and not the run.
    #[must_use]
    pub const fn is_input(&self) -> bool {
        matches!(
            self,
            Self::NoPrice { .. }
                | Self::NoTimes
                | Self::NoSteps { .. }
                | Self::TooEarly { .. }
                | Self::TooManySteps { .. }
                | Self::ShortWindow { .. }
                | Self::NoStrategies
                | Self::OverLimit { .. }
        )
    }
}

/// Parts per million as a percentage: `61.3042%`.
fn percent(parts: u32) -> String {
    let text = format!("{}.{:04}", parts / 10_000, parts % 10_000);
    format!("{}%", text.trim_end_matches('0').trim_end_matches('.'))
}

const fn through(of: Measured) -> &'static str {
    match of {
        Measured::Protocol | Measured::Venue => "go through",
        Measured::Asset => "are in",
    }
}

impl From<PlanError> for EngineError {
    fn from(error: PlanError) -> Self {
        // Where a step stands in a file, the file is told; otherwise the scenario.
        match error.source.missing_price().filter(|_| error.place.is_none()) {
            Some(asset) => Self::NoPrice { asset },
            None => Self::Opening(error.into()),
        }
    }
}

impl From<AuditError> for EngineError {
    fn from(error: AuditError) -> Self {
        Self::Audit(error.into())
    }
}

impl From<MarketError> for EngineError {
    fn from(error: MarketError) -> Self {
        Self::Market(error.into())
    }
}
