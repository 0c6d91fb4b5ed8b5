//! Who holds balances in the Vat.

use levmine_market::Account;

/// A vault type, by its place in [`crate::Dss::ilks`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct IlkId(pub u16);

/// An address of the system: somebody outside, or one of its contracts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Who {
    /// The zero address.
    #[default]
    Nobody,
    /// Governance: the only one, besides the contracts, whom the contracts obey.
    Admin,
    /// The balance sheet.
    Vow,
    /// The adapter of the DAI token.
    DaiJoin,
    /// The savings contract.
    Pot,
    /// The liquidator of the English auctions.
    Cat,
    /// Surplus auctions.
    Flapper,
    /// Debt auctions.
    Flopper,
    /// The flash-mint module.
    Flash,
    /// The Dutch auctions of a vault type.
    Clip(IlkId),
    /// The English auctions of a vault type.
    Flip(IlkId),
    /// Anybody else.
    Account(Account),
}

impl From<Account> for Who {
    fn from(account: Account) -> Self {
        Self::Account(account)
    }
}

impl Who {
    /// The account behind the address, unless it is a contract's.
    #[must_use]
    pub const fn account(self) -> Option<Account> {
        match self {
            Self::Account(account) => Some(account),
            _ => None,
        }
    }
}
