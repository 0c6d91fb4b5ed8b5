//! The adapter against worked examples, its own promises, and venue tables.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "in a test a broken expectation is a failure, and what was skipped or counted is told"
)]

mod conformance;
mod decode;
mod earnings;
mod replay;
mod support;
mod worked;
