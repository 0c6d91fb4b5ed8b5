//! What the owner can do, and what happens to a pool from outside.

use levmine_math::U256;

use super::{Contract, Pending, State};
use crate::arith::{FEE_DENOMINATOR, int, mul};
use crate::error::{CurveError, Named};
use crate::generation::{Accounting, Generation};
use crate::per_coin::PerCoin;

/// A change waits for three days.
const DELAY: u64 = 3 * 86_400;
/// The largest fee: half.
const MAX_FEE: U256 = int(5_000_000_000);
/// The largest part of the owner: all of it; of sUSD and of the newest pools half.
const MAX_ADMIN_FEE: U256 = int(10_000_000_000);
/// The largest A of sUSD.
const MAX_A: U256 = int(1_000_000);

impl Contract {
    /// `ramp_A`: A goes to `a` (whole units) until `until` (Unix seconds).
    ///
    /// # Errors
    ///
    /// [`CurveError::BadRamp`]; [`CurveError::NoSuchOperation`] of sUSD.
    pub fn ramp(&mut self, a: U256, until: U256, now: u64) -> Result<(), CurveError> {
        self.can_ramp()?;
        self.state.ramp = self.state.ramp.ramp(a, until, self.quirks().a_precision(), now)?;
        Ok(())
    }

    /// `stop_ramp_A`.
    ///
    /// # Errors
    ///
    /// As [`Self::ramp`].
    pub fn stop_ramp(&mut self, now: u64) -> Result<(), CurveError> {
        self.can_ramp()?;
        self.state.ramp = self.state.ramp.stop(now)?;
        Ok(())
    }

    fn can_ramp(&self) -> Result<(), CurveError> {
        if self.params.generation == Generation::Susd { Err(CurveError::NoSuchOperation) } else { Ok(()) }
    }

    /// `commit_new_fee` (`commit_new_parameters` of sUSD, where `other` is A; of Aave it is the multiplier).
    ///
    /// # Errors
    ///
    /// [`CurveError::BadAction`], [`CurveError::FeeTooHigh`]; [`CurveError::NoSuchOperation`] of the newest pools.
    pub fn commit(&mut self, fee: U256, admin_fee: U256, other: U256, now: u64) -> Result<(), CurveError> {
        let generation = self.params.generation;
        if generation.is_ng() {
            return Err(CurveError::NoSuchOperation);
        }
        let deadline = self.state.pending.deadline;
        if deadline != 0 {
            return Err(CurveError::BadAction { deadline });
        }
        let most = if generation == Generation::Susd { MAX_FEE } else { MAX_ADMIN_FEE };
        for (fee, most) in [(fee, MAX_FEE), (admin_fee, most)] {
            if fee > most {
                return Err(CurveError::FeeTooHigh { fee });
            }
        }
        match generation {
            Generation::Susd if other > MAX_A => return Err(CurveError::FeeTooHigh { fee: other }),
            Generation::Aave => check_multiplier(fee, other)?,
            _ => {}
        }
        let deadline = now.saturating_add(DELAY);
        self.state.pending = Pending { deadline, fee, admin_fee, other };
        Ok(())
    }

    /// `apply_new_fee` (`apply_new_parameters` of sUSD).
    ///
    /// # Errors
    ///
    /// [`CurveError::BadAction`]; [`CurveError::NoSuchOperation`] of the newest pools.
    pub fn apply(&mut self, now: u64) -> Result<(), CurveError> {
        let Pending { deadline, fee, admin_fee, other } = self.state.pending;
        if self.params.generation.is_ng() {
            return Err(CurveError::NoSuchOperation);
        }
        if deadline == 0 || now < deadline {
            return Err(CurveError::BadAction { deadline });
        }
        let state = &mut self.state;
        (state.pending.deadline, state.fee, state.admin_fee) = (0, fee, admin_fee);
        match self.params.generation {
            Generation::Susd => state.ramp = crate::amplification::Ramp::at_rest(other),
            Generation::Aave => state.multiplier = other,
            _ => {}
        }
        Ok(())
    }

