//! The contract's operations. Each computes on copies and assigns when all has gone well: a refused one
//! changes nothing.

pub(crate) mod absorb;
pub(crate) mod base;
pub(crate) mod buy;
pub(crate) mod collateral;
pub(crate) mod flow;
pub(crate) mod governance;
pub(crate) mod rewards;

use levmine_market::{Account, PriceBook};

/// The block's time in Unix seconds, and the oracle.
#[derive(Debug, Clone, Copy)]
pub struct World<'a> {
    /// The time.
    pub now: u64,
    /// The prices.
    pub prices: &'a PriceBook,
}

/// Who acts on what: the contract's `operator`, the account whose tokens or position it is, and who receives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// Who sends the transaction.
    pub operator: Account,
    /// Who pays, or whose position shrinks.
    pub from: Account,
    /// Who receives, or whose position grows.
    pub to: Account,
}

impl Route {
    /// Somebody who acts for himself, in favour of `to`.
    #[must_use]
    pub const fn to(account: Account, to: Account) -> Self {
        Self { operator: account, from: account, to }
    }
}
