//! The reward pool (`MasterChef` of SushiSwap, first version) with one LP token, and the wrapper that stakes in it.
//!
//! Rewards are counted in blocks. `acc` is reward per staked base unit × 10^12. Everything is rounded down but where it
//! is told; what is lost stays in the chef or in the wrapper.

use levmine_market::Asset;
use levmine_math::U256;

use crate::error::{HomoraError, Result};
use crate::math::{add, ceil_div, div, mul, mul_div, sub};

/// 10^12: the scale of `accSushiPerShare`.
const ACC: U256 = U256::from_limbs([1_000_000_000_000, 0, 0, 0]);

/// What somebody has staked.
///
/// Source: `MasterChef.UserInfo`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stake {
    /// Base units of the LP token.
    pub amount: U256,
    /// What was already paid, or never earned.
    pub reward_debt: U256,
}

impl Stake {
    /// What is due at `acc` per share.
    ///
    /// # Errors
    ///
    /// Failing arithmetic.
    pub fn pending(&self, acc: U256) -> Result<U256> {
        sub(mul_div(self.amount, acc, ACC)?, self.reward_debt)
    }

    fn settled(amount: U256, acc: U256) -> Result<Self> {
        Ok(Self { amount, reward_debt: mul_div(amount, acc, ACC)? })
    }
}

/// A pool of the chef, and what the wrapper has in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chef {
    /// What it pays.
    pub reward: Asset,
    /// The number of the pool.
    pub pid: u16,
    /// `sushiPerBlock`, for all pools together.
    pub per_block: U256,
    /// The pool's weight.
    pub alloc: U256,
    /// All pools' weights.
    pub total_alloc: U256,
    /// Until this block every block counts `bonus` times.
    pub bonus_end: u64,
    /// `BONUS_MULTIPLIER`.
    pub bonus: u64,
    /// `lastRewardBlock`.
    pub last_block: u64,
    /// `accSushiPerShare`.
    pub acc: U256,
    /// LP tokens that the chef holds, base units.
    pub staked: U256,
    /// Reward tokens that the chef holds, base units.
    pub held: U256,
    /// What the wrapper has staked, for everybody together.
    pub wrapper: Stake,
    /// Reward tokens that the wrapper holds.
    pub wrapper_held: U256,
    /// Reward tokens that were minted to the chef, ever.
    pub minted: U256,
}

impl Chef {
    /// Brings the pool to `block`: mints its part of the rewards. An earlier block changes nothing. The tenth that the
    /// developers get on top is not counted here.
    ///
    /// Source: `MasterChef.updatePool`, `getMultiplier`.
    ///
    /// # Errors
    ///
    /// Failing arithmetic.
    pub fn update(&mut self, block: u64) -> Result<()> {
        if block <= self.last_block {
            return Ok(());
        }
        if !self.staked.is_zero() {
            let blocks = self.multiplier(block)?;
            let reward = div(mul(mul(blocks, self.per_block)?, self.alloc)?, self.total_alloc)?;
            let held = add(self.held, reward)?;
            let minted = add(self.minted, reward)?;
            self.acc = add(self.acc, mul_div(reward, ACC, self.staked)?)?;
            self.held = held;
            self.minted = minted;
        }
        self.last_block = block;
        Ok(())
    }

    /// How many blocks count up to `block`.
    fn multiplier(&self, block: u64) -> Result<U256> {
        let (from, bonus) = (self.last_block, U256::from(self.bonus));
        if block <= self.bonus_end {
            return mul(U256::from(block.saturating_sub(from)), bonus);
        }
        if from >= self.bonus_end {
            return Ok(U256::from(block.saturating_sub(from)));
        }
        let early = mul(U256::from(self.bonus_end.saturating_sub(from)), bonus)?;
        add(early, U256::from(block.saturating_sub(self.bonus_end)))
    }

    /// Pays what is there of what is due.
    ///
    /// Source: `MasterChef.safeSushiTransfer`.
    fn pay(&mut self, due: U256) -> U256 {
        let paid = due.min(self.held);
        self.held = self.held.saturating_sub(paid);
        paid
    }

