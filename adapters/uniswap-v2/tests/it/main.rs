//! Tests of the adapter: worked examples, properties, files.

#![allow(clippy::expect_used, clippy::panic, clippy::print_stdout, reason = "a test fails by panicking")]

mod arbitrage;
mod conformance;
mod decode;
mod properties;
mod replay;
mod support;
mod worked;
