use levmine_market::{Account, Asset, Price};
use levmine_math::{Rounding, U256, Wad, mul_div, pow10};

use crate::{Amount, Context, LendingError, LendingMarket, LiquidationCall};

/// Conveniences over any market; one implementation, so they cannot drift.
pub trait LendingMarketExt: LendingMarket {
    /// The largest amount of `asset`, in base units, that [`LendingMarket::borrow`] accepts for `owner` now; zero if it
    /// accepts none.
    ///
    /// # Errors
    ///
    /// [`LendingError`] when the position cannot be valued.
    fn borrow_headroom(&self, owner: Account, asset: Asset, ctx: &Context<'_>) -> Result<U256, LendingError> {
        let health = self.health(owner, ctx)?;
        let room = health.borrow_limit.sub(health.debt).unwrap_or(Wad::ZERO);
        let available = self.rates(asset, ctx.now)?.available;
        let price = ctx.prices.price(asset)?.0.raw();
        let unit = pow10(u32::from(asset.decimals()))?;
        let guess = mul_div(room.raw(), unit, price, Rounding::Down).unwrap_or(available);
        let accepts = |amount: U256| {
            let mut trial = self.fork();
            trial.borrow(owner.into(), asset, Amount::Exact(amount), ctx).is_ok()
        };
        Ok(largest(accepts, guess, available))
    }

    /// The largest amount of `asset`, in base units, that [`LendingMarket::withdraw`] accepts for `owner` now; zero if
    /// it accepts none.
    ///
    /// # Errors
    ///
    /// [`LendingError`] when the position cannot be valued.
    fn max_withdraw(&self, owner: Account, asset: Asset, ctx: &Context<'_>) -> Result<U256, LendingError> {
        let supplied = self.supplied(owner, asset, ctx.now)?;
        let accepts = |amount: U256| {
            let mut trial = self.fork();
            let amount = if amount == supplied { Amount::All } else { Amount::Exact(amount) };
            trial.withdraw(owner.into(), asset, amount, ctx).is_ok()
        };
        if supplied.is_zero() || accepts(supplied) {
            return Ok(supplied);
        }
        let health = self.health(owner, ctx)?;
        // With value C, threshold value L and debt D, a value x may leave while (L − x·L/C) ≥ D: x ≤ C·(L − D) ÷ L.
        let free = health.liquidation_limit.sub(health.debt).unwrap_or(Wad::ZERO);
        let value =
            mul_div(health.collateral.raw(), free.raw(), health.liquidation_limit.raw(), Rounding::Down).unwrap_or_default();
        let price = ctx.prices.price(asset)?.0.raw();
        let unit = pow10(u32::from(asset.decimals()))?;
        let guess = mul_div(value, unit, price, Rounding::Down).unwrap_or(supplied);
        Ok(largest(accepts, guess, supplied))
    }

    /// The price of `asset`, others unchanged, at which `owner` becomes liquidatable: below today's for collateral,
    /// above for debt, found to one part in 10^9. Today's price if the position is liquidatable already; `None` if no
    /// price between a millionth and a million times today's does it.
    ///
    /// # Errors
    ///
    /// [`LendingError`] when the position cannot be valued.
    fn liquidation_price(
        &self,
        owner: Account,
        asset: Asset,
        ctx: &Context<'_>,
    ) -> Result<Option<Price>, LendingError> {
        let now = ctx.prices.price(asset)?.0.raw();
        let mut prices = ctx.prices.clone();
        let mut liquidatable = |price: U256| -> Result<bool, LendingError> {
            prices.set(asset, Price(Wad::from_raw(price)));
            Ok(self.health(owner, &Context { now: ctx.now, prices: &prices })?.liquidatable)
        };
        if liquidatable(now)? {
            return Ok(Some(Price(Wad::from_raw(now))));
        }
        let million = U256::from(1_000_000_u64);
        let low = (now / million).max(U256::ONE);
        let high = now.saturating_mul(million);
        let (mut safe, mut bad) = if liquidatable(low)? {
            (now, low)
        } else if liquidatable(high)? {
            (now, high)
        } else {
            return Ok(None);
        };
        let close_enough = (now / U256::from(1_000_000_000_u64)).max(U256::ONE);
        while safe.abs_diff(bad) > close_enough {
            let middle = (safe >> 1) + (bad >> 1);
            if liquidatable(middle)? { bad = middle } else { safe = middle }
        }
        Ok(Some(Price(Wad::from_raw(bad))))
    }
}

impl<M: LendingMarket + ?Sized> LendingMarketExt for M {}

/// The largest amount up to `most` that `accepts`, if every smaller one is accepted too; found from a good guess.
fn largest(accepts: impl Fn(U256) -> bool, guess: U256, most: U256) -> U256 {
    let guess = guess.min(most);
    let (mut good, mut bad);
    let mut step = U256::ONE;
    if !guess.is_zero() && accepts(guess) {
        good = guess;
        loop {
            if good == most {
                return good;
            }
            let next = good.saturating_add(step).min(most);
            if !accepts(next) {
                bad = next;
                break;
            }
            good = next;
            step <<= 1;
        }
    } else {
        bad = guess;
        loop {
            if bad <= U256::ONE {
                return U256::ZERO;
            }
            let next = bad.saturating_sub(step);
            if next.is_zero() {
                good = U256::ZERO;
                break;
            }
            if accepts(next) {
                good = next;
                break;
            }
            bad = next;
            step <<= 1;
        }
    }
    while bad.saturating_sub(good) > U256::ONE {
        let middle = good + ((bad - good) >> 1);
        if accepts(middle) { good = middle } else { bad = middle }
    }
    good
}

/// Returns the call that earns `liquidator` the most against `borrower`, each pair of debt and collateral tried on a
/// copy; `None` when nothing can be liquidated.
///
/// # Errors
///
/// [`LendingError::Market`] for a missing price.
pub fn best_liquidation(
    market: &dyn LendingMarket,
    liquidator: Account,
    borrower: Account,
    ctx: &Context<'_>,
) -> Result<Option<LiquidationCall>, LendingError> {
    let position = market.position(borrower, ctx.now)?;
    let mut best: Option<(U256, LiquidationCall)> = None;
    for debt in &position.debts {
        for supplied in position.supplied.iter().filter(|supplied| supplied.collateral) {
            let call = LiquidationCall {
                liquidator,
                borrower,
                debt: debt.asset,
                collateral: supplied.amount.asset,
                repay: Amount::All,
                keep_supplied: false,
            };
            let mut trial = market.fork();
            let Ok(outcome) = trial.liquidate(&call, ctx) else { continue };
            let mut seized = U256::ZERO;
            for amount in &outcome.seized {
                seized = seized.saturating_add(ctx.prices.value(*amount)?.raw());
            }
            if best.as_ref().is_none_or(|(most, _)| seized > *most) {
                best = Some((seized, call));
            }
        }
    }
    Ok(best.map(|(_, call)| call))
}
