//! Uniswap V2 pairs and their forks (SushiSwap, PancakeSwap V2 and others by parameters), to the last wei.
//!
//! The native layer speaks in the contract's own integers: [`Pair`] is the pair contract (`mint`, `burn`, `swap`, `skim`,
//! `sync`), [`library`] the router's formulas, [`oracle`] the price accumulators, [`zap`] the split of an unbalanced
//! deposit. [`UniswapV2Pool`] puts them behind [`levmine_amm::Pool`], through the router's functions as a wallet would
//! call them.

mod decode;
mod division;
mod error;
mod fee;
pub mod library;
pub mod oracle;
mod pair;
mod params;
mod pool;
mod presets;
mod special;
mod valuation;
pub mod zap;

use levmine_amm::PoolAdapter;
use levmine_market::Descriptor;

pub use error::PairError;
pub use fee::{ProtocolFee, SwapFee};
pub use pair::{Burned, MAX_RESERVE, MINIMUM_LIQUIDITY, Minted, Pair, PairState, Side};
pub use pool::UniswapV2Pool;

const PROTOCOL: &str = "uniswap-v2";

/// What the adapter says about itself.
pub const DESCRIPTOR: Descriptor = Descriptor {
    name: PROTOCOL,
    title: "Uniswap V2",
    summary: "constant-product pairs of Uniswap V2 and its forks: swaps, liquidity, protocol fee, price accumulators",
    versions: &["v2"],
    presets: &presets::LISTED,
    parameters: decode::PARAMETERS,
};

/// The adapter, for the registry.
pub const ADAPTER: PoolAdapter = PoolAdapter { descriptor: &DESCRIPTOR, build: decode::build };
