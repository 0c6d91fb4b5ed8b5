//! Writes the skeleton of an adapter and registers it.

mod name;
mod register;
mod templates;

use std::path::Path;

use clap::{Args, ValueEnum};

use crate::cargo::rustfmt;
use crate::error::TaskError;
use crate::files::{self, Changes};
use name::AdapterName;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// What the protocol is
    pub(crate) kind: Kind,
    /// Its name in files and folders, in lower case with hyphens: uniswap-v2
    pub(crate) name: String,
}

/// What a protocol is; for each there is a trait crate and a set of templates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// A lending market
    Lending,
    /// A pool in which coins are swapped
    Pool,
    /// A vault, or a staking contract
    Vault,
}

/// Writes `adapters/NAME` and the three lines that register it: all of it, or nothing.
pub(crate) fn new_adapter(root: &Path, arguments: &Arguments) -> Result<(), TaskError> {
    let name = AdapterName::parse(&arguments.name)?;
    let changes = plan(root, arguments.kind, &name)?;
    changes.apply()?;
    println!("written:");
    for path in changes.paths() {
        println!("  {}", path.strip_prefix(root).unwrap_or(path).display());
    }
    println!("\nIt compiles, and its conformance suite says what is not implemented yet:");
    println!("  cargo test --package {}", name.package());
    println!("Next: docs/guide/adding-an-adapter.md");
    Ok(())
}

