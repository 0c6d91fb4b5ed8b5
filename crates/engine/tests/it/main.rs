//! Whole runs over stub venues.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod agents;
mod attribution;
mod covers;
mod happenings;
mod keeper;
mod portfolio;
mod readers;
mod standstill;
mod support;
mod walls;
