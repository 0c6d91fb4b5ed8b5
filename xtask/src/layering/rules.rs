use std::fmt;

use super::manifests::{Member, Section, Workspace};

/// A broken rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Violation {
    /// A dependency that points the wrong way.
    Edge { from: String, to: String, dev: bool, allowed: String },
    /// An adapter without a trait crate, or with two.
    TraitCrates { adapter: String, found: Vec<String> },
    /// A crate for which no rule is written down.
    NoRule { folder: String },
    /// A folder among the packages that has no manifest.
    NoManifest { folder: String },
    /// The package is not called as its folder.
    Name { folder: String, package: String, expected: String },
    /// The workspace's lints do not apply.
    Lints { folder: String },
    /// A version outside of the workspace manifest.
    Version { folder: String, dependency: String },
    /// An adapter that the registry cannot build.
    Unregistered { adapter: String, file: &'static str, expected: String },
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Edge { from, to, dev, allowed } => {
                let kind = if *dev { " (for tests)" } else { "" };
                write!(f, "{from} → {to}{kind}: not allowed; {from} may depend on {allowed}")
            }
            Self::TraitCrates { adapter, found } if found.is_empty() => {
                write!(
                    f,
                    "{adapter}: depends on no trait crate; exactly one of {} is needed",
                    TRAITS.join(", ")
                )
            }
            Self::TraitCrates { adapter, found } => {
                write!(
                    f,
                    "{adapter}: depends on {}; an adapter implements one trait crate",
                    found.join(" and ")
                )
            }
            Self::NoRule { folder } => {
                write!(
                    f,
                    "{folder}: no rule says what it may depend on; add one to xtask/src/layering/rules.rs"
                )
            }
            Self::NoManifest { folder } => write!(f, "{folder}: has no Cargo.toml"),
            Self::Name { folder, package, expected } => {
                write!(f, "{folder}: the package is named \"{package}\"; the folder asks for \"{expected}\"")
            }
            Self::Lints { folder } => {
                write!(f, "{folder}: does not inherit the lints; add `[lints]` with `workspace = true`")
            }
            Self::Version { folder, dependency } => {
                write!(
                    f,
                    "{folder}: {dependency} has its version here; put it into the workspace manifest and write \
                     `{dependency}.workspace = true`"
                )
            }
            Self::Unregistered { adapter, file, expected } => {
                write!(f, "{adapter}: not registered in {file}; expected `{expected}`")
            }
        }
    }
}

/// What each crate may depend on: folder names, downwards only.
const CRATES: &[(&str, &[&str])] = &[
    ("config", &[]),
    ("math", &[]),
    ("market", &["config", "math"]),
    ("lending", &["config", "math", "market"]),
    ("amm", &["config", "math", "market"]),
    ("vault", &["config", "math", "market"]),
    ("testkit", &["config", "math", "market", "lending", "amm", "vault"]),
    ("composer", &["config", "math", "market", "lending", "amm", "vault"]),
    ("engine", &["config", "math", "market", "lending", "amm", "vault", "composer"]),
    ("books", &["math", "market", "composer", "engine"]),
    ("source", &["config", "math", "market", "composer"]),
    ("report", &["config", "math", "market", "lending", "amm", "vault", "composer", "engine", "books"]),
    (
        FACADE,
        &[
            "config", "math", "market", "lending", "amm", "vault", "composer", "engine", "books", "source",
            "report",
        ],
    ),
    ("cli", &[FACADE]),
];

/// The crate that knows all adapters.
const FACADE: &str = "levmine";

/// What is for tests only.
const TESTKIT: &str = "testkit";

/// What every adapter may depend on, beside its trait crate.
const BELOW_ADAPTERS: &[&str] = &["config", "math", "market"];

/// The crates whose trait an adapter implements: exactly one of them.
const TRAITS: &[&str] = &["lending", "amm", "vault"];

