use std::fmt;

/// Somebody who acts: a number, given out by whoever builds the world.
///
/// Outsiders (traders, other lenders and borrowers) have a pocket that is not counted: what they bring comes from
/// outside and what they take leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Account(u32);

impl Account {
    const OUTSIDE: u32 = 1 << 31;
    const CONTRACT: u32 = 1 << 30;
    const RESERVE: u32 = 1 << 29;

    /// An account with a wallet that is counted.
    #[must_use]
    pub const fn new(number: u32) -> Self {
        Self(number & !(Self::OUTSIDE | Self::CONTRACT | Self::RESERVE))
    }

    /// An account whose wallet is not counted.
    #[must_use]
    pub const fn outsider(number: u32) -> Self {
        Self(number | Self::OUTSIDE)
    }

    /// The contracts of a venue, as a token's ledger knows them.
    #[must_use]
    pub const fn contract(venue: VenueId) -> Self {
        Self(Self::CONTRACT | venue.0 as u32)
    }

    /// The venue whose contracts these are.
    #[must_use]
    pub const fn venue(self) -> Option<VenueId> {
        if self.0 & Self::OUTSIDE == 0 && self.0 & Self::CONTRACT != 0 {
            Some(VenueId((self.0 & 0xffff) as u16))
        } else {
            None
        }
    }

    /// The account beside this one in which its owner keeps a reserve.
    #[must_use]
    pub const fn reserve(self) -> Self {
        Self(self.0 | Self::RESERVE)
    }

    pub(crate) const fn number(self) -> u32 {
        self.0
    }

    /// Whether the wallet is not counted.
    #[must_use]
    pub const fn is_outsider(self) -> bool {
        self.0 & Self::OUTSIDE != 0
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(venue) = self.venue() {
            return write!(f, "the contracts of {venue}");
        }
        if !self.is_outsider() && self.0 & Self::RESERVE != 0 {
            return write!(f, "the reserve of account {}", self.0 & !Self::RESERVE);
        }
        let kind = if self.is_outsider() { "outsider" } else { "account" };
        write!(f, "{kind} {}", self.0 & !Self::OUTSIDE)
    }
}

/// Who sends a transaction, and for whose position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Actor {
    /// Pays and receives the tokens.
    pub caller: Account,
    /// Owns the position that changes.
    pub owner: Account,
}

impl From<Account> for Actor {
    /// Somebody who acts for himself.
    fn from(account: Account) -> Self {
        Self { caller: account, owner: account }
    }
}

/// A venue of the world, by its place in the world's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VenueId(pub u16);

impl fmt::Display for VenueId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "venue {}", self.0)
    }
}
