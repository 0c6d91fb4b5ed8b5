//! Curve StableSwap: the bytecode of the oldest generation, and records of every one.

mod contracts;
mod draw;
mod recorded;
mod twin;
mod wallets;

pub use self::recorded::RECORDED;
pub use self::twin::{CurveTwin, SUBJECT};
