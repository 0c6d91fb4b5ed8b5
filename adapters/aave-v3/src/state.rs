//! The pool's storage as a plain value.

use std::collections::BTreeMap;

use levmine_market::{Account, Asset};
use levmine_math::U256;
use smallvec::SmallVec;

use crate::accrual::RatePowers;
use crate::error::{AaveError, Result};
use crate::params::{Category, Curve, Params, bit};
use crate::version::Rules;

/// The most reserves that the bitmaps have room for.
pub const MAX_RESERVES: usize = 128;

/// One reserve: `DataTypes.ReserveData`, the supplies of its two tokens, and what its aToken holds. Indexes and rates
/// are rays, amounts base units, and scaled amounts base units divided by an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reserve {
    /// The token.
    pub asset: Asset,
    /// The configuration.
    pub params: Params,
    /// The rate curve.
    pub curve: Curve,
    /// What one scaled unit of supply is worth.
    pub liquidity_index: u128,
    /// What one scaled unit of debt is worth.
    pub borrow_index: u128,
    /// The supply rate since the last operation, simple and per year.
    pub liquidity_rate: u128,
    /// The borrow rate since the last operation, simple and per year.
    pub borrow_rate: u128,
    /// When the indexes were last brought up to date, in Unix seconds.
    pub last_update: u64,
    /// What the treasury is owed and has not been minted yet, scaled.
    pub accrued_to_treasury: u128,
    /// The scaled supply of the aToken.
    pub scaled_supply: U256,
    /// The scaled supply of the variable debt token.
    pub scaled_debt: U256,
    /// The treasury's scaled aTokens.
    pub treasury_scaled: u128,
    /// The tokens that the aToken contract holds, donations included.
    pub held: U256,
    /// The liquidity that the pool counts on; since 3.1.
    pub virtual_balance: u128,
    /// Debt that was written off and not covered yet; since 3.3.
    pub deficit: u128,
    /// What is owed against the asset as isolated collateral, in US dollars with 2 decimals.
    pub isolation_debt: u128,
    /// Whether indexes and rates are those of a recorded history, which nothing else moves. No part of the contract's state.
    pub follows: bool,
    /// Of a reserve that follows a record: what a scaled unit is worth at some moment. Remembered, because it is asked for
    /// several times in each step, and no operation keeps it in the indexes.
    pub seen: Seen,
}

/// What is remembered of a reserve that follows a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// What a scaled unit of supply is worth.
    pub income: SeenIndex,
    /// What a scaled unit of debt is worth.
    pub debt: SeenIndex,
    /// The powers of the borrow rate, which are needed anew in every step while it stays.
    pub powers: RatePowers,
}

/// An index at some moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeenIndex {
    /// The moment, in Unix seconds; the last one there is for none.
    pub at: u64,
    /// The index then, in ray.
    pub index: u128,
}

impl Seen {
    /// Nothing yet.
    pub const NOTHING: Self =
        Self { income: SeenIndex::NONE, debt: SeenIndex::NONE, powers: RatePowers::OF_ZERO };

    /// To be called where an index, its rate or its time has changed. The powers tell of which rate they are.
    pub(crate) const fn forget(&mut self) {
        (self.income.at, self.debt.at) = (u64::MAX, u64::MAX);
    }
}

impl SeenIndex {
    /// None yet.
    pub const NONE: Self = Self { at: u64::MAX, index: 0 };
}

/// What one account has and owes of one reserve, scaled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Holding {
    /// The reserve.
    pub reserve: u8,
    /// Scaled aTokens.
    pub supplied: u128,
    /// Scaled debt tokens.
    pub debt: u128,
}

/// One account: its category, its two bitmaps, its balances in order of the reserves.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct User {
    /// The eMode category; 0 is none.
    pub mode: u8,
    /// The reserves used as collateral.
    pub collateral: u128,
    /// The reserves borrowed.
    pub borrowing: u128,
    /// The balances.
    pub holdings: SmallVec<[Holding; 4]>,
}

impl User {
    fn holding(&self, id: usize) -> Option<&Holding> {
        self.holdings.iter().find(|holding| usize::from(holding.reserve) == id)
    }

    /// The scaled supply of reserve `id`.
    #[must_use]
    #[inline]
    pub fn supplied(&self, id: usize) -> u128 {
        self.holding(id).map_or(0, |holding| holding.supplied)
    }

    /// The scaled debt of reserve `id`.
    #[must_use]
    #[inline]
    pub fn debt(&self, id: usize) -> u128 {
        self.holding(id).map_or(0, |holding| holding.debt)
    }

