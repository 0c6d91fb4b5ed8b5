//! The adapter against the worked examples and its own promises. The recorded runs of the contracts are replayed by
//! `tests/parity`.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "in a test a broken expectation is a failure"
)]

mod conformance;
mod markets;
mod staking;
mod state;
mod venue;
mod worked;
