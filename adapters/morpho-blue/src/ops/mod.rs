//! What the contract does, in its own order of checks.

pub(crate) mod borrow;
pub(crate) mod collateral;
pub(crate) mod flash;
pub(crate) mod flow;
pub(crate) mod governance;
pub(crate) mod liquidation;
pub(crate) mod supply;

use levmine_market::Account;
use levmine_math::U256;

use crate::accrual::{Accrual, expected, must_exist};
use crate::error::{MorphoError, Result};
use crate::transaction::{Transaction, World};

/// How much of a side an operation is about: exactly one of assets and shares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quantity {
    /// As the contract takes it; one of both is zero.
    Given {
        /// Base units.
        assets: U256,
        /// Shares.
        shares: U256,
    },
    /// All shares of the position with the fee that this very accrual brings: what somebody passes who has asked for
    /// them in the same block.
    AllShares,
    /// So many base units, but at most the debt: where they would pay for all shares of the position, those shares.
    AtMostAssets(U256),
}

impl Quantity {
    pub(crate) const fn assets(assets: U256) -> Self {
        Self::Given { assets, shares: U256::ZERO }
    }

    /// That exactly one of both is zero; `has` are all shares of the position as they will be once interest is accrued.
    fn check(self, has: impl FnOnce() -> U256) -> Result<()> {
        match self {
            Self::Given { assets, shares } => exactly_one_zero(assets, shares),
            Self::AllShares => exactly_one_zero(U256::ZERO, has()),
            Self::AtMostAssets(assets) => exactly_one_zero(assets, U256::ZERO),
        }
    }

    /// The pair that the contract is given when the position has `has` shares worth `worth` base units.
    fn resolve(self, has: U256, worth: impl FnOnce() -> Result<U256>) -> Result<(U256, U256)> {
        match self {
            Self::Given { assets, shares } => Ok((assets, shares)),
            Self::AllShares => Ok((U256::ZERO, has)),
            Self::AtMostAssets(assets) if !has.is_zero() && assets >= worth()? => Ok((U256::ZERO, has)),
            Self::AtMostAssets(assets) => Ok((assets, U256::ZERO)),
        }
    }
}

/// Source: `UtilsLib.exactlyOneZero`.
fn exactly_one_zero(first: U256, second: U256) -> Result<()> {
    if first.is_zero() == second.is_zero() {
        return Err(MorphoError::InconsistentInput { first, second });
    }
    Ok(())
}

/// An account that is not the zero address.
fn not_zero(account: Option<Account>) -> Result<Account> {
    account.ok_or(MorphoError::ZeroAddress)
}

/// The owner, if `caller` may act for it.
fn authorized(tx: &Transaction<'_>, caller: Account, owner: Option<Account>) -> Result<Account> {
    owner.filter(|owner| tx.state().is_authorized(caller, *owner)).ok_or(MorphoError::Unauthorized { caller })
}

/// The supply shares of `owner` with the fee that an accrual at this moment brings.
fn supply_shares(tx: &Transaction<'_>, owner: Option<Account>, world: World<'_>) -> U256 {
    let Some(owner) = owner else { return U256::ZERO };
    let has = tx.position(owner).supply_shares;
    if !has.is_zero() || tx.state().fee_recipient != Some(owner) {
        return has;
    }
    let accrual = expected(&tx.state().params, tx.totals(), world.now);
    accrual.ok().and_then(|(_, accrual)| accrual).map_or(U256::ZERO, |accrual| accrual.fee_shares)
}

/// The borrow shares of `owner`.
fn borrow_shares(tx: &Transaction<'_>, owner: Option<Account>) -> U256 {
    owner.map_or(U256::ZERO, |owner| U256::from(tx.position(owner).borrow_shares))
}

/// What an operation on one side of the market moved, and the interest that was accrued before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moved {
    pub(crate) assets: U256,
    pub(crate) shares: U256,
    pub(crate) accrual: Option<Accrual>,
}

/// `accrueInterest`.
pub(crate) fn accrue(tx: &mut Transaction<'_>, world: World<'_>) -> Result<Option<Accrual>> {
    must_exist(tx.totals())?;
    tx.accrue(world.now)
}
