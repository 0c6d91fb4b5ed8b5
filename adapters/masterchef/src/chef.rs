//! The contract's functions for those who stake.

use levmine_market::{Account, Asset, Party, TokenAmount, Transfer, Transfers};
use levmine_math::U256;

use crate::error::{ChefError, Result, add, div, mul, sub};
use crate::state::{Chef, Pool, Till, User};

/// What a deposit or a withdrawal did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moved {
    /// The stake that went in or out, in base units.
    pub(crate) amount: U256,
    /// The reward that was paid, in base units.
    pub(crate) reward: U256,
}

impl Chef {
    /// Returns by how many blocks' rewards the blocks from `from` to `to` count: those of the bonus time several times.
    ///
    /// Source: `MasterChef.getMultiplier`.
    ///
    /// # Errors
    ///
    /// Failing arithmetic.
    pub fn multiplier(&self, from: U256, to: U256) -> Result<U256> {
        let bonus = self.terms.bonus_multiplier;
        if to <= self.bonus_end {
            mul(sub(to, from)?, bonus)
        } else if from >= self.bonus_end {
            sub(to, from)
        } else {
            add(mul(sub(self.bonus_end, from)?, bonus)?, sub(to, self.bonus_end)?)
        }
    }

    /// Returns what `account` could have of a pool at `block` if the chef had enough, in base units of the reward:
    /// `amount · acc ÷ 10^12 − debt`, with `acc` grown by `blocks · rate · points ÷ all points · 10^12 ÷ staked`.
    /// **Rounds down** at each division, against who stakes.
    ///
    /// Source: `MasterChef.pendingSushi`.
    ///
    /// # Errors
    ///
    /// [`ChefError::NoSuchPool`], and failing arithmetic.
    pub fn pending(&self, pid: usize, account: Account, block: u64) -> Result<U256> {
        let pool = self.pool(pid)?;
        let grown = self.grown(&pool, block, &self.till)?;
        let acc_per_share = grown.map_or(pool.acc_per_share, |(_, acc_per_share)| acc_per_share);
        self.due(&self.user(pid, account), acc_per_share)
    }

    /// The reward that a pool gets until `block`, and its rewards per share after that; nothing if there is no new block
    /// or no stake.
    fn grown(&self, pool: &Pool, block: u64, till: &Till) -> Result<Option<(U256, U256)>> {
        let block = U256::from(block);
        let staked = self.supply_of(pool, till);
        if block <= pool.last_reward_block || staked.is_zero() {
            return Ok(None);
        }
        let reward = self.reward(pool, block)?;
        Ok(Some((reward, self.per_share(pool, reward, staked)?)))
    }

    fn reward(&self, pool: &Pool, block: U256) -> Result<U256> {
        let blocks = self.multiplier(pool.last_reward_block, block)?;
        div(mul(mul(blocks, self.per_block)?, pool.alloc_point)?, self.total_alloc)
    }

    fn per_share(&self, pool: &Pool, reward: U256, staked: U256) -> Result<U256> {
        add(pool.acc_per_share, div(mul(reward, self.terms.precision)?, staked)?)
    }

    /// `amount · acc ÷ 10^12 − debt`.
    fn due(&self, user: &User, acc_per_share: U256) -> Result<U256> {
        sub(self.earned(user.amount, acc_per_share)?, user.reward_debt)
    }

    fn earned(&self, amount: U256, acc_per_share: U256) -> Result<U256> {
        div(mul(amount, acc_per_share)?, self.terms.precision)
    }

    /// Returns the pool with its rewards until `block` minted. Without a stake only the block moves on.
    ///
    /// Source: `MasterChef.updatePool`.
    pub(crate) fn updated(
        &self,
        mut pool: Pool,
        block: u64,
        till: &mut Till,
        moved: &mut Transfers,
    ) -> Result<Pool> {
        let now = U256::from(block);
        if now <= pool.last_reward_block {
            return Ok(pool);
        }
        let staked = self.supply_of(&pool, till);
        if !staked.is_zero() {
            let reward = self.reward(&pool, now)?;
            // The contract mints before it looks at what a share gets, but reads what is staked before that.
            self.mint(reward, till, moved)?;
            pool.acc_per_share = self.per_share(&pool, reward, staked)?;
        }
        pool.last_reward_block = now;
        Ok(pool)
    }

    /// Mints a reward to the chef, and the developers' part on top of it.
    fn mint(&self, reward: U256, till: &mut Till, moved: &mut Transfers) -> Result<()> {
        let token = self.terms.reward;
        if !self.terms.dev_divisor.is_zero() {
            let part = div(reward, self.terms.dev_divisor)?;
            let dev = self.dev.ok_or(ChefError::NoDev)?;
            till.supply = add(till.supply, part)?;
            push(moved, Transfer::mint(dev, TokenAmount::new(token, part)));
        }
        till.supply = add(till.supply, reward)?;
        till.held = add(till.held, reward)?;
        let amount = TokenAmount::new(token, reward);
        push(moved, Transfer { from: Party::Issuer, to: Party::Venue, amount });
        Ok(())
    }