/// All broken rules, by folder.
pub(crate) fn check(workspace: &Workspace) -> Vec<Violation> {
    let mut found = Vec::new();
    found.extend(workspace.empty.iter().map(|folder| Violation::NoManifest { folder: folder.clone() }));
    for member in &workspace.members {
        names(member, &mut found);
        if !member.inherits_lints() {
            found.push(Violation::Lints { folder: member.folder.clone() });
        }
        for dependency in member.dependencies() {
            if !dependency.is_inherited() {
                found.push(Violation::Version {
                    folder: member.folder.clone(),
                    dependency: dependency.key.into(),
                });
            }
        }
        edges(workspace, member, &mut found);
        if member.is_adapter() {
            registration(workspace, member, &mut found);
        }
    }
    found
}

fn names(member: &Member, found: &mut Vec<Violation>) {
    let folder = member.folder_name();
    let expected =
        if [FACADE, "xtask"].contains(&folder) { folder.into() } else { format!("levmine-{folder}") };
    if member.package() != expected {
        let (folder, package) = (member.folder.clone(), member.package().into());
        found.push(Violation::Name { folder, package, expected });
    }
}

/// What a member may depend on, and the words for it.
enum Allowed {
    Anything,
    Crates(Vec<&'static str>),
    CratesAndAdapters(&'static [&'static str]),
}

