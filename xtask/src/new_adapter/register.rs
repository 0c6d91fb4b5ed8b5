//! The three lines that make an adapter known. Each insertion changes nothing where the line is there already.

use toml::Table;

use super::Kind;
use super::name::AdapterName;
use crate::error::TaskError;

/// The workspace manifest.
pub(crate) const WORKSPACE: &str = "Cargo.toml";
/// The manifest of the crate that knows all adapters.
pub(crate) const FACADE: &str = "crates/levmine/Cargo.toml";
/// The source with the table of adapters.
pub(crate) const REGISTRY: &str = "crates/levmine/src/registry.rs";

/// Who has the package's name already.
pub(crate) fn owner(workspace: &str, name: &AdapterName) -> Result<Option<String>, TaskError> {
    let package = name.package();
    let known = table(WORKSPACE, workspace)?;
    let there = known.get("workspace").and_then(|workspace| workspace.get("dependencies")?.get(&package));
    Ok(there.map(|_| format!("{package} is in {WORKSPACE}")))
}

/// Adds the line below `[workspace.dependencies]`.
pub(crate) fn in_workspace(text: &str, name: &AdapterName) -> Result<String, TaskError> {
    let line = format!("{} = {{ path = \"adapters/{}\" }}", name.package(), name.kebab());
    let is_adapter = |line: &str| line.contains("path = \"adapters/");
    let changed = insert_sorted(text, "[workspace.dependencies]", &line, is_adapter)
        .ok_or(TaskError::NoPlace { file: WORKSPACE, expected: "a line `[workspace.dependencies]`" })?;
    table(WORKSPACE, &changed)?;
    Ok(changed)
}

/// Adds the line below `[dependencies]`, among the adapters that the workspace manifest knows.
pub(crate) fn in_facade(text: &str, workspace: &str, name: &AdapterName) -> Result<String, TaskError> {
    let line = format!("{}.workspace = true", name.package());
    let adapters: Vec<&str> = workspace
        .lines()
        .filter(|line| line.contains("path = \"adapters/"))
        .filter_map(|line| line.split(['=', ' ']).next())
        .collect();
    let is_adapter =
        |line: &str| line.split(['.', ' ', '=']).next().is_some_and(|name| adapters.contains(&name));
    let changed = insert_sorted(text, "[dependencies]", &line, is_adapter)
        .ok_or(TaskError::NoPlace { file: FACADE, expected: "a line `[dependencies]`" })?;
    table(FACADE, &changed)?;
    Ok(changed)
}

/// Adds the adapter to the table in `Registry::builtin`, after the last one of its kind.
pub(crate) fn in_registry(text: &str, kind: Kind, name: &AdapterName) -> Result<String, TaskError> {
    let missing = || TaskError::NoPlace {
        file: REGISTRY,
        expected: "`vec![` in `fn builtin`, with entries like `Adapter::Pool(levmine_uniswap_v2::ADAPTER),`",
    };
    let path = format!("{}::ADAPTER", name.library());
    if crate::layering::mentions(text, &path) {
        return Ok(text.into());
    }
    let (before, rest) = split_after(text, "fn builtin(").ok_or_else(missing)?;
    let (between, rest) = split_after(rest, "vec![").ok_or_else(missing)?;
    let (entries, after) = rest.split_once(']').ok_or_else(missing)?;
    let variant = match kind {
        Kind::Lending => "Adapter::Lending(",
        Kind::Pool => "Adapter::Pool(",
        Kind::Vault => "Adapter::Vault(",
    };
    let mut list: Vec<&str> = entries.split(',').map(str::trim).filter(|entry| !entry.is_empty()).collect();
    if list.iter().any(|entry| !entry.contains("::ADAPTER")) {
        return Err(missing());
    }
    let entry = format!("{variant}{path})");
    let at = list.iter().rposition(|known| known.contains(variant)).map_or(list.len(), |last| last + 1);
    list.insert(at, &entry);
    Ok(format!("{before}{between}\n{},\n]{after}", list.join(",\n")))
}

