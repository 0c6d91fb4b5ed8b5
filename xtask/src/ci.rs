//! The one check: everything that must hold before a change is taken.

use std::fmt;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::cargo::Call;
use crate::error::TaskError;
use crate::{books, contracts, guide, layering, scenarios};

/// What a step does.
enum Work {
    Call(Call),
    /// A call whose test results are counted.
    Tests(Call),
    Layering,
    /// Fetches what the adapters are compared with.
    Contracts,
    /// Has accounting tools check our journals.
    Books,
    Guide,
}

struct Step {
    name: &'static str,
    work: Work,
}

/// How a step ended.
enum Ending {
    Passed(Duration),
    Failed(Duration),
    NotRun,
}

/// Runs all steps up to the first that fails, and sums up. The last line counts the tests.
pub(crate) fn ci(root: &Path) -> Result<ExitCode, TaskError> {
    let steps = steps();
    let mut count = Count::default();
    let mut endings: Vec<Ending> = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        if endings.iter().any(|ending| matches!(ending, Ending::Failed(_))) {
            endings.push(Ending::NotRun);
            continue;
        }
        println!("\n[{}/{}] {}: {}", at + 1, steps.len(), step.name, step.work);
        let begin = Instant::now();
        endings.push(match run(root, &step.work, &mut count) {
            Ok(()) => Ending::Passed(begin.elapsed()),
            Err(error) => {
                println!("{error}");
                Ending::Failed(begin.elapsed())
            }
        });
    }
    println!();
    let mut code = ExitCode::SUCCESS;
    for (step, ending) in steps.iter().zip(&endings) {
        match ending {
            Ending::Passed(took) => println!("passed   {:<10} {:>5} s", step.name, took.as_secs()),
            Ending::NotRun => println!("not run  {}", step.name),
            Ending::Failed(took) => {
                println!("FAILED   {:<10} {:>5} s", step.name, took.as_secs());
                code = ExitCode::FAILURE;
            }
        }
    }
    for (step, ending) in steps.iter().zip(&endings) {
        if let Ending::Failed(_) = ending {
            println!("failed step: {}; again with: {}", step.name, step.work);
        }
    }
    println!("{count}");
    Ok(code)
}

fn run(root: &Path, work: &Work, count: &mut Count) -> Result<(), TaskError> {
    match work {
        Work::Call(call) => call.run(root),
        Work::Tests(call) => call.run_watched(root, |line| count.read(line)),
        Work::Layering => layering::layering(root),
        Work::Contracts => {
            // Without them the comparisons are skipped, each with a line; everything else is checked all the same.
            if let Err(error) = contracts::install(root) {
                println!("skipped: the contracts are not installed: {error}");
                count.skipped += 1;
            }
            Ok(())
        }
        Work::Books => {
            // Tools that are not there are told each with a line.
            count.skipped += books::books(root)?;
            Ok(())
        }
        Work::Guide => guide::guide(root),
    }
}

impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Call(call) | Self::Tests(call) => f.write_str(&call.shown()),
            Self::Layering => f.write_str("cargo xtask layering"),
            Self::Contracts => f.write_str("npm ci in tests/parity/contracts"),
            Self::Books => f.write_str("cargo xtask books"),
            Self::Guide => f.write_str("cargo xtask guide"),
        }
    }
}

/// The steps, the quickest to fail first.
fn steps() -> Vec<Step> {
    let call = |name, call| Step { name, work: Work::Call(call) };
    // Snapshots are compared, never written: a check does not change what it checks.
    let tests = |name, call: Call| Step { name, work: Work::Tests(call.with("INSTA_UPDATE", "no")) };
    // Both test steps build the whole workspace: with fewer packages cargo would choose other features and build most
    // of it again.
    let all = ["test", "--workspace", "--no-fail-fast"];
    vec![
        call("format", Call::cargo(["fmt", "--all", "--check"])),
        Step { name: "layering", work: Work::Layering },
        call("clippy", Call::cargo(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])),
        Step { name: "contracts", work: Work::Contracts },
        tests("tests", Call::cargo(all).arg("--").arg("--skip").arg(scenarios::TESTS)),
        tests("scenarios", Call::cargo(all).arg("--test").arg("it").arg("--").arg(scenarios::TESTS)),
        Step { name: "books", work: Work::Books },
        call("docs", Call::cargo(["doc", "--workspace", "--no-deps"]).with("RUSTDOCFLAGS", "-D warnings")),
        Step { name: "guide", work: Work::Guide },
    ]
}

/// Tests by how they ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Count {
    passed: u64,
    failed: u64,
    skipped: u64,
}

impl Count {
    /// Adds what one line of a test program says: its result line, or a scenario without its data.
    fn read(&mut self, line: &str) {
        // The line may begin with the name of a test that is running, or with the dots of those that have passed.
        if line.trim_start_matches('.').starts_with("skipped: ") || line.contains(" ... skipped: ") {
            self.skipped += 1;
        }
        if let Some((_, result)) = line.split_once("test result: ") {
            let before = |word| {
                let (front, _) = result.split_once(word)?;
                front.trim_end().rsplit([' ', ';']).next()?.parse::<u64>().ok()
            };
            self.passed += before("passed").unwrap_or(0);
            self.failed += before("failed").unwrap_or(0);
            self.skipped += before("ignored").unwrap_or(0);
        }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_summed_over_all_test_programs() {
        let mut count = Count::default();
        for line in [
            "running 3 tests",
            "test scenarios::suites::crises ... skipped: crises/luna: no data",
            "skipped: crises/steth: no data",
            "..skipped: crises/ftx: no data",
            "test a::skipped: not one ... ok",
            "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 4 filtered out; finished in 0.02s",
            "test result: \u{1b}[31mFAILED\u{1b}[0m. 7 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out",
            "test result: nonsense",
        ] {
            count.read(line);
        }
        assert_eq!(count.to_string(), "19 passed, 2 failed, 4 skipped");
    }

    #[test]
    fn every_promise_of_the_check_is_a_step() {
        let shown: Vec<String> = steps().iter().map(|step| format!("{}: {}", step.name, step.work)).collect();
        assert_eq!(
            shown,
            [
                "format: cargo fmt --all --check",
                "layering: cargo xtask layering",
                "clippy: cargo clippy --workspace --all-targets -- -D warnings",
                "contracts: npm ci in tests/parity/contracts",
                "tests: INSTA_UPDATE=no cargo test --workspace --no-fail-fast -- --skip scenarios::suites::",
                "scenarios: INSTA_UPDATE=no cargo test --workspace --no-fail-fast --test it -- scenarios::suites::",
                "books: cargo xtask books",
                "docs: RUSTDOCFLAGS=\"-D warnings\" cargo doc --workspace --no-deps",
                "guide: cargo xtask guide",
            ]
        );
    }
}
