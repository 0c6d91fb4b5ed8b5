//! Plans, recipes and policies over stub venues.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod amounts;
mod atomic;
mod exploits;
mod farms;
mod gas;
mod measures;
mod policies;
mod reader;
mod recipes;
mod seats;
mod steps;
mod support;
mod town;
mod unwinding;
mod vaults;
