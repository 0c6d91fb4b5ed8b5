//! How far a farm can go: what it wants to borrow against what its collateral carries.

use levmine_lending::{Amount, LendingMarketExt};
use levmine_market::TokenAmount;
use levmine_math::{U256, Wad};
use rust_decimal::Decimal;

use super::farm::{Borrowed, Farm, Own};
use crate::fraction::{fine_ratio, part_of, percent, ratio, scale, unscale};
use crate::{AmountSpec, StepError, Target, World};

/// What roundings may be off.
const ALMOST: Decimal = Decimal::from_parts(1_000_001, 0, 0, false, 6);

impl Farm {
    /// Refuses a leverage or an amount that the collateral's limit cannot carry. With l the limit of the loan-to-value and s
    /// what is put up, l·s can be borrowed: s is all of the own collateral V, or, where the rest of it goes into the pool
    /// beside the debt D at R of the collateral's coin for one of the borrowed one, V − R·(W + D), with W the own borrowed
    /// coin: D is at most l·(V − R·W) ÷ (1 + R·l). The other targets are parts of what is put up, and the market tells their
    /// limit.
    pub(super) fn check_reach(&self, world: &World) -> Result<(), StepError> {
        if !matches!(self.much, Borrowed::To(Target::Leverage(_)) | Borrowed::Amount(AmountSpec::Exact(_))) {
            return Ok(());
        }
        let wanted = world.oracle.value(self.exact_debt(world)?)?;
        let Some((limit, most)) = self.most(world)? else { return Ok(()) };
        if wanted <= scale(most, ALMOST)? {
            return Ok(());
        }
        let (words, reach) = match &self.much {
            Borrowed::To(target @ Target::Leverage(to)) => {
                // Of one more leverage, one more equity would be borrowed.
                let equity = world.oracle_value_of_equity(*to, wanted)?;
                let beyond = ratio(wanted.sub(most).unwrap_or(Wad::ZERO), equity);
                let reach = to.checked_sub(beyond).unwrap_or(Decimal::ONE).max(Decimal::ONE);
                (target.words(), format!("a leverage of at most {}", reach.trunc_with_scale(2).normalize()))
            }
            Borrowed::To(target) => (target.words(), "less".into()),
            Borrowed::Amount(amount) => {
                let most = TokenAmount::new(self.borrow, world.units_of(most, self.borrow)?);
                (format!("a debt of {amount}"), format!("a debt of at most {most}"))
            }
        };
        let why = format!("{} counts for {} there, which is {reach}", self.collateral, percent(limit));
        Err(StepError::TargetOutOfReach { venue: world.name(self.at).into(), wanted: words, why })
    }

    /// The limit of the loan-to-value, and the value that can be borrowed at most; `None` where that is the market's to say.
    fn most(&self, world: &World) -> Result<Option<(Decimal, Wad)>, StepError> {
        if self.own == Own::Shares {
            return Ok(None);
        }
        let held = world.wallet(self.collateral);
        let own = world.oracle.value(TokenAmount::new(self.collateral, held))?;
        let Some(limit) = self.limit(world, held)? else { return Ok(None) };
        let most = match (&self.supply, self.own) {
            (Some(supply), _) => {
                let put = match supply {
                    AmountSpec::Exact(amount) => amount.raw.min(held),
                    AmountSpec::Part(part, _) => part_of(held, *part)?,
                    AmountSpec::All(_) => held,
                    _ => return Ok(None),
                };
                scale(world.oracle.value(TokenAmount::new(self.collateral, put))?, limit)?
            }
            (None, Own::Pool) => {
                let per = self.proportion(world)?;
                let other = world.oracle.value(TokenAmount::new(self.borrow, world.wallet(self.borrow)))?;
                let left = own.sub(scale(other, per)?).unwrap_or(Wad::ZERO);
                unscale(scale(left, limit)?, Decimal::ONE + per * limit)?
            }
            (None, _) => scale(own, limit)?,
        };
        Ok(Some((limit, most)))
    }

    /// The part of the collateral's value that can be borrowed against it, as the market counts it for the farmer.
    fn limit(&self, world: &World, held: U256) -> Result<Option<Decimal>, StepError> {
        let (market, ctx) = (world.lending(self.at)?, world.context());
        let before = market.health(world.farmer, &ctx)?;
        // With a position there already, what is new is not all that carries.
        if held.is_zero() || !before.collateral.is_zero() || !before.debt.is_zero() {
            return Ok(None);
        }
        let mut copy = market.fork();
        let put = copy.supply_as_collateral(world.farmer.into(), self.collateral, Amount::Exact(held), &ctx);
        if put.is_err() {
            return Ok(None);
        }
        let health = copy.health(world.farmer, &ctx)?;
        Ok((!health.collateral.is_zero()).then(|| fine_ratio(health.borrow_limit, health.collateral)))
    }
}

impl World {
    /// The oracle's value of the equity, where growing to `leverage` takes `wanted`.
    fn oracle_value_of_equity(&self, leverage: Decimal, wanted: Wad) -> Result<Wad, StepError> {
        let further = self.room_to_leverage(leverage + Decimal::ONE)?;
        Ok(further.sub(wanted).unwrap_or(Wad::ZERO))
    }
}
