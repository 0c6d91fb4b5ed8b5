use std::path::Path;
use std::process::ExitCode;

use clap::Args;

use crate::cargo::Call;
use crate::contracts;
use crate::error::TaskError;

#[derive(Debug, Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Arguments {
    /// Passed on: --protocol, --ops, --seed, --format and the like; --help names them all
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<String>,
}

/// Compares the adapters with the contracts' bytecode, which is installed first where it is not there.
pub(crate) fn parity(root: &Path, arguments: &Arguments) -> Result<ExitCode, TaskError> {
    contracts::install(root)?;
    call(&arguments.rest).run(root)?;
    Ok(ExitCode::SUCCESS)
}

fn call(rest: &[String]) -> Call {
    let program = ["run", "--quiet", "--release", "--package", "levmine-parity", "--bin", "parity", "--"];
    rest.iter().fold(Call::cargo(program), |call, argument| call.arg(argument))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_passed_on() {
        let shown = call(&["--ops".into(), "5000".into(), "--help".into()]).shown();
        let program = "cargo run --quiet --release --package levmine-parity --bin parity --";
        assert_eq!(shown, format!("{program} --ops 5000 --help"));
    }
}
