//! Synthetix V2x.

mod recorded;

pub use recorded::RECORDED;
