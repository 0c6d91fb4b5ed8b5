//! Tokenized vaults by OpenZeppelin's `ERC4626`, version 4.9.6, to the last wei: virtual shares, an offset of decimals,
//! the rounding of each operation, and the order of its checks.
//!
//! [`Erc4626Vault`] puts the contract's own integers ([`State`]) behind [`levmine_vault::Vault`]. What the assets earn is
//! not the contract's business: somebody transfers it in. A fixed rate ([`Yield`]) stands for him, or `donate` does.

mod convert;
mod decode;
mod earnings;
mod error;
mod params;
mod presets;
mod special;
mod state;
mod vault;

use levmine_market::Descriptor;
use levmine_vault::VaultAdapter;

pub use earnings::Yield;
pub use error::Erc4626Error;
pub use params::Params;
pub use state::State;
pub use vault::Erc4626Vault;

const PROTOCOL: &str = "erc4626";

/// What the adapter says about itself.
pub const DESCRIPTOR: Descriptor = Descriptor {
    name: PROTOCOL,
    title: "ERC-4626 vault",
    summary: "Shares of one asset by OpenZeppelin's ERC4626: savings tokens like sDAI, vaults that grow by transfers",
    versions: &["4.9.6"],
    presets: &presets::LISTED,
    parameters: decode::PARAMETERS,
};

/// The adapter, for the registry.
pub const ADAPTER: VaultAdapter = VaultAdapter { descriptor: &DESCRIPTOR, build: decode::build };
