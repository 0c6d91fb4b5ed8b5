//! The published contracts that the adapters are compared with: pinned, fetched, never committed.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::error::TaskError;
use crate::files;

/// Where the pins are.
const FOLDER: &str = "tests/parity/contracts";

/// A copy of the pins, left beside what was installed by them.
const INSTALLED: &str = "node_modules/.installed";

/// Fetches the pinned packages with npm, which checks them against the lockfile's hashes, and compiles those that hold
/// sources only. Does nothing where they are there already.
pub(crate) fn install(root: &Path) -> Result<(), TaskError> {
    let folder = root.join(FOLDER);
    let pinned = files::read(&folder.join("package-lock.json"))?;
    let mark = folder.join(INSTALLED);
    if fs::read_to_string(&mark).is_ok_and(|installed| installed == pinned) {
        return Ok(());
    }
    println!("installing the contracts: npm ci in {FOLDER}");
    npm(&folder, &["ci", "--ignore-scripts", "--no-audit", "--no-fund"])?;
    npm(&folder, &["run", "--if-present", "compile"])?;
    fs::write(&mark, pinned).map_err(|source| TaskError::Write { path: mark, source })
}

fn npm(folder: &Path, arguments: &[&str]) -> Result<(), TaskError> {
    let command = format!("npm {}", arguments.join(" "));
    let run = Command::new("npm").args(arguments).current_dir(folder).output();
    let run = run.map_err(|source| TaskError::Start { command: command.clone(), source })?;
    if run.status.success() {
        return Ok(());
    }
    let output = Some(String::from_utf8_lossy(&run.stderr).trim().to_string());
    Err(TaskError::Failed { command, output })
}
