//! Synthetix V2x (2.102.0): SNX is staked, sUSD is minted against it, and all stakers together owe what all synths are
//! worth.
//!
//! Two layers. The native one is [`System`], the storage of all contracts as a plain value, with a file of functions for
//! each contract; [`levmine_lending::LendingMarket::special`] calls them by name (`issueMax`, `liquidateSelf`).
//! [`SynthetixMarket`] puts them behind the trait: staking is a supply, minting a loan.
//!
//! An operation runs on a copy of the storage that replaces it when all of it went well; what a simulation does in every
//! step copies nothing.

mod contracts;
mod decode;
mod error;
mod market;
mod math;
mod presets;
mod special;
mod state;

use levmine_lending::LendingAdapter;
use levmine_market::Descriptor;

pub use contracts::{
    Escrow, FeePeriod, FeePool, Rate, Redemption, Rewards, Settings, Staker, Synth, System, VestingEntry,
};
pub use decode::CROWD;
pub use error::{Result, SynthetixError};
pub use market::SynthetixMarket;

const PROTOCOL: &str = "synthetix";

/// The version modelled.
pub const VERSION: &str = "2.102.0";

/// What the adapter says about itself.
pub const DESCRIPTOR: Descriptor = Descriptor {
    name: PROTOCOL,
    title: "Synthetix",
    summary: "V2x: SNX staked to mint sUSD against a shared debt pool, synths exchanged at the oracle's price, flags and \
              liquidations, rewards in escrow, weekly fees",
    versions: &[VERSION],
    presets: &presets::LISTED,
    parameters: decode::PARAMETERS,
};

/// The adapter, for the registry.
pub const ADAPTER: LendingAdapter = LendingAdapter { descriptor: &DESCRIPTOR, build: decode::build };
