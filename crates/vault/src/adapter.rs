use levmine_config::{ConfigError, Fields};
use levmine_market::{BuildContext, Descriptor};

use crate::Vault;

/// Builds a vault from a venue table.
pub type BuildVault = fn(&mut Fields<'_>, &BuildContext<'_>) -> Result<Box<dyn Vault>, ConfigError>;

/// A vault protocol as the registry holds it.
#[derive(Debug, Clone, Copy)]
pub struct VaultAdapter {
    /// What it says about itself.
    pub descriptor: &'static Descriptor,
    /// Builds a vault from a venue table. The keys `protocol` and those of the caller are already taken; the adapter
    /// takes its own and leaves the check for unknown ones to the caller.
    pub build: BuildVault,
}
