//! Deposits and removals.

use levmine_math::U256;

use super::{Contract, to_units};
use crate::arith::{PRECISION, add, div, int, mul, mul_div, sub};
use crate::error::{CurveError, Named};
use crate::fee::{dynamic, of_imbalance, part};
use crate::generation::Accounting;
use crate::invariant::Curve;
use crate::per_coin::PerCoin;

/// What a deposit did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Added {
    /// The shares minted, 18 decimals.
    pub minted: U256,
    /// What arrived of each coin, in base units.
    pub received: PerCoin,
    /// The fees, in base units of each coin.
    pub fees: PerCoin,
}

/// What a removal did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Removed {
    /// The shares burned, 18 decimals.
    pub burned: U256,
    /// What is paid of each coin, in base units.
    pub amounts: PerCoin,
    /// What the owner is paid of each coin at the same time, in base units.
    pub claimed: PerCoin,
}

/// What a removal in one coin pays, in base units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RemovedOne {
    /// What is paid.
    pub paid: U256,
    /// The fee; none where the contract does not tell it.
    pub fee: U256,
}

/// Balances that are out of proportion, and what that costs.
struct Charged {
    fees: PerCoin,
    /// Normalised balances after the fees.
    xp: PerCoin,
    /// The invariant after the fees.
    d: U256,
}

impl Contract {
    /// `add_liquidity`: any amounts; the shares minted are rounded down, in favour of the other providers.
    ///
    /// # Errors
    ///
    /// [`CurveError::Killed`], [`CurveError::NotOneEach`], [`CurveError::FirstDeposit`],
    /// [`CurveError::InvariantNotRaised`], [`CurveError::TooFewShares`] and failing arithmetic.
    pub fn add_liquidity(
        &mut self,
        amounts: &[U256],
        min: U256,
        rates: &PerCoin,
        now: u64,
    ) -> Result<Added, CurveError> {
        self.one_each(amounts)?;
        self.atomic(|pool| pool.add_now(amounts, min, rates, now))
    }

    pub(crate) fn one_each(&self, amounts: &[U256]) -> Result<(), CurveError> {
        let coins = self.coins();
        if amounts.len() == coins {
            Ok(())
        } else {
            Err(CurveError::NotOneEach { given: amounts.len(), coins })
        }
    }

    fn add_now(
        &mut self,
        amounts: &[U256],
        min: U256,
        rates: &PerCoin,
        now: u64,
    ) -> Result<Added, CurveError> {
        if self.state.is_killed {
            return Err(CurveError::Killed);
        }
        let (curve, supply) = (self.curve(now)?, self.state.supply);
        let old = self.balances()?;
        let is_first = supply.is_zero();
        let d0 =
            if self.quirks().always_d0 || !is_first { self.d_of(&curve, &old, rates)? } else { U256::ZERO };
        let (mut new, mut received) = (old, PerCoin::zero(self.coins()));
        for (coin, amount) in amounts.iter().enumerate() {
            if is_first && amount.is_zero() {
                return Err(CurveError::FirstDeposit { coin });
            }
            let arrived = self.arrives(coin, *amount).named("what is deposited")?;
            self.receive(coin, arrived).named("what is deposited")?;
            new.raise(coin, arrived).named("what is deposited")?;
            received.set(coin, arrived);
        }
        let d1 = self.d_of(&curve, &new, rates)?;
        if d1 <= d0 {
            return Err(CurveError::InvariantNotRaised { before: d0, after: d1 });
        }
        let (minted, fees) = if is_first {
            self.store(&new);
            let is_meta = self.params.generation.is_meta();
            if let Some(oracle) = &mut self.state.oracle {
                oracle.begin(d1, is_meta, now).named("an average")?;
            }
            (d1, PerCoin::zero(self.coins()))
        } else {
            let charged = self.charge(&curve, [d0, d1], &old, &new, rates)?;
            let minted = sub(charged.d, d0).and_then(|more| mul_div(supply, more, d0));
            let minted = minted.named("the shares")?;
            self.upkeep(&charged.xp, self.amp(now)?, charged.d, now)?;
            (minted, charged.fees)
        };
        if minted < min {
            return Err(CurveError::TooFewShares { minted, min });
        }
        self.mint(minted).named("the shares")?;
        Ok(Added { minted, received, fees })
    }

    fn store(&mut self, balances: &PerCoin) {
        if self.quirks().accounting == Accounting::Stored {
            self.state.stored = *balances;
        }
    }

