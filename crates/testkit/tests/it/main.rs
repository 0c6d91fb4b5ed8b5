//! The suites pass on the stubs, and each broken stub fails the check that is there for it.

mod stubs;
