//! Tests of the adapter.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "in a test a broken expectation is a failure")]

mod conformance;
mod operations;
mod reports;
mod state;
mod worked;
