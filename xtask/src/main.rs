//! The project's own chores: `cargo xtask <task>`, one file per task.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "this is a program that prints")]

mod bench;
mod books;
mod cargo;
mod ci;
mod contracts;
mod error;
mod files;
mod guide;
mod layering;
mod new_adapter;
mod parity;
mod scenarios;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::error::TaskError;

/// The project's own chores.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask")]
struct Program {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Check everything: formatting, lints, tests, docs, layering, scenarios
    Ci,
    /// Check the manifests: which crate may depend on which, and what every crate must have
    Layering,
    /// Write the skeleton of an adapter and register it
    NewAdapter(new_adapter::Arguments),
    /// Follow the guide for new adapters in a copy of the checkout
    Guide,
    /// Run the scenario suites against their snapshots
    Scenarios(scenarios::Arguments),
    /// Run the contracts' own bytecode beside the adapters and compare every integer
    Parity(parity::Arguments),
    /// Have accounting tools check the journals that `levmine books` writes
    Books,
    /// Run all benchmarks
    Bench(bench::Arguments),
}

fn main() -> ExitCode {
    match run(&Program::parse().task) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: &Task) -> Result<ExitCode, TaskError> {
    let root = files::root()?;
    match task {
        Task::Ci => return ci::ci(&root),
        Task::Layering => layering::layering(&root)?,
        Task::NewAdapter(arguments) => new_adapter::new_adapter(&root, arguments)?,
        Task::Guide => guide::guide(&root)?,
        Task::Scenarios(arguments) => scenarios::scenarios(&root, arguments)?,
        Task::Parity(arguments) => return parity::parity(&root, arguments),
        Task::Books => {
            books::books(&root)?;
        }
        Task::Bench(arguments) => bench::bench(&root, arguments)?,
    }
    Ok(ExitCode::SUCCESS)
}
