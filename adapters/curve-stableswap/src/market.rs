//! A pool with what it stands on: a metapool's base pool lives inside of it.
//!
//! Source: `exchange_underlying`, `_vp_rate` and the like of `StableSwapGUSD` (vyper 0.2.5) and `CurveStableSwapMetaNG`
//! v7.0.0.

use levmine_math::U256;

use crate::arith::{PRECISION, add, mul_div, sub};
use crate::contract::{Added, Contract, Payment, Removed, RemovedOne, Swapped, to_units};
use crate::error::{CurveError, Named};
use crate::generation::Generation;
use crate::invariant::Curve;
use crate::memo::Memo;
use crate::per_coin::PerCoin;

/// The 2020 metapools read their base pool's virtual price anew after ten minutes.
const CACHE_EXPIRES: u64 = 600;

/// The place of the base pool's share among a metapool's coins.
pub const BASE_SHARE: usize = 1;

/// A base pool, and what a metapool remembers of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Base {
    /// The base pool.
    pub pool: Contract,
    /// `base_virtual_price`, 18 decimals; the newest metapools remember nothing.
    pub virtual_price: U256,
    /// `base_cache_updated`, in Unix seconds.
    pub updated: u64,
}

/// A pool, and its base pool if it is a metapool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Market {
    pool: Contract,
    base: Option<Box<Base>>,
    /// Of the pool, not of the base pool.
    memo: Memo,
}

/// What a swap over the coins of the base pool did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Underlying {
    /// What is paid, in the coin bought.
    pub paid: U256,
    /// Base shares minted to the metapool.
    pub minted: U256,
    /// Base shares burned by it.
    pub burned: U256,
    /// The fee of the pool in which the swap is, in the coin that the metapool gives.
    pub fee: U256,
    /// The owner's part of it.
    pub admin_fee: U256,
}

impl Market {
    /// A market; a base pool must be there exactly for metapools.
    ///
    /// # Errors
    ///
    /// [`CurveError::NoSuchOperation`] otherwise, or for a base pool that is a metapool itself.
    pub fn new(pool: Contract, base: Option<Base>) -> Result<Self, CurveError> {
        let base_is_meta = base.is_some_and(|base| base.pool.params().generation().is_meta());
        if pool.params().generation().is_meta() != base.is_some() || base_is_meta {
            return Err(CurveError::NoSuchOperation);
        }
        Ok(Self { pool, base: base.map(Box::new), memo: Memo::default() })
    }

    /// The pool.
    #[must_use]
    pub const fn pool(&self) -> &Contract {
        &self.pool
    }

    /// The pool, for what only it can do.
    pub fn pool_mut(&mut self) -> &mut Contract {
        self.memo.forget();
        &mut self.pool
    }

    /// The invariant of the pool's normalised balances, which is remembered.
    ///
    /// # Errors
    ///
    /// As [`Curve::d`].
    #[inline]
    pub(crate) fn d(&self, curve: &Curve, xp: &PerCoin) -> Result<U256, CurveError> {
        self.memo.d(curve, xp)
    }

    /// The base pool of a metapool.
    #[must_use]
    pub fn base(&self) -> Option<&Base> {
        self.base.as_deref()
    }

    /// Does something to the base pool itself.
    ///
    /// # Errors
    ///
    /// [`CurveError::NoSuchOperation`] where there is none; what is done.
    pub fn on_base<T>(
        &mut self,
        act: impl FnOnce(&mut Contract, PerCoin) -> Result<T, CurveError>,
    ) -> Result<T, CurveError> {
        let base = self.base.as_mut().ok_or(CurveError::NoSuchOperation)?;
        let rates = *base.pool.own_rates();
        act(&mut base.pool, rates)
    }

    /// The virtual price of the base pool that a metapool counts with at `now`, and whether that is new.
    fn base_price(&self, base: &Base, now: u64) -> Result<(U256, bool), CurveError> {
        let is_kept = self.pool.params().generation() == Generation::Meta
            && now <= base.updated.saturating_add(CACHE_EXPIRES);
        if is_kept {
            return Ok((base.virtual_price, false));
        }
        Ok((base.pool.virtual_price(base.pool.own_rates(), now)?, true))
    }

    /// The rates of all coins, as a view reads them.
    ///
    /// # Errors
    ///
    /// As the virtual price of the base pool.
    #[inline]
    pub fn rates(&self, now: u64) -> Result<PerCoin, CurveError> {
        let rates = *self.pool.own_rates();
        match &self.base {
            None => Ok(rates),
            Some(base) => Ok(rates.with(BASE_SHARE, self.base_price(base, now)?.0)),
        }
    }

    /// Does something that uses the rates, and remembers the base pool's price if it was read anew.
    #[inline]
    fn with_rates<T>(
        &mut self,
        now: u64,
        act: impl FnOnce(&mut Contract, &PerCoin) -> Result<T, CurveError>,
    ) -> Result<T, CurveError> {
        let rates = self.rates(now)?;
        let done = act(self.pool_mut(), &rates)?;
        self.remember(rates.at(BASE_SHARE), now);
        Ok(done)
    }

