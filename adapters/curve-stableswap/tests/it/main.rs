//! Tests of the adapter: worked examples, conformance of every generation, the files.

#![allow(clippy::expect_used, clippy::panic, clippy::print_stdout, reason = "a test fails by panicking")]

mod conformance;
mod support;
mod worked;