fn split_after<'a>(text: &'a str, what: &str) -> Option<(&'a str, &'a str)> {
    text.find(what).and_then(|at| text.split_at_checked(at + what.len()))
}

/// Inserts `line` into the section that begins with `heading`: among the lines that are like it, in their order, or
/// at the section's end where there are none. `None` without such a section.
fn insert_sorted(text: &str, heading: &str, line: &str, alike: impl Fn(&str) -> bool) -> Option<String> {
    let mut lines: Vec<&str> = text.lines().collect();
    let begin = lines.iter().position(|known| known.trim() == heading)? + 1;
    let rest = lines.get(begin..)?;
    let end = begin + rest.iter().position(|known| known.trim_start().starts_with('[')).unwrap_or(rest.len());
    let section = lines.get(begin..end)?;
    if section.iter().any(|known| known.trim() == line) {
        return Some(text.into());
    }
    let like: Vec<usize> = section
        .iter()
        .enumerate()
        .filter(|(_, known)| alike(known.trim()))
        .map(|(at, _)| begin + at)
        .collect();
    let filled =
        section.iter().rposition(|known| !known.trim().is_empty()).map_or(begin, |at| begin + at + 1);
    let after_last = like.last().map_or(filled, |last| last + 1);
    let at = like
        .iter()
        .copied()
        .find(|at| lines.get(*at).is_some_and(|known| *known > line))
        .unwrap_or(after_last);
    lines.insert(at, line);
    Some(lines.join("\n") + "\n")
}

fn table(file: &'static str, text: &str) -> Result<Table, TaskError> {
    text.parse().map_err(|error: toml::de::Error| TaskError::Manifest {
        path: file.into(),
        reason: error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> AdapterName {
        AdapterName::parse(text).expect("a name")
    }

    #[test]
    fn lines_go_among_their_like_in_order() {
        let text = "[a]\nx = 1\n[b]\nq = 1\nbb = 2\ndd = 2\n\nz = 1\n[c]\n";
        let insert = |line: &str| insert_sorted(text, "[b]", line, |known| known.ends_with('2'));
        assert_eq!(
            insert("cc = 2").as_deref(),
            Some("[a]\nx = 1\n[b]\nq = 1\nbb = 2\ncc = 2\ndd = 2\n\nz = 1\n[c]\n")
        );
        assert_eq!(
            insert("ee = 2").as_deref(),
            Some("[a]\nx = 1\n[b]\nq = 1\nbb = 2\ndd = 2\nee = 2\n\nz = 1\n[c]\n")
        );
        assert_eq!(insert("dd = 2").as_deref(), Some(text));
    }

    #[test]
    fn the_first_of_its_like_goes_to_the_end_of_its_section() {
        let insert = |text: &str| insert_sorted(text, "[b]", "n = 1", |_| false);
        assert_eq!(insert("[b]\nq = 1\n\n[c]\n").as_deref(), Some("[b]\nq = 1\nn = 1\n\n[c]\n"));
        assert_eq!(insert("[b]\n").as_deref(), Some("[b]\nn = 1\n"));
        assert_eq!(insert("[c]\n"), None);
    }

    #[test]
    fn the_registry_takes_any_layout() {
        let registry =
            |entries: &str| format!("pub fn builtin() -> Self {{ Self {{ adapters: vec![{entries}] }} }}");
        let add = |entries: &str, kind| in_registry(&registry(entries), kind, &name("new"));
        assert_eq!(add("", Kind::Pool).expect("added"), registry("\nAdapter::Pool(levmine_new::ADAPTER),\n"));
        assert_eq!(
            add("Adapter::Pool(levmine_a::ADAPTER)", Kind::Lending).expect("added"),
            registry("\nAdapter::Pool(levmine_a::ADAPTER),\nAdapter::Lending(levmine_new::ADAPTER),\n")
        );
        let twice = in_registry(&add("", Kind::Pool).expect("added"), Kind::Pool, &name("new"));
        assert_eq!(twice.expect("the same"), add("", Kind::Pool).expect("added"));
        assert!(add("something(1)", Kind::Pool).is_err());
    }
}