    fn remember(&mut self, price: U256, now: u64) {
        if self.pool.params().generation() == Generation::Meta
            && let Some(base) = &mut self.base
            && now > base.updated.saturating_add(CACHE_EXPIRES)
        {
            (base.virtual_price, base.updated) = (price, now);
        }
    }

    /// [`Contract::exchange`].
    ///
    /// # Errors
    ///
    /// As there.
    #[inline]
    pub fn exchange(
        &mut self,
        coins: [usize; 2],
        dx: U256,
        min: U256,
        payment: Payment,
        now: u64,
    ) -> Result<Swapped, CurveError> {
        self.with_rates(now, |pool, rates| pool.exchange(coins, dx, min, payment, rates, now))
    }

    /// [`Contract::add_liquidity`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn add_liquidity(&mut self, amounts: &[U256], min: U256, now: u64) -> Result<Added, CurveError> {
        self.with_rates(now, |pool, rates| pool.add_liquidity(amounts, min, rates, now))
    }

    /// [`Contract::remove_liquidity`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn remove_liquidity(
        &mut self,
        burned: U256,
        min: &[U256],
        claim: bool,
        now: u64,
    ) -> Result<Removed, CurveError> {
        self.pool_mut().remove_liquidity(burned, min, claim, now)
    }

    /// [`Contract::remove_imbalance`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn remove_imbalance(&mut self, amounts: &[U256], max: U256, now: u64) -> Result<Removed, CurveError> {
        self.with_rates(now, |pool, rates| pool.remove_imbalance(amounts, max, rates, now))
    }

    /// [`Contract::remove_one`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn remove_one(
        &mut self,
        burned: U256,
        i: usize,
        min: U256,
        now: u64,
    ) -> Result<RemovedOne, CurveError> {
        self.with_rates(now, |pool, rates| pool.remove_one(burned, i, min, rates, now))
    }

    /// [`Contract::virtual_price`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn virtual_price(&self, now: u64) -> Result<U256, CurveError> {
        self.pool.virtual_price(&self.rates(now)?, now)
    }

    /// `exchange_underlying`: 0 is the metapool's own coin, 1 and more the base pool's. What is sold of the base pool's
    /// coins is put into it first, what is bought of them is taken out of it; the rate is the one at the start.
    ///
    /// # Errors
    ///
    /// As [`Contract::exchange`], [`Contract::add_liquidity`] and [`Contract::remove_one`];
    /// [`CurveError::NoSuchOperation`] without a base pool.
    pub fn exchange_underlying(
        &mut self,
        coins: [usize; 2],
        dx: U256,
        min: U256,
        now: u64,
    ) -> Result<Underlying, CurveError> {
        let mut next = self.clone();
        let done = next.exchange_underlying_now(coins, dx, min, now)?;
        *self = next;
        Ok(done)
    }

    fn exchange_underlying_now(
        &mut self,
        [i, j]: [usize; 2],
        dx: U256,
        min: U256,
        now: u64,
    ) -> Result<Underlying, CurveError> {
        let rates = self.rates(now)?;
        let Self { pool, base, memo } = self;
        memo.forget();
        let base = base.as_deref_mut().ok_or(CurveError::NoSuchOperation)?;
        let is_ng = pool.params().generation().is_ng();
        let all = 1_usize.saturating_add(base.pool.coins());
        if pool.state().is_killed {
            return Err(CurveError::Killed);
        }
        if i >= all || j >= all {
            return Err(CurveError::BadCoins { i, j, coins: all });
        }
        if is_ng && dx.is_zero() {
            return Err(CurveError::Nothing);
        }
        let base_rates = *base.pool.own_rates();
        // What the metapool gets of the caller, before it hands it on.
        let arrived = match i.checked_sub(1) {
            None => dx,
            Some(i) => base.pool.arrives(i, dx).named("what is sold")?,
        };
        if let (Some(base_i), Some(base_j)) = (i.checked_sub(1), j.checked_sub(1)) {
            let swapped =
                base.pool.exchange([base_i, base_j], arrived, min, Payment::Taken, &base_rates, now)?;
            self.remember(rates.at(BASE_SHARE), now);
            let Swapped { paid, fee, admin_fee, .. } = swapped;
            return Ok(Underlying { paid, minted: U256::ZERO, burned: U256::ZERO, fee, admin_fee });
        }
        let (meta_i, meta_j) = (i.min(BASE_SHARE), j.min(BASE_SHARE));
        let balances = pool.balances()?;
        let xp = pool.normalise(&balances, &rates)?;
        let mut minted = U256::ZERO;
        let received = match i.checked_sub(1) {
            None => arrived,
            Some(base_i) => {
                let inputs = PerCoin::zero(base.pool.coins()).with(base_i, arrived);
                minted = base.pool.add_liquidity(&inputs, U256::ZERO, &base_rates, now)?.minted;
                minted
            }
        };
        pool.receive(meta_i, received).named("what is sold")?;
        let more = mul_div(received, rates.at(meta_i), PRECISION);
        let x = more.and_then(|more| add(xp.at(meta_i), more)).named("what is sold")?;
        let priced = pool.price([meta_i, meta_j], x, &xp, &rates, now)?;
        let out = priced.out;
        let swapped = pool.book([meta_i, meta_j], received, &priced, &balances, &xp, &rates, now)?;
        pool.pay_underlying(meta_j, out)?;
        let (paid, burned) = match j.checked_sub(1) {
            None => (out, U256::ZERO),
            Some(base_j) => (base.pool.remove_one(out, base_j, U256::ZERO, &base_rates, now)?.paid, out),
        };
        if is_ng && paid < min {
            return Err(CurveError::TooFewCoins { got: paid, min, words: "no data" });
        }
        pool.check_paid(paid, min)?;
        self.remember(rates.at(BASE_SHARE), now);
        let Swapped { fee, admin_fee, .. } = swapped;
        Ok(Underlying { paid, minted, burned, fee, admin_fee })
    }

    /// `get_dy_underlying`.
    ///
    /// # Errors
    ///
    /// As [`Self::exchange_underlying`].
    pub fn get_dy_underlying(&self, [i, j]: [usize; 2], dx: U256, now: u64) -> Result<U256, CurveError> {
        let rates = self.rates(now)?;
        let pool = &self.pool;
        let base = self.base().ok_or(CurveError::NoSuchOperation)?;
        let base_rates = base.pool.own_rates();
        let all = 1_usize.saturating_add(base.pool.coins());
        if i >= all || j >= all {
            return Err(CurveError::BadCoins { i, j, coins: all });
        }
        let xp = pool.normalise(&pool.balances()?, &rates)?;
        let x = match (i.checked_sub(1), j.checked_sub(1)) {
            (None, _) => mul_div(dx, rates.at(0), PRECISION).and_then(|more| add(xp.at(0), more)),
            (Some(base_i), Some(base_j)) => return base.pool.get_dy([base_i, base_j], dx, base_rates, now),
            (Some(base_i), None) => {
                let inputs = PerCoin::zero(base.pool.coins()).with(base_i, dx);
                let shares = self.base_shares(base, &inputs, true, now)?;
                let more = mul_div(shares, rates.at(BASE_SHARE), PRECISION).named("what is sold")?;
                self.less_base_fee(base, more).and_then(|more| add(more, xp.at(BASE_SHARE)))
            }
        };
        let (meta_i, meta_j) = (i.min(BASE_SHARE), j.min(BASE_SHARE));
        let dy = pool.view_net_dy([meta_i, meta_j], x.named("what is sold")?, &xp, now)?;
        let out = to_units(dy, rates.at(meta_j)).named("what is bought")?;
        match j.checked_sub(1) {
            None => Ok(out),
            Some(base_j) => base.pool.calc_withdraw_one_coin(out, base_j, base_rates, now),
        }
    }

    /// The base pool's shares for these amounts; the newest views count them themselves, of whatever base pool.
    fn base_shares(
        &self,
        base: &Base,
        amounts: &PerCoin,
        is_deposit: bool,
        now: u64,
    ) -> Result<U256, CurveError> {
        let rates = base.pool.own_rates();
        if self.pool.params().generation().is_ng() {
            base.pool.calc_as_newest(amounts, is_deposit, rates, now)
        } else {
            base.pool.calc_token_amount(amounts, is_deposit, rates, now)
        }
    }

    /// The old view takes half of the base pool's fee off what its own view leaves it out of.
    fn less_base_fee(&self, base: &Base, amount: U256) -> Option<U256> {
        if self.pool.params().generation().is_ng() {
            return Some(amount);
        }
        let two = U256::from(20_000_000_000_u64);
        sub(amount, mul_div(amount, base.pool.state().fee, two)?)
    }

    /// `get_dx_underlying` of the newest metapools: about what must be sold for `dy`.
    ///
    /// # Errors
    ///
    /// As [`Self::get_dy_underlying`].
    pub fn get_dx_underlying(&self, [i, j]: [usize; 2], dy: U256, now: u64) -> Result<U256, CurveError> {
        let rates = self.rates(now)?;
        let base = self.base().ok_or(CurveError::NoSuchOperation)?;
        let base_rates = base.pool.own_rates();
        let coins = 1_usize.saturating_add(base.pool.coins());
        match (i.checked_sub(1), j.checked_sub(1)) {
            (None, Some(base_j)) if base_j < base.pool.coins() => {
                let outputs = PerCoin::zero(base.pool.coins()).with(base_j, dy);
                let burned = self.base_shares(base, &outputs, false, now)?;
                self.pool.get_dx([0, BASE_SHARE], burned, &rates, now)
            }
            (Some(base_i), None) => {
                let needed = self.pool.get_dx([BASE_SHARE, 0], dy, &rates, now)?;
                base.pool.calc_withdraw_one_coin(needed, base_i, base_rates, now)
            }
            _ => Err(CurveError::BadCoins { i, j, coins }),
        }
    }
}
