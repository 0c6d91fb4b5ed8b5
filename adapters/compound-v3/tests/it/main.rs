//! The adapter against the worked examples and its own promises.

#![allow(clippy::expect_used, clippy::panic, reason = "in a test a broken expectation is a failure")]

mod conformance;
mod markets;
mod operations;
mod presets;
mod promises;
mod refusals;
mod venue;
mod worked;
