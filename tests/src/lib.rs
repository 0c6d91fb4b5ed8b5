//! Scenario suites: strategies crossed with scenarios, each run compared with what it said before.
//!
//! A suite is a folder below `tests/scenarios` with a `suite.toml`; the format stands in `tests/scenarios/README.md`.
//! This library reads suites and runs their cases; the comparison with the snapshots is the test program's.

mod data;
mod error;
mod run;
mod suite;

pub use data::{Data, SuiteFiles};
pub use error::SuiteError;
pub use run::{Told, tell, tell_comparison, tell_table};
pub use suite::{Case, Comparison, SideBySide, Suite};
