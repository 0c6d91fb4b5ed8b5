//! The suites pass on the stubs, and each broken stub fails the check that is there for it.

mod broken_lending;
mod broken_pools;
mod stubs;
