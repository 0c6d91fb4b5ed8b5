//! Compound III: its records. No published package has the contract's bytecode, so there is no twin.

mod recorded;

pub use recorded::RECORDED;
