//! Tests of the whole.

mod history;
#![allow(clippy::expect_used, reason = "a test may fail so")]

mod scenarios;
mod suites;
mod textbook;
