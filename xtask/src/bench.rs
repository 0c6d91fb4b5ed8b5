use std::path::Path;

use clap::Args;

use crate::cargo::Call;
use crate::contracts;
use crate::error::TaskError;
use crate::layering::{Member, Workspace};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Passed on to the benchmarks: filters, --sample-count and the like
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<String>,
}

/// Runs the benchmarks of all packages that have any.
pub(crate) fn bench(root: &Path, arguments: &Arguments) -> Result<(), TaskError> {
    let workspace = Workspace::read(root)?;
    let call = call(&workspace, &arguments.rest).ok_or(TaskError::Nothing { what: "a benchmark" })?;
    // Without them the benchmarks that run bytecode say so; the others run all the same.
    if let Err(error) = contracts::install(root) {
        println!("skipped: the contracts are not installed: {error}");
    }
    println!("{}", call.shown());
    call.run(root)
}

/// One call for all benchmarks. Each is named, because without names cargo also starts the unit tests, which do not
/// know the benchmarks' options.
fn call(workspace: &Workspace, rest: &[String]) -> Option<Call> {
    let mut call = Call::cargo(["bench"]);
    let mut any = false;
    for member in &workspace.members {
        let names = benches(member);
        if !names.is_empty() {
            call = call.arg("--package").arg(member.package());
        }
        for name in names {
            call = call.arg("--bench").arg(name);
            any = true;
        }
    }
    if !rest.is_empty() {
        call = rest.iter().fold(call.arg("--"), |call, argument| call.arg(argument));
    }
    any.then_some(call)
}

fn benches(member: &Member) -> Vec<&str> {
    let declared = member.manifest.get("bench").and_then(toml::Value::as_array);
    declared.into_iter().flatten().filter_map(|bench| bench.get("name")?.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layering::tests::member;

    #[test]
    fn every_declared_benchmark_is_named_and_arguments_are_passed_on() {
        let mut workspace = Workspace::default();
        workspace
            .members
            .push(member("crates/math", "[package]\nname = \"levmine-math\"\n[[bench]]\nname = \"math\""));
        workspace.members.push(member("crates/market", "[package]\nname = \"levmine-market\""));
        workspace.members.push(member(
            "adapters/a",
            "[package]\nname = \"levmine-a\"\n[[bench]]\nname = \"swap\"\n[[bench]]\nname = \"mint\"",
        ));
        let shown = call(&workspace, &["--sample-count".into(), "5".into()]).map(|call| call.shown());
        assert_eq!(
            shown.as_deref(),
            Some(
                "cargo bench --package levmine-math --bench math --package levmine-a --bench swap --bench mint \
                 -- --sample-count 5"
            )
        );
        workspace.members.truncate(2);
        workspace.members.remove(0);
        assert_eq!(call(&workspace, &[]), None);
    }
}
