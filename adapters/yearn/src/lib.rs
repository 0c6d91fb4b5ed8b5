//! Yearn vaults, to the last wei: `Vault.vy` 0.3.4, 0.4.3 and 0.4.6, `VaultV3.vy` 3.0.4, and `TokenizedStrategy.sol` 3.0.4.
//!
//! Each generation is a module in the contract's own integers: [`v2`], [`v3`], [`tokenized`]; [`YearnVault`] puts them
//! behind [`levmine_vault::Vault`]. What stands in no contract is told by the venue table: what strategies earn, and how
//! often they report.

mod build;
mod contract;
mod decode;
mod error;
mod gas;
mod keeper;
mod presets;
mod scale;
mod special;
mod state;
pub mod tokenized;
mod unlock;
pub mod v2;
pub mod v3;
mod vault;
mod version;

use levmine_market::Descriptor;
use levmine_vault::VaultAdapter;

pub use contract::Contract;
pub use error::YearnError;
pub use unlock::Unlocking;
pub use vault::YearnVault;

const PROTOCOL: &str = "yearn";

/// What the adapter says about itself.
pub const DESCRIPTOR: Descriptor = Descriptor {
    name: PROTOCOL,
    title: "Yearn",
    summary: "Yearn vaults V2 and V3 and tokenized strategies: shares, reports, fees, locked profit, losses",
    versions: &version::VERSIONS,
    presets: &presets::LISTED,
    parameters: decode::PARAMETERS,
};

/// The adapter, for the registry.
pub const ADAPTER: VaultAdapter = VaultAdapter { descriptor: &DESCRIPTOR, build: decode::build };
