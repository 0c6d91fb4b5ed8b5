use levmine_market::{Account, Actor, Asset, Price};
use levmine_math::{MathError, Rounding, U256, Wad, mul_div, pow10};

use crate::search::{between, largest, smallest};
use crate::{Amount, Context, HealthFactor, LendingError, LendingMarket, Receipt};

/// Conveniences over any market; one implementation, so they cannot drift.
///
/// Values come from [`LendingMarket::health`], so they are the protocol's own. Questions of the form "how much at
/// most" are answered by trying: a closed form makes the guess, and copies of the market say what the last base unit
/// is. That costs a few copies, up to some hundreds where the closed form is far off.
pub trait LendingMarketExt: LendingMarket {
    /// Debt over collateral, by value; 18 decimals, rounded up. `None` for a debt without collateral.
    ///
    /// # Errors
    ///
    /// As [`LendingMarket::health`].
    fn ltv(&self, owner: Account, ctx: &Context<'_>) -> Result<Option<Wad>, LendingError> {
        let health = self.health(owner, ctx)?;
        if health.debt.is_zero() {
            return Ok(Some(Wad::ZERO));
        }
        if health.collateral.is_zero() {
            return Ok(None);
        }
        Ok(Some(ratio(health.debt, health.collateral, Rounding::Up)?))
    }

    /// Collateral over equity, by value: collateral ÷ (collateral − debt); 18 decimals, rounded down. `None` where
    /// the debt is worth as much as the collateral or more, so also for an account that has neither.
    ///
    /// # Errors
    ///
    /// As [`LendingMarket::health`].
    fn leverage(&self, owner: Account, ctx: &Context<'_>) -> Result<Option<Wad>, LendingError> {
        let health = self.health(owner, ctx)?;
        match health.collateral.sub(health.debt) {
            Ok(equity) if !equity.is_zero() => Ok(Some(ratio(health.collateral, equity, Rounding::Down)?)),
            _ => Ok(None),
        }
    }

    /// Supplies, and has what was supplied counted as collateral where it can be: some markets count every supply,
    /// others only what its owner entered. A market that refuses to count it keeps the supply all the same.
    ///
    /// # Errors
    ///
    /// As [`LendingMarket::supply`] and [`LendingMarket::position`].
    fn supply_as_collateral(
        &mut self,
        actor: Actor,
        asset: Asset,
        amount: Amount,
        ctx: &Context<'_>,
    ) -> Result<Receipt, LendingError> {
        let receipt = self.supply(actor, asset, amount, ctx)?;
        if !self.capabilities().collateral_switch || self.listing(asset)?.max_ltv.is_none() {
            return Ok(receipt);
        }
        let position = self.position(actor.owner, ctx.now)?;
        let idle = position.supplied.iter().any(|held| held.amount.asset == asset && !held.collateral);
        match idle.then(|| self.set_collateral(actor.owner, asset, true, ctx)) {
            None | Some(Ok(()) | Err(LendingError::Refused { .. })) => Ok(receipt),
            Some(Err(error)) => Err(error),
        }
    }

    /// The most base units of `asset` that `owner` can borrow now; zero where none are.
    ///
    /// Exact where the accepted amounts are one interval from zero or from a smallest size on. A market that takes
    /// only amounts in a narrow band far from what the borrow limit says can answer zero.
    ///
    /// # Errors
    ///
    /// As [`LendingMarket::health`] and [`LendingMarket::rates`].
    fn borrow_headroom(&self, owner: Account, asset: Asset, ctx: &Context<'_>) -> Result<U256, LendingError> {
        let health = self.health(owner, ctx)?;
        let free = Wad::from_raw(health.borrow_limit.raw().saturating_sub(health.debt.raw()));
        let guess = units(free, asset, ctx, Rounding::Down)?.min(self.rates(asset, ctx.now)?.available);
        let mut trials = Trials::of(self);
        Ok(largest(guess, |amount| {
            trials.accept(|market| market.borrow(owner.into(), asset, Amount::Exact(amount), ctx))
        }))
    }