    /// Takes the fees on what `new` is out of the proportion of `old`, books the owner's part, and tells the rest.
    fn charge(
        &mut self,
        curve: &Curve,
        [d0, d1]: [U256; 2],
        old: &PerCoin,
        new: &PerCoin,
        rates: &PerCoin,
    ) -> Result<Charged, CurveError> {
        let (coins, quirks) = (self.coins(), *self.quirks());
        let (fee, multiplier) = (self.state.fee, self.state.multiplier);
        let (mut left, mut fees) = (*new, PerCoin::zero(coins));
        let mut charge = || -> Option<()> {
            let base = of_imbalance(fee, coins)?;
            let ys = div(add(d0, d1)?, int(coins as u64))?;
            for at in 0..coins {
                let (before, after) = (old.at(at), new.at(at));
                let ideal = mul_div(d1, before, d0)?;
                let rate = if multiplier <= super::NO_MULTIPLIER {
                    base
                } else {
                    let sum = add(before, after)?;
                    let xs = if quirks.raw_fee_side { sum } else { mul_div(rates.at(at), sum, PRECISION)? };
                    dynamic(xs, ys, base, multiplier)?
                };
                let fee = part(rate, ideal.abs_diff(after))?;
                let admin = part(fee, self.state.admin_fee)?;
                match quirks.accounting {
                    Accounting::Stored => self.state.stored.set(at, sub(after, admin)?),
                    Accounting::Live | Accounting::Both => self.book_admin_fee(at, admin)?,
                }
                left.lower(at, fee)?;
                fees.set(at, fee);
            }
            Some(())
        };
        charge().named("the fees")?;
        let xp = self.normalise(&left, rates)?;
        let d = curve.d(&xp)?;
        Ok(Charged { fees, xp, d })
    }

    /// `remove_liquidity`: what `burned` shares are of each coin, rounded down, without a fee; also of a stopped pool.
    /// `claim` pays the owner too, where the contract can.
    ///
    /// # Errors
    ///
    /// [`CurveError::NotOneEach`], [`CurveError::Nothing`], [`CurveError::TooLittleOfCoin`],
    /// [`CurveError::MoreThanAllShares`], [`CurveError::TransferFailed`] and failing arithmetic.
    pub fn remove_liquidity(
        &mut self,
        burned: U256,
        min: &[U256],
        claim: bool,
        now: u64,
    ) -> Result<Removed, CurveError> {
        self.one_each(min)?;
        self.atomic(|pool| pool.remove_now(burned, min, claim, now))
    }

    fn remove_now(
        &mut self,
        burned: U256,
        min: &[U256],
        claim: bool,
        now: u64,
    ) -> Result<Removed, CurveError> {
        let (supply, quirks) = (self.state.supply, *self.quirks());
        if quirks.accounting == Accounting::Both && burned.is_zero() {
            return Err(CurveError::Nothing);
        }
        let mut amounts = self.balances()?;
        if quirks.burns_first {
            self.burn(burned)?;
        }
        for (coin, min) in min.iter().enumerate() {
            let product = mul(amounts.at(coin), burned).named("what is removed")?;
            // The newest divide without a check, and find out when they burn.
            let paid = match div(product, supply) {
                None if quirks.accounting == Accounting::Both => U256::ZERO,
                paid => paid.named("what is removed")?,
            };
            if paid < *min {
                let words = quirks.withdrawn_too_few;
                return Err(CurveError::TooLittleOfCoin { coin, paid, min: *min, words });
            }
            if quirks.accounting == Accounting::Stored {
                self.state.stored.lower(coin, paid).named("the balance")?;
            }
            self.pay(coin, paid)?;
            amounts.set(coin, paid);
        }
        if !quirks.burns_first {
            self.burn(burned)?;
        }
        if let Some(oracle) = &mut self.state.oracle {
            oracle.lower(burned, supply, now).named("an average")?;
        }
        let claimed =
            if claim && quirks.oracles { self.pay_admin_fees()? } else { PerCoin::zero(self.coins()) };
        Ok(Removed { burned, amounts, claimed })
    }

    /// `remove_liquidity_imbalance`: exactly these amounts, for at most `max` shares.
    ///
    /// # Errors
    ///
    /// [`CurveError::Killed`], [`CurveError::NotOneEach`], [`CurveError::NoShares`], [`CurveError::NothingBurned`],
    /// [`CurveError::TooManyShares`], [`CurveError::MoreThanAllShares`], [`CurveError::TransferFailed`] and failing
    /// arithmetic.
    pub fn remove_imbalance(
        &mut self,
        amounts: &[U256],
        max: U256,
        rates: &PerCoin,
        now: u64,
    ) -> Result<Removed, CurveError> {
        self.one_each(amounts)?;
        self.atomic(|pool| pool.remove_amounts_now(amounts, max, rates, now))
    }

