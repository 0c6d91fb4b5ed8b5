//! Aave V3 markets, versions 3.0 to 3.7, to the last wei.
//!
//! Two layers. The native one speaks in the contracts' own integers: [`Pool`] is the pool's storage, [`rates`],
//! [`accrual`], [`account_data`] and [`liquidation`] are its formulas, and everything in which the versions differ
//! stands in one table of [`Rules`]. [`AaveV3Market`] puts it behind [`levmine_lending::LendingMarket`], with prices
//! from a price book rounded down to the oracle's 8 decimals.
//!
//! Operations run inside a transaction that keeps aside what it touches: a refused operation leaves every integer as
//! it was, and a successful one copies two reserves and two accounts at most.

pub mod account_data;
pub mod accrual;
mod balances;
mod decode;
mod dump;
mod error;
mod gas;
mod govern;
mod integer;
mod isolation;
mod market;
mod ops;
mod params;
mod presets;
pub mod rates;
mod record;
mod special;
mod state;
mod transaction;
mod validation;
mod version;
mod wad_ray;

use levmine_lending::LendingAdapter;
use levmine_market::Descriptor;

pub use account_data::{AccountData, Oracle};
pub use decode::CROWD;
pub use error::{AaveError, Result};
pub use market::AaveV3Market;
pub use params::{Category, Curve, Params};
pub use state::{Holding, MAX_RESERVES, Pool, Reserve, User};
pub use version::{Compounding, Rules, ScaledRounding, VERSIONS, ValueRounding, Version};

/// What a liquidation moves.
pub mod liquidation {
    pub use crate::ops::liquidation_amounts::{LiquidationAmounts, LiquidationInput, liquidation_amounts};
}

const PROTOCOL: &str = "aave-v3";

/// What the adapter says about itself.
pub const DESCRIPTOR: Descriptor = Descriptor {
    name: PROTOCOL,
    title: "Aave V3",
    summary: "pooled lending with eModes, isolation mode, caps, flash loans and credit delegation; \
              every version from 3.0 to 3.7",
    // 3.0 first: that was deployed on Ethereum when the preset was taken, in October 2023.
    versions: &["3.0", "3.1", "3.2", "3.3", "3.4", "3.5", "3.6", "3.7"],
    presets: &presets::LISTED,
    parameters: decode::PARAMETERS,
};

/// The adapter, for the registry.
pub const ADAPTER: LendingAdapter = LendingAdapter { descriptor: &DESCRIPTOR, build: decode::build };
