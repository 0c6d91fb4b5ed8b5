//! SushiSwap's MasterChef and its forks, to the last wei: LP tokens are staked, rewards are minted by the block.
//!
//! Two layers. The native one speaks in the contract's own integers: [`Chef`] is its storage and its functions (`deposit`,
//! `withdraw`, `emergencyWithdraw`, `massUpdatePools`, `add`, `set`, `dev`), by pool number. [`MasterChefVault`] puts it
//! behind [`levmine_vault::Vault`], by staked asset.

mod chef;
mod decode;
mod dump;
mod emission;
mod error;
mod gas;
mod owner;
mod params;
mod presets;
mod special;
mod state;
mod vault;

use levmine_market::Descriptor;
use levmine_vault::VaultAdapter;

pub use decode::{DEV, OTHERS};
pub use emission::Emission;
pub use error::{ChefError, Result};
pub use params::Terms;
pub use state::{Chef, Pool, Till, User};
pub use vault::MasterChefVault;

const PROTOCOL: &str = "masterchef";

/// What the adapter says about itself.
pub const DESCRIPTOR: Descriptor = Descriptor {
    name: PROTOCOL,
    title: "MasterChef",
    summary: "staking of LP tokens as at SushiSwap: rewards minted by the block, shared by allocation points and stakes, \
              paid with every deposit and withdrawal",
    versions: &["v1"],
    presets: &presets::LISTED,
    parameters: decode::PARAMETERS,
};

/// The adapter, for the registry.
pub const ADAPTER: VaultAdapter = VaultAdapter { descriptor: &DESCRIPTOR, build: decode::build };
