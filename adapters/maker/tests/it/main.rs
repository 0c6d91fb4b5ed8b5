//! The adapter against the worked examples, the recorded parameters and its own promises. The recorded runs of the
//! contracts are replayed by `tests/parity`.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "in a test a broken expectation is a failure, and what was skipped or counted is told"
)]

mod auctions;
mod conformance;
mod data;
mod markets;
mod presets;
mod state;
mod vaults;
mod venue;
mod worked;
