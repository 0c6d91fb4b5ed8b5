//! The adapter against the contracts, the worked examples and its own promises.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "in a test a broken expectation is a failure, and what was skipped or counted is told"
)]

mod conformance;
mod data;
mod fresh;
mod markets;
mod preset;
mod promises;
mod vectors;
mod venue;
mod worked;
