//! Compound III (Comet) markets, to the last wei.
//!
//! Two layers. The native one speaks in the contract's own integers: [`Comet`] is its storage and has its
//! functions, [`principal`] and [`accrual`] are its formulas, [`Params`] what its constructor keeps.
//! [`CompoundV3Market`] puts it behind [`levmine_lending::LendingMarket`], with feeds that answer a price
//! book's prices rounded down to 8 decimals.
//!
//! Operations compute on copies of the totals and of the one or two accounts that they touch, and assign them
//! last: a refused operation leaves every integer as it was.

pub mod accrual;
mod casts;
mod collateral;
mod decode;
mod dump;
mod error;
mod gas;
mod govern;
mod market;
mod ops;
mod params;
mod presets;
pub mod principal;
mod reserves;
mod sales;
mod signed;
mod special;
mod state;

use levmine_lending::LendingAdapter;
use levmine_market::Descriptor;

pub use casts::{BASE_ACCRUAL_SCALE, BASE_INDEX_SCALE, FACTOR_SCALE};
pub use collateral::PRICE_DECIMALS;
pub use decode::{BORROWERS, SUPPLIERS};
pub use error::{Cast, CometError, Result};
pub use market::CompoundV3Market;
pub use ops::absorb::Absorbed;
pub use ops::{Route, World};
pub use params::{
    Collateral, CollateralConfig, Config, Curve, MAX_ASSETS, Params, Quote, Rewards, SECONDS_PER_YEAR,
    TRACKING_INDEX_SCALE,
};
pub use reserves::Offer;
pub use signed::Signed;
pub use state::{Action, Comet, Stock, Totals, User};

const PROTOCOL: &str = "compound-v3";

/// The one version: the contract's name. It has had no other rules since the first market.
const VERSION: &str = "Comet";

/// What the adapter says about itself.
pub const DESCRIPTOR: Descriptor = Descriptor {
    name: PROTOCOL,
    title: "Compound III",
    summary: "one base asset lent against collateral that earns nothing; bad positions are absorbed and their \
              collateral sold from a store front; rewards",
    versions: &[VERSION],
    presets: &presets::LISTED,
    parameters: decode::PARAMETERS,
};

/// The adapter, for the registry.
pub const ADAPTER: LendingAdapter = LendingAdapter { descriptor: &DESCRIPTOR, build: decode::build };
