//! Who has how many shares.

use std::collections::BTreeMap;
use std::fmt;

use levmine_market::Account;
use levmine_math::{U256, add};

use crate::error::{LidoError, Result};

/// Somebody who has stETH.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Holder {
    /// A counted account, or the contracts of another venue.
    Account(Account),
    /// Everybody whose wallet is not counted, together.
    Outside,
    /// The treasury, which gets a part of the fee.
    Treasury,
    /// The staking module, whose operators get the other part.
    Module,
    /// The contract behind wstETH.
    WstEth,
    /// The withdrawal queue.
    Queue,
    /// The burner.
    Burner,
    /// The hub of the vaults that mint external shares.
    VaultHub,
}

/// The holders that have a name of their own.
pub(crate) const NAMED: [(&str, Holder); 7] = [
    ("outside", Holder::Outside),
    ("treasury", Holder::Treasury),
    ("module", Holder::Module),
    ("wstETH", Holder::WstEth),
    ("queue", Holder::Queue),
    ("burner", Holder::Burner),
    ("vaultHub", Holder::VaultHub),
];

impl From<Account> for Holder {
    fn from(account: Account) -> Self {
        if account.is_outsider() { Self::Outside } else { Self::Account(account) }
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account(account) => write!(f, "{account}"),
            other => {
                let name = NAMED.iter().find(|(_, holder)| holder == other).map_or("", |(name, _)| name);
                f.write_str(name)
            }
        }
    }
}

/// Shares by holder.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ledger {
    shares: BTreeMap<Holder, U256>,
}

impl Ledger {
    /// The shares of a holder.
    #[must_use]
    pub fn shares(&self, holder: Holder) -> U256 {
        self.shares.get(&holder).copied().unwrap_or_default()
    }

    /// Everybody who ever had shares, in order.
    pub fn iter(&self) -> impl Iterator<Item = (Holder, U256)> + '_ {
        self.shares.iter().map(|(holder, shares)| (*holder, *shares))
    }

    /// Sets the shares of a holder.
    pub fn set(&mut self, holder: Holder, shares: U256) {
        self.shares.insert(holder, shares);
    }

    /// Checks that a holder has so many shares; returns what is left without them.
    pub(crate) fn without(&self, holder: Holder, needed: U256) -> Result<U256> {
        let available = self.shares(holder);
        available.checked_sub(needed).ok_or(LidoError::BalanceExceeded { needed, available })
    }

    /// Moves shares, all or nothing.
    ///
    /// Source: `StETH._transferShares`.
    pub(crate) fn move_shares(&mut self, from: Holder, to: Holder, shares: U256) -> Result<()> {
        let left = self.without(from, shares)?;
        if from != to {
            let gained = add(self.shares(to), shares)?;
            self.set(from, left);
            self.set(to, gained);
        }
        Ok(())
    }
}
