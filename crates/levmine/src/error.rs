use levmine_books::BooksError;
use levmine_composer::StepError;
use levmine_config::ConfigError;
use levmine_engine::EngineError;
use levmine_source::SourceError;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LevmineError {
    /// A file a person wrote is not accepted.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A history is not accepted.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// A choice on the command line is not accepted.
    #[error("{option}: read {read}; accepted: {accepted}")]
    Option {
        /// The option.
        option: String,
        /// What was read.
        read: String,
        /// What is accepted.
        accepted: String,
    },
    /// The run has no answer.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The run's books cannot be kept.
    #[error(transparent)]
    Books(#[from] BooksError),
    /// A question about the opened position has no answer.
    #[error(transparent)]
    Step(#[from] StepError),
}

impl LevmineError {
    /// The program's exit code: 2 for bad input, 1 for a run that cannot be answered.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Config(_) | Self::Source(_) | Self::Option { .. } => 2,
            Self::Engine(error) if error.is_input() => 2,
            Self::Engine(_) | Self::Step(_) | Self::Books(_) => 1,
        }
    }
}
