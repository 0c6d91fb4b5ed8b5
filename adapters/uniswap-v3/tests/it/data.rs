//! Where recorded data lies.

use std::io::Write;
use std::path::PathBuf;

use levmine_config::{Node, parse_json};

/// A recorded JSON file: from `LEVMINE_DATA`, or beside the workspace. `None`, with a line that says so, where it is not
/// there.
pub(crate) fn json(needed: &str) -> Option<Node> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");
    let folder = std::env::var("LEVMINE_DATA").map_or_else(|_| PathBuf::from(beside), PathBuf::from);
    let path = folder.join(needed);
    let Ok(text) = std::fs::read_to_string(&path) else {
        // Not by `println!`, which the test harness keeps to itself where a test passes.
        let _ =
            writeln!(std::io::stdout(), "skipped: no recorded data at {} (set LEVMINE_DATA)", path.display());
        return None;
    };
    Some(parse_json(needed, &text).expect("valid JSON"))
}
