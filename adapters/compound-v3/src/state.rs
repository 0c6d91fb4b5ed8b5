//! The contracts' storage as a plain value.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use levmine_market::{Account, Asset};
use levmine_math::U256;
use smallvec::SmallVec;

use crate::casts::BASE_INDEX_SCALE;
use crate::error::{CometError, Result};
use crate::params::{Collateral, MAX_ASSETS, Params};

/// `TotalsBasic`: what concerns the whole market. Copied by every operation, which assigns it when all has
/// gone well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Totals {
    /// What one unit of supplied principal is worth, 15 decimals.
    pub base_supply_index: u64,
    /// What one unit of owed principal is worth, 15 decimals.
    pub base_borrow_index: u64,
    /// Rewards per unit of supplied principal.
    pub tracking_supply_index: u64,
    /// Rewards per unit of owed principal.
    pub tracking_borrow_index: u64,
    /// The principal of all suppliers; 104 bits.
    pub total_supply_base: u128,
    /// The principal of all borrowers; 104 bits.
    pub total_borrow_base: u128,
    /// When the indexes were last brought up to date, in Unix seconds; 40 bits.
    pub last_accrual_time: u64,
    /// Bits: supply, transfer, withdraw, absorb, buy.
    pub pause_flags: u8,
}

impl Totals {
    /// The totals of a market without anybody.
    #[must_use]
    pub const fn new(now: u64) -> Self {
        Self {
            base_supply_index: BASE_INDEX_SCALE,
            base_borrow_index: BASE_INDEX_SCALE,
            tracking_supply_index: 0,
            tracking_borrow_index: 0,
            total_supply_base: 0,
            total_borrow_base: 0,
            last_accrual_time: now,
            pause_flags: 0,
        }
    }
}

/// The actions that can be paused, by the place of their bit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Supplying.
    Supply,
    /// Transferring.
    Transfer,
    /// Withdrawing and borrowing.
    Withdraw,
    /// Absorbing.
    Absorb,
    /// Buying collateral.
    Buy,
}

impl Action {
    pub(crate) const ALL: [Self; 5] = [Self::Supply, Self::Transfer, Self::Withdraw, Self::Absorb, Self::Buy];

    pub(crate) const fn bit(self) -> u8 {
        match self {
            Self::Supply => 1,
            Self::Transfer => 1 << 1,
            Self::Withdraw => 1 << 2,
            Self::Absorb => 1 << 3,
            Self::Buy => 1 << 4,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Supply => "supplying",
            Self::Transfer => "transferring",
            Self::Withdraw => "withdrawing",
            Self::Absorb => "absorbing",
            Self::Buy => "buying collateral",
        }
    }
}

/// `UserBasic`, the account's collateral, and what `CometRewards` has paid it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct User {
    /// Supplied where it is positive, owed where it is negative; base units at an index of one; 104 bits.
    pub principal: i128,
    /// The tracking index, of its side, up to which rewards are accrued.
    pub base_tracking_index: u64,
    /// Rewards accrued in all its life, 6 decimals.
    pub base_tracking_accrued: u64,
    /// Collateral by number, in base units.
    pub collateral: [u128; MAX_ASSETS],
    /// Rewards paid in all its life, in base units of the reward token.
    pub rewards_claimed: U256,
}

impl User {
    /// The bits of the collateral assets that the account has.
    #[must_use]
    pub fn assets_in(&self) -> u16 {
        // The contract keeps the bits beside the balances; they are set exactly where a balance is not zero.
        self.collateral.iter().rev().fold(0, |bits, balance| bits << 1 | u16::from(*balance != 0))
    }

    pub(crate) fn balance(&self, number: usize) -> u128 {
        self.collateral.get(number).copied().unwrap_or(0)
    }

    pub(crate) fn set_balance(&mut self, number: usize, balance: u128) {
        if let Some(place) = self.collateral.get_mut(number) {
            *place = balance;
        }
    }
}

/// What there is of one collateral asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stock {
    /// What accounts have supplied, in base units.
    pub total_supply_asset: u128,
    /// What the contract holds: also what it has seized, and donations.
    pub held: U256,
}

impl Stock {
    /// What belongs to the market and can be bought.
    ///
    /// Source: `Comet.getCollateralReserves`.
    ///
    /// # Errors
    ///
    /// [`CometError::Panic`] where accounts have more than is held.
    pub fn reserves(&self) -> Result<U256> {
        Ok(levmine_math::sub(self.held, U256::from(self.total_supply_asset))?)
    }
}