    /// `revert_new_parameters`.
    ///
    /// # Errors
    ///
    /// [`CurveError::NoSuchOperation`] of the newest pools.
    pub fn revert(&mut self) -> Result<(), CurveError> {
        if self.params.generation.is_ng() {
            return Err(CurveError::NoSuchOperation);
        }
        self.state.pending.deadline = 0;
        Ok(())
    }

    /// `set_new_fee` of the newest pools.
    ///
    /// # Errors
    ///
    /// [`CurveError::FeeTooHigh`]; [`CurveError::NoSuchOperation`] of older pools.
    pub fn set_fee(&mut self, fee: U256, multiplier: U256) -> Result<(), CurveError> {
        if !self.params.generation.is_ng() {
            return Err(CurveError::NoSuchOperation);
        }
        if fee > MAX_FEE {
            return Err(CurveError::FeeTooHigh { fee });
        }
        check_multiplier(fee, multiplier)?;
        (self.state.fee, self.state.multiplier) = (fee, multiplier);
        Ok(())
    }

    /// `set_new_admin_fee` of the newest pools that are not metapools.
    ///
    /// # Errors
    ///
    /// [`CurveError::FeeTooHigh`]; [`CurveError::NoSuchOperation`] of others.
    pub fn set_admin_fee(&mut self, fee: U256) -> Result<(), CurveError> {
        if self.params.generation != Generation::Ng {
            return Err(CurveError::NoSuchOperation);
        }
        if fee > MAX_FEE {
            return Err(CurveError::FeeTooHigh { fee });
        }
        self.state.admin_fee = fee;
        Ok(())
    }

    /// `set_ma_exp_time` of the newest pools, in seconds ÷ ln 2.
    ///
    /// # Errors
    ///
    /// [`CurveError::NoAverage`] for zero; [`CurveError::NoSuchOperation`] of older pools.
    pub fn set_windows(&mut self, prices: U256, d: U256) -> Result<(), CurveError> {
        let is_meta = self.params.generation.is_meta();
        let oracle = self.state.oracle.as_mut().ok_or(CurveError::NoSuchOperation)?;
        // The one looks at both, the other at their product, which wraps.
        let is_zero =
            if is_meta { prices.is_zero() || d.is_zero() } else { prices.wrapping_mul(d).is_zero() };
        if is_zero {
            return Err(CurveError::NoAverage);
        }
        (oracle.price_window, oracle.d_window) = (prices, d);
        Ok(())
    }

    /// `kill_me` and `unkill_me`.
    ///
    /// # Errors
    ///
    /// [`CurveError::KillDeadline`]; [`CurveError::NoSuchOperation`] of the newest pools.
    pub fn kill(&mut self, stop: bool, now: u64) -> Result<(), CurveError> {
        if !self.quirks().can_be_killed {
            return Err(CurveError::NoSuchOperation);
        }
        let deadline = self.state.kill_deadline;
        if stop && now >= deadline {
            return Err(CurveError::KillDeadline { deadline });
        }
        self.state.is_killed = stop;
        Ok(())
    }

    /// `withdraw_admin_fees`: what the owner is paid of each coin.
    ///
    /// # Errors
    ///
    /// [`CurveError::TransferFailed`] and failing arithmetic.
    pub fn withdraw_admin_fees(&mut self) -> Result<PerCoin, CurveError> {
        self.atomic(Self::pay_admin_fees)
    }

    pub(crate) fn pay_admin_fees(&mut self) -> Result<PerCoin, CurveError> {
        let owed = self.owed()?;
        for (coin, amount) in owed.iter().enumerate() {
            if !amount.is_zero() {
                self.pay(coin, *amount)?;
            }
        }
        self.state.admin = PerCoin::zero(self.coins());
        Ok(owed)
    }

