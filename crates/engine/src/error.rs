use levmine_composer::{PlanError, StepError};
use levmine_market::{Asset, AuditError, MarketError, Timestamp};

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
    #[error("the scenario has no price of {asset}")]
    NoPrice {
        /// The asset.
        asset: Asset,
    },
    /// The scenario has no step between its beginning and its end.
    #[error("the scenario has no price between {from} and {to}")]
    NoSteps {
        /// The beginning.
        from: Timestamp,
        /// The end.
        to: Timestamp,
    },
    /// A value does not fit.
    #[error("{0}")]
    Market(Box<MarketError>),
}

impl From<PlanError> for EngineError {
    fn from(error: PlanError) -> Self {
        Self::Opening(error.into())
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
