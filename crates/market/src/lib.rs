//! The words of the field: assets, amounts, prices, time, accounts, venues, and the journal in which every movement of
//! value stands.
//!
//! This crate knows no protocol and no strategy. Everything above speaks in its types.

mod account;
mod adapter;
mod amount;
mod asset;
mod attribution;
mod dump;
mod error;
pub mod gas;
mod journal;
mod price;
mod roster;
mod step;
mod time;
mod transfer;
mod turnover;

pub use account::{Account, Actor, VenueId};
pub use adapter::{BuildContext, Descriptor, Parameter, Preset};
pub use amount::TokenAmount;
pub use asset::{Asset, Assets};
pub use attribution::{Attribution, Cause, MARKS_PER_BASE_UNIT, Mark};
pub use dump::Dump;
pub use error::MarketError;
pub use journal::{Audit, AuditError, Checkpoint, Entry, Holder, Journal, Outside, Reason};
pub use price::{Price, PriceBook};
pub use roster::Roster;
pub use step::{NamedAccounts, Step, StepHead};
pub use time::{BlockClock, Moment, Timestamp, parse_block_time};
pub use transfer::{Party, Transfer, Transfers};
