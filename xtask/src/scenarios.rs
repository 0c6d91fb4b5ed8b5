//! Runs the scenario suites, which are tests of the package `levmine-tests`.

use std::path::Path;

use clap::Args;

use crate::cargo::Call;
use crate::error::TaskError;
use crate::files;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Run this suite only: a folder in tests/scenarios
    #[arg(long)]
    suite: Option<String>,
    /// Take what the runs say now as the new snapshots; review them like code
    #[arg(long)]
    update: bool,
}

/// The path of the suites' tests within the test program.
pub(crate) const TESTS: &str = "scenarios::suites::";

/// Runs the suites that are asked for.
pub(crate) fn scenarios(root: &Path, arguments: &Arguments) -> Result<(), TaskError> {
    let known = suites(root)?;
    if let Some(name) = arguments.suite.as_ref().filter(|name| !known.contains(name)) {
        return Err(TaskError::NoSuite { name: name.clone(), known });
    }
    call(arguments).run(root)
}

fn call(arguments: &Arguments) -> Call {
    // The test of a suite is named like it, as an identifier.
    let filter = arguments.suite.as_ref().map(|name| format!("{TESTS}{}", name.replace('-', "_")));
    let call = Call::cargo(["test", "--quiet", "--package", "levmine-tests", "--test", "it", "--"])
        .with("INSTA_UPDATE", if arguments.update { "always" } else { "no" });
    match filter {
        Some(filter) => call.arg("--exact").arg(filter),
        None => call.arg(TESTS),
    }
}

fn suites(root: &Path) -> Result<Vec<String>, TaskError> {
    let folder = root.join("tests/scenarios");
    let mut names = files::folders(&folder)?;
    names.retain(|name| folder.join(name).join("suite.toml").is_file());
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_suite_is_one_test() {
        let shown =
            |suite: Option<&str>, update| call(&Arguments { suite: suite.map(Into::into), update }).shown();
        assert_eq!(
            shown(None, false),
            "INSTA_UPDATE=no cargo test --quiet --package levmine-tests --test it -- scenarios::suites::"
        );
        assert_eq!(
            shown(Some("black-thursday"), true),
            "INSTA_UPDATE=always cargo test --quiet --package levmine-tests --test it -- \
             --exact scenarios::suites::black_thursday"
        );
    }

    #[test]
    fn an_unknown_suite_is_answered_with_the_known_ones() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir_all(folder.path().join("tests/scenarios/one")).expect("created");
        std::fs::write(folder.path().join("tests/scenarios/one/suite.toml"), "").expect("written");
        std::fs::create_dir_all(folder.path().join("tests/scenarios/empty")).expect("created");
        let arguments = Arguments { suite: Some("two".into()), update: false };
        let error = scenarios(folder.path(), &arguments).expect_err("refused").to_string();
        assert_eq!(error, "there is no suite \"two\" in tests/scenarios; there are: one");
    }
}
