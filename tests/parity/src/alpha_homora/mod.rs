//! Alpha Homora V2: no package has its bytecode, so it is compared with records.

mod recorded;

pub use recorded::RECORDED;
