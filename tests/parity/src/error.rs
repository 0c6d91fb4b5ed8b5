use std::path::PathBuf;

use levmine_config::ConfigError;

/// Why a comparison cannot be made. A mismatch is no error but what a comparison finds.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ParityError {
    /// The published contracts are not there.
    #[error("the contracts are not installed; `cargo xtask parity` fetches them (it needs npm)")]
    NotInstalled,
    /// There is nothing of this name to compare.
    #[error("nothing is compared under the name {name:?}; there are: {}", known.join(", "))]
    Unknown {
        /// The name.
        name: String,
        /// What there is.
        known: Vec<&'static str>,
    },
    /// A published artifact is not as expected.
    #[error("the artifact {path}: {problem}")]
    Artifact {
        /// Where it lies.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The virtual machine did not take a transaction.
    #[error("the virtual machine: {problem}")]
    Machine {
        /// What it said.
        problem: String,
    },
    /// A call that prepares a comparison, or reads a state, failed.
    #[error("{call} failed: {reason}")]
    Call {
        /// The function.
        call: String,
        /// Why.
        reason: String,
    },
    /// The adapter's files do not hold what the comparison writes.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// An operation lacks an argument, or has one that cannot be read.
    #[error("the operation {operation}: {problem}")]
    Operation {
        /// Its name.
        operation: String,
        /// What is missing.
        problem: String,
    },
    /// An archive of records is missing, damaged, or cannot be written.
    #[error("the records {path}: {problem}")]
    Archive {
        /// Where it lies.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// A record is not as expected, or its protocol's half does not know what it holds.
    #[error("{place}: {problem}")]
    Recorded {
        /// Where in the record.
        place: String,
        /// What is wrong.
        problem: String,
    },
}
