//! How much a farm puts up and borrows.

use levmine_amm::{Amounts, Deposit};
use levmine_lending::{Amount, LendingMarketExt};
use levmine_market::TokenAmount;
use levmine_math::{Rounding, U256, Wad};
use rust_decimal::Decimal;

use super::farm::{Borrowed, Farm, Own};
use crate::execute::range_of;
use crate::fraction::{fine_ratio, ratio, scale, unscale};
use crate::{AmountSpec, StepError, Target, World};

impl Farm {
    /// How much is put up. Where the rest of it goes into the pool: so much that the pool takes the rest together with what
    /// is borrowed. With V the worth of the collateral coin in the wallet, W that of the borrowed coin, R the pool's value of
    /// the first for one of the second, and l the loan-to-value, s is put up where V − s = R·(l·s + W).
    pub(super) fn supply(&self, world: &World) -> Result<AmountSpec, StepError> {
        match (&self.supply, self.own) {
            (Some(amount), _) => return Ok(amount.clone()),
            (None, Own::Pool) => {}
            (None, _) => return Ok(AmountSpec::All(self.collateral)),
        }
        let held = |asset| world.oracle.value(TokenAmount::new(asset, world.wallet(asset)));
        let (own, other) = (held(self.collateral)?, held(self.borrow)?);
        if own.is_zero() {
            return Err(StepError::Nothing { asset: self.collateral, verb: "supply" });
        }
        let per = self.proportion(world)?;
        let beside = scale(other, per)?;
        let put = match &self.much {
            Borrowed::To(Target::Leverage(_)) | Borrowed::Amount(_) => {
                let more = world.oracle.value(self.exact_debt(world)?)?;
                own.sub(beside.add(scale(more, per)?)?).unwrap_or(Wad::ZERO)
            }
            Borrowed::To(Target::Ltv(to)) => {
                unscale(own.sub(beside).unwrap_or(Wad::ZERO), Decimal::ONE + per * *to)?
            }
            Borrowed::To(Target::HealthFactor(to)) => {
                let ltv = self.threshold(world)?.checked_div(*to).unwrap_or(Decimal::ONE);
                unscale(own.sub(beside).unwrap_or(Wad::ZERO), Decimal::ONE + per * ltv)?
            }
        };
        let raw = world.units_of(put, self.collateral)?.min(world.wallet(self.collateral));
        if raw.is_zero() {
            return Err(StepError::Nothing { asset: self.collateral, verb: "supply" });
        }
        Ok(AmountSpec::Exact(TokenAmount::new(self.collateral, raw)))
    }

    /// The value of the collateral's coin that the pool takes for one of the borrowed coin.
    pub(super) fn proportion(&self, world: &World) -> Result<Decimal, StepError> {
        let Some(at) = self.into.first().filter(|at| world.pool(**at).is_ok()) else {
            return Ok(Decimal::ZERO);
        };
        let pool = world.pool(*at)?;
        // Of both coins the same worth, and a size that moves nothing: what it takes of each is the proportion.
        let worth = world.oracle.value(TokenAmount::new(self.collateral, world.wallet(self.collateral)))?;
        let mut amounts = Amounts::from_elem(U256::ZERO, pool.coins().len());
        let mut places = (None, None);
        for (place, (coin, amount)) in pool.coins().iter().zip(&mut amounts).enumerate() {
            if *coin == self.collateral || *coin == self.borrow {
                *amount = world.units_of(worth, *coin)?;
                let side = if *coin == self.collateral { &mut places.0 } else { &mut places.1 };
                *side = Some(place);
            }
        }
        let (Some(own), Some(borrowed)) = places else { return Ok(Decimal::ZERO) };
        let range = range_of(world, *at, self.place)?;
        let deposit = Deposit { range, ..Deposit::of(amounts) };
        let used = pool.fork().add_liquidity(world.farmer, &deposit, world.now)?.used;
        let value = |asset, place: usize| {
            let raw = used.get(place).copied().unwrap_or(U256::ZERO);
            world.oracle.value(TokenAmount::new(asset, raw))
        };
        let per = fine_ratio(value(self.collateral, own)?, value(self.borrow, borrowed)?);
        Ok(per.clamp(Decimal::ZERO, Decimal::ONE_THOUSAND))
    }

    /// The part of the collateral's value above which its debt is liquidated, as the market counts it for the farmer.
    fn threshold(&self, world: &World) -> Result<Decimal, StepError> {
        let (market, ctx) = (world.lending(self.at)?, world.context());
        let mut copy = market.fork();
        let amount = Amount::Exact(world.wallet(self.collateral));
        copy.supply_as_collateral(world.farmer.into(), self.collateral, amount, &ctx)?;
        let health = copy.health(world.farmer, &ctx)?;
        Ok(ratio(health.liquidation_limit, health.collateral))
    }

    pub(super) fn borrow(&self, world: &World) -> Result<AmountSpec, StepError> {
        Ok(match &self.much {
            Borrowed::To(Target::Ltv(to)) => AmountSpec::ToLtv(self.borrow, *to),
            Borrowed::To(Target::HealthFactor(to)) => AmountSpec::ToHealth(self.borrow, *to),
            Borrowed::To(Target::Leverage(_)) => AmountSpec::Exact(self.exact_debt(world)?),
            Borrowed::Amount(amount) => amount.clone(),
        })
    }

    /// What is borrowed where that does not depend on the collateral.
    pub(super) fn exact_debt(&self, world: &World) -> Result<TokenAmount, StepError> {
        match &self.much {
            Borrowed::Amount(AmountSpec::Exact(amount)) => Ok(*amount),
            Borrowed::To(Target::Leverage(to)) => {
                let value = world.room_to_leverage(*to)?;
                Ok(TokenAmount::new(self.borrow, world.units_of(value, self.borrow)?))
            }
            Borrowed::Amount(amount) => {
                let accepted =
                    "an exact amount, like \"4000 USDC\", where the recipe works out the collateral";
                Err(StepError::WrongAmount { form: amount.to_string(), verb: self.kind.verb(), accepted })
            }
            Borrowed::To(_) => Err(StepError::Nothing { asset: self.borrow, verb: "borrow" }),
        }
    }
}

impl World {
    /// The value by which everything held may grow by borrowing until it is `leverage` times the equity. Marked anew, for
    /// in the middle of a transaction the portfolio is as it was before.
    pub(crate) fn room_to_leverage(&self, leverage: Decimal) -> Result<Wad, StepError> {
        let mut copy = self.fork();
        copy.rebuild_portfolio()?;
        crate::policy::leverage_room(&copy, leverage)
    }
}

/// Halves the range in which an amount lies until it is found: the largest for which `holds`, at most `most`.
pub(crate) fn largest_that(
    most: U256,
    halvings: usize,
    mut holds: impl FnMut(U256) -> Result<bool, StepError>,
) -> Result<U256, StepError> {
    if most.is_zero() || holds(most)? {
        return Ok(most);
    }
    let (mut low, mut high) = (U256::ZERO, most);
    for _ in 0..halvings {
        let gap = high.saturating_sub(low);
        if gap <= U256::ONE {
            break;
        }
        let middle = levmine_math::add(
            low,
            levmine_math::mul_div(gap, U256::ONE, U256::from(2_u64), Rounding::Down)?,
        )?;
        if holds(middle)? { low = middle } else { high = middle }
    }
    Ok(low)
}
