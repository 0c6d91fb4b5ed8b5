//! Tests of the adapter: worked examples, recorded vectors, properties, files.

#![allow(clippy::expect_used, clippy::panic, clippy::print_stdout, reason = "a test fails by panicking")]

mod conformance;
mod data;
mod decode;
mod follow;
mod positions;
mod replay;
mod support;
mod vectors;
mod worked;
