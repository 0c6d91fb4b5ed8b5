//! Every recorded run of the real contracts, operation by operation, with no tolerance and no exceptions.

use crate::{data, recorded};

/// Replays all files of a version; returns files and operations.
fn replay_all(version: &str, files_expected: usize) {
    let Some(folder) = data::folder(&format!("vectors/aave-v3/{version}")) else { return };
    let mut files: Vec<_> =
        std::fs::read_dir(folder).expect("a folder").map(|f| f.expect("a file").path()).collect();
    files.sort();
    let (mut operations, mut reverts, mut wallets, mut receivers) = (0, 0, 0, 0);
    let mut mismatches = Vec::new();
    for file in &files {
        let text = std::fs::read_to_string(file).expect("readable");
        let run: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let outcome = recorded::replay(&run);
        operations += outcome.operations;
        reverts += outcome.reverts;
        wallets += outcome.wallet_refusals;
        receivers += outcome.receiver_refusals;
        let name = file.file_name().expect("a name").to_string_lossy().into_owned();
        mismatches.extend(outcome.mismatches.into_iter().map(|m| format!("{name}: {m}")));
    }
    println!(
        "{version}: {} files, {operations} operations, {reverts} of them refused ({wallets} by a wallet's token, \
         {receivers} by a flash-loan receiver), {} mismatches",
        files.len(),
        mismatches.len()
    );
    let shown = mismatches.iter().take(30).cloned().collect::<Vec<_>>().join("\n");
    assert!(mismatches.is_empty(), "{} mismatches, the first of them:\n{shown}", mismatches.len());
    assert_eq!(files.len(), files_expected, "files of {version}");
}

#[test]
fn version_3_0() {
    replay_all("3.0", 5);
}

#[test]
fn version_3_3() {
    replay_all("3.3", 4);
}

#[test]
fn version_3_4() {
    replay_all("3.4", 3);
}

#[test]
fn version_3_5() {
    replay_all("3.5", 7);
}

#[test]
fn version_3_7() {
    replay_all("3.7", 5);
}