    /// The most base units of `asset` that `owner` can take out of its supply now; zero where none are.
    ///
    /// Limited by the supply, by the risk that the rest must bear, and by what the market holds.
    ///
    /// # Errors
    ///
    /// As [`LendingMarket::supplied`], [`LendingMarket::health`] and [`LendingMarket::rates`].
    fn max_withdraw(&self, owner: Account, asset: Asset, ctx: &Context<'_>) -> Result<U256, LendingError> {
        let supplied = self.supplied(owner, asset, ctx.now)?;
        if supplied.is_zero() {
            return Ok(supplied);
        }
        let mut guess = supplied.min(self.rates(asset, ctx.now)?.available);
        let health = self.health(owner, ctx)?;
        if let Some(threshold) = self.listing(asset)?.liquidation_threshold.filter(|_| !health.debt.is_zero())
        {
            let free = Wad::from_raw(health.liquidation_limit.raw().saturating_sub(health.debt.raw()));
            if !threshold.is_zero() {
                let value = Wad::from_raw(threshold.div_int(free.raw(), Rounding::Down)?);
                guess = guess.min(units(value, asset, ctx, Rounding::Down)?);
            }
        }
        let mut trials = Trials::of(self);
        Ok(largest(guess, |amount| {
            amount <= supplied
                && trials.accept(|market| market.withdraw(owner.into(), asset, Amount::Exact(amount), ctx))
        }))
    }

    /// The base units of `asset` to borrow so that debt over collateral, by value, becomes `target`; rounded down, so
    /// that it is not passed. Zero where it is reached already. Whether the market lends so much is another question
    /// ([`Self::borrow_headroom`]).
    ///
    /// # Errors
    ///
    /// As [`LendingMarket::health`].
    fn amount_to_ltv(
        &self,
        owner: Account,
        asset: Asset,
        target: Wad,
        ctx: &Context<'_>,
    ) -> Result<U256, LendingError> {
        let health = self.health(owner, ctx)?;
        let wanted = mul_div(health.collateral.raw(), target.raw(), Wad::ONE.raw(), Rounding::Down)?;
        units(Wad::from_raw(wanted.saturating_sub(health.debt.raw())), asset, ctx, Rounding::Down)
    }

    /// The fewest base units of the debt in `asset` after whose repayment the health factor is at least `target`.
    /// Zero where it is already, `None` where even the whole debt in `asset` is not enough.
    ///
    /// # Errors
    ///
    /// As [`LendingMarket::health`] and [`LendingMarket::debt`].
    fn repay_to_health(
        &self,
        owner: Account,
        asset: Asset,
        target: Wad,
        ctx: &Context<'_>,
    ) -> Result<Option<U256>, LendingError> {
        let debt = self.debt(owner, asset, ctx.now)?;
        let health = self.health(owner, ctx)?;
        let target = HealthFactor::Of(target);
        if health.factor >= target {
            return Ok(Some(U256::ZERO));
        }
        let HealthFactor::Of(wanted) = target else { return Ok(None) };
        // limit ÷ (debt − x) = target.
        let bearable = if wanted.is_zero() { U256::MAX } else { div_wad(health.liquidation_limit, wanted)? };
        let excess = Wad::from_raw(health.debt.raw().saturating_sub(bearable));
        let guess = units(excess, asset, ctx, Rounding::Up)?;
        Ok(smallest(guess, debt, |amount| {
            let mut market = self.fork();
            let amount = if amount == debt { Amount::All } else { Amount::Exact(amount) };
            let repaid = market.repay(Actor::from(owner), asset, amount, ctx);
            repaid.is_ok() && market.health(owner, ctx).is_ok_and(|health| health.factor >= target)
        }))
    }

