//! `TokenizedStrategy.sol` 3.0.4: one strategy that is an ERC-4626 vault by itself.
//!
//! Functions here change the value that they are given also where they then fail, as a transaction does before it
//! reverts: whoever calls them works on a copy.

mod convert;
mod error;
mod report;
mod state;
mod withdraw;

pub use convert::Deposited;
pub use error::TokenizedError;
pub use report::Reported;
pub use state::Strategy;
pub use withdraw::Withdrawn;

pub(crate) type Result<T> = std::result::Result<T, TokenizedError>;

/// The highest performance fee in basis points, `MAX_FEE`.
pub const MAX_FEE: u64 = 5_000;
