//! The views: what a contract says beforehand.
//!
//! Those of the newest pools are a contract of their own, which reads A in whole units (`A() × 100`), so that while A
//! changes they differ from what is done.

use levmine_math::U256;

use super::{Contract, to_units};
use crate::arith::{FEE_DENOMINATOR, PRECISION, add, div, int, mul, mul_div, sub};
use crate::error::{CurveError, Named};
use crate::fee::{dynamic, of_imbalance, part};
use crate::generation::{Generation, View};
use crate::invariant::Curve;
use crate::per_coin::PerCoin;

impl Contract {
    fn view_curve(&self, now: u64) -> Result<Curve, CurveError> {
        if self.quirks().view == View::Separate { self.newest_curve(now) } else { self.curve(now) }
    }

    /// The curve as the newest pools' views see it, that of any pool: A in whole units, in their own parts and rounding.
    fn newest_curve(&self, now: u64) -> Result<Curve, CurveError> {
        let newest = Generation::Ng.quirks();
        let whole = div(self.amp(now)?, self.quirks().a_precision());
        let amp = whole.and_then(|a| mul(a, newest.a_precision())).named("A")?;
        Curve::new(&newest, self.coins(), amp)
    }

    /// `get_dy`.
    ///
    /// # Errors
    ///
    /// [`CurveError::BadCoins`] and failing arithmetic.
    pub fn get_dy(
        &self,
        [i, j]: [usize; 2],
        dx: U256,
        rates: &PerCoin,
        now: u64,
    ) -> Result<U256, CurveError> {
        let xp = self.normalise(&self.balances()?, rates)?;
        self.check_index(i, j)?;
        let x = mul_div(dx, rates.at(i), PRECISION).and_then(|more| add(xp.at(i), more));
        let dy = self.view_dy([i, j], x.named("what is sold")?, &xp, now)?;
        let settle = || match dy {
            ViewedDy { dy, fee, .. } if self.quirks().view == View::TokenUnits => {
                let dy = to_units(dy, rates.at(j))?;
                sub(dy, part(dy, fee)?)
            }
            ViewedDy { dy, fee, .. } => to_units(sub(dy, part(dy, fee)?)?, rates.at(j)),
        };
        settle().named("what is bought")
    }

    fn check_index(&self, i: usize, j: usize) -> Result<(), CurveError> {
        let coins = self.coins();
        if i == j || i >= coins || j >= coins { Err(CurveError::BadCoins { i, j, coins }) } else { Ok(()) }
    }

    /// What selling up to `x` brings in 18 decimals before the fee, and the fee.
    fn view_dy(&self, [i, j]: [usize; 2], x: U256, xp: &PerCoin, now: u64) -> Result<ViewedDy, CurveError> {
        let curve = self.view_curve(now)?;
        let d = curve.d(xp)?;
        let y = curve.y(i, j, x, xp, d)?;
        let less = U256::from(u8::from(self.quirks().swap_less_one));
        let settle = || {
            let dy = sub(sub(xp.at(j), y)?, less)?;
            Some(ViewedDy { dy, fee: self.swap_fee(xp.at(i), x, xp.at(j), y)? })
        };
        settle().named("what is bought")
    }

    /// As [`Self::get_dy`] between normalised balances: what is left of 18 decimals after the fee.
    pub(crate) fn view_net_dy(
        &self,
        coins: [usize; 2],
        x: U256,
        xp: &PerCoin,
        now: u64,
    ) -> Result<U256, CurveError> {
        let ViewedDy { dy, fee } = self.view_dy(coins, x, xp, now)?;
        part(dy, fee).and_then(|fee| sub(dy, fee)).named("what is bought")
    }

    /// `get_dx`: about what must be sold for `dy`; the newest pools only.
    ///
    /// # Errors
    ///
    /// [`CurveError::NoSuchOperation`] of older pools, [`CurveError::BadCoins`] and failing arithmetic.
    pub fn get_dx(
        &self,
        [i, j]: [usize; 2],
        dy: U256,
        rates: &PerCoin,
        now: u64,
    ) -> Result<U256, CurveError> {
        if self.quirks().view != View::Separate {
            return Err(CurveError::NoSuchOperation);
        }
        let xp = self.normalise(&self.balances()?, rates)?;
        self.check_index(i, j)?;
        let curve = self.view_curve(now)?;
        let d = curve.d(&xp)?;
        let left = || -> Option<U256> {
            let with_fee = add(mul_div(dy, rates.at(j), PRECISION)?, U256::ONE)?;
            let fee = dynamic(xp.at(i), xp.at(j), self.state.fee, self.state.multiplier)?;
            sub(xp.at(j), mul_div(with_fee, FEE_DENOMINATOR, sub(FEE_DENOMINATOR, fee)?)?)
        };
        let y = left().named("what is bought")?;
        let x = curve.y(j, i, y, &xp, d)?;
        sub(x, xp.at(i)).and_then(|more| to_units(more, rates.at(i))).named("what is sold")
    }

