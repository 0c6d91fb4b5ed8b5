//! Starting `cargo` and the tools beside it.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::error::TaskError;

/// A call of a program, as a value that can be shown before it is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call {
    environment: Vec<(&'static str, String)>,
    arguments: Vec<String>,
}

impl Call {
    /// `cargo` with these arguments.
    pub(crate) fn cargo<S: Into<String>>(arguments: impl IntoIterator<Item = S>) -> Self {
        Self { environment: Vec::new(), arguments: arguments.into_iter().map(Into::into).collect() }
    }

    /// The same with a variable in its environment.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.environment.push((name, value.into()));
        self
    }

    /// The same with one more argument.
    pub(crate) fn arg(mut self, argument: impl Into<String>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// The call as one would type it.
    pub(crate) fn shown(&self) -> String {
        let variables = self.environment.iter().map(|(name, value)| format!("{name}={}", quoted(value)));
        let words =
            std::iter::once("cargo".to_string()).chain(self.arguments.iter().map(|word| quoted(word)));
        variables.chain(words).collect::<Vec<_>>().join(" ")
    }

    /// Makes the call; its output goes where ours goes.
    pub(crate) fn run(&self, root: &Path) -> Result<(), TaskError> {
        let status = self.command(root).status().map_err(|source| self.not_started(source))?;
        if status.success() { Ok(()) } else { Err(self.failed()) }
    }

    /// Makes the call and shows every line of its standard output to `see` before it is printed.
    pub(crate) fn run_watched(&self, root: &Path, mut see: impl FnMut(&str)) -> Result<(), TaskError> {
        let mut child =
            self.command(root).stdout(Stdio::piped()).spawn().map_err(|source| self.not_started(source))?;
        if let Some(output) = child.stdout.take() {
            let mut reader = BufReader::new(output);
            let mut line = Vec::new();
            // By bytes: a test may print what is not UTF-8.
            while reader.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
                see(&String::from_utf8_lossy(&line));
                let mut out = std::io::stdout().lock();
                // Nobody may be reading any more; the call's own result counts.
                let _ = out.write_all(&line).and_then(|()| out.flush());
                line.clear();
            }
        }
        let status = child.wait().map_err(|source| self.not_started(source))?;
        if status.success() { Ok(()) } else { Err(self.failed()) }
    }

    /// Makes the call, which must fail and say `message`; its output is only shown where it does otherwise.
    pub(crate) fn run_expecting(&self, root: &Path, message: &str) -> Result<(), TaskError> {
        let output = self.command(root).output().map_err(|source| self.not_started(source))?;
        let text =
            [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
        if !output.status.success() && text.contains(message) {
            return Ok(());
        }
        let (command, message) = (self.shown(), message.into());
        Err(TaskError::Expected { command, message, output: text })
    }

    fn command(&self, root: &Path) -> Command {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.args(&self.arguments).current_dir(root);
        for (name, value) in &self.environment {
            command.env(name, value);
        }
        command
    }

    fn not_started(&self, source: std::io::Error) -> TaskError {
        TaskError::Start { command: self.shown(), source }
    }

    fn failed(&self) -> TaskError {
        TaskError::Failed { command: self.shown(), output: None }
    }
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_=./:,".contains(c);
    if !word.is_empty() && word.chars().all(plain) { word.into() } else { format!("\"{word}\"") }
}

/// Formats Rust source with the repository's own settings.
pub(crate) fn rustfmt(root: &Path, source: &str) -> Result<String, TaskError> {
    let shown = "rustfmt --edition 2024";
    let start = |source| TaskError::Start { command: shown.into(), source };
    let mut child = Command::new("rustfmt")
        .args(["--edition", "2024", "--emit", "stdout", "--config-path"])
        .arg(root)
        .current_dir(root)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(start)?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(source.as_bytes()).map_err(start)?;
    }
    let output = child.wait_with_output().map_err(start)?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        let output = Some(String::from_utf8_lossy(&output.stderr).into_owned());
        Err(TaskError::Failed { command: shown.into(), output })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_shown_as_one_would_type_it() {
        let call = Call::cargo(["doc", "--no-deps"]).with("RUSTDOCFLAGS", "-D warnings").arg("a b");
        assert_eq!(call.shown(), "RUSTDOCFLAGS=\"-D warnings\" cargo doc --no-deps \"a b\"");
    }

    #[test]
    fn a_failure_can_be_expected() {
        let call = Call::cargo(["no-such-command-anywhere"]);
        assert!(call.run_expecting(Path::new("."), "no such command").is_ok());
        assert!(call.run_expecting(Path::new("."), "something else").is_err());
        assert!(Call::cargo(["--version"]).run_expecting(Path::new("."), "cargo").is_err());
    }

    #[test]
    fn a_failing_call_is_named() {
        let error = Call::cargo(["no-such-command-anywhere"]).run(Path::new(".")).expect_err("fails");
        assert_eq!(error.to_string(), "`cargo no-such-command-anywhere` failed");
    }
}
