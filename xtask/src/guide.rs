//! Follows the guide for new adapters in a copy of the checkout, so that templates and guide stay true.

use std::fs;
use std::path::{Path, PathBuf};

use crate::cargo::Call;
use crate::error::TaskError;
use crate::files::{self, Changes};
use crate::layering;
use crate::new_adapter::{Arguments, Kind, new_adapter};

const GUIDE: &str = "docs/guide/adding-an-adapter.md";

/// What a build needs.
const COPIED: &[&str] = &[
    ".cargo",
    "Cargo.lock",
    "Cargo.toml",
    "adapters",
    "clippy.toml",
    "crates",
    "rust-toolchain.toml",
    "rustfmt.toml",
    "tests",
    "xtask",
];

/// The adapters that are written, and what their tests must say before anything is implemented.
const ADAPTERS: &[(Kind, &str, &str)] = &[
    (Kind::Pool, "my-pool", "not implemented yet: swap_exact_in"),
    (Kind::Lending, "my-bank", "not implemented yet: supply"),
    (Kind::Vault, "my-vault", "not implemented yet: deposit"),
];

/// Writes an adapter of each kind in a copy, checks them, writes the files that the guide shows, and checks again.
pub(crate) fn guide(root: &Path) -> Result<(), TaskError> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let copy = target.join("guide");
    let exists = |name: &str| root.join("adapters").join(name).exists();
    if let Some((_, name, _)) = ADAPTERS.iter().find(|(_, name, _)| exists(name)) {
        // Somebody who follows the guide in the checkout itself.
        println!("skipped: guide: adapters/{name} is there already");
        return Ok(());
    }
    copy_checkout(root, &copy)?;
    for (kind, name, _) in ADAPTERS {
        new_adapter(&copy, &Arguments { kind: *kind, name: (*name).into() })?;
    }
    layering::layering(&copy)?;
    // The copy shares what is built of other people's crates.
    let cargo = |arguments: &[&str]| {
        let call = Call::cargo(arguments.iter().copied()).with("CARGO_TARGET_DIR", target.to_string_lossy());
        ADAPTERS.iter().fold(call, |call, (_, name, _)| call.arg("--package").arg(format!("levmine-{name}")))
    };
    let clean = |()| -> Result<(), TaskError> {
        cargo(&["fmt", "--check"]).run(&copy)?;
        cargo(&["clippy", "--quiet", "--all-targets"]).arg("--").arg("-D").arg("warnings").run(&copy)?;
        cargo(&["doc", "--quiet", "--no-deps"]).with("RUSTDOCFLAGS", "-D warnings").run(&copy)
    };
    clean(())?;
    for (_, name, message) in ADAPTERS {
        let call = Call::cargo(["test", "--quiet", "--package"]).arg(format!("levmine-{name}"));
        call.with("CARGO_TARGET_DIR", target.to_string_lossy()).run_expecting(&copy, message)?;
        println!("levmine-{name} fails as it should: {message}");
    }
    let mut changes = Changes::default();
    for (path, text) in shown_files(&files::read(&root.join(GUIDE))?) {
        changes.write(copy.join(path), text);
    }
    changes.apply()?;
    clean(())?;
    let call = Call::cargo(["test", "--quiet", "--package", "levmine-my-pool"]);
    call.with("CARGO_TARGET_DIR", target.to_string_lossy()).run(&copy)?;
    println!("guide: followed, levmine-my-pool passes");
    Ok(())
}

/// The Rust files that the guide shows whole: a line with nothing but the path and a colon, then the text.
fn shown_files(guide: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut path: Option<String> = None;
    let mut lines = guide.lines();
    while let Some(line) = lines.next() {
        if let Some(named) = line.strip_prefix('`').and_then(|line| line.strip_suffix("`:")) {
            path = Some(named.into());
        } else if line == "```rust" {
            let text = lines
                .by_ref()
                .take_while(|line| *line != "```")
                .fold(String::new(), |text, line| text + line + "\n");
            found.extend(path.take().map(|path| (path, text)));
        }
    }
    found
}

/// Makes `to` like the checkout in what a build needs. Files that are the same are left alone, so that cargo does not
/// build them again.
fn copy_checkout(from: &Path, to: &Path) -> Result<(), TaskError> {
    let mut kept = Vec::new();
    for name in COPIED {
        copy_below(&from.join(name), &to.join(name), &mut kept)?;
    }
    remove_others(to, &kept)
}

fn copy_below(from: &Path, to: &Path, kept: &mut Vec<PathBuf>) -> Result<(), TaskError> {
    let unreadable = |source| TaskError::Read { path: from.into(), source };
    let unwritable = |source| TaskError::Write { path: to.into(), source };
    kept.push(to.into());
    if from.is_dir() {
        fs::create_dir_all(to).map_err(unwritable)?;
        for entry in fs::read_dir(from).map_err(unreadable)? {
            let name = entry.map_err(unreadable)?.file_name();
            copy_below(&from.join(&name), &to.join(&name), kept)?;
        }
    } else {
        let text = fs::read(from).map_err(unreadable)?;
        if fs::read(to).ok().as_ref() != Some(&text) {
            fs::write(to, text).map_err(unwritable)?;
        }
    }
    Ok(())
}

fn remove_others(folder: &Path, kept: &[PathBuf]) -> Result<(), TaskError> {
    let entries = fs::read_dir(folder).map_err(|source| TaskError::Read { path: folder.into(), source })?;
    for path in entries.flatten().map(|entry| entry.path()) {
        let unwritable = |source| TaskError::Write { path: path.clone(), source };
        match (kept.contains(&path), path.is_dir()) {
            (true, true) => remove_others(&path, kept)?,
            (true, false) => {}
            (false, true) => fs::remove_dir_all(&path).map_err(unwritable)?,
            (false, false) => fs::remove_file(&path).map_err(unwritable)?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_taken_from_the_guide() {
        let guide = "# A\n\n`adapters/a/src/x.rs`:\n\n```rust\nfn x() {}\n\nfn y() {}\n```\n\n```rust\nnot a file\n```\n";
        assert_eq!(shown_files(guide), [("adapters/a/src/x.rs".into(), "fn x() {}\n\nfn y() {}\n".into())]);
    }

    #[test]
    fn the_guide_shows_files_of_the_skeleton() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
        let guide = files::read(&root.join(GUIDE)).expect("the guide");
        let paths: Vec<String> = shown_files(&guide).into_iter().map(|(path, _)| path).collect();
        assert_eq!(
            paths,
            [
                "adapters/my-pool/src/state.rs",
                "adapters/my-pool/src/error.rs",
                "adapters/my-pool/src/pool.rs"
            ]
        );
    }

    #[test]
    fn a_copy_is_brought_up_to_date() {
        let folder = tempfile::tempdir().expect("a folder");
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        let write = |path: &str, text: &str| {
            let path = from.join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("created");
            fs::write(path, text).expect("written");
        };
        for name in COPIED {
            write(&format!("{name}/file"), "old");
        }
        copy_checkout(&from, &to).expect("copied");
        let before = fs::metadata(to.join("crates/file")).and_then(|file| file.modified()).expect("a time");
        fs::create_dir_all(to.join("adapters/my-pool")).expect("created");
        write("tests/file", "new");
        copy_checkout(&from, &to).expect("copied");
        assert_eq!(files::read(&to.join("tests/file")).expect("read"), "new");
        assert!(!to.join("adapters/my-pool").exists());
        let after = fs::metadata(to.join("crates/file")).and_then(|file| file.modified()).expect("a time");
        assert_eq!(before, after);
    }
}
