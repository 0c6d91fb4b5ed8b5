//! The adapter against the contracts, worked examples and its own promises. The contracts' bytecode runs beside it in the
//! parity package.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "in a test a broken expectation is a failure, and what was skipped or counted is told"
)]

mod conformance;
mod data;
mod decode;
mod markets;
mod operations;
mod preset;
mod promises;
mod refusals;
mod vectors;
mod worked;
