//! Maker (dss).

mod calls;
mod contracts;
mod draw;
mod leaves;
mod path;
mod recorded;
mod twin;

pub use recorded::RECORDED;
pub use twin::MakerTwin;
pub(crate) use twin::SUBJECT;
