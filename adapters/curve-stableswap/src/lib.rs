//! Curve StableSwap pools of every generation, to the last wei.
//!
//! The native layer speaks in the contract's own integers: [`Contract`] is one pool (`exchange`, `add_liquidity`,
//! `remove_liquidity` in three kinds, views, the owner's functions), [`Market`] a pool with the base pool that a metapool
//! stands on. The generations are one code with small tables of differences ([`Generation`]). [`CurvePool`] puts them
//! behind [`levmine_amm::Pool`].

mod amplification;
mod arith;
mod contract;
mod decode;
mod error;
mod fee;
mod gas;
mod generation;
mod invariant;
mod market;
mod memo;
mod oracle;
mod per_coin;
mod pool;
mod presets;
mod slope;
mod special;
mod spot;
mod transfers;
mod valuation;

use levmine_amm::PoolAdapter;
use levmine_market::Descriptor;

pub use amplification::Ramp;
pub use contract::{
    Added, AssetType, Contract, Params, Payment, Pending, Removed, RemovedOne, State, Swapped,
};
pub use error::CurveError;
pub use generation::Generation;
pub use market::{BASE_SHARE, Base, Market, Underlying};
pub use oracle::{Average, Oracle};
pub use per_coin::{MAX_COINS, PerCoin};
pub use pool::CurvePool;

const PROTOCOL: &str = "curve-stableswap";

/// What the adapter says about itself.
pub const DESCRIPTOR: Descriptor = Descriptor {
    name: PROTOCOL,
    title: "Curve StableSwap",
    summary: "StableSwap pools from sUSD to NG with their metapools: swaps, every kind of deposit and removal, fees, ramps",
    versions: &VERSIONS,
    presets: &presets::LISTED,
    parameters: decode::PARAMETERS,
};

const VERSIONS: [&str; Generation::ALL.len()] = versions();

const fn versions() -> [&'static str; Generation::ALL.len()] {
    let mut names = [""; Generation::ALL.len()];
    let mut at = 0;
    while at < names.len() {
        names[at] = Generation::ALL[at].name();
        at += 1;
    }
    names
}

/// The adapter, for the registry.
pub const ADAPTER: PoolAdapter = PoolAdapter { descriptor: &DESCRIPTOR, build: decode::build };
