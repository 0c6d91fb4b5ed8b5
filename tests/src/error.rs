use std::path::PathBuf;

use levmine::LevmineError;

/// Why a suite cannot be read, or a case has no report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SuiteError {
    /// A file or folder cannot be read.
    #[error("{}: cannot be read: {source}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The folder that `LEVMINE_DATA` names is not there.
    #[error("LEVMINE_DATA is \"{}\", which is not a folder", path.display())]
    NoDataFolder {
        /// What the variable holds.
        path: PathBuf,
    },
    /// A strategy of a table does not have the lines that are changed.
    #[error(
        "{strategy}: expected a table [venues.{venue}] with a line `protocol = …` and a line `preset = …`"
    )]
    Lines {
        /// The strategy file.
        strategy: String,
        /// The venue.
        venue: String,
    },
    /// A case that is to be refused has been answered.
    #[error("has an answer, but `refused = true` says that it has none")]
    NotRefused,
    /// A file is not accepted, or the run has no answer.
    #[error(transparent)]
    Levmine(Box<LevmineError>),
}

impl<E: Into<LevmineError>> From<E> for SuiteError {
    fn from(error: E) -> Self {
        Self::Levmine(Box::new(error.into()))
    }
}
