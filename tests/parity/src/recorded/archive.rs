//! The packed records: one archive for each protocol.
//!
//! An archive is one JSON table, packed with Zstandard: the files' names with the folders inside of the protocol's,
//! sorted, each on a line of its own with what the file holds, without any white space.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

use ruzstd::decoding::StreamingDecoder;
use serde_json::{Map, Value};

use crate::ParityError;

/// The records of a protocol.
#[derive(Debug, Clone, PartialEq)]
pub struct Archive {
    files: Map<String, Value>,
}

/// What packing a folder gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed {
    /// Where the archive lies.
    pub path: PathBuf,
    /// Files packed.
    pub files: usize,
    /// Bytes of these files.
    pub bytes: u64,
    /// Bytes of the archive.
    pub packed: u64,
}

/// Where the archives lie.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("recorded")
}

impl Archive {
    /// Reads the protocol's records.
    ///
    /// # Errors
    ///
    /// [`ParityError::Archive`] where there is none, or it is damaged.
    pub fn read(protocol: &str) -> Result<Self, ParityError> {
        Self::open(&folder().join(format!("{protocol}.json.zst")))
    }

    fn open(path: &Path) -> Result<Self, ParityError> {
        let fault = |problem: String| ParityError::Archive { path: path.into(), problem };
        let packed = std::fs::read(path).map_err(|error| fault(error.to_string()))?;
        let mut decoder = StreamingDecoder::new(&packed[..]).map_err(|error| fault(error.to_string()))?;
        let mut text = Vec::new();
        decoder.read_to_end(&mut text).map_err(|error| fault(error.to_string()))?;
        let files = serde_json::from_slice(&text).map_err(|error| fault(error.to_string()))?;
        Ok(Self { files })
    }

    /// The files by name, in order.
    pub fn files(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.files.iter().map(|(name, file)| (name.as_str(), file))
    }
}

/// Packs all JSON files of a protocol's folder, which has the protocol's name, with the `zstd` program, and reads the
/// archive back to see that it holds the same.
///
/// # Errors
///
/// [`ParityError::Archive`]: a file that cannot be read or is no JSON, no `zstd`, or an archive that holds anything else.
pub fn pack(records: &Path) -> Result<Packed, ParityError> {
    let fault = |problem: &str| ParityError::Archive { path: records.into(), problem: problem.into() };
    let protocol = records.file_name().and_then(|name| name.to_str()).ok_or_else(|| fault("has no name"))?;
    pack_into(records, &folder().join(format!("{protocol}.json.zst")))
}

fn pack_into(records: &Path, path: &Path) -> Result<Packed, ParityError> {
    let fault = |problem: String| ParityError::Archive { path: path.into(), problem };
    let mut names = Vec::new();
    list(records, "", &mut names)?;
    names.sort();
    let (mut files, mut lines, mut bytes) = (Map::new(), Vec::new(), 0_u64);
    for name in names {
        let file = records.join(&name);
        let fault = |problem: String| ParityError::Archive { path: file.clone(), problem };
        let text = std::fs::read(&file).map_err(|error| fault(error.to_string()))?;
        let content: Value = serde_json::from_slice(&text).map_err(|error| fault(error.to_string()))?;
        bytes = bytes.saturating_add(u64::try_from(text.len()).unwrap_or(u64::MAX));
        lines.push(format!("{}:{content}", Value::from(name.as_str())));
        files.insert(name, content);
    }
    if files.is_empty() {
        return Err(ParityError::Archive { path: records.into(), problem: "holds no JSON file".into() });
    }
    let plain = path.with_extension("");
    std::fs::write(&plain, format!("{{\n{}\n}}\n", lines.join(",\n")))
        .map_err(|error| fault(error.to_string()))?;
    // Of a file, rather than of a pipe, the size is known, and no larger window is asked of readers.
    let mut zstd = Command::new("zstd");
    zstd.args(["--ultra", "-22", "--force", "--quiet", "-o"]).arg(path).arg(&plain);
    let run = zstd.output().map_err(|error| fault(format!("the program zstd: {error}")));
    std::fs::remove_file(&plain).map_err(|error| fault(error.to_string()))?;
    let run = run?;
    if !run.status.success() {
        return Err(fault(String::from_utf8_lossy(&run.stderr).trim().into()));
    }
    let packed = std::fs::metadata(path).map_err(|error| fault(error.to_string()))?.len();
    let count = files.len();
    if Archive::open(path)? != (Archive { files }) {
        return Err(fault("does not hold what was packed".into()));
    }
    Ok(Packed { path: path.into(), files: count, bytes, packed })
}

/// The JSON files in a folder and those within, relative to `root`.
fn list(root: &Path, within: &str, names: &mut Vec<String>) -> Result<(), ParityError> {
    let folder = root.join(within);
    let fault = |problem: String| ParityError::Archive { path: folder.clone(), problem };
    for entry in std::fs::read_dir(&folder).map_err(|error| fault(error.to_string()))? {
        let entry = entry.map_err(|error| fault(error.to_string()))?;
        let name = entry.file_name().into_string().map_err(|_| fault("a name that is no text".into()))?;
        let name = if within.is_empty() { name } else { format!("{within}/{name}") };
        if entry.path().is_dir() {
            list(root, &name, names)?;
        } else if Path::new(&name).extension().is_some_and(|extension| extension == "json") {
            names.push(name);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used, reason = "in a test a broken expectation is a failure")]

    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_packed_is_read_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let records = folder.path().join("somewhere");
        std::fs::create_dir_all(records.join("1.0")).expect("a folder");
        std::fs::write(
            records.join("1.0/b.json"),
            "{ \"wei\": 115792089237316195423570985008687907853269984 }",
        )
        .expect("written");
        std::fs::write(records.join("a.json"), "[null, true, \"7\"]").expect("written");
        std::fs::write(records.join("README.md"), "no record").expect("written");
        let path = folder.path().join("somewhere.json.zst");
        let packed = match pack_into(&records, &path) {
            Ok(packed) => packed,
            // The tests need the packed records, not the program that packs them.
            Err(ParityError::Archive { problem, .. }) if problem.starts_with("the program zstd") => return,
            Err(error) => unreachable!("{error}"),
        };
        assert_eq!(packed.files, 2);
        let archive = Archive::open(&path).expect("an archive");
        let files: Vec<(&str, String)> =
            archive.files().map(|(name, file)| (name, file.to_string())).collect();
        assert_eq!(
            files,
            [
                ("1.0/b.json", "{\"wei\":115792089237316195423570985008687907853269984}".to_string()),
                ("a.json", json!([null, true, "7"]).to_string()),
            ]
        );
        assert!(!path.with_extension("").exists());
    }

    #[test]
    fn a_damaged_archive_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("damaged.json.zst");
        let mut packed = std::fs::read(super::folder().join("synthetix.json.zst")).expect("an archive");
        let middle = packed.len() / 2;
        packed[middle] ^= 1;
        std::fs::write(&path, &packed).expect("written");
        assert!(Archive::open(&path).is_err());
        assert!(Archive::open(&folder.path().join("none.json.zst")).is_err());
    }
}
