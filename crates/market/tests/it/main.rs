//! The journal, prices and the attribution.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod attribution;
mod gas;
mod journal;
mod price;
