//! The facade over texts: whatever they say, there is an answer or a message.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod extremes;
mod fuzz;
mod mutate;
mod support;
