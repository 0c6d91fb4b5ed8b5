//! `exchange`.

use levmine_math::U256;

use super::{Contract, to_units};
use crate::arith::{PRECISION, add, mul_div, sub};
use crate::error::{CurveError, Named};
use crate::fee::{dynamic, part};
use crate::generation::Accounting;
use crate::per_coin::PerCoin;

/// How what is sold comes into the pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Payment {
    /// Taken from the caller: `exchange`.
    Taken,
    /// Sent before: `exchange_received`, which sells all of it.
    Sent,
}

/// What a swap did, in base units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Swapped {
    /// What came into the pool.
    pub received: U256,
    /// What is paid.
    pub paid: U256,
    /// The fee, in the coin bought.
    pub fee: U256,
    /// The owner's part of it.
    pub admin_fee: U256,
}

/// A point on the curve, before anything is booked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Priced {
    /// Normalised balance of the coin sold, after.
    x: U256,
    /// Normalised balance of the coin bought, after, before the fee.
    y: U256,
    /// The invariant.
    d: U256,
    amp: U256,
    /// The fee, 18 decimals.
    fee: U256,
    /// The owner's part, 18 decimals.
    admin: U256,
    /// What is paid, base units.
    pub(crate) out: U256,
}

impl Contract {
    /// `exchange` (or `exchange_received`): sells `dx` of coin `i` for coin `j`. What is paid is rounded down, and one of 18
    /// decimals less in most generations, in the pool's favour.
    ///
    /// # Errors
    ///
    /// [`CurveError::Killed`], [`CurveError::BadCoins`], [`CurveError::Nothing`], [`CurveError::NotReceived`],
    /// [`CurveError::TooFewCoins`], [`CurveError::TransferFailed`] and failing arithmetic.
    pub fn exchange(
        &mut self,
        [i, j]: [usize; 2],
        dx: U256,
        min: U256,
        payment: Payment,
        rates: &PerCoin,
        now: u64,
    ) -> Result<Swapped, CurveError> {
        self.atomic(|pool| {
            pool.check_coins(i, j)?;
            let balances = pool.balances()?;
            let xp = pool.normalise(&balances, rates)?;
            let received = pool.take(i, dx, payment)?;
            let more = mul_div(received, rates.at(i), PRECISION).named("what is sold")?;
            let x = add(xp.at(i), more).named("what is sold")?;
            let priced = pool.price([i, j], x, &xp, rates, now)?;
            pool.check_paid(priced.out, min)?;
            let swapped = pool.book([i, j], received, &priced, &balances, &xp, rates, now)?;
            pool.pay(j, priced.out)?;
            Ok(swapped)
        })
    }

    /// Whether the pool is open, and the coins are two different ones.
    pub(crate) fn check_coins(&self, i: usize, j: usize) -> Result<(), CurveError> {
        if self.state.is_killed {
            return Err(CurveError::Killed);
        }
        let coins = self.coins();
        if i == j || i >= coins || j >= coins {
            return Err(CurveError::BadCoins { i, j, coins });
        }
        Ok(())
    }

    pub(crate) fn check_paid(&self, got: U256, min: U256) -> Result<(), CurveError> {
        if got < min {
            return Err(CurveError::TooFewCoins { got, min, words: self.quirks().too_few });
        }
        Ok(())
    }

    /// `_transfer_in`: what arrived is in the pool.
    fn take(&mut self, coin: usize, amount: U256, payment: Payment) -> Result<U256, CurveError> {
        let is_ng = self.quirks().accounting == Accounting::Both;
        if is_ng && amount.is_zero() {
            return Err(CurveError::Nothing);
        }
        match payment {
            Payment::Taken => {
                let arrived = self.arrives(coin, amount).named("what is sold")?;
                self.receive(coin, arrived).named("the balance of what is sold")?;
                Ok(arrived)
            }
            Payment::Sent if !is_ng => Err(CurveError::NoSuchOperation),
            Payment::Sent if self.params.rebases => Err(CurveError::RebasingNotReceived),
            Payment::Sent => {
                let (held, stored) = (self.state.held.at(coin), self.state.stored.at(coin));
                let received = sub(held, stored).named("what was sent")?;
                if received < amount {
                    return Err(CurveError::NotReceived { coin, received, asked: amount });
                }
                self.state.stored.set(coin, held);
                Ok(received)
            }
        }
    }

