//! Reading and writing the repository's files.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::error::TaskError;

/// The repository's folder: the nearest one above the working directory whose manifest has a `[workspace]`.
pub(crate) fn root() -> Result<PathBuf, TaskError> {
    let from = std::env::current_dir().map_err(|source| TaskError::Read { path: ".".into(), source })?;
    let is_root = |folder: &&Path| {
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
        manifest.lines().any(|line| line.trim() == "[workspace]")
    };
    from.ancestors().find(is_root).map(Path::to_path_buf).ok_or(TaskError::NoWorkspace { from: from.clone() })
}

/// The text of a file.
pub(crate) fn read(path: &Path) -> Result<String, TaskError> {
    fs::read_to_string(path).map_err(|source| TaskError::Read { path: path.into(), source })
}

/// The names of the folders in a folder, sorted; hidden ones are left out.
pub(crate) fn folders(path: &Path) -> Result<Vec<String>, TaskError> {
    let unreadable = |source| TaskError::Read { path: path.into(), source };
    let mut names = Vec::new();
    for entry in fs::read_dir(path).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type().map_err(unreadable)?.is_dir() && !name.starts_with('.') {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// Files to be written together: all of them, or none.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    files: Vec<(PathBuf, String)>,
}

/// How to take one written file back.
enum Undo {
    Remove(PathBuf),
    RemoveFolder(PathBuf),
    Restore(PathBuf, Vec<u8>),
}

impl Changes {
    /// Adds a file with its whole new text.
    pub(crate) fn write(&mut self, path: PathBuf, text: String) {
        self.files.push((path, text));
    }

    /// The paths, in the order in which they were added.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &Path> {
        self.files.iter().map(|(path, _)| path.as_path())
    }

    /// Writes all files. After an error everything is as it was before.
    pub(crate) fn apply(&self) -> Result<(), TaskError> {
        let mut done = Vec::new();
        for (path, text) in &self.files {
            if let Err(source) = write_one(path, text, &mut done) {
                let cause = TaskError::Write { path: path.clone(), source };
                return Err(undo(done, cause));
            }
        }
        Ok(())
    }
}

fn write_one(path: &Path, text: &str, done: &mut Vec<Undo>) -> io::Result<()> {
    let missing: Vec<&Path> = path
        .ancestors()
        .skip(1)
        .take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists())
        .collect();
    for folder in missing.into_iter().rev() {
        fs::create_dir(folder)?;
        done.push(Undo::RemoveFolder(folder.into()));
    }
    match fs::read(path) {
        Ok(before) => done.push(Undo::Restore(path.into(), before)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => done.push(Undo::Remove(path.into())),
        Err(error) => return Err(error),
    }
    fs::write(path, text)
}

/// Takes everything back, the last first. What cannot be taken back is told beside the cause.
fn undo(done: Vec<Undo>, cause: TaskError) -> TaskError {
    done.into_iter().rev().fold(cause, |cause, step| {
        let (path, result) = match step {
            Undo::Restore(path, before) => {
                let result = fs::write(&path, before);
                (path, result)
            }
            Undo::RemoveFolder(path) => {
                let result = fs::remove_dir(&path);
                (path, result)
            }
            Undo::Remove(path) => {
                let result = match fs::remove_file(&path) {
                    // It could not even be created.
                    Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
                    result => result,
                };
                (path, result)
            }
        };
        match result {
            Ok(()) => cause,
            Err(source) => TaskError::Undo { cause: Box::new(cause), path, source },
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_files_are_written_with_their_folders() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut changes = Changes::default();
        changes.write(folder.path().join("a/b/new.txt"), "new".into());
        changes.apply().expect("written");
        assert_eq!(read(&folder.path().join("a/b/new.txt")).expect("read"), "new");
    }

    #[test]
    fn an_error_takes_everything_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let old = folder.path().join("old.txt");
        fs::write(&old, "old").expect("written");
        let mut changes = Changes::default();
        changes.write(folder.path().join("a/b/new.txt"), "new".into());
        changes.write(old.clone(), "changed".into());
        // A file cannot be a folder.
        changes.write(old.join("below"), "never".into());
        let error = changes.apply().expect_err("refused");
        assert!(matches!(error, TaskError::Write { .. }), "{error}");
        assert_eq!(read(&old).expect("read"), "old");
        assert!(!folder.path().join("a").exists());
    }
}
