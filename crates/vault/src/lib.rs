//! The contract of every vault: whatever takes an asset in, gives shares or a stake for it, and pays more back later.
//!
//! [`Vault`] is wide enough for yield vaults (deposit an asset, hold shares whose price grows), staking contracts
//! (stakes in the contract's own books, rewards in another token), liquid staking (balances that grow by themselves,
//! redemption through a queue) and vaults upon vaults: a share is an asset like any other.

mod adapter;
mod capabilities;
mod error;
mod operation;
mod outcome;
mod replay;
mod vault;

pub use adapter::{BuildVault, VaultAdapter};
pub use capabilities::Capabilities;
pub use error::{Refusal, VaultError};
pub use operation::{Operation, apply};
pub use outcome::{Claimed, Deposited, Harvested, Redeemed, Request, RequestId, Requested};
pub use replay::{replay, replay_as};
pub use vault::Vault;