    /// `donate_admin_fees`: the owner's part becomes the providers'.
    ///
    /// # Errors
    ///
    /// [`CurveError::NoSuchOperation`] of sUSD and of the newest pools.
    pub fn donate_admin_fees(&mut self) -> Result<(), CurveError> {
        let State { held, .. } = self.state;
        match self.params.generation {
            Generation::Susd | Generation::Ng | Generation::NgMeta => {
                return Err(CurveError::NoSuchOperation);
            }
            _ if self.quirks().accounting == Accounting::Stored => self.state.stored = held,
            _ => self.state.admin = PerCoin::zero(self.coins()),
        }
        Ok(())
    }

    /// What an oracle or a vault says of a coin: 18 decimals, or assets of one whole share.
    ///
    /// # Errors
    ///
    /// [`CurveError::BadCoins`] for a coin without a rate of its own; failing arithmetic.
    pub fn set_rate(&mut self, coin: usize, rate: U256) -> Result<(), CurveError> {
        use super::AssetType;
        let has_rate = matches!(self.params.asset_type(coin), AssetType::Oracle | AssetType::Erc4626 { .. });
        if coin >= self.coins() || !has_rate {
            return Err(CurveError::BadCoins { i: coin, j: coin, coins: self.coins() });
        }
        let fetched = self.state.fetched.with(coin, rate);
        self.rates = self.params.rates(&fetched).named("a rate")?;
        self.state.fetched = fetched;
        Ok(())
    }

    /// What transfers of the coin whose arrival is measured keep back, in parts of 10,000.
    ///
    /// # Errors
    ///
    /// [`CurveError::BadCoins`] for any other coin, [`CurveError::FeeTooHigh`] for more than all.
    pub fn set_transfer_fee(&mut self, coin: usize, bps: U256) -> Result<(), CurveError> {
        if self.quirks().fee_coin != Some(coin) || coin >= self.coins() {
            return Err(CurveError::BadCoins { i: coin, j: coin, coins: self.coins() });
        }
        if bps > int(10_000) {
            return Err(CurveError::FeeTooHigh { fee: bps });
        }
        self.state.transfer_fee_bps = bps;
        Ok(())
    }

    /// A coin arrives without a call: a transfer by anybody.
    ///
    /// # Errors
    ///
    /// [`CurveError::BadCoins`] and failing arithmetic.
    pub fn send(&mut self, coin: usize, amount: U256) -> Result<(), CurveError> {
        if coin >= self.coins() {
            return Err(CurveError::BadCoins { i: coin, j: coin, coins: self.coins() });
        }
        let arrived = self.arrives(coin, amount).named("what is sent")?;
        self.state.held.raise(coin, arrived).named("what is held")
    }

    /// The pool now holds `held` of a coin.
    ///
    /// # Errors
    ///
    /// [`CurveError::BadCoins`]; [`CurveError::TransferFailed`] where less would be held than belongs to somebody by the
    /// pool's own books.
    pub fn rebase(&mut self, coin: usize, held: U256) -> Result<(), CurveError> {
        if coin >= self.coins() {
            return Err(CurveError::BadCoins { i: coin, j: coin, coins: self.coins() });
        }
        let booked =
            if self.params.is_live() { self.state.admin.at(coin) } else { self.state.stored.at(coin) };
        if held < booked {
            return Err(CurveError::TransferFailed { coin, held, amount: booked });
        }
        self.state.held.set(coin, held);
        Ok(())
    }
}

/// The fee far off the peg is at most half.
fn check_multiplier(fee: U256, multiplier: U256) -> Result<(), CurveError> {
    let most = MAX_FEE.wrapping_mul(FEE_DENOMINATOR);
    match mul(multiplier, fee) {
        Some(product) if product <= most => Ok(()),
        _ => Err(CurveError::FeeTooHigh { fee: multiplier }),
    }
}
