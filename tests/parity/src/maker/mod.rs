//! Maker (dss).

mod recorded;

pub use recorded::RECORDED;