    /// Where selling coin `i` up to the normalised balance `x` leads.
    pub(crate) fn price(
        &self,
        [i, j]: [usize; 2],
        x: U256,
        xp: &PerCoin,
        rates: &PerCoin,
        now: u64,
    ) -> Result<Priced, CurveError> {
        let amp = self.amp(now)?;
        let curve = self.curve(now)?;
        let d = curve.d(xp)?;
        let y = curve.y(i, j, x, xp, d)?;
        let settle = || -> Option<Priced> {
            let less = U256::from(u8::from(self.quirks().swap_less_one));
            let dy = sub(sub(xp.at(j), y)?, less)?;
            let fee = part(dy, self.swap_fee(xp.at(i), x, xp.at(j), y)?)?;
            let admin = part(fee, self.state.admin_fee)?;
            let out = to_units(sub(dy, fee)?, rates.at(j))?;
            Some(Priced { x, y, d, amp, fee, admin, out })
        };
        settle().named("what is bought")
    }

    /// The fee between the middles of both coins' way, in parts of 10^10.
    pub(crate) fn swap_fee(&self, x0: U256, x1: U256, y0: U256, y1: U256) -> Option<U256> {
        let (fee, multiplier) = (self.state.fee, self.state.multiplier);
        if multiplier <= super::NO_MULTIPLIER {
            return Some(fee);
        }
        dynamic(add(x0, x1)? >> 1_usize, add(y0, y1)? >> 1_usize, fee, multiplier)
    }

    /// Books a swap of which everything is known; what is paid still has to leave.
    #[expect(clippy::too_many_arguments, reason = "everything that is known of the swap")]
    pub(crate) fn book(
        &mut self,
        [i, j]: [usize; 2],
        received: U256,
        priced: &Priced,
        balances: &PerCoin,
        xp: &PerCoin,
        rates: &PerCoin,
        now: u64,
    ) -> Result<Swapped, CurveError> {
        let Priced { x, y, d, amp, fee, admin, out } = *priced;
        let admin_units = to_units(admin, rates.at(j)).named("the fee")?;
        let quirks = *self.quirks();
        let mut store = || -> Option<()> {
            match quirks.accounting {
                Accounting::Stored if quirks.stores_from_curve => {
                    self.state.stored.set(i, to_units(x, rates.at(i))?);
                    self.state.stored.set(j, to_units(add(y, sub(fee, admin)?)?, rates.at(j))?);
                }
                Accounting::Stored => {
                    self.state.stored.set(i, add(balances.at(i), received)?);
                    self.state.stored.set(j, sub(sub(balances.at(j), out)?, admin_units)?);
                }
                Accounting::Live | Accounting::Both => self.book_admin_fee(j, admin_units)?,
            }
            Some(())
        };
        store().named("the balances")?;
        self.upkeep(&xp.with(i, x).with(j, y), amp, d, now)?;
        let fee = to_units(fee, rates.at(j)).named("the fee")?;
        Ok(Swapped { received, paid: out, fee, admin_fee: admin_units })
    }
}

impl Contract {
    /// What leaves a metapool of a swap over the base pool's coins: the newest book it as a plain difference.
    pub(crate) fn pay_underlying(&mut self, coin: usize, amount: U256) -> Result<(), CurveError> {
        let held = self.state.held.at(coin);
        self.state.held.lower(coin, amount).ok_or(CurveError::TransferFailed { coin, held, amount })?;
        if self.quirks().accounting == Accounting::Both {
            self.state.stored.lower(coin, amount).named("the stored balance")?;
        }
        Ok(())
    }
}
