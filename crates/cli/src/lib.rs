//! The `levmine` program as a library: somebody with adapters of his own calls [`main`] with his own registry.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "this is the program that prints")]

mod adapters;
mod books;
mod compare;
mod explain;
mod init;
mod options;
mod output;
mod replay;
mod run;
mod stress;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use levmine::Registry;

/// Leveraged mining, worked out before any money moves: what a strategy earns, what it risks, when it is liquidated.
#[derive(Debug, Parser)]
#[command(name = "levmine", version, about, propagate_version = true)]
struct Program {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run a strategy through a scenario; without arguments the built-in ones
    Run(run::Arguments),
    /// Run a strategy through every crisis that comes with the program: does it survive, and which policy acted when?
    Stress(stress::Arguments),
    /// Put strategies, or variants of their policies, side by side in the same worlds
    Compare(compare::Arguments),
    /// Print the steps a strategy expands to, the amounts they move, and where it is liquidated
    Explain(explain::Arguments),
    /// Keep the books of a run: ledger, tax export, journals for accounting tools
    Books(books::Arguments),
    /// List the protocols, or all about one of them
    Adapters(adapters::Arguments),
    /// Write a commented starter strategy
    Init(init::Arguments),
    /// Apply operations to one venue from an explicit integer state, a JSON line for each
    Replay(replay::Arguments),
}

/// Runs the program on the arguments it was started with. Returns 0 for an answer, 1 for a run that cannot be answered,
/// 2 for input that is not accepted.
#[must_use]
pub fn main(registry: &Registry) -> ExitCode {
    let program = Program::parse();
    let answer = match &program.command {
        Command::Run(arguments) => run::run(registry, arguments),
        Command::Stress(arguments) => stress::stress(registry, arguments),
        Command::Compare(arguments) => compare::compare(registry, arguments),
        Command::Explain(arguments) => explain::explain(registry, arguments),
        Command::Books(arguments) => books::books(registry, arguments),
        Command::Adapters(arguments) => adapters::adapters(registry, arguments),
        Command::Init(arguments) => init::init(arguments),
        Command::Replay(arguments) => replay::replay(registry, arguments),
    };
    match answer.and_then(|text| output::print(&text)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {}", output::one_line(&failure.to_string()));
            ExitCode::from(failure.code())
        }
    }
}