    /// Stakes `amount` more, and returns the stake afterwards and the reward paid before.
    ///
    /// Source: `MasterChef.deposit`.
    ///
    /// # Errors
    ///
    /// Failing arithmetic. The pool may have changed then.
    pub fn deposit(&mut self, stake: &Stake, amount: U256, block: u64) -> Result<(Stake, U256)> {
        self.update(block)?;
        let due = if stake.amount.is_zero() { U256::ZERO } else { stake.pending(self.acc)? };
        let paid = self.pay(due);
        self.staked = add(self.staked, amount)?;
        Ok((Stake::settled(add(stake.amount, amount)?, self.acc)?, paid))
    }

    /// Takes `amount` out, and returns the stake afterwards and the reward paid before.
    ///
    /// Source: `MasterChef.withdraw`.
    ///
    /// # Errors
    ///
    /// [`HomoraError::NotGood`], failing arithmetic. The pool may have changed then.
    pub fn withdraw(&mut self, stake: &Stake, amount: U256, block: u64) -> Result<(Stake, U256)> {
        if stake.amount < amount {
            return Err(HomoraError::NotGood { staked: stake.amount, amount });
        }
        self.update(block)?;
        let due = stake.pending(self.acc)?;
        let paid = self.pay(due);
        let left = Stake::settled(sub(stake.amount, amount)?, self.acc)?;
        self.staked = sub(self.staked, amount)?;
        Ok((left, paid))
    }

    /// Wraps `amount` LP tokens, and returns the pool's state that becomes a part of the wrapped token's number.
    ///
    /// Source: `WMasterChef.mint`.
    ///
    /// # Errors
    ///
    /// [`HomoraError::BadSushiPerShare`], failing arithmetic. The pool may have changed then.
    pub fn wrap(&mut self, amount: U256, block: u64) -> Result<U256> {
        let (stake, paid) = self.deposit(&self.wrapper.clone(), amount, block)?;
        self.wrapper = stake;
        self.wrapper_held = add(self.wrapper_held, paid)?;
        if self.acc.bit_len() > 240 {
            return Err(HomoraError::BadSushiPerShare { acc: self.acc });
        }
        Ok(self.acc)
    }

    /// Unwraps `amount` that was wrapped at `then`, and returns the reward paid.
    ///
    /// Source: `WMasterChef.burn`.
    ///
    /// # Errors
    ///
    /// [`HomoraError::NotGood`], [`HomoraError::RewardShort`], failing arithmetic. The pool may have changed then.
    pub fn unwrap(&mut self, then: U256, amount: U256, block: u64) -> Result<U256> {
        let (stake, paid) = self.withdraw(&self.wrapper.clone(), amount, block)?;
        self.wrapper = stake;
        self.wrapper_held = add(self.wrapper_held, paid)?;
        let due = reward_due(then, self.acc, amount)?;
        let short = HomoraError::RewardShort { balance: self.wrapper_held, amount: due };
        self.wrapper_held = self.wrapper_held.checked_sub(due).ok_or(short)?;
        Ok(due)
    }

    /// The number of a token that was wrapped at `acc`: `pid × 2^240 + acc`.
    ///
    /// Source: `WMasterChef.encodeId`.
    #[must_use]
    pub fn id(&self, acc: U256) -> U256 {
        (U256::from(self.pid) << 240_usize) | acc
    }
}

/// What unwrapping `amount` pays: what it earned until now rounded down, less what had been earned before it was
/// wrapped rounded up. Both against the user.
///
/// Source: `WMasterChef.burn`.
///
/// # Errors
///
/// Failing arithmetic.
pub fn reward_due(then: U256, now: U256, amount: U256) -> Result<U256> {
    let start = ceil_div(mul(then, amount)?, ACC)?;
    let end = mul_div(now, amount, ACC)?;
    Ok(end.checked_sub(start).unwrap_or_default())
}
