//! The program as a user runs it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod bad_input;
mod books;
mod commands;
mod events;
mod hostile;
mod prices;
mod support;
mod worlds;
