//! Every suite is a test; within it all cases are run and their failures are shown together.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use levmine_tests::{Data, Suite, SuiteError, Told, tell, tell_comparison, tell_table};

/// One test for each folder with a `suite.toml`, written by the build script.
mod suites {
    include!(concat!(env!("OUT_DIR"), "/suites.rs"));
}

fn run(name: &str) {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = package.parent().expect("the package is in the workspace");
    let data = Data::find(std::env::var_os("LEVMINE_DATA").map(PathBuf::from), root);
    let suite = Suite::read(&package.join("scenarios").join(name));
    let failures = match (suite, data) {
        (Ok(suite), Ok(data)) => compare(&suite, &data),
        (Err(error), _) | (_, Err(error)) => vec![error.to_string()],
    };
    assert!(failures.is_empty(), "{}", summary(name, &failures));
}

fn summary(name: &str, failures: &[String]) -> String {
    format!(
        "suite {name}: {} failed:\n  {}\n\nIf what the runs say now is right, take it as the new snapshots and review \
         the difference like code:\n  cargo xtask scenarios --suite {name} --update\n",
        failures.len(),
        failures.join("\n  ")
    )
}

/// Runs all cases of a suite and returns what is wrong.
fn compare(suite: &Suite, data: &Data) -> Vec<String> {
    let snapshots = suite.folder.join("snapshots");
    let mut failures = left_over(suite, &snapshots);
    for case in &suite.cases {
        let told = catch_unwind(AssertUnwindSafe(|| answer(tell(suite, case, data))));
        failures.extend(failure(suite, &snapshots, &case.name, told));
    }
    for table in &suite.tables {
        let told = catch_unwind(AssertUnwindSafe(|| answer(tell_table(suite, table, data))));
        failures.extend(failure(suite, &snapshots, &table.case.name, told));
    }
    for comparison in &suite.comparisons {
        let told = catch_unwind(AssertUnwindSafe(|| answer(tell_comparison(suite, comparison, data))));
        failures.extend(failure(suite, &snapshots, &comparison.name, told));
    }
    failures
}

fn answer(telling: impl Future<Output = Result<Told, SuiteError>>) -> Result<Told, SuiteError> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(telling)
}

/// What is wrong with what was told; a panic in one case must not hide the others.
fn failure(
    suite: &Suite,
    snapshots: &Path,
    name: &str,
    told: std::thread::Result<Result<Told, SuiteError>>,
) -> Option<String> {
    let failure = match told {
        Ok(Ok(Told::Report(text))) => differs(snapshots, name, &text),
        Ok(Ok(Told::NoData)) => {
            crate::skipped(&format!("{}/{name}", suite.name));
            None
        }
        Ok(Err(error)) => Some(error.to_string()),
        Err(_) => Some("the run panicked".into()),
    };
    failure.map(|failure| format!("{name}: {failure}"))
}

/// Compares a report with its snapshot; with `INSTA_UPDATE=always` the snapshot is written instead.
fn differs(snapshots: &Path, case: &str, text: &str) -> Option<String> {
    let known = snapshots.join(format!("{case}.snap")).is_file();
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(snapshots);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let same = catch_unwind(AssertUnwindSafe(|| settings.bind(|| insta::assert_snapshot!(case, text))));
    match (same, known) {
        (Ok(()), _) => None,
        (Err(_), true) => Some("the report differs from its snapshot, as shown above".into()),
        (Err(_), false) => Some("has no snapshot yet; the report is shown above".into()),
    }
}

/// Snapshots of cases that are no more; while updating they are removed.
fn left_over(suite: &Suite, snapshots: &Path) -> Vec<String> {
    let update = std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always");
    let Ok(entries) = fs::read_dir(snapshots) else { return Vec::new() };
    let mut found: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "snap"))
        .filter(|path| {
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            suite.names().all(|known| known != name)
        })
        .collect();
    found.sort();
    if update {
        found.retain(|path| fs::remove_file(path).is_err());
    }
    let named = |path: PathBuf| {
        format!("snapshots/{}: belongs to no case", path.file_name().unwrap_or_default().to_string_lossy())
    };
    found.into_iter().map(named).collect()
}
