use std::fmt;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

use clap::ValueEnum;
use levmine::LevmineError;

/// How an answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Tables for people
    Text,
    /// JSON for programs
    Json,
}

/// Why the program has no answer.
#[derive(Debug)]
pub(crate) enum Failure {
    Levmine(Box<LevmineError>),
    Input(String),
    Output(io::Error),
}

impl Failure {
    pub(crate) const fn code(&self) -> u8 {
        match self {
            Self::Levmine(error) => error.exit_code(),
            Self::Input(_) => 2,
            Self::Output(_) => 1,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Levmine(error) => error.fmt(f),
            Self::Input(text) => f.write_str(text),
            Self::Output(error) => write!(f, "the answer cannot be written: {error}"),
        }
    }
}

impl<E: Into<LevmineError>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Levmine(Box::new(error.into()))
    }
}

/// A message without line breaks and other control characters, which it may quote from a file.
pub(crate) fn one_line(message: &str) -> String {
    let mut line = String::with_capacity(message.len());
    for c in message.chars() {
        if c.is_control() { line.extend(c.escape_default()) } else { line.push(c) }
    }
    line
}

/// Writes a whole answer. A reader that stops early, like `head`, is no failure.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(Failure::Output),
    }
}

/// Writes a file that is not there yet: all of it, or nothing and the reason.
pub(crate) fn write_new(path: &str, text: &str) -> Result<(), Failure> {
    if Path::new(path).exists() {
        return Err(Failure::Input(format!("{path}: exists already; accepted: a name that is not taken")));
    }
    let written = OpenOptions::new().write(true).create_new(true).open(path).and_then(|mut file| {
        // One write of the whole text; what cannot be written whole is taken away again.
        file.write_all(text.as_bytes()).inspect_err(|_| {
            let _ = std::fs::remove_file(path);
        })
    });
    written.map_err(|error| Failure::Input(format!("{path}: cannot be written: {error}")))
}

/// Runs what loads files; the only place where the runtime starts.
pub(crate) fn block_on<T>(work: impl Future<Output = Result<T, LevmineError>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().map_err(Failure::Output)?;
    Ok(runtime.block_on(work)?)
}
