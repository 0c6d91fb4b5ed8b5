//! The `levmine` program with the adapters of this repository.

use std::process::ExitCode;

fn main() -> ExitCode {
    levmine_cli::main(&levmine::Registry::builtin())
}
