//! The storage of the Comptroller and of its cTokens as a plain value.

use std::collections::BTreeMap;

use levmine_market::{Account, Asset};
use levmine_math::U256;
use smallvec::SmallVec;

use crate::error::{CompoundError, Result};
use crate::rates::{Balances, RateModel};
use crate::version::Version;

/// The most markets that an account's list has room for.
pub const MAX_MARKETS: usize = 255;

/// How far one side's rewards of a market have come.
///
/// Source: `ComptrollerV3Storage.CompMarketState`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RewardState {
    /// COMP per cToken, or per borrowed unit without interest, since the beginning; 36 decimals.
    pub index: U256,
    /// The block up to which it is counted.
    pub block: u64,
    /// Base units of COMP given out per block.
    pub speed: U256,
}

/// A cToken and what the Comptroller knows of it. Mantissas have 18 decimals, amounts are base units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Market {
    /// The underlying token.
    pub asset: Asset,
    /// The rate model.
    pub model: RateModel,
    /// The underlying that the cToken holds, donations included.
    pub cash: U256,
    /// What is owed, with interest up to `accrual_block`.
    pub total_borrows: U256,
    /// What belongs to the protocol.
    pub total_reserves: U256,
    /// How many cTokens there are.
    pub total_supply: U256,
    /// What one borrowed unit has grown to.
    pub borrow_index: U256,
    /// The block up to which interest is counted.
    pub accrual_block: u64,
    /// The exchange rate while there is no cToken.
    pub initial_exchange_rate: U256,
    /// The protocol's share of the interest.
    pub reserve_factor: U256,
    /// The protocol's share of what is seized; zero in older deployments.
    pub protocol_seize_share: U256,
    /// The share of its value that counts as collateral.
    pub collateral_factor: U256,
    /// What is owed stays below; 0 is no cap.
    pub borrow_cap: U256,
    /// Nothing can be supplied.
    pub mint_paused: bool,
    /// Nothing can be borrowed.
    pub borrow_paused: bool,
    /// The suppliers' rewards.
    pub supply_rewards: RewardState,
    /// The borrowers' rewards.
    pub borrow_rewards: RewardState,
}

impl Market {
    /// What the rate model looks at.
    #[must_use]
    pub const fn balances(&self) -> Balances {
        Balances { cash: self.cash, borrows: self.total_borrows, reserves: self.total_reserves }
    }
}

/// What one account has and owes in one market.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Holding {
    /// The market.
    pub market: u8,
    /// cTokens.
    pub tokens: U256,
    /// What was owed when the account last borrowed or repaid.
    pub principal: U256,
    /// The borrow index of that moment.
    pub interest_index: U256,
    /// The supply reward index up to which COMP is credited; 0 before the first time.
    pub supplier_index: U256,
    /// The borrow reward index up to which COMP is credited; 0 before the first time.
    pub borrower_index: U256,
}

/// One account.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct User {
    /// The markets it has entered, in the order of the contract's list.
    pub assets_in: SmallVec<[u8; 8]>,
    /// Its balances, in order of the markets.
    pub holdings: SmallVec<[Holding; 4]>,
    /// COMP credited and not paid out.
    pub comp_accrued: U256,
}

impl User {
    /// Its balances in market `id`; nothing if it never acted there.
    #[must_use]
    #[inline]
    pub fn holding(&self, id: usize) -> Holding {
        let found = self.holdings.iter().find(|holding| usize::from(holding.market) == id);
        found.copied().unwrap_or_default()
    }

    /// Whether it has entered market `id`.
    #[must_use]
    pub fn is_in(&self, id: usize) -> bool {
        self.assets_in.iter().any(|market| usize::from(*market) == id)
    }

    /// Its balances in market `id`, to be changed.
    pub(crate) fn holding_mut(&mut self, id: usize) -> Result<&mut Holding> {
        let number = u8::try_from(id).map_err(|_| CompoundError::NoMarket { id })?;
        let at = match self.holdings.binary_search_by_key(&number, |holding| holding.market) {
            Ok(at) => at,
            Err(at) => {
                self.holdings.insert(at, Holding { market: number, ..Holding::default() });
                at
            }
        };
        self.holdings.get_mut(at).ok_or(CompoundError::NoMarket { id })
    }
}

/// What belongs to the Comptroller as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// The share of a debt that one liquidation may repay, 18 decimals.
    pub close_factor: U256,
    /// What a liquidator receives per unit repaid, 18 decimals.
    pub liquidation_incentive: U256,
    /// cTokens cannot be transferred.
    pub transfer_paused: bool,
    /// Nothing can be seized.
    pub seize_paused: bool,
    /// The COMP that the Comptroller holds, in base units.
    pub comp_balance: U256,
}

/// The Comptroller with its markets and accounts.
#[derive(Debug, Clone)]
pub struct Pool {
    pub(crate) version: Version,
    pub(crate) markets: Vec<Market>,
    pub(crate) users: BTreeMap<Account, User>,
    pub(crate) settings: Settings,
    pub(crate) comp: Asset,
}

impl Pool {
    /// The version of the contracts.
    #[must_use]
    pub const fn version(&self) -> Version {
        self.version
    }

    /// The markets, in the order in which they were listed.
    #[must_use]
    pub fn markets(&self) -> &[Market] {
        &self.markets
    }

    /// The account, if it ever acted.
    #[must_use]
    pub fn user(&self, account: Account) -> Option<&User> {
        self.users.get(&account)
    }

    /// What belongs to the Comptroller as a whole.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The token of the rewards.
    #[must_use]
    pub const fn comp(&self) -> Asset {
        self.comp
    }

    /// The number of the market of `asset`.
    ///
    /// # Errors
    ///
    /// [`CompoundError::UnknownAsset`].
    pub fn market_id(&self, asset: Asset) -> Result<usize> {
        self.markets
            .iter()
            .position(|market| market.asset == asset)
            .ok_or(CompoundError::UnknownAsset { asset })
    }

    /// The market of number `id`.
    ///
    /// # Errors
    ///
    /// [`CompoundError::NoMarket`].
    #[inline]
    pub fn market(&self, id: usize) -> Result<&Market> {
        self.markets.get(id).ok_or(CompoundError::NoMarket { id })
    }

    /// The block of an operation at `block`: never before the last one that any market has seen.
    pub(crate) fn clock(&self, block: u64) -> u64 {
        self.markets.iter().fold(block, |latest, market| {
            latest.max(market.accrual_block).max(market.supply_rewards.block).max(market.borrow_rewards.block)
        })
    }
}
