use levmine_amm::Pool;
use levmine_lending::LendingMarket;
use levmine_market::{Descriptor, TokenAmount};
use levmine_vault::Vault;

/// A venue of any kind.
#[derive(Debug)]
pub enum Venue {
    /// A lending market.
    Lending(Box<dyn LendingMarket>),
    /// A pool.
    Pool(Box<dyn Pool>),
    /// A vault.
    Vault(Box<dyn Vault>),
}

/// A venue with the name the strategy gives it.
#[derive(Debug)]
pub struct Slot {
    /// The name in the file.
    pub name: String,
    /// The venue.
    pub venue: Venue,
}

impl Venue {
    /// An independent copy.
    #[must_use]
    pub fn fork(&self) -> Self {
        match self {
            Self::Lending(market) => Self::Lending(market.fork()),
            Self::Pool(pool) => Self::Pool(pool.fork()),
            Self::Vault(vault) => Self::Vault(vault.fork()),
        }
    }

    /// What its adapter says about itself.
    #[must_use]
    pub fn descriptor(&self) -> &'static Descriptor {
        match self {
            Self::Lending(market) => market.descriptor(),
            Self::Pool(pool) => pool.descriptor(),
            Self::Vault(vault) => vault.descriptor(),
        }
    }

    /// The tokens its contracts hold.
    #[must_use]
    pub fn holdings(&self) -> Vec<TokenAmount> {
        match self {
            Self::Lending(market) => market.holdings(),
            Self::Pool(pool) => pool.holdings(),
            Self::Vault(vault) => vault.holdings(),
        }
    }

    /// How much exists of each token it issues.
    #[must_use]
    pub fn issued(&self) -> Vec<TokenAmount> {
        match self {
            Self::Lending(market) => market.issued(),
            Self::Pool(pool) => pool.issued(),
            Self::Vault(vault) => vault.issued(),
        }
    }
}

impl Slot {
    /// An independent copy.
    #[must_use]
    pub fn fork(&self) -> Self {
        Self { name: self.name.clone(), venue: self.venue.fork() }
    }
}
