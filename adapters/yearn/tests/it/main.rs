//! Tests of the adapter: worked examples, conformance, files.

#![allow(clippy::expect_used, clippy::panic, clippy::print_stdout, reason = "a test fails by panicking")]

mod conformance;
mod decode;
mod keeper;
mod refusals;
mod support;
mod worked;
