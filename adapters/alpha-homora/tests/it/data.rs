//! Where recorded data lies.

use std::io::Write;
use std::path::PathBuf;

/// A file of the recorded data: below `LEVMINE_DATA`, or beside the workspace. `None`, with a line that says so, where
/// it is not there.
pub(crate) fn file(needed: &str) -> Option<PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");
    let folder = std::env::var("LEVMINE_DATA").map_or_else(|_| PathBuf::from(beside), PathBuf::from);
    let path = folder.join(needed);
    if path.exists() {
        return Some(path);
    }
    // Not by `println!`, which the test harness keeps to itself where a test passes.
    let _ = writeln!(std::io::stdout(), "skipped: no recorded data at {} (set LEVMINE_DATA)", path.display());
    None
}
