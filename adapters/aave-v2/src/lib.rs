//! Aave V2 markets to the last wei: the first deployed core (package 1.0.1), with debt at variable and at stable rates.
//!
//! Two layers. The native one speaks in the contracts' own integers: [`Pool`] is the pool's storage, [`rates`],
//! [`accrual`], [`stable`], [`account_data`] and [`liquidation`] are its formulas. [`AaveV2Market`] puts it behind
//! [`levmine_lending::LendingMarket`], with prices from a price book in dollars, read in wei of ether as the contracts'
//! oracle gives them.
//!
//! Operations run inside a transaction that keeps aside what it touches: a refused operation leaves every integer as
//! it was, and a successful one copies two reserves and two accounts at most.

pub mod account_data;
pub mod accrual;
mod balances;
mod decode;
mod dump;
mod error;
mod govern;
mod market;
mod math;
mod ops;
mod params;
mod presets;
pub mod rates;
mod special;
pub mod stable;
mod state;
mod transaction;
mod world;

use levmine_lending::LendingAdapter;
use levmine_market::Descriptor;

pub use account_data::{AccountData, InEther, Oracle};
pub use decode::CROWD;
pub use error::{AaveV2Error, Result, SafeMath};
pub use market::AaveV2Market;
pub use params::{Curve, Params};
pub use state::{Holding, MAX_RESERVES, Pool, RateMode, Reserve, User};

/// What a liquidation moves.
pub mod liquidation {
    pub use crate::ops::liquidation::{LiquidationAmounts, LiquidationInput, liquidation_amounts};
}

const PROTOCOL: &str = "aave-v2";

/// What the adapter says about itself.
pub const DESCRIPTOR: Descriptor = Descriptor {
    name: PROTOCOL,
    title: "Aave V2",
    summary: "pooled lending priced in ether, with variable and stable rates, flash loans and credit delegation",
    versions: &["2.0"],
    presets: &presets::LISTED,
    parameters: decode::PARAMETERS,
};

/// The adapter, for the registry.
pub const ADAPTER: LendingAdapter = LendingAdapter { descriptor: &DESCRIPTOR, build: decode::build };
