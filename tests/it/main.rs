//! Tests of the whole.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod books;
mod gas;
mod history;
mod paused;
mod portfolio;
mod random;
mod ranges;
mod reality;
mod scenarios;
mod seen;
mod suites;
mod textbook;

/// Says what is not run for want of recorded data, even where the test harness keeps what passing tests print to itself.
fn skipped(what: &str) {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "skipped: {what}: no data");
}
