//! The contract's functions for its owner and its developers, and the known changes of the rate.

use levmine_market::{Account, Asset, Transfers};
use levmine_math::{U256, Wad};

use crate::emission::Emission;
use crate::error::{ChefError, Result, add, sub};
use crate::state::{Chef, Pool};

impl Chef {
    fn only_owner(&self, caller: Account) -> Result<()> {
        if self.owner == Some(caller) { Ok(()) } else { Err(ChefError::NotOwner) }
    }

    /// Adds a pool for `asset`; rewards begin now, or at the start.
    ///
    /// Source: `MasterChef.add`.
    pub(crate) fn add_pool(
        &mut self,
        caller: Account,
        alloc_point: U256,
        asset: Asset,
        with_update: bool,
        block: u64,
        moved: &mut Transfers,
    ) -> Result<()> {
        self.only_owner(caller)?;
        let updated = with_update.then(|| self.plan_update(block, moved)).transpose()?;
        self.total_alloc = add(self.total_alloc, alloc_point)?;
        self.enter_all(updated);
        self.push_pool(alloc_point, asset, block);
        Ok(())
    }

    /// Adds a pool to the list.
    pub(crate) fn push_pool(&mut self, alloc_point: U256, asset: Asset, block: u64) {
        let stake = self.stakes.iter().position(|known| *known == asset).unwrap_or_else(|| {
            self.stakes.push(asset);
            self.held.push(U256::ZERO);
            self.stakes.len().saturating_sub(1)
        });
        let last_reward_block = U256::from(block).max(self.start);
        self.pools.push(Pool { stake, alloc_point, last_reward_block, acc_per_share: U256::ZERO });
    }

    /// Changes a pool's allocation points.
    ///
    /// Source: `MasterChef.set`.
    pub(crate) fn set_pool(
        &mut self,
        caller: Account,
        pid: usize,
        alloc_point: U256,
        with_update: bool,
        block: u64,
        moved: &mut Transfers,
    ) -> Result<()> {
        self.only_owner(caller)?;
        let updated = with_update.then(|| self.plan_update(block, moved)).transpose()?;
        let others = sub(self.total_alloc, self.pool(pid)?.alloc_point)?;
        self.total_alloc = add(others, alloc_point)?;
        self.enter_all(updated);
        if let Some(pool) = self.pools.get_mut(pid) {
            pool.alloc_point = alloc_point;
        }
        Ok(())
    }

    /// Changes the reward per block, after an update of all pools. SushiSwap's own contract cannot; forks can.
    pub(crate) fn set_rate(
        &mut self,
        caller: Account,
        per_block: U256,
        block: u64,
        moved: &mut Transfers,
    ) -> Result<()> {
        self.only_owner(caller)?;
        self.mass_update(block, moved)?;
        self.per_block = per_block;
        Ok(())
    }

    /// Multiplies the reward per block, and those of the known changes to come, after an update of all pools. Rounds down.
    pub(crate) fn scale_rate(&mut self, factor: Wad, block: u64, moved: &mut Transfers) -> Result<()> {
        let scaled = |rate| crate::error::div(crate::error::mul(rate, factor.raw())?, Wad::ONE.raw());
        let per_block = scaled(self.per_block)?;
        let later = self.emissions.iter().map(|emission| scaled(emission.per_block));
        let later = later.collect::<Result<Vec<_>>>()?;
        self.mass_update(block, moved)?;
        self.per_block = per_block;
        for (emission, per_block) in self.emissions.iter_mut().zip(later) {
            emission.per_block = per_block;
        }
        Ok(())
    }

    /// Does the known changes of the rate that are due at `block`, each in its own block. One that the contract would
    /// refuse, because its pools cannot be updated, does not happen.
    pub(crate) fn advance(&mut self, block: u64, moved: &mut Transfers) {
        let due = self.emissions.partition_point(|emission| emission.block <= block);
        for Emission { block, per_block } in self.emissions.drain(..due).collect::<Vec<_>>() {
            let (block, before) = (block.max(self.block), moved.len());
            self.block = block;
            match self.mass_update(block, moved) {
                Ok(()) => self.per_block = per_block,
                Err(_) => moved.truncate(before),
            }
        }
    }

    /// Whether a change of the rate is due at `block`.
    pub(crate) fn is_due(&self, block: u64) -> bool {
        self.emissions.first().is_some_and(|emission| emission.block <= block)
    }

    /// Gives the developers' part to somebody else; `None` is the zero address, after which no reward can be minted.
    ///
    /// Source: `MasterChef.dev`.
    pub(crate) fn set_dev(&mut self, caller: Account, to: Option<Account>) -> Result<()> {
        if self.dev != Some(caller) {
            return Err(ChefError::NotDev);
        }
        self.dev = to;
        Ok(())
    }

    /// Gives the chef to somebody else.
    ///
    /// Source: OpenZeppelin `Ownable.transferOwnership`, 3.1.0.
    pub(crate) fn transfer_ownership(&mut self, caller: Account, to: Option<Account>) -> Result<()> {
        self.only_owner(caller)?;
        self.owner = Some(to.ok_or(ChefError::NoNewOwner)?);
        Ok(())
    }

    /// Gives the chef to nobody.
    ///
    /// Source: OpenZeppelin `Ownable.renounceOwnership`, 3.1.0.
    pub(crate) fn renounce_ownership(&mut self, caller: Account) -> Result<()> {
        self.only_owner(caller)?;
        self.owner = None;
        Ok(())
    }
}
