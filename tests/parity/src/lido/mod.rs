//! Lido: its records. No published package has the contracts' bytecode, so there is no twin.

mod recorded;

pub use recorded::RECORDED;
