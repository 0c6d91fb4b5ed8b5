//! MakerDAO's multi-collateral Dai ("dss"), to the last wei.
//!
//! Two layers. The native one is [`Dss`], the storage of all contracts as a plain value, with a small file of functions
//! for each contract; [`levmine_lending::LendingMarket::special`] calls them by name (`vat.frob`, `clip.take`).
//! [`MakerMarket`] puts one vault type and the savings rate behind the trait, in the steps in which the proxy of the
//! borrowing front ends takes them.
//!
//! An operation runs on a copy of the storage that replaces it when all of it went well; what a simulation does in every
//! step (drips, health) copies nothing.

mod decode;
mod dss;
mod error;
mod fee;
mod gas;
mod govern;
mod ledger;
mod market;
mod math;
mod ops;
mod presets;
mod revision;
mod special;
mod state;
mod who;

use levmine_lending::LendingAdapter;
use levmine_market::Descriptor;

pub use decode::CROWD;
pub use dss::*;
pub use error::{Contract, MakerError, Result, Side, TokenKind};
pub use ledger::Ledger;
pub use market::MakerMarket;
pub use math::Int;
pub use revision::Revision;
pub use who::{IlkId, Who};

const PROTOCOL: &str = "maker";

/// What the adapter says about itself.
pub const DESCRIPTOR: Descriptor = Descriptor {
    name: PROTOCOL,
    title: "Maker",
    summary: "vaults that mint DAI, stability fees, the savings rate, flash mints; liquidation by Dutch auctions \
              (2.0) or by English ones (1.2.8, 1.0.2)",
    versions: &Revision::NAMES,
    presets: &presets::LISTED,
    parameters: decode::PARAMETERS,
};

/// The adapter, for the registry.
pub const ADAPTER: LendingAdapter = LendingAdapter { descriptor: &DESCRIPTOR, build: decode::build };
