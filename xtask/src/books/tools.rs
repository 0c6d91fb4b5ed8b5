//! The accounting tools: Beancount, fetched at pinned versions into a folder of its own, and hledger where it is installed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::TaskError;

/// The pinned packages.
const REQUIREMENTS: &str = include_str!("requirements.txt");

/// A tool that reads journals.
#[derive(Debug)]
pub(crate) enum Tool {
    /// Beancount, by the folder of its programs.
    Beancount(PathBuf),
    /// hledger.
    Hledger,
}

/// Beancount in `folder`, installed there first where it is not.
pub(crate) fn beancount(folder: &Path) -> Result<Tool, TaskError> {
    let home = folder.join("venv");
    let programs = home.join("bin");
    let mark = home.join("installed.txt");
    if fs::read_to_string(&mark).is_ok_and(|installed| installed == REQUIREMENTS) {
        return Ok(Tool::Beancount(programs));
    }
    println!("installing beancount: pip install in {}", home.display());
    output(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&home), "python3 -m venv")?;
    let list = home.join("requirements.txt");
    let write = |path: &Path| {
        fs::write(path, REQUIREMENTS).map_err(|source| TaskError::Write { path: path.into(), source })
    };
    write(&list)?;
    let mut pip = Command::new(programs.join("pip"));
    pip.args(["install", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:", "--no-deps"]);
    output(pip.arg("--requirement").arg(&list), "pip install")?;
    write(&mark)?;
    Ok(Tool::Beancount(programs))
}

/// hledger, if it is there.
pub(crate) fn hledger() -> Result<Tool, TaskError> {
    output(Command::new("hledger").arg("--version"), "hledger --version")?;
    Ok(Tool::Hledger)
}

impl Tool {
    /// The format of its journals.
    pub(crate) const fn form(&self) -> &'static str {
        match self {
            Self::Beancount(_) => "beancount",
            Self::Hledger => "hledger",
        }
    }

    /// Has it check that a journal balances and that what it asserts is so.
    pub(crate) fn check(&self, journal: &Path) -> Result<(), TaskError> {
        match self {
            Self::Beancount(programs) => {
                output(Command::new(programs.join("bean-check")).arg(journal), "bean-check")
            }
            Self::Hledger => {
                output(Command::new("hledger").arg("-f").arg(journal).arg("check"), "hledger check")
            }
        }
        .map(|_| ())
    }

    /// What it says each account holds: lines of account, commodity and amount below a heading.
    pub(crate) fn balances(&self, journal: &Path) -> Result<String, TaskError> {
        const QUERY: &str = "SELECT account, currency, sum(number) AS amount GROUP BY account, currency ORDER BY account, currency";
        match self {
            Self::Beancount(programs) => output(
                Command::new(programs.join("bean-query")).args(["-f", "csv"]).arg(journal).arg(QUERY),
                "bean-query",
            ),
            Self::Hledger => output(
                Command::new("hledger").arg("-f").arg(journal).args([
                    "balance",
                    "--flat",
                    "--no-total",
                    "--layout=bare",
                    "--output-format=csv",
                ]),
                "hledger balance",
            ),
        }
    }
}

/// What a program prints; it must end well.
pub(crate) fn output(command: &mut Command, shown: &str) -> Result<String, TaskError> {
    let run = command.output().map_err(|source| TaskError::Start { command: shown.into(), source })?;
    if run.status.success() {
        return Ok(String::from_utf8_lossy(&run.stdout).into_owned());
    }
    let said = [run.stdout, run.stderr].map(|text| String::from_utf8_lossy(&text).trim().to_string());
    Err(TaskError::Failed { command: shown.into(), output: Some(said.join("\n")) })
}
