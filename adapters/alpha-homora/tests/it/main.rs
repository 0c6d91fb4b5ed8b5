//! The adapter against the worked examples and its own promises.

#![allow(clippy::expect_used, clippy::panic, reason = "in a test a broken expectation is a failure")]

mod batches;
mod conformance;
mod data;
mod markets;
mod venue;
mod worked;
