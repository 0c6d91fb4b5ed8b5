//! The contract of every pool.
//!
//! [`Pool`] is exact-in, exact-out, and both kinds of liquidity. Moving a pool to an outside price ([`arbitrage`]) and
//! splitting an amount before it is added ([`zap_split`]) work over the quotes alone, so each adapter gets them.

mod adapter;
mod arbitrage;
mod capabilities;
mod error;
mod operation;
mod pool;
mod record;
mod replay;
mod rough;
mod zap;

pub use adapter::{BuildPool, PoolAdapter};
pub use arbitrage::arbitrage;
pub use capabilities::Capabilities;
pub use error::{AmmError, Refusal};
pub use operation::{Operation, apply};
pub use pool::{
    Added, Amounts, Collected, Deposit, Fees, Pool, PriceRange, Quote, Rate, Removal, Removed, Swap, Worth,
};
pub use record::{Followed, PoolRecord};
pub use replay::replay;
pub use zap::{zap_search, zap_split};