/// All files with their new texts.
fn plan(root: &Path, kind: Kind, name: &AdapterName) -> Result<Changes, TaskError> {
    let taken = |by: String| TaskError::Taken { name: name.kebab().into(), by };
    let folder = format!("adapters/{}", name.kebab());
    if root.join(&folder).exists() {
        return Err(taken(format!("the folder {folder} exists")));
    }
    let mut changes = Changes::default();
    for (path, text) in templates::render(kind, name) {
        let text = if path.ends_with(".rs") { rustfmt(root, &text)? } else { text };
        changes.write(root.join(&folder).join(path), text);
    }
    let read = |file: &str| files::read(&root.join(file));
    let workspace = read(register::WORKSPACE)?;
    if let Some(by) = register::owner(&workspace, name)? {
        return Err(taken(by));
    }
    changes.write(root.join(register::WORKSPACE), register::in_workspace(&workspace, name)?);
    let facade = read(register::FACADE)?;
    changes.write(root.join(register::FACADE), register::in_facade(&facade, &workspace, name)?);
    let registry = register::in_registry(&read(register::REGISTRY)?, kind, name)?;
    changes.write(root.join(register::REGISTRY), rustfmt(root, &registry)?);
    Ok(changes)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs;
    use std::path::PathBuf;

    use super::*;

    const WORKSPACE: &str = "[workspace]\nmembers = [\"adapters/*\"]\n\n[workspace.dependencies]\n\
        levmine-math = { path = \"crates/math\" }\n\
        levmine-beta = { path = \"adapters/beta\" }\n\n\
        toml = \"1\"\n";
    const FACADE: &str = "[package]\nname = \"levmine\"\n\n[dependencies]\nlevmine-math.workspace = true\n\n\
        # The adapters.\nlevmine-beta.workspace = true\n\n[dev-dependencies]\ndivan.workspace = true\n";
    const REGISTRY: &str = "impl Registry {\n    pub fn builtin() -> Self {\n        Self {\n            \
        adapters: vec![Adapter::Lending(levmine_beta::ADAPTER)],\n        }\n    }\n}\n";

    fn repository(registry: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("created");
            fs::write(path, text).expect("written");
        };
        write("Cargo.toml", WORKSPACE);
        write("rustfmt.toml", "max_width = 110\nuse_small_heuristics = \"Max\"\n");
        write("crates/levmine/Cargo.toml", FACADE);
        write("crates/levmine/src/registry.rs", registry);
        write("adapters/beta/Cargo.toml", "");
        folder
    }

    /// All files below a folder with their texts.
    fn contents(folder: &Path) -> BTreeMap<PathBuf, String> {
        let mut all = BTreeMap::new();
        let mut folders = vec![folder.to_path_buf()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("read") {
                let path = entry.expect("read").path();
                if path.is_dir() {
                    folders.push(path.clone());
                    all.insert(path, "a folder".into());
                } else {
                    let text = fs::read_to_string(&path).expect("read");
                    all.insert(path, text);
                }
            }
        }
        all
    }

    fn add(root: &Path, kind: Kind, name: &str) -> Result<(), TaskError> {
        new_adapter(root, &Arguments { kind, name: name.into() })
    }

    #[test]
    fn a_new_adapter_is_whole_and_registered() {
        for (kind, main, variant) in [
            (Kind::Pool, "src/pool.rs", "Pool"),
            (Kind::Lending, "src/market.rs", "Lending"),
            (Kind::Vault, "src/vault.rs", "Vault"),
        ] {
            let folder = repository(REGISTRY);
            let root = folder.path();
            add(root, kind, "alpha-2").expect("written");
            for file in [
                "Cargo.toml",
                "README.md",
                "src/lib.rs",
                "src/params.rs",
                "src/state.rs",
                main,
                "src/decode.rs",
                "src/error.rs",
                "tests/it/main.rs",
                "tests/it/conformance.rs",
            ] {
                let text = files::read(&root.join("adapters/alpha-2").join(file)).expect("there");
                assert!(!text.contains("{{"), "{file} has a placeholder left:\n{text}");
                assert!(!text.contains("todo!") && !text.contains("panic!"), "{file}");
            }
            let read = |file: &str| files::read(&root.join(file)).expect("read");
            assert_eq!(
                read("Cargo.toml"),
                WORKSPACE.replace(
                    "levmine-beta = ",
                    "levmine-alpha-2 = { path = \"adapters/alpha-2\" }\nlevmine-beta = "
                )
            );
            assert_eq!(
                read("crates/levmine/Cargo.toml"),
                FACADE.replace("levmine-beta", "levmine-alpha-2.workspace = true\nlevmine-beta")
            );
            let line = format!("Adapter::{variant}(levmine_alpha_2::ADAPTER)");
            assert_eq!(read("crates/levmine/src/registry.rs").matches(&line).count(), 1);
        }
    }

    #[test]
    fn a_second_one_joins_the_first() {
        let folder = repository(REGISTRY);
        add(folder.path(), Kind::Pool, "gamma").expect("written");
        add(folder.path(), Kind::Lending, "delta").expect("written");
        add(folder.path(), Kind::Vault, "epsilon").expect("written");
        let registry = files::read(&folder.path().join("crates/levmine/src/registry.rs")).expect("read");
        let lines: Vec<&str> =
            registry.lines().map(str::trim).filter(|line| line.contains("::ADAPTER")).collect();
        assert_eq!(
            lines,
            [
                "Adapter::Lending(levmine_beta::ADAPTER),",
                "Adapter::Lending(levmine_delta::ADAPTER),",
                "Adapter::Pool(levmine_gamma::ADAPTER),",
                "Adapter::Vault(levmine_epsilon::ADAPTER),",
            ]
        );
    }

    #[test]
    fn a_refusal_leaves_no_trace() {
        // A name that is taken, a name that is none, and a registry that looks otherwise.
        for (registry, name, message) in [
            (REGISTRY, "beta", "\"beta\" is taken: the folder adapters/beta exists"),
            (REGISTRY, "math", "\"math\" is taken: levmine-math is in Cargo.toml"),
            (REGISTRY, "Beta", "an adapter cannot be named \"Beta\""),
            (
                "fn builtin() {}\n",
                "alpha",
                "crates/levmine/src/registry.rs: no place found to register the adapter",
            ),
            ("not Rust {", "alpha", "crates/levmine/src/registry.rs: no place found to register the adapter"),
        ] {
            let folder = repository(registry);
            let before = contents(folder.path());
            let error = add(folder.path(), Kind::Pool, name).expect_err("refused").to_string();
            assert!(error.starts_with(message), "{error}");
            assert_eq!(contents(folder.path()), before, "{name}");
        }
    }

    #[test]
    fn a_write_that_fails_leaves_no_trace() {
        let folder = repository(REGISTRY);
        let name = AdapterName::parse("alpha").expect("a name");
        let before = contents(folder.path());
        let mut changes = plan(folder.path(), Kind::Pool, &name).expect("planned");
        // A file cannot be a folder.
        changes.write(folder.path().join("Cargo.toml/below"), String::new());
        assert!(changes.apply().is_err());
        assert_eq!(contents(folder.path()), before);
    }
}
