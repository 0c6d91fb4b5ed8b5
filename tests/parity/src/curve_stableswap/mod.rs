//! Curve StableSwap: records of every generation.

mod recorded;
mod wallets;

pub use self::recorded::RECORDED;
