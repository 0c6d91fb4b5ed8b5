//! Arbitrage and zaps on curves that are no constant product.

#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod arbitrage;
mod toy;
mod zap;
