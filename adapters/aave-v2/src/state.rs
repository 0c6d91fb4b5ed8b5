//! The pool's storage as a plain value.

use std::collections::BTreeMap;

use levmine_market::{Account, Asset};
use levmine_math::U256;
use smallvec::SmallVec;

use crate::error::{AaveV2Error, Result};
use crate::params::{Curve, Params, bit};
use crate::stable::{StableDebt, StableTotals};

/// The most reserves that the bitmaps have room for.
pub const MAX_RESERVES: usize = 128;

/// One reserve: `DataTypes.ReserveData`, the supplies of its three tokens, and what its aToken holds. Indexes and rates
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
    /// What one scaled unit of variable debt is worth.
    pub borrow_index: u128,
    /// The supply rate since the last operation, simple and per year.
    pub liquidity_rate: u128,
    /// The variable rate since the last operation, simple and per year.
    pub borrow_rate: u128,
    /// The rate of a new stable debt since the last operation, simple and per year.
    pub stable_rate: u128,
    /// When the indexes were last brought up to date, in Unix seconds.
    pub last_update: u64,
    /// The scaled supply of the aToken, the treasury's included.
    pub scaled_supply: U256,
    /// The scaled supply of the variable debt token.
    pub scaled_debt: U256,
    /// All stable debt.
    pub stable: StableTotals,
    /// The treasury's scaled aTokens.
    pub treasury_scaled: U256,
    /// The tokens that the aToken contract holds, donations included.
    pub held: U256,
}

/// What one account has and owes of one reserve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Holding {
    /// The reserve.
    pub reserve: u8,
    /// Scaled aTokens.
    pub supplied: U256,
    /// Scaled variable debt tokens.
    pub debt: U256,
    /// The stable debt.
    pub stable: StableDebt,
}

/// One account: its two bitmaps, its balances in order of the reserves.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct User {
    /// The reserves used as collateral.
    pub collateral: u128,
    /// The reserves borrowed.
    pub borrowing: u128,
    /// The balances.
    pub holdings: SmallVec<[Holding; 2]>,
}

impl User {
    /// The balances of reserve `id`, if there ever were any.
    #[must_use]
    #[inline]
    pub fn holding(&self, id: usize) -> Option<&Holding> {
        self.holdings.iter().find(|holding| usize::from(holding.reserve) == id)
    }

    /// The scaled supply of reserve `id`.
    #[must_use]
    #[inline]
    pub fn supplied(&self, id: usize) -> U256 {
        self.holding(id).map_or(U256::ZERO, |holding| holding.supplied)
    }

    /// The scaled variable debt of reserve `id`.
    #[must_use]
    #[inline]
    pub fn debt(&self, id: usize) -> U256 {
        self.holding(id).map_or(U256::ZERO, |holding| holding.debt)
    }

    /// The stable debt of reserve `id`.
    #[must_use]
    #[inline]
    pub fn stable(&self, id: usize) -> StableDebt {
        self.holding(id).map_or_else(StableDebt::default, |holding| holding.stable)
    }

    /// The balances of reserve `id`, to be changed.
    pub(crate) fn holding_mut(&mut self, id: usize) -> Result<&mut Holding> {
        let number = u8::try_from(id).map_err(|_| AaveV2Error::NoReserve { id })?;
        let at = match self.holdings.binary_search_by_key(&number, |holding| holding.reserve) {
            Ok(at) => at,
            Err(at) => {
                self.holdings.insert(at, Holding { reserve: number, ..Holding::default() });
                at
            }
        };
        self.holdings.get_mut(at).ok_or(AaveV2Error::NoReserve { id })
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

/// How a debt's rate behaves: each kind has a token, and a credit, of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RateMode {
    /// Fixed when the debt is opened.
    Stable,
    /// Moves with the utilization.
    Variable,
}

/// Credit delegated: by whom, to whom, of which reserve, at which kind of rate.
pub(crate) type Delegation = (Account, Account, u8, RateMode);

/// The pool.
#[derive(Debug, Clone)]
pub struct Pool {
    pub(crate) reserves: Vec<Reserve>,
    pub(crate) users: BTreeMap<Account, User>,
    pub(crate) allowances: BTreeMap<Delegation, U256>,
    pub(crate) paused: bool,
    /// The asset in whose wei the oracle's prices are: wrapped ether.
    pub(crate) ether: Asset,
}

impl Pool {
    /// The reserves, in order of their numbers.
    #[must_use]
    pub fn reserves(&self) -> &[Reserve] {
        &self.reserves
    }

    /// The account's storage, if it ever acted.
    #[must_use]
    pub fn user(&self, account: Account) -> Option<&User> {
        self.users.get(&account)
    }

    /// Whether everything is stopped.
    #[must_use]
    pub const fn paused(&self) -> bool {
        self.paused
    }

    /// The asset in whose wei values are.
    #[must_use]
    pub const fn ether(&self) -> Asset {
        self.ether
    }

    /// The number of the reserve of `asset`.
    ///
    /// # Errors
    ///
    /// [`AaveV2Error::UnknownAsset`].
    pub fn reserve_id(&self, asset: Asset) -> Result<usize> {
        self.reserves
            .iter()
            .position(|reserve| reserve.asset == asset)
            .ok_or(AaveV2Error::UnknownAsset { asset })
    }

    /// The reserve of number `id`.
    ///
    /// # Errors
    ///
    /// [`AaveV2Error::NoReserve`].
    pub fn reserve(&self, id: usize) -> Result<&Reserve> {
        self.reserves.get(id).ok_or(AaveV2Error::NoReserve { id })
    }

    /// The time of an operation at `now`: never before the last update of any reserve.
    pub(crate) fn clock(&self, now: u64) -> u64 {
        self.reserves.iter().fold(now, |latest, reserve| latest.max(reserve.last_update))
    }
}
