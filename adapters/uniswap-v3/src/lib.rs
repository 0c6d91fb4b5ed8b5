//! Uniswap V3 pools and the positions in them, to the last wei.
//!
//! The native layer speaks in the contracts' own integers and in their own order of the tokens: [`contract::Core`] is the pool
//! (`mint`, `burn`, `collect`, `swap`, `flash`, the protocol's fee, the oracle), [`manager::Manager`] the position manager,
//! [`tick_math`], [`sqrt_price`], [`swap_math`] and [`liquidity_amounts`] the libraries below. [`Coins`] is where prices
//! of whole coins become ticks, and the reverse. [`UniswapV3Pool`] puts all of it behind [`levmine_amm::Pool`], through
//! the router and the position manager as a wallet would call them.

pub mod contract;
mod decode;
mod error;
mod gas;
pub mod liquidity_amounts;
pub mod manager;
pub mod oracle;
mod params;
mod pool;
mod position;
mod presets;
mod record;
mod special;
pub mod sqrt_price;
mod swap;
pub mod swap_math;
mod tick;
pub mod tick_math;
mod zap;

use levmine_amm::PoolAdapter;
use levmine_market::Descriptor;

pub use error::V3Error;
pub use params::Coins;
pub use pool::UniswapV3Pool;
pub use position::{Key, Owner, Position, Positions};
pub use tick::{Tick, Ticks, max_liquidity_per_tick};
pub use zap::amount_to_swap;

const PROTOCOL: &str = "uniswap-v3";

/// What the adapter says about itself.
pub const DESCRIPTOR: Descriptor = Descriptor {
    name: PROTOCOL,
    title: "Uniswap V3",
    summary: "concentrated liquidity: swaps across ticks, positions in price ranges, fees to collect, protocol fee, oracle, flash loans",
    versions: &["v3"],
    presets: &presets::LISTED,
    parameters: decode::PARAMETERS,
};

/// The adapter, for the registry.
pub const ADAPTER: PoolAdapter = PoolAdapter { descriptor: &DESCRIPTOR, build: decode::build };