    fn remove_amounts_now(
        &mut self,
        amounts: &[U256],
        max: U256,
        rates: &PerCoin,
        now: u64,
    ) -> Result<Removed, CurveError> {
        if self.state.is_killed {
            return Err(CurveError::Killed);
        }
        let (curve, supply) = (self.curve(now)?, self.state.supply);
        if supply.is_zero() {
            return Err(CurveError::NoShares);
        }
        let old = self.balances()?;
        let d0 = self.d_of(&curve, &old, rates)?;
        let mut new = old;
        for (coin, amount) in amounts.iter().enumerate() {
            new.lower(coin, *amount).named("what is removed")?;
            if !amount.is_zero() {
                self.pay(coin, *amount)?;
            }
        }
        let d1 = self.d_of(&curve, &new, rates)?;
        let charged = self.charge(&curve, [d0, d1], &old, &new, rates)?;
        let quotient = sub(d0, charged.d).and_then(|less| mul_div(less, supply, d0));
        let mut burned = quotient.named("the shares")?;
        if burned.is_zero() {
            return Err(CurveError::NothingBurned);
        }
        if self.quirks().burns_one_more {
            burned = add(burned, U256::ONE).named("the shares")?;
        }
        self.upkeep(&charged.xp, self.amp(now)?, charged.d, now)?;
        if burned > max {
            return Err(CurveError::TooManyShares { burned, max });
        }
        self.burn(burned)?;
        Ok(Removed {
            burned,
            amounts: PerCoin::of(amounts.iter().copied()),
            claimed: PerCoin::zero(self.coins()),
        })
    }

    /// `remove_liquidity_one_coin`: all that `burned` shares are worth in coin `i`, less the fee; rounded down, and one of 18
    /// decimals less.
    ///
    /// # Errors
    ///
    /// [`CurveError::NoSuchOperation`] where there is none; [`CurveError::Killed`], [`CurveError::Nothing`],
    /// [`CurveError::BadCoins`], [`CurveError::TooLittleRemoved`], [`CurveError::MoreThanAllShares`],
    /// [`CurveError::TransferFailed`] and failing arithmetic.
    pub fn remove_one(
        &mut self,
        burned: U256,
        i: usize,
        min: U256,
        rates: &PerCoin,
        now: u64,
    ) -> Result<RemovedOne, CurveError> {
        let quirks = *self.quirks();
        if !quirks.one_coin {
            return Err(CurveError::NoSuchOperation);
        }
        self.atomic(|pool| {
            if pool.state.is_killed {
                return Err(CurveError::Killed);
            }
            if quirks.accounting == Accounting::Both && burned.is_zero() {
                return Err(CurveError::Nothing);
            }
            let (removed, xp, d) = pool.one_coin(burned, i, rates, now)?;
            let RemovedOne { paid, fee } = removed;
            if paid < min {
                return Err(CurveError::TooLittleRemoved { paid, min });
            }
            if quirks.one_coin_admin_fee {
                let admin = part(fee, pool.state.admin_fee).named("the fee")?;
                match quirks.accounting {
                    Accounting::Stored => {
                        let less = add(paid, admin).and_then(|less| pool.state.stored.lower(i, less));
                        less.named("the balance")?;
                    }
                    Accounting::Live | Accounting::Both => {
                        pool.book_admin_fee(i, admin).named("the owner's balance")?;
                    }
                }
            }
            pool.burn(burned)?;
            pool.pay(i, paid)?;
            pool.upkeep(&xp, pool.amp(now)?, d, now)?;
            Ok(removed)
        })
    }

    /// `_calc_withdraw_one_coin`, with the normalised balances and the invariant after it, before fees.
    pub(crate) fn one_coin(
        &self,
        burned: U256,
        i: usize,
        rates: &PerCoin,
        now: u64,
    ) -> Result<(RemovedOne, PerCoin, U256), CurveError> {
        let (curve, coins, quirks) = (self.curve(now)?, self.coins(), *self.quirks());
        let xp = self.normalise(&self.balances()?, rates)?;
        let d0 = curve.d(&xp)?;
        let d1 =
            mul_div(burned, d0, self.state.supply).and_then(|less| sub(d0, less)).named("the invariant")?;
        let new_y = curve.y_of_d(i, &xp, d1)?;
        let reduce = || -> Option<PerCoin> {
            let base = of_imbalance(self.state.fee, coins)?;
            let ys = div(add(d0, d1)?, int(coins as u64).wrapping_mul(int(2)))?;
            let mut reduced = xp;
            for (j, x) in xp.iter().enumerate() {
                let ideal = mul_div(*x, d1, d0)?;
                let (expected, side) = if j == i {
                    (sub(ideal, new_y)?, add(*x, new_y)? >> 1_usize)
                } else {
                    (sub(*x, ideal)?, *x)
                };
                let rate = dynamic(side, ys, base, self.state.multiplier)?;
                reduced.lower(j, part(rate, expected)?)?;
            }
            Some(reduced)
        };
        let reduced = reduce().named("the fees")?;
        let rest = curve.y_of_d(i, &reduced, d1)?;
        let settle = || -> Option<RemovedOne> {
            let paid = to_units(sub(sub(reduced.at(i), rest)?, U256::ONE)?, rates.at(i))?;
            let fee = if quirks.one_coin_admin_fee {
                sub(to_units(sub(xp.at(i), new_y)?, rates.at(i))?, paid)?
            } else {
                U256::ZERO
            };
            Some(RemovedOne { paid, fee })
        };
        Ok((settle().named("what is removed")?, xp.with(i, new_y), d1))
    }
}
