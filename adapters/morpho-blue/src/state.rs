//! What changes: the contract's own integers.

use std::collections::{BTreeMap, BTreeSet};

use levmine_market::Account;
use levmine_math::U256;

use crate::params::{Irm, Params};
use crate::shares::Side;

/// The market's own numbers, and the tokens that the contract holds. A plain value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Totals {
    /// `totalSupplyAssets` and `totalSupplyShares`.
    pub supply: Side,
    /// `totalBorrowAssets` and `totalBorrowShares`; the assets are at most those supplied.
    pub borrow: Side,
    /// When interest was last accrued, in Unix seconds; zero while the market is not created.
    pub last_update: u64,
    /// The protocol's part of the interest, wad.
    pub fee: u64,
    /// The adaptive curve's stored rate at target, per second in wad; zero before its first call.
    pub rate_at_target: u64,
    /// The loan tokens that Morpho holds, donations included.
    pub loan_held: U256,
    /// The collateral tokens that Morpho holds, donations included.
    pub collateral_held: U256,
    /// Supply shares of the zero address: fees of the time when no recipient was set.
    pub ownerless_shares: U256,
}

/// What an account has and owes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Position {
    /// Shares of the supply.
    pub supply_shares: U256,
    /// Shares of the debt.
    pub borrow_shares: u128,
    /// Collateral in base units.
    pub collateral: u128,
}

/// One market of Morpho, and what of Morpho itself it depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// What the market is.
    pub params: Params,
    /// Its numbers.
    pub totals: Totals,
    /// Its positions.
    pub positions: BTreeMap<Account, Position>,
    /// Who lets whom act: owner, authorized.
    pub authorizations: BTreeSet<(Account, Account)>,
    /// Who may set the fee; `None` is the zero address.
    pub owner: Option<Account>,
    /// Who earns the fee; `None` is the zero address.
    pub fee_recipient: Option<Account>,
    /// What governance has enabled, wad.
    pub enabled_lltvs: BTreeSet<u64>,
    /// What governance has enabled.
    pub enabled_irms: BTreeSet<Irm>,
    /// The oracle's answer, where it is no price of the book: loan base units for a base unit of collateral, times 10^36.
    pub oracle_price: Option<U256>,
}

impl State {
    /// The account's storage; empty if it never acted.
    #[must_use]
    pub fn position(&self, account: Account) -> Position {
        self.positions.get(&account).copied().unwrap_or_default()
    }

    /// Whether `caller` may take out of the position of `owner`.
    ///
    /// Source: `Morpho._isSenderAuthorized`.
    #[must_use]
    pub fn is_authorized(&self, caller: Account, owner: Account) -> bool {
        caller == owner || self.authorizations.contains(&(owner, caller))
    }
}
