//! MasterChef against the sheet's example, hand-worked numbers, hostile tables and the suite of all vaults.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "in a test a broken expectation is a failure"
)]

mod chefs;
mod conformance;
mod emissions;
mod owner;
mod rewards;
mod venue;
mod worked;
