//! The suites pass on the stubs, and each broken stub fails the check that is there for it. What works over any market
//! is tested here, too, on the stubs.

#![allow(clippy::expect_used, clippy::panic, reason = "helpers of tests")]

mod broken_lending;
mod broken_pools;
mod broken_vaults;
mod conveniences;
mod replays;
mod stubs;
