//! Morpho Blue 1.0.0 with the adaptive curve model, to the last wei.
//!
//! A venue is one market: a loan asset, a collateral asset, an oracle, an interest model and a liquidation LTV. Two
//! layers. The native one speaks in the contract's own integers: [`Totals`] and [`Position`] are its storage, [`irm`],
//! [`accrual`], [`shares`] and [`risk`] its formulas. [`MorphoBlueMarket`] puts it behind
//! [`levmine_lending::LendingMarket`], with the oracle's price from a price book or from its own state.
//!
//! Operations run inside a transaction that keeps aside what it touches: a refused operation leaves every integer as
//! it was.

pub mod accrual;
mod decode;
mod dump;
mod error;
mod gas;
pub mod irm;
mod market;
mod ops;
mod oracle;
mod params;
mod presets;
pub mod risk;
pub mod shares;
mod special;
mod state;
mod transaction;
pub mod wad;

use levmine_lending::LendingAdapter;
use levmine_market::Descriptor;

pub use decode::{BORROWERS, LENDERS};
pub use error::{MorphoError, Part, Result};
pub use market::MorphoBlueMarket;
pub use oracle::{Oracle, ratio};
pub use params::{Irm, Params};
pub use state::{Position, State, Totals};

/// What a liquidation moves.
pub mod liquidation {
    pub use crate::ops::liquidation::{Liquidated, Stake, by_repaid, by_seized};
}

const PROTOCOL: &str = "morpho-blue";

/// What the adapter says about itself.
pub const DESCRIPTOR: Descriptor = Descriptor {
    name: PROTOCOL,
    title: "Morpho Blue",
    summary: "one isolated market: virtual shares, the adaptive curve, liquidation without a close factor, bad debt \
              shared by the suppliers at once, free flash loans",
    versions: &["1.0.0"],
    presets: &presets::LISTED,
    parameters: decode::PARAMETERS,
};

/// The adapter, for the registry.
pub const ADAPTER: LendingAdapter = LendingAdapter { descriptor: &DESCRIPTOR, build: decode::build };
