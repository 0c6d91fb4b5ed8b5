use std::path::Path;

use toml::{Table, Value};

use crate::error::TaskError;
use crate::files;

/// The manifests of the repository, and the registry's source.
#[derive(Debug, Default)]
pub(crate) struct Workspace {
    /// The workspace manifest.
    pub(crate) manifest: Table,
    /// The packages, by folder.
    pub(crate) members: Vec<Member>,
    /// Folders where a package should be, without a manifest.
    pub(crate) empty: Vec<String>,
    /// The source of `crates/levmine/src/registry.rs`.
    pub(crate) registry: String,
}

/// A package of the workspace.
#[derive(Debug)]
pub(crate) struct Member {
    /// Its folder from the root, with slashes: `crates/math`.
    pub(crate) folder: String,
    /// Its manifest.
    pub(crate) manifest: Table,
}

/// What kind of dependency an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Section {
    /// `[dependencies]` and `[build-dependencies]`.
    Normal,
    /// `[dev-dependencies]`.
    Dev,
}

/// One entry of a manifest's dependencies.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dependency<'a> {
    pub(crate) section: Section,
    /// The key in the manifest.
    pub(crate) key: &'a str,
    entry: &'a Value,
}

impl Workspace {
    /// Reads all manifests below `root`.
    pub(crate) fn read(root: &Path) -> Result<Self, TaskError> {
        let mut folders = vec!["tests".to_string(), "tests/parity".to_string(), "xtask".to_string()];
        for parent in ["crates", "adapters"] {
            folders.extend(
                files::folders(&root.join(parent))?.into_iter().map(|name| format!("{parent}/{name}")),
            );
        }
        folders.sort();
        let mut workspace = Self {
            manifest: read_manifest(&root.join("Cargo.toml"))?,
            registry: files::read(&root.join("crates/levmine/src/registry.rs"))?,
            ..Self::default()
        };
        for folder in folders {
            let path = root.join(&folder).join("Cargo.toml");
            if path.is_file() {
                workspace.members.push(Member { folder, manifest: read_manifest(&path)? });
            } else {
                workspace.empty.push(folder);
            }
        }
        Ok(workspace)
    }

    /// The package in this folder.
    pub(crate) fn member(&self, folder: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.folder == folder)
    }

    /// The member that a dependency means, whatever name it goes by here.
    pub(crate) fn resolve(&self, dependency: Dependency<'_>) -> Option<&Member> {
        let shared = self.manifest.get("workspace")?.get("dependencies")?.get(dependency.key);
        // A rename stands where the version does.
        let renamed = |entry: &Value| entry.get("package").and_then(Value::as_str).map(String::from);
        let package = renamed(dependency.entry)
            .or_else(|| shared.filter(|_| dependency.is_inherited()).and_then(renamed))
            .unwrap_or_else(|| dependency.key.into());
        self.members.iter().find(|member| member.package() == package)
    }
}

fn read_manifest(path: &Path) -> Result<Table, TaskError> {
    let invalid =
        |error: toml::de::Error| TaskError::Manifest { path: path.into(), reason: error.to_string() };
    files::read(path)?.parse().map_err(invalid)
}

impl Member {
    /// The package's name; empty where the manifest has none.
    pub(crate) fn package(&self) -> &str {
        self.manifest.get("package").and_then(|package| package.get("name")?.as_str()).unwrap_or_default()
    }

    /// The folder's own name.
    pub(crate) fn folder_name(&self) -> &str {
        self.folder.rsplit('/').next().unwrap_or_default()
    }

    /// Whether this is one of the adapters.
    pub(crate) fn is_adapter(&self) -> bool {
        self.folder.starts_with("adapters/")
    }

    /// All entries of all dependency tables, those for some targets included.
    pub(crate) fn dependencies(&self) -> Vec<Dependency<'_>> {
        let targets = self.manifest.get("target").and_then(Value::as_table);
        let targets = targets.into_iter().flat_map(|targets| targets.values().filter_map(Value::as_table));
        let mut all = Vec::new();
        for table in std::iter::once(&self.manifest).chain(targets) {
            for (name, section) in [
                ("dependencies", Section::Normal),
                ("build-dependencies", Section::Normal),
                ("dev-dependencies", Section::Dev),
            ] {
                let entries = table.get(name).and_then(Value::as_table);
                all.extend(entries.into_iter().flatten().map(|(key, entry)| Dependency {
                    section,
                    key,
                    entry,
                }));
            }
        }
        all
    }

    /// Whether it inherits the workspace's lints.
    pub(crate) fn inherits_lints(&self) -> bool {
        self.manifest.get("lints").and_then(|lints| lints.get("workspace")?.as_bool()) == Some(true)
    }
}

impl Dependency<'_> {
    /// Whether its version comes from the workspace manifest.
    pub(crate) fn is_inherited(self) -> bool {
        self.entry.get("workspace").and_then(Value::as_bool) == Some(true)
    }
}
