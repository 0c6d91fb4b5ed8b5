use smallvec::SmallVec;

use crate::{Account, TokenAmount};

/// One end of a transfer that a venue's operation causes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Party {
    /// The wallet of an account.
    Account(Account),
    /// The venue's own holdings.
    Venue,
    /// Nobody: the venue mints (as sender) or burns (as receiver) a token that it issues.
    Issuer,
}

/// Tokens that an operation moves. Every operation of every venue tells all of its transfers; whoever runs it writes
/// them into the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transfer {
    /// Who gives.
    pub from: Party,
    /// Who receives.
    pub to: Party,
    /// What.
    pub amount: TokenAmount,
}

/// The transfers of one operation, in order.
pub type Transfers = SmallVec<[Transfer; 2]>;

impl Transfer {
    /// From an account to the venue.
    #[must_use]
    pub const fn pay(account: Account, amount: TokenAmount) -> Self {
        Self { from: Party::Account(account), to: Party::Venue, amount }
    }

    /// From the venue to an account.
    #[must_use]
    pub const fn receive(account: Account, amount: TokenAmount) -> Self {
        Self { from: Party::Venue, to: Party::Account(account), amount }
    }

    /// Minted by the venue to an account.
    #[must_use]
    pub const fn mint(account: Account, amount: TokenAmount) -> Self {
        Self { from: Party::Issuer, to: Party::Account(account), amount }
    }

    /// Taken from an account and burned by the venue.
    #[must_use]
    pub const fn burn(account: Account, amount: TokenAmount) -> Self {
        Self { from: Party::Account(account), to: Party::Issuer, amount }
    }
}
