//! Conformance suites, generators and stub venues: what adapters, the composer and the engine are tested with.
//!
//! An adapter runs a whole suite in one line:
//!
//! ```
//! use levmine_testkit::{lending, stub};
//!
//! let setup = lending::LendingSetup::new(stub::pooled(), stub::prices(), stub::START);
//! let report = lending::conformance(&setup);
//! assert!(report.skipped().any(|name| name == "sales_keep_their_price")); // it sells nothing
//! ```
//!
//! A suite is a list of named checks over `&dyn` trait objects and the trait's own capabilities. A check that the
//! capabilities rule out is skipped by name with the reason, never silently. The random sequences behind the checks
//! come from [`generate`]; they are the same in every run (see [`settings`]), and the failing one is shrunk before it
//! is shown. What the real contracts do otherwise is an allowance or an exception of the setup, with its reason.
//!
//! Use it in tests only: where a promise is broken it panics.

#![allow(
    clippy::panic,
    clippy::print_stdout,
    clippy::missing_panics_doc,
    reason = "assertion helpers: to panic with a message and to print what was skipped is what they are for"
)]

pub mod amm;
mod books;
pub mod generate;
pub mod lending;
pub mod settings;
pub mod stub;
mod suite;
pub mod vault;

pub use suite::{Report, Verdict};