    /// The balances of reserve `id`, to be changed.
    pub(crate) fn holding_mut(&mut self, id: usize) -> Result<&mut Holding> {
        let number = u8::try_from(id).map_err(|_| AaveError::NoReserve { id })?;
        let at = match self.holdings.binary_search_by_key(&number, |holding| holding.reserve) {
            Ok(at) => at,
            Err(at) => {
                self.holdings.insert(at, Holding { reserve: number, supplied: 0, debt: 0 });
                at
            }
        };
        self.holdings.get_mut(at).ok_or(AaveError::NoReserve { id })
    }

    /// Whether reserve `id` is used as collateral.
    #[must_use]
    pub const fn uses_as_collateral(&self, id: usize) -> bool {
        self.collateral & bit(id) != 0
    }

    /// Whether reserve `id` is borrowed.
    #[must_use]
    pub const fn borrows(&self, id: usize) -> bool {
        self.borrowing & bit(id) != 0
    }

    pub(crate) const fn set_collateral(&mut self, id: usize, on: bool) {
        if on { self.collateral |= bit(id) } else { self.collateral &= !bit(id) }
    }

    pub(crate) const fn set_borrowing(&mut self, id: usize, on: bool) {
        if on { self.borrowing |= bit(id) } else { self.borrowing &= !bit(id) }
    }

    /// `UserConfiguration` as the contract stores it: bit `2·id` borrows, bit `2·id + 1` uses as collateral.
    #[must_use]
    pub fn configuration(&self) -> U256 {
        let mut bits = U256::ZERO;
        for id in 0..MAX_RESERVES {
            if self.borrows(id) {
                bits |= U256::ONE << (2 * id);
            }
            if self.uses_as_collateral(id) {
                bits |= U256::ONE << (2 * id + 1);
            }
        }
        bits
    }

    /// Sets both bitmaps from `UserConfiguration`.
    pub(crate) fn set_configuration(&mut self, bits: U256) {
        for id in 0..MAX_RESERVES {
            self.set_borrowing(id, bits.bit(2 * id));
            self.set_collateral(id, bits.bit(2 * id + 1));
        }
    }
}

/// Credit delegated: by whom, to whom, of which reserve.
pub(crate) type Delegation = (Account, Account, u8);

/// The pool.
#[derive(Debug, Clone)]
pub struct Pool {
    pub(crate) rules: &'static Rules,
    pub(crate) reserves: Vec<Reserve>,
    pub(crate) categories: Vec<Category>,
    pub(crate) users: BTreeMap<Account, User>,
    pub(crate) allowances: BTreeMap<Delegation, U256>,
    pub(crate) flash_premium: u16,
    pub(crate) flash_premium_to_protocol: u16,
    pub(crate) umbrella: Option<Account>,
}

impl Pool {
    /// The rules of its version.
    #[must_use]
    pub const fn rules(&self) -> &'static Rules {
        self.rules
    }

    /// The reserves, in order of their numbers.
    #[must_use]
    pub fn reserves(&self) -> &[Reserve] {
        &self.reserves
    }

    /// The eMode categories.
    #[must_use]
    pub fn categories(&self) -> &[Category] {
        &self.categories
    }

    /// The account's storage, if it ever acted.
    #[must_use]
    pub fn user(&self, account: Account) -> Option<&User> {
        self.users.get(&account)
    }

    /// The number of the reserve of `asset`.
    ///
    /// # Errors
    ///
    /// [`AaveError::UnknownAsset`].
    pub fn reserve_id(&self, asset: Asset) -> Result<usize> {
        self.reserves
            .iter()
            .position(|reserve| reserve.asset == asset)
            .ok_or(AaveError::UnknownAsset { asset })
    }

    /// The reserve of number `id`.
    ///
    /// # Errors
    ///
    /// [`AaveError::NoReserve`].
    pub fn reserve(&self, id: usize) -> Result<&Reserve> {
        self.reserves.get(id).ok_or(AaveError::NoReserve { id })
    }

    /// The category of number `id`; none for 0.
    #[must_use]
    pub fn category(&self, id: u8) -> Option<&Category> {
        if id == 0 { None } else { self.categories.iter().find(|category| category.id == id) }
    }

    /// The number of the category that a reserve belongs to; up to 3.1 there is at most one.
    #[must_use]
    pub fn category_of(&self, id: usize) -> u8 {
        self.categories.iter().find(|category| category.has_collateral(id)).map_or(0, |category| category.id)
    }

    /// The time of an operation at `now`: never before the last update of any reserve.
    pub(crate) fn clock(&self, now: u64) -> u64 {
        self.reserves.iter().fold(now, |latest, reserve| latest.max(reserve.last_update))
    }
}
