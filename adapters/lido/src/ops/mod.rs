//! What can be done with the contracts. Everything that can fail comes before the first assignment.

mod external;
mod governance;
mod queue;
pub mod report;
mod staking;

pub use staking::Staked;