/// A market: `Comet` with its extension, and its part of `CometRewards`.
#[derive(Debug, Clone)]
pub struct Comet {
    pub(crate) params: Arc<Params>,
    pub(crate) totals: Totals,
    pub(crate) stocks: SmallVec<[Stock; 6]>,
    /// Base tokens held.
    pub(crate) cash: U256,
    pub(crate) users: BTreeMap<Account, User>,
    /// Owners and the managers that may act for them.
    pub(crate) allowed: BTreeSet<(Account, Account)>,
    pub(crate) governor: Option<Account>,
    pub(crate) pause_guardian: Option<Account>,
    /// Reward tokens that `CometRewards` holds.
    pub(crate) rewards_held: U256,
}

impl Comet {
    /// A market without anybody, deployed at `now` (Unix seconds).
    #[must_use]
    pub fn new(params: Params, now: u64) -> Self {
        let stocks = params.collaterals.iter().map(|_| Stock::default()).collect();
        Self {
            params: Arc::new(params),
            totals: Totals::new(now),
            stocks,
            cash: U256::ZERO,
            users: BTreeMap::new(),
            allowed: BTreeSet::new(),
            governor: None,
            pause_guardian: None,
            rewards_held: U256::ZERO,
        }
    }

    /// Who may withdraw reserves and pause.
    #[must_use]
    pub fn with_governor(mut self, governor: Account) -> Self {
        self.governor = Some(governor);
        self
    }

    /// The same with so many base units of the reward token to pay out.
    #[must_use]
    pub fn with_rewards(mut self, held: U256) -> Self {
        self.rewards_held = held;
        self
    }

    /// The immutable values.
    #[must_use]
    pub fn params(&self) -> &Params {
        &self.params
    }

    /// What concerns the whole market.
    #[must_use]
    pub const fn totals(&self) -> &Totals {
        &self.totals
    }

    /// What there is of each collateral asset, in order.
    #[must_use]
    pub fn stocks(&self) -> &[Stock] {
        &self.stocks
    }

    /// Base tokens held.
    #[must_use]
    pub const fn cash(&self) -> U256 {
        self.cash
    }

    /// The account's storage; empty if it never acted.
    #[must_use]
    pub fn user(&self, account: Account) -> User {
        self.users.get(&account).copied().unwrap_or_default()
    }

    /// Whether `manager` may act for `owner`.
    ///
    /// Source: `CometCore.hasPermission`.
    #[must_use]
    pub fn has_permission(&self, owner: Account, manager: Account) -> bool {
        owner == manager || self.allowed.contains(&(owner, manager))
    }

    pub(crate) fn must_have_permission(&self, owner: Account, manager: Account) -> Result<()> {
        if self.has_permission(owner, manager) {
            Ok(())
        } else {
            Err(CometError::Unauthorized { caller: manager })
        }
    }

    /// Whether the action is paused.
    #[must_use]
    pub const fn is_paused(&self, action: Action) -> bool {
        self.totals.pause_flags & action.bit() != 0
    }

    pub(crate) fn must_not_be_paused(&self, action: Action) -> Result<()> {
        if self.is_paused(action) { Err(CometError::Paused { action: action.name() }) } else { Ok(()) }
    }

    /// The number of a collateral asset; `None` for the base asset.
    ///
    /// Source: `Comet.getAssetInfoByAddress`.
    ///
    /// # Errors
    ///
    /// [`CometError::UnknownAsset`].
    pub fn number(&self, asset: Asset) -> Result<Option<usize>> {
        if asset == self.params.base {
            return Ok(None);
        }
        let found = self.params.collaterals.iter().position(|listed| listed.asset == asset);
        found.map(Some).ok_or(CometError::UnknownAsset { asset })
    }

    /// The collateral of this number.
    pub(crate) fn collateral(&self, number: usize) -> Result<&Collateral> {
        self.params.collaterals.get(number).ok_or(CometError::UnknownCollateral { number: number as u64 })
    }

    pub(crate) fn stock(&self, number: usize) -> Result<Stock> {
        let unknown = CometError::UnknownCollateral { number: number as u64 };
        self.stocks.get(number).copied().ok_or(unknown)
    }

    pub(crate) fn set_stock(&mut self, number: usize, stock: Stock) {
        if let Some(place) = self.stocks.get_mut(number) {
            *place = stock;
        }
    }

    /// What `held` is after `amount` of it was paid.
    pub(crate) fn paid_out(asset: Asset, held: U256, amount: U256) -> Result<U256> {
        held.checked_sub(amount).ok_or(CometError::InsufficientTokens {
            asset,
            needed: amount,
            available: held,
        })
    }
}
