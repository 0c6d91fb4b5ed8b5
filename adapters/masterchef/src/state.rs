use std::collections::BTreeMap;

use levmine_market::{Account, Asset};
use levmine_math::U256;

use crate::emission::Emission;
use crate::error::{ChefError, Result};
use crate::params::Terms;

/// A pool (`PoolInfo`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pool {
    /// Which of the chef's [`Chef::stakes`] is staked here.
    pub stake: usize,
    /// Its share of the rewards, in allocation points.
    pub alloc_point: U256,
    /// The last block for which rewards were minted.
    pub last_reward_block: U256,
    /// Rewards per base unit of stake since the beginning, times [`Terms::precision`].
    pub acc_per_share: U256,
}

/// What somebody has staked in a pool (`UserInfo`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct User {
    /// The stake, in base units.
    pub amount: U256,
    /// What `amount` would have earned since the beginning, less what it has still to get.
    pub reward_debt: U256,
}

impl User {
    pub(crate) fn is_nothing(&self) -> bool {
        self.amount.is_zero() && self.reward_debt.is_zero()
    }
}

/// The reward token: what the chef holds of it, and how much exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Till {
    /// The chef's balance; also stakes, where a pool takes the reward token itself.
    pub held: U256,
    /// The token's total supply.
    pub supply: U256,
}

/// The contract: its storage, and what it holds of each token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chef {
    pub(crate) terms: Terms,
    pub(crate) per_block: U256,
    pub(crate) bonus_end: U256,
    pub(crate) start: U256,
    pub(crate) total_alloc: U256,
    pub(crate) pools: Vec<Pool>,
    pub(crate) stakes: Vec<Asset>,
    /// The chef's balance of each stake, in their order; that of the reward token stands in the till.
    pub(crate) held: Vec<U256>,
    pub(crate) till: Till,
    pub(crate) users: BTreeMap<(Account, usize), User>,
    pub(crate) owner: Option<Account>,
    pub(crate) dev: Option<Account>,
    /// Changes of the rate that are still to come, by block.
    pub(crate) emissions: Vec<Emission>,
    /// The last block seen.
    pub(crate) block: u64,
}

impl Chef {
    /// A chef without pools, as after its deployment. Its owner and developers are nobody.
    #[must_use]
    pub const fn new(terms: Terms, per_block: U256, start: U256, bonus_end: U256) -> Self {
        Self {
            terms,
            per_block,
            bonus_end,
            start,
            total_alloc: U256::ZERO,
            pools: Vec::new(),
            stakes: Vec::new(),
            held: Vec::new(),
            till: Till { held: U256::ZERO, supply: U256::ZERO },
            users: BTreeMap::new(),
            owner: None,
            dev: None,
            emissions: Vec::new(),
            block: 0,
        }
    }

    /// What stands in its code.
    #[must_use]
    pub const fn terms(&self) -> &Terms {
        &self.terms
    }

    /// The reward per block outside of the bonus time, in base units (`sushiPerBlock`).
    #[must_use]
    pub const fn per_block(&self) -> U256 {
        self.per_block
    }

    /// The last block of the bonus time (`bonusEndBlock`).
    #[must_use]
    pub const fn bonus_end(&self) -> U256 {
        self.bonus_end
    }

    /// The block at which rewards begin (`startBlock`).
    #[must_use]
    pub const fn start(&self) -> U256 {
        self.start
    }

    /// The allocation points of all pools, also of those that are not modelled (`totalAllocPoint`).
    #[must_use]
    pub const fn total_alloc(&self) -> U256 {
        self.total_alloc
    }

    /// The pools by number (`poolInfo`).
    #[must_use]
    pub fn pools(&self) -> &[Pool] {
        &self.pools
    }

    /// What can be staked, each asset once, in the order of the pools.
    #[must_use]
    pub fn stakes(&self) -> &[Asset] {
        &self.stakes
    }

    /// The reward token.
    #[must_use]
    pub const fn till(&self) -> Till {
        self.till
    }

    /// Who may add and change pools; nobody once ownership is renounced (`owner`).
    #[must_use]
    pub const fn owner(&self) -> Option<Account> {
        self.owner
    }

    /// Who is minted a part on top of every reward; nobody for the zero address (`devaddr`).
    #[must_use]
    pub const fn dev(&self) -> Option<Account> {
        self.dev
    }

    /// What `account` has in a pool (`userInfo`).
    #[must_use]
    pub fn user(&self, pid: usize, account: Account) -> User {
        self.users.get(&(account, pid)).copied().unwrap_or_default()
    }

    /// The chef's balance of a staked asset, in base units; zero for any other.
    #[must_use]
    pub fn balance(&self, asset: Asset) -> U256 {
        if asset == self.terms.reward {
            return self.till.held;
        }
        let held = self.stakes.iter().zip(&self.held).find(|(stake, _)| **stake == asset);
        held.map_or(U256::ZERO, |(_, held)| *held)
    }

    /// The first pool in which `asset` is staked.
    #[must_use]
    pub fn pool_of(&self, asset: Asset) -> Option<usize> {
        self.pools.iter().position(|pool| self.stakes.get(pool.stake) == Some(&asset))
    }

    pub(crate) fn pool(&self, pid: usize) -> Result<Pool> {
        let no_such = || ChefError::NoSuchPool { pid: U256::from(pid), pools: self.pools.len() };
        self.pools.get(pid).copied().ok_or_else(no_such)
    }

    /// Whether a pool's stake is the reward token itself.
    pub(crate) fn stakes_reward(&self, pool: &Pool) -> bool {
        self.stakes.get(pool.stake) == Some(&self.terms.reward)
    }

    /// The chef's balance of a pool's stake (`lpSupply`), given what it has of the reward token.
    pub(crate) fn supply_of(&self, pool: &Pool, till: &Till) -> U256 {
        if self.stakes_reward(pool) {
            till.held
        } else {
            self.held.get(pool.stake).copied().unwrap_or_default()
        }
    }

    /// Enters a user; one who has nothing is left out.
    pub(crate) fn set_user(&mut self, pid: usize, account: Account, user: User) {
        if user.is_nothing() {
            self.users.remove(&(account, pid));
        } else {
            self.users.insert((account, pid), user);
        }
    }
}