    /// `calc_token_amount`: the shares that these amounts mint or burn; old pools leave the fees out.
    ///
    /// # Errors
    ///
    /// [`CurveError::NotOneEach`] and failing arithmetic.
    pub fn calc_token_amount(
        &self,
        amounts: &[U256],
        is_deposit: bool,
        rates: &PerCoin,
        now: u64,
    ) -> Result<U256, CurveError> {
        if self.quirks().view == View::Separate {
            return self.calc_as_newest(amounts, is_deposit, rates, now);
        }
        let curve = self.curve(now)?;
        let moved = self.moved(amounts, is_deposit)?;
        let before = self.d_of(&curve, &self.balances()?, rates)?;
        let after = self.d_of(&curve, &moved, rates)?;
        self.shares_between(before, after, is_deposit)
    }

    /// `calc_token_amount` of the newest pools' views, which they use of any base pool: with the fees.
    pub(crate) fn calc_as_newest(
        &self,
        amounts: &[U256],
        is_deposit: bool,
        rates: &PerCoin,
        now: u64,
    ) -> Result<U256, CurveError> {
        let curve = self.newest_curve(now)?;
        let old = self.balances()?;
        let before = self.d_of(&curve, &old, rates)?;
        let new = self.moved(amounts, is_deposit)?;
        let after = self.d_of(&curve, &new, rates)?;
        if self.state.supply.is_zero() {
            return Ok(after);
        }
        let left = self.after_fees([before, after], &old, &new, rates).named("the fees")?;
        let after = self.d_of(&curve, &left, rates)?;
        self.shares_between(before, after, is_deposit)
    }

    fn moved(&self, amounts: &[U256], is_deposit: bool) -> Result<PerCoin, CurveError> {
        self.one_each(amounts)?;
        let mut new = self.balances()?;
        for (at, amount) in amounts.iter().enumerate() {
            let moved = if is_deposit { new.raise(at, *amount) } else { new.lower(at, *amount) };
            moved.named("the balance")?;
        }
        Ok(new)
    }

    fn shares_between(&self, before: U256, after: U256, is_deposit: bool) -> Result<U256, CurveError> {
        let difference = if is_deposit { sub(after, before) } else { sub(before, after) };
        difference.and_then(|less| mul_div(less, self.state.supply, before)).named("the shares")
    }

    fn after_fees(
        &self,
        [d0, d1]: [U256; 2],
        old: &PerCoin,
        new: &PerCoin,
        rates: &PerCoin,
    ) -> Option<PerCoin> {
        let coins = self.coins();
        let base = of_imbalance(self.state.fee, coins)?;
        let ys = div(add(d0, d1)?, int(coins as u64))?;
        let mut left = *new;
        for at in 0..coins {
            let (before, after) = (old.at(at), new.at(at));
            let ideal = mul_div(d1, before, d0)?;
            let xs = mul_div(rates.at(at), add(before, after)?, PRECISION)?;
            let rate = dynamic(xs, ys, base, self.state.multiplier)?;
            left.lower(at, part(rate, ideal.abs_diff(after))?)?;
        }
        Some(left)
    }

    /// `calc_withdraw_one_coin`.
    ///
    /// # Errors
    ///
    /// As [`Contract::remove_one`], without its limit.
    pub fn calc_withdraw_one_coin(
        &self,
        burned: U256,
        i: usize,
        rates: &PerCoin,
        now: u64,
    ) -> Result<U256, CurveError> {
        if !self.quirks().one_coin {
            return Err(CurveError::NoSuchOperation);
        }
        Ok(self.one_coin(burned, i, rates, now)?.0.paid)
    }
}

struct ViewedDy {
    /// 18 decimals, before the fee.
    dy: U256,
    /// In parts of 10^10.
    fee: U256,
}
