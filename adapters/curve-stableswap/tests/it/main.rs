//! Tests of the adapter: worked examples, conformance of every generation, base pools, files.

#![allow(clippy::expect_used, clippy::panic, clippy::print_stdout, reason = "a test fails by panicking")]

mod conformance;
mod decode;
mod memo;
mod meta;
mod outside;
mod slope;
mod support;
mod worked;
