//! `Vault.vy` of `yearn-vaults`: API 0.3.4, 0.4.3 and 0.4.6.
//!
//! Functions here change the value that they are given also where they then fail, as a transaction does before it
//! reverts: whoever calls them works on a copy.

mod error;
mod governance;
mod price;
mod report;
mod state;
mod strategy;
mod withdraw;

pub use error::V2Error;
pub use price::Deposited;
pub use report::{Report, Reported};
pub use state::{Revision, Strategy, Vault};
pub use withdraw::Withdrawn;

pub(crate) use governance::Limits;
pub(crate) use strategy::default as default_strategy;

pub(crate) type Result<T> = std::result::Result<T, V2Error>;

/// The most strategies in a queue, `MAXIMUM_STRATEGIES`.
pub const MAXIMUM_STRATEGIES: usize = 20;

/// 100% a second, `DEGRADATION_COEFFICIENT`.
pub const DEGRADATION: u128 = 1_000_000_000_000_000_000;

/// What a fresh vault begins with: everything is unlocked after 21,740 seconds.
pub const DEFAULT_DEGRADATION: u128 = 46_000_000_000_000;
