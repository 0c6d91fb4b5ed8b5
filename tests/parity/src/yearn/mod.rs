//! Yearn: a V2 vault beside the adapter, and records of the others.

mod contracts;
mod draw;
mod recorded;
mod state;
mod twin;

pub use recorded::RECORDED;
pub use twin::YearnTwin;

use crate::subject::Subject;

/// The vault of 0.3.4 that the package holds, compiled.
pub(crate) const SUBJECT: Subject = Subject {
    protocol: "yearn",
    version: "0.3.4",
    contracts: "@setprotocol/set-protocol-v2 0.1.16",
    make: |seed| Ok(Box::new(YearnTwin::new(seed)?)),
};
