//! `VaultV3.vy` 3.0.4: many ERC-4626 strategies, profit that unlocks as shares, an accountant.
//!
//! Functions here change the value that they are given also where they then fail, as a transaction does before it
//! reverts: whoever calls them works on a copy.

mod convert;
mod debt;
mod error;
mod limits;
mod redeem;
mod report;
mod settings;
mod source;
mod state;

pub use convert::Deposited;
pub use debt::DebtUpdated;
pub use error::V3Error;
pub use redeem::Redeemed;
pub use report::{Reported, Subject};
pub use source::Source;
pub use state::{Accountant, Strategy, Vault};

pub(crate) type Result<T> = std::result::Result<T, V3Error>;

/// The most strategies in a queue, `MAX_QUEUE`.
pub const MAX_QUEUE: usize = 10;