    /// The price of `asset` at which `owner` can be liquidated, all other prices staying: the first one below the
    /// price now, else (for what is owed) the first one above it. `None` where no price does that.
    ///
    /// The answer can be liquidated and a price nearer by 10^-9 of it cannot. Prices are looked for down to a
    /// millionth of a millionth of the price now, and up to 10^12 times it. Where the position can be liquidated
    /// already, the price now.
    ///
    /// # Errors
    ///
    /// As [`LendingMarket::health`]; [`LendingError::Market`] where `asset` has no price.
    fn liquidation_price(
        &self,
        owner: Account,
        asset: Asset,
        ctx: &Context<'_>,
    ) -> Result<Option<Price>, LendingError> {
        let now = ctx.prices.price(asset)?;
        if self.health(owner, ctx)?.liquidatable {
            return Ok(Some(now));
        }
        let mut prices = ctx.prices.clone();
        // A price at which the protocol cannot value the position does not liquidate it.
        let mut liquidated = |price: U256| {
            prices.set(asset, Price(Wad::from_raw(price)));
            self.health(owner, &Context { now: ctx.now, prices: &prices })
                .is_ok_and(|health| health.liquidatable)
        };
        let position = self.position(owner, ctx.now)?;
        let collateral = position.supplied.iter().any(|it| it.collateral && it.amount.asset == asset);
        let owed = position.debts.iter().any(|debt| debt.asset == asset);
        for (applies, falling) in [(collateral, true), (owed, false)] {
            if applies && let Some(price) = border(now.0.raw(), falling, &mut liquidated) {
                return Ok(Some(Price(Wad::from_raw(price))));
            }
        }
        Ok(None)
    }
}

impl<M: LendingMarket + ?Sized> LendingMarketExt for M {}

/// The price nearest to `start` that liquidates, on the side asked for.
fn border(start: U256, falling: bool, liquidated: &mut impl FnMut(U256) -> bool) -> Option<U256> {
    let (mut safe, mut bad) = (start, None);
    for _ in 0..40 {
        let next = if falling { safe >> 1_usize } else { safe.saturating_add(safe) };
        if next == safe || next.is_zero() {
            break;
        }
        if liquidated(next) {
            bad = Some(next);
            break;
        }
        safe = next;
    }
    let mut bad = bad?;
    let near = start.min(bad) >> 30_usize;
    while let Some(middle) = between(safe.min(bad), safe.max(bad)) {
        if safe.abs_diff(bad) <= near {
            break;
        }
        if liquidated(middle) {
            bad = middle;
        } else {
            safe = middle;
        }
    }
    Some(bad)
}

/// Trials on copies. A refused operation has left its copy as it was, so the copy serves again.
struct Trials<'a, M: ?Sized> {
    market: &'a M,
    copy: Option<Box<dyn LendingMarket>>,
}

impl<'a, M: LendingMarket + ?Sized> Trials<'a, M> {
    fn of(market: &'a M) -> Self {
        Self { market, copy: None }
    }

    fn accept(
        &mut self,
        operation: impl FnOnce(&mut dyn LendingMarket) -> Result<Receipt, LendingError>,
    ) -> bool {
        let mut copy = self.copy.take().unwrap_or_else(|| self.market.fork());
        let accepted = operation(&mut *copy).is_ok();
        if !accepted {
            self.copy = Some(copy);
        }
        accepted
    }
}

/// The base units of `asset` that are worth `value`.
fn units(value: Wad, asset: Asset, ctx: &Context<'_>, rounding: Rounding) -> Result<U256, LendingError> {
    if value.is_zero() {
        return Ok(U256::ZERO);
    }
    let price = ctx.prices.price(asset)?.0.raw();
    Ok(mul_div(value.raw(), pow10(u32::from(asset.decimals()))?, price, rounding)?)
}

fn ratio(a: Wad, b: Wad, rounding: Rounding) -> Result<Wad, MathError> {
    mul_div(a.raw(), Wad::ONE.raw(), b.raw(), rounding).map(Wad::from_raw)
}

fn div_wad(a: Wad, b: Wad) -> Result<U256, MathError> {
    mul_div(a.raw(), Wad::ONE.raw(), b.raw(), Rounding::Down)
}