    /// Pays a reward, or what is there of it.
    ///
    /// Source: `MasterChef.safeSushiTransfer`.
    fn pay(&self, account: Account, due: U256, till: &mut Till, moved: &mut Transfers) -> U256 {
        let paid = due.min(till.held);
        till.held = till.held.saturating_sub(paid);
        push(moved, Transfer::receive(account, TokenAmount::new(self.terms.reward, paid)));
        paid
    }

    /// Stakes `amount` in a pool, after paying what waits. Returns what was paid.
    ///
    /// Source: `MasterChef.deposit`.
    pub(crate) fn deposit(
        &mut self,
        account: Account,
        pid: usize,
        amount: U256,
        block: u64,
        moved: &mut Transfers,
    ) -> Result<Moved> {
        let mut till = self.till;
        let pool = self.updated(self.pool(pid)?, block, &mut till, moved)?;
        let mut user = self.user(pid, account);
        let reward = if user.amount.is_zero() {
            U256::ZERO
        } else {
            self.pay(account, self.due(&user, pool.acc_per_share)?, &mut till, moved)
        };
        let held = self.taken_in(&pool, amount, &mut till)?;
        push(moved, Transfer::pay(account, TokenAmount::new(self.stake_of(&pool), amount)));
        user.amount = add(user.amount, amount)?;
        user.reward_debt = self.earned(user.amount, pool.acc_per_share)?;
        self.enter(pid, pool, held, till);
        self.set_user(pid, account, user);
        Ok(Moved { amount, reward })
    }

    /// Takes `amount` out of a pool, after paying what waits.
    ///
    /// Source: `MasterChef.withdraw`.
    pub(crate) fn withdraw(
        &mut self,
        account: Account,
        pid: usize,
        amount: U256,
        block: u64,
        moved: &mut Transfers,
    ) -> Result<Moved> {
        let pool = self.pool(pid)?;
        let mut user = self.user(pid, account);
        if user.amount < amount {
            return Err(ChefError::NotGood { needed: amount, available: user.amount });
        }
        let mut till = self.till;
        let pool = self.updated(pool, block, &mut till, moved)?;
        let due = self.due(&user, pool.acc_per_share)?;
        let reward = self.pay(account, due, &mut till, moved);
        user.amount = sub(user.amount, amount)?;
        user.reward_debt = self.earned(user.amount, pool.acc_per_share)?;
        let held = self.given_out(&pool, amount, &mut till)?;
        push(moved, Transfer::receive(account, TokenAmount::new(self.stake_of(&pool), amount)));
        self.enter(pid, pool, held, till);
        self.set_user(pid, account, user);
        Ok(Moved { amount, reward })
    }

    /// That somebody who has nothing here yet can stake `amount`.
    pub(crate) fn check_deposit(&self, pid: usize, amount: U256, block: u64) -> Result<()> {
        let mut till = self.till;
        let pool = self.updated(self.pool(pid)?, block, &mut till, &mut Transfers::new())?;
        self.taken_in(&pool, amount, &mut till)?;
        self.earned(amount, pool.acc_per_share).map(|_| ())
    }

    /// That `amount` can be taken out of a pool by somebody who has so much there.
    pub(crate) fn check_withdrawal(&self, pid: usize, amount: U256, block: u64) -> Result<()> {
        let (pool, mut till) = (self.pool(pid)?, self.till);
        let available = self.supply_of(&pool, &till);
        if amount > available {
            return Err(ChefError::NotGood { needed: amount, available });
        }
        self.updated(pool, block, &mut till, &mut Transfers::new()).map(|_| ())
    }

    /// Takes everything out of a pool and leaves the rewards. Returns the stake.
    ///
    /// Source: `MasterChef.emergencyWithdraw`.
    pub(crate) fn emergency_withdraw(
        &mut self,
        account: Account,
        pid: usize,
        moved: &mut Transfers,
    ) -> Result<U256> {
        let (pool, mut till) = (self.pool(pid)?, self.till);
        let amount = self.user(pid, account).amount;
        let held = self.given_out(&pool, amount, &mut till)?;
        push(moved, Transfer::receive(account, TokenAmount::new(self.stake_of(&pool), amount)));
        self.enter(pid, pool, held, till);
        self.set_user(pid, account, User::default());
        Ok(amount)
    }

    /// Pays what waits for `account` in all of its pools, by a deposit of nothing in each, and hands the pools and stakes
    /// as they are then to `enter`. Returns what is paid, and the till.
    pub(crate) fn plan_claim(
        &self,
        account: Account,
        block: u64,
        moved: &mut Transfers,
        mut enter: impl FnMut(usize, Pool, User),
    ) -> Result<(U256, Till)> {
        let (mut till, mut paid) = (self.till, U256::ZERO);
        let own = (account, 0)..=(account, usize::MAX);
        for ((_, pid), user) in self.users.range(own).filter(|(_, user)| !user.amount.is_zero()) {
            let pool = self.updated(self.pool(*pid)?, block, &mut till, moved)?;
            paid = add(paid, self.pay(account, self.due(user, pool.acc_per_share)?, &mut till, moved))?;
            let reward_debt = self.earned(user.amount, pool.acc_per_share)?;
            enter(*pid, pool, User { reward_debt, ..*user });
        }
        Ok((paid, till))
    }

