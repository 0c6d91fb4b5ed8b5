use std::io;
use std::path::PathBuf;

use crate::layering::Violation;

/// Why a task did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TaskError {
    /// A file or folder cannot be read.
    #[error("{}: cannot be read: {source}", path.display())]
    Read { path: PathBuf, source: io::Error },
    /// A file or folder cannot be written.
    #[error("{}: cannot be written: {source}", path.display())]
    Write { path: PathBuf, source: io::Error },
    /// What was written before an error could not be taken back.
    #[error("{cause}; and then {} could not be put back: {source}", path.display())]
    Undo { cause: Box<TaskError>, path: PathBuf, source: io::Error },
    /// A manifest is not TOML.
    #[error("{}: not valid: {reason}", path.display())]
    Manifest { path: PathBuf, reason: String },
    /// The folder of the repository cannot be told.
    #[error("no Cargo.toml with a [workspace] in {} or above it", from.display())]
    NoWorkspace { from: PathBuf },
    /// A program cannot be started.
    #[error("`{command}` cannot be started: {source}")]
    Start { command: String, source: io::Error },
    /// A program ended with an error.
    #[error("`{command}` failed{}", .output.as_ref().map(|text| format!(":\n{text}")).unwrap_or_default())]
    Failed { command: String, output: Option<String> },
    /// A program should have failed with a message, and did not.
    #[error("`{command}` should fail with \"{message}\"; it said:\n{output}")]
    Expected { command: String, message: String, output: String },
    /// The manifests break rules.
    #[error("{} of the layering's rules are broken:\n{}", .0.len(), lines(.0))]
    Layering(Vec<Violation>),
    /// A name that an adapter cannot have.
    #[error("an adapter cannot be named \"{name}\"; accepted: {accepted}")]
    Name { name: String, accepted: &'static str },
    /// There is such an adapter, or something else of that name.
    #[error("\"{name}\" is taken: {by}")]
    Taken { name: String, by: String },
    /// A file does not look as the registration expects it.
    #[error("{file}: no place found to register the adapter; expected {expected}")]
    NoPlace { file: &'static str, expected: &'static str },
    /// There is no such suite.
    #[error("there is no suite \"{name}\" in tests/scenarios; there are: {}", known.join(", "))]
    NoSuite { name: String, known: Vec<String> },
    /// An accounting tool says something else than we do.
    #[error("the books of {run}: {tool} says something else: {line}")]
    Balances { run: &'static str, tool: &'static str, line: String },
    /// There is nothing to run.
    #[error("no package has {what}")]
    Nothing { what: &'static str },
}

fn lines(violations: &[Violation]) -> String {
    violations.iter().map(|violation| format!("  {violation}")).collect::<Vec<_>>().join("\n")
}
