//! Yearn.

mod recorded;

pub use recorded::RECORDED;