fn allowed(member: &Member) -> Option<Allowed> {
    let crates = |list: &[&'static str]| Allowed::Crates(list.to_vec());
    match (member.folder.as_str(), member.folder_name()) {
        ("tests" | "tests/parity", _) => Some(Allowed::Anything),
        ("xtask", _) => Some(crates(&[FACADE])),
        _ if member.is_adapter() => Some(crates(&[BELOW_ADAPTERS, TRAITS].concat())),
        (_, name) => {
            let (_, list) = CRATES.iter().find(|(known, _)| *known == name)?;
            Some(if name == FACADE { Allowed::CratesAndAdapters(list) } else { crates(list) })
        }
    }
}

fn edges(workspace: &Workspace, member: &Member, found: &mut Vec<Violation>) {
    let Some(allowed) = allowed(member) else {
        found.push(Violation::NoRule { folder: member.folder.clone() });
        return;
    };
    let mut traits: Vec<String> = Vec::new();
    for dependency in member.dependencies() {
        let Some(target) = workspace.resolve(dependency) else { continue };
        let dev = dependency.section == Section::Dev;
        let to = target.folder_name();
        let in_crates = target.folder.starts_with("crates/");
        if !dev && in_crates && TRAITS.contains(&to) {
            traits.push(to.into());
        }
        // Tests of a package use the test kit, and may name the package itself.
        let for_tests = dev && (target.folder == "crates/testkit" || target.folder == member.folder);
        let fine = for_tests
            || match &allowed {
                Allowed::Anything => true,
                Allowed::Crates(list) => in_crates && list.contains(&to),
                Allowed::CratesAndAdapters(list) => target.is_adapter() || (in_crates && list.contains(&to)),
            };
        if !fine {
            let (from, to) = (member.folder.clone(), target.folder.clone());
            found.push(Violation::Edge { from, to, dev, allowed: allowed.words(dev) });
        }
    }
    traits.sort();
    traits.dedup();
    if member.is_adapter() && traits.len() != 1 {
        found.push(Violation::TraitCrates { adapter: member.folder.clone(), found: traits });
    }
}

impl Allowed {
    fn words(&self, dev: bool) -> String {
        let (list, adapters): (&[&str], _) = match self {
            Self::Anything => return "anything".into(),
            Self::Crates(list) => (list, false),
            Self::CratesAndAdapters(list) => (list, true),
        };
        let mut words: Vec<&str> = list.to_vec();
        words.extend(adapters.then_some("every adapter"));
        words.extend(dev.then_some(TESTKIT));
        if words.is_empty() { "nothing of ours".into() } else { words.join(", ") }
    }
}

fn registration(workspace: &Workspace, adapter: &Member, found: &mut Vec<Violation>) {
    let mut miss = |file, expected| {
        found.push(Violation::Unregistered { adapter: adapter.folder.clone(), file, expected });
    };
    let package = adapter.package();
    let facade = workspace.member("crates/levmine");
    let known = facade.is_some_and(|facade| {
        facade.dependencies().into_iter().any(|dependency| {
            dependency.section == Section::Normal
                && workspace.resolve(dependency).is_some_and(|target| target.folder == adapter.folder)
        })
    });
    if !known {
        miss("crates/levmine/Cargo.toml", format!("{package}.workspace = true"));
    }
    let expected = format!("{}::ADAPTER", package.replace('-', "_"));
    if !mentions(&workspace.registry, &expected) {
        miss("crates/levmine/src/registry.rs", expected);
    }
}

/// Whether the source has this path in it, outside of comments and not as the end of a longer name.
pub(crate) fn mentions(source: &str, path: &str) -> bool {
    let starts_a_name = |code: &str, at: usize| {
        !code.get(..at).unwrap_or_default().ends_with(|c: char| c.is_alphanumeric() || c == '_')
    };
    source
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .any(|code| code.match_indices(path).any(|(at, _)| starts_a_name(code, at)))
}

#[cfg(test)]
mod tests {
    use super::super::tests::member;
    use super::*;

    /// A manifest that breaks no rule.
    fn manifest(package: &str, dependencies: &str) -> String {
        format!("[package]\nname = \"{package}\"\n[lints]\nworkspace = true\n{dependencies}")
    }

    fn normal(dependencies: &[&str]) -> String {
        let lines = dependencies.iter().map(|name| format!("{name}.workspace = true\n"));
        std::iter::once("[dependencies]\n".to_string()).chain(lines).collect()
    }

    /// A small workspace that breaks no rule.
    fn sound() -> Workspace {
        let mut workspace = Workspace {
            registry:
                "vec![\n    Adapter::Pool(levmine_one::ADAPTER),\n    Adapter::Pool(levmine_two::ADAPTER),\n]"
                    .into(),
            manifest:
                "[workspace.dependencies]\nkit = { path = \"crates/testkit\", package = \"levmine-testkit\" }"
                    .parse()
                    .expect("TOML"),
            ..Workspace::default()
        };
        let adapter = ["levmine-config", "levmine-market", "levmine-math", "levmine-amm", "thiserror"];
        for (folder, package, dependencies) in [
            ("crates/config", "levmine-config", normal(&["toml"])),
            ("crates/math", "levmine-math", normal(&[])),
            ("crates/market", "levmine-market", normal(&["levmine-config", "levmine-math"])),
            ("crates/lending", "levmine-lending", normal(&["levmine-market"])),
            ("crates/amm", "levmine-amm", normal(&["levmine-market"])),
            ("crates/testkit", "levmine-testkit", normal(&["levmine-lending", "levmine-amm"])),
            ("crates/composer", "levmine-composer", normal(&["levmine-lending", "levmine-amm"])),
            ("crates/engine", "levmine-engine", normal(&["levmine-composer"])),
            ("crates/levmine", "levmine", normal(&["levmine-engine", "levmine-one", "levmine-two"])),
            ("crates/cli", "levmine-cli", normal(&["levmine"])),
            ("adapters/one", "levmine-one", normal(&adapter)),
            ("adapters/two", "levmine-two", normal(&adapter)),
            ("tests", "levmine-tests", normal(&["levmine", "levmine-one"])),
            ("xtask", "xtask", normal(&["levmine"])),
        ] {
            workspace.members.push(member(folder, &manifest(package, &dependencies)));
        }
        workspace
    }

    /// The same with the manifest of one folder replaced.
    fn with(folder: &str, package: &str, dependencies: &str) -> Vec<String> {
        with_manifest(folder, &manifest(package, dependencies))
    }

    fn with_manifest(folder: &str, manifest: &str) -> Vec<String> {
        let mut workspace = sound();
        let changed = member(folder, manifest);
        match workspace.members.iter_mut().find(|member| member.folder == folder) {
            Some(place) => *place = changed,
            None => workspace.members.push(changed),
        }
        shown(&workspace)
    }

    fn shown(workspace: &Workspace) -> Vec<String> {
        check(workspace).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_sound_workspace_passes() {
        assert_eq!(shown(&sound()), Vec::<String>::new());
    }

    #[test]
    fn an_edge_upwards_is_named() {
        assert_eq!(
            with("crates/market", "levmine-market", &normal(&["levmine-math", "levmine-lending"])),
            ["crates/market → crates/lending: not allowed; crates/market may depend on config, math"]
        );
        assert_eq!(
            with("crates/math", "levmine-math", &normal(&["levmine-config"])),
            ["crates/math → crates/config: not allowed; crates/math may depend on nothing of ours"]
        );
    }

    #[test]
    fn the_trait_crates_never_see_each_other() {
        assert_eq!(with("crates/lending", "levmine-lending", &normal(&["levmine-amm"])).len(), 1);
        assert_eq!(with("crates/amm", "levmine-amm", &normal(&["levmine-lending"])).len(), 1);
    }

    #[test]
    fn the_composer_names_no_protocol_and_the_program_only_the_facade() {
        let composer = with("crates/composer", "levmine-composer", &normal(&["levmine-amm", "levmine-one"]));
        assert!(composer.concat().starts_with("crates/composer → adapters/one: not allowed"), "{composer:?}");
        let engine =
            with("crates/engine", "levmine-engine", "[dev-dependencies]\nlevmine-one.workspace = true");
        assert!(
            engine.concat().starts_with("crates/engine → adapters/one (for tests): not allowed"),
            "{engine:?}"
        );
        assert_eq!(
            with("crates/cli", "levmine-cli", &normal(&["levmine", "levmine-engine"])),
            ["crates/cli → crates/engine: not allowed; crates/cli may depend on levmine"]
        );
        let xtask = with("xtask", "xtask", &normal(&["levmine-engine"]));
        assert_eq!(xtask, ["xtask → crates/engine: not allowed; xtask may depend on levmine"]);
    }

    #[test]
    fn adapters_never_see_each_other() {
        let both = normal(&["levmine-amm", "levmine-two"]);
        assert_eq!(
            with("adapters/one", "levmine-one", &both),
            [
                "adapters/one → adapters/two: not allowed; adapters/one may depend on config, math, market, lending, amm, vault"
            ]
        );
        let in_tests =
            format!("{}[dev-dependencies]\nlevmine-two.workspace = true", normal(&["levmine-amm"]));
        assert_eq!(with("adapters/one", "levmine-one", &in_tests).len(), 1);
    }

    #[test]
    fn an_adapter_implements_one_trait_crate() {
        assert_eq!(
            with("adapters/one", "levmine-one", &normal(&["levmine-market"])),
            ["adapters/one: depends on no trait crate; exactly one of lending, amm, vault is needed"]
        );
        assert_eq!(
            with("adapters/one", "levmine-one", &normal(&["levmine-amm", "levmine-lending"])),
            ["adapters/one: depends on amm and lending; an adapter implements one trait crate"]
        );
    }

    #[test]
    fn the_test_kit_is_for_tests() {
        let dev = format!("{}[dev-dependencies]\nlevmine-testkit.workspace = true", normal(&["levmine-amm"]));
        assert_eq!(with("adapters/one", "levmine-one", &dev), Vec::<String>::new());
        let normal = with("adapters/one", "levmine-one", &normal(&["levmine-amm", "levmine-testkit"]));
        assert!(normal.concat().starts_with("adapters/one → crates/testkit: not allowed"), "{normal:?}");
    }

    #[test]
    fn edges_do_not_hide_behind_targets_build_scripts_or_other_names() {
        for hidden in [
            "[target.'cfg(unix)'.dependencies]\nlevmine-engine.workspace = true",
            "[build-dependencies]\nlevmine-engine.workspace = true",
            "[dependencies]\nmachine = { workspace = true, package = \"levmine-engine\" }",
        ] {
            let found = with("crates/market", "levmine-market", hidden);
            assert!(
                found.concat().contains("crates/market → crates/engine: not allowed"),
                "{hidden}: {found:?}"
            );
        }
        // Renamed in the workspace manifest.
        let found = with("crates/market", "levmine-market", &normal(&["kit"]));
        assert!(found.concat().contains("crates/market → crates/testkit: not allowed"), "{found:?}");
    }

    #[test]
    fn a_crate_without_a_rule_is_named() {
        assert_eq!(
            with("crates/new", "levmine-new", ""),
            ["crates/new: no rule says what it may depend on; add one to xtask/src/layering/rules.rs"]
        );
    }

    #[test]
    fn packages_are_named_as_their_folders() {
        assert_eq!(
            with("crates/engine", "engine", ""),
            ["crates/engine: the package is named \"engine\"; the folder asks for \"levmine-engine\""]
        );
        let found = with("adapters/one", "levmine-uno", &normal(&["levmine-amm"]));
        assert!(found.iter().any(|line| line.contains("the folder asks for \"levmine-one\"")), "{found:?}");
    }

    #[test]
    fn lints_are_inherited() {
        let expected = ["crates/math: does not inherit the lints; add `[lints]` with `workspace = true`"];
        assert_eq!(with_manifest("crates/math", "[package]\nname = \"levmine-math\""), expected);
        let own = "[package]\nname = \"levmine-math\"\n[lints.rust]\nmissing_docs = \"allow\"";
        assert_eq!(with_manifest("crates/math", own), expected);
    }

    #[test]
    fn versions_stand_in_the_workspace_manifest() {
        let expected =
            ["crates/math: ruint has its version here; put it into the workspace manifest and write \
             `ruint.workspace = true`"];
        for own in ["ruint = \"1\"", "ruint = { version = \"1\" }", "ruint = { path = \"../ruint\" }"] {
            assert_eq!(
                with("crates/math", "levmine-math", &format!("[dependencies]\n{own}")),
                expected,
                "{own}"
            );
        }
        let dev = with("crates/math", "levmine-math", "[dev-dependencies]\nruint = \"1\"");
        assert_eq!(dev, expected);
        let inherited = "[dependencies]\nruint = { workspace = true, features = [\"std\"] }";
        assert_eq!(with("crates/math", "levmine-math", inherited), Vec::<String>::new());
    }

    #[test]
    fn adapters_are_registered() {
        assert_eq!(
            with("crates/levmine", "levmine", &normal(&["levmine-engine", "levmine-one"])),
            [
                "adapters/two: not registered in crates/levmine/Cargo.toml; expected `levmine-two.workspace = true`"
            ]
        );
        let only_in_tests =
            format!("{}[dev-dependencies]\nlevmine-two.workspace = true", normal(&["levmine-one"]));
        assert_eq!(with("crates/levmine", "levmine", &only_in_tests).len(), 1);
        let mut workspace = sound();
        workspace.registry = "// levmine_one::ADAPTER\nlevmine_two::ADAPTER, not_levmine_one::ADAPTER".into();
        assert_eq!(
            shown(&workspace),
            [
                "adapters/one: not registered in crates/levmine/src/registry.rs; expected `levmine_one::ADAPTER`"
            ]
        );
    }

    #[test]
    fn a_folder_without_a_manifest_is_named() {
        let mut workspace = sound();
        workspace.empty.push("adapters/left-over".into());
        assert_eq!(shown(&workspace), ["adapters/left-over: has no Cargo.toml"]);
    }
}