    /// Pays what waits for `account` in all of its pools.
    pub(crate) fn claim(&mut self, account: Account, block: u64, moved: &mut Transfers) -> Result<U256> {
        let mut changed = Vec::new();
        let (paid, till) =
            self.plan_claim(account, block, moved, |pid, pool, user| changed.push((pid, pool, user)))?;
        for (pid, pool, user) in changed {
            self.enter(pid, pool, None, till);
            self.set_user(pid, account, user);
        }
        Ok(paid)
    }

    /// Mints the rewards of one pool.
    pub(crate) fn update_pool(&mut self, pid: usize, block: u64, moved: &mut Transfers) -> Result<()> {
        let mut till = self.till;
        let pool = self.updated(self.pool(pid)?, block, &mut till, moved)?;
        self.enter(pid, pool, None, till);
        Ok(())
    }

    /// Mints the rewards of all pools.
    ///
    /// Source: `MasterChef.massUpdatePools`.
    pub(crate) fn mass_update(&mut self, block: u64, moved: &mut Transfers) -> Result<()> {
        let updated = self.plan_update(block, moved)?;
        self.enter_all(Some(updated));
        Ok(())
    }

    /// All pools, and the till, as they are with their rewards minted.
    pub(crate) fn plan_update(&self, block: u64, moved: &mut Transfers) -> Result<(Vec<Pool>, Till)> {
        let mut till = self.till;
        let update = |pool: &Pool| self.updated(*pool, block, &mut till, moved);
        let pools = self.pools.iter().map(update).collect::<Result<_>>()?;
        Ok((pools, till))
    }

    /// Enters all pools, where they were updated.
    pub(crate) fn enter_all(&mut self, updated: Option<(Vec<Pool>, Till)>) {
        if let Some((pools, till)) = updated {
            (self.pools, self.till) = (pools, till);
        }
    }

    /// Puts tokens into the chef that nobody stakes: they thin out a pool's rewards, or fill the till.
    pub(crate) fn donate(
        &mut self,
        account: Account,
        amount: TokenAmount,
        moved: &mut Transfers,
    ) -> Result<()> {
        let TokenAmount { asset, raw } = amount;
        if asset == self.terms.reward {
            self.till.held = self.till_after(raw, &self.till)?;
        } else if let Some((_, held)) =
            self.stakes.iter().zip(&mut self.held).find(|(stake, _)| **stake == asset)
        {
            *held = held_after(raw, *held)?;
        }
        push(moved, Transfer::pay(account, amount));
        Ok(())
    }

    fn stake_of(&self, pool: &Pool) -> Asset {
        self.stakes.get(pool.stake).copied().unwrap_or(self.terms.reward)
    }

    /// The till with `amount` more from a wallet. No wallet has what does not exist outside of the chef.
    fn till_after(&self, amount: U256, till: &Till) -> Result<U256> {
        let available = till.supply.saturating_sub(till.held);
        if amount > available {
            return Err(ChefError::WalletTooSmall { needed: amount, available });
        }
        add(till.held, amount)
    }

    /// Takes a stake in; returns the new balance where it is not the till's.
    fn taken_in(&self, pool: &Pool, amount: U256, till: &mut Till) -> Result<Option<U256>> {
        if self.stakes_reward(pool) {
            till.held = self.till_after(amount, till)?;
            Ok(None)
        } else {
            held_after(amount, self.supply_of(pool, till)).map(Some)
        }
    }

    /// Gives a stake out; returns the new balance where it is not the till's.
    fn given_out(&self, pool: &Pool, amount: U256, till: &mut Till) -> Result<Option<U256>> {
        let available = self.supply_of(pool, till);
        let short = ChefError::ShortOfStakes { needed: amount, available };
        let left = available.checked_sub(amount).ok_or(short)?;
        if self.stakes_reward(pool) {
            till.held = left;
            Ok(None)
        } else {
            Ok(Some(left))
        }
    }

    /// Enters what an operation has computed; nothing can fail any more.
    fn enter(&mut self, pid: usize, pool: Pool, held: Option<U256>, till: Till) {
        if let (Some(held), Some(place)) = (held, self.held.get_mut(pool.stake)) {
            *place = held;
        }
        if let Some(place) = self.pools.get_mut(pid) {
            *place = pool;
        }
        self.till = till;
    }
}

/// A balance with `amount` more from a wallet. No wallet has more than the rest of a token's largest supply.
fn held_after(amount: U256, held: U256) -> Result<U256> {
    let available = U256::MAX.saturating_sub(held);
    held.checked_add(amount).ok_or(ChefError::WalletTooSmall { needed: amount, available })
}

/// Tells of a transfer, unless nothing moves.
fn push(moved: &mut Transfers, transfer: Transfer) {
    if !transfer.amount.is_zero() {
        moved.push(transfer);
    }
}
