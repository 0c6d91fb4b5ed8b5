//! The adapter against the worked examples, the constructor's files, and its own promises.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "in a test a broken expectation is a failure, and what was skipped or counted is told"
)]

mod conformance;
mod data;
mod markets;
mod operations;
mod presets;
mod promises;
mod refusals;
mod venue;
mod worked;
