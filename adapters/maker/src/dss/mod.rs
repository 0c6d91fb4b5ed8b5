//! The contracts, one file each, over one plain value.

pub(crate) mod abacus;
pub(crate) mod bids;
pub(crate) mod cat;
pub(crate) mod clip;
pub(crate) mod dog;
pub(crate) mod flap;
pub(crate) mod flash;
pub(crate) mod flip;
pub(crate) mod flop;
pub(crate) mod join;
pub(crate) mod jug;
pub(crate) mod pot;
pub(crate) mod spotter;
pub(crate) mod tokens;
pub(crate) mod vat;
pub(crate) mod vow;

use std::sync::Arc;

use levmine_math::U256;

use crate::error::{MakerError, Result};
use crate::ledger::Ledger;
use crate::revision::Revision;
use crate::who::{IlkId, Who};

pub use abacus::{Abacus, Calc};
pub use bids::Bid;
pub use cat::{Cat, CatIlk};
pub use clip::{Clip, Sale};
pub use dog::{Dog, DogIlk};
pub use flap::Flapper;
pub use flash::Flash;
pub use flip::{Flip, Lot};
pub use flop::Flopper;
pub use join::Join;
pub use jug::JugIlk;
pub use pot::Pot;
pub use spotter::{Pip, SpotterIlk};
pub use tokens::Token;
pub use vat::{Ilk, Urn, Vat};
pub use vow::Vow;

/// The storage of all contracts.
///
/// Units as in the contracts: wad (10^18), ray (10^27), rad (10^45 = wad × ray), seconds.
#[derive(Debug, Clone)]
pub struct Dss {
    /// The version of the contracts.
    pub revision: Revision,
    /// The latest time seen; operations of the trait never run before it.
    pub time: u64,
    /// The core: balances and debt.
    pub vat: Vat,
    /// The vault types, each with what every contract keeps for it.
    pub ilks: Vec<VaultType>,
    /// `Jug.base`: what is added to every `duty`, ray per second.
    pub base: U256,
    /// `Spotter.par`: what one DAI is to be worth, ray.
    pub par: U256,
    /// The savings rate.
    pub pot: Pot,
    /// The balance sheet.
    pub vow: Vow,
    /// Liquidations 2.0.
    pub dog: Dog,
    /// The old liquidations.
    pub cat: Cat,
    /// Surplus auctions.
    pub flapper: Flapper,
    /// Debt auctions.
    pub flopper: Flopper,
    /// Flash mints.
    pub flash: Flash,
    /// The DAI token.
    pub dai: Token,
    /// The MKR token.
    pub mkr: Token,
    /// Whether the wallets of tokens are a part of this state. Without them whoever runs the contracts keeps them.
    pub wallets: bool,
}

/// What the contracts keep for one vault type.
#[derive(Debug, Clone)]
pub struct VaultType {
    /// Its name: `ETH-A`.
    pub name: Arc<str>,
    /// In the Vat.
    pub vat: Ilk,
    /// The vaults, by owner.
    pub urns: Ledger<Who, Urn>,
    /// Collateral in the Vat that is not locked, wad.
    pub gem: Ledger<Who, U256>,
    /// The token and its adapter.
    pub join: Join,
    /// In the Jug.
    pub jug: JugIlk,
    /// In the Spotter.
    pub spotter: SpotterIlk,
    /// The price source.
    pub pip: Pip,
    /// In the Dog.
    pub dog: DogIlk,
    /// Its Dutch auctions.
    pub clip: Clip,
    /// The price curve of its Dutch auctions.
    pub calc: Calc,
    /// In the Cat.
    pub cat: CatIlk,
    /// Its English auctions.
    pub flip: Flip,
}

impl Dss {
    /// The vault type of this number.
    pub(crate) fn ilk(&self, id: IlkId) -> Result<&VaultType> {
        self.ilks.get(usize::from(id.0)).ok_or(MakerError::UnknownVaultType)
    }

    pub(crate) fn ilk_mut(&mut self, id: IlkId) -> Result<&mut VaultType> {
        self.ilks.get_mut(usize::from(id.0)).ok_or(MakerError::UnknownVaultType)
    }

    /// The number of the vault type of this name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<IlkId> {
        let at = self.ilks.iter().position(|ilk| &*ilk.name == name)?;
        u16::try_from(at).ok().map(IlkId)
    }

    /// Runs `operation` on a copy and keeps it if all of it went well.
    pub(crate) fn transact<T>(&mut self, operation: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let mut next = self.clone();
        let done = operation(&mut next)?;
        *self = next;
        Ok(done)
    }
}

/// Only governance.
pub(crate) fn auth(by: Who, contract: crate::error::Contract) -> Result<()> {
    if by == Who::Admin { Ok(()) } else { Err(MakerError::NotAuthorized { contract }) }
}
