//! What an amount in words is when its step runs.

use levmine_amm::Amounts;
use levmine_lending::{Amount, LendingMarketExt};
use levmine_market::{Asset, TokenAmount, VenueId};
use levmine_math::{U256, Wad};
use rust_decimal::Decimal;

use super::{Executed, Run};
use crate::fraction::{part_of, percent, ratio, scale, unscale};
use crate::{AmountSpec, StepError, World};

impl Run<'_> {
    pub(super) fn of_wallet(
        &self,
        amount: &AmountSpec,
        verb: &'static str,
    ) -> Result<TokenAmount, StepError> {
        let asset = amount.asset();
        let available = self.world.wallet(asset);
        let raw = match amount {
            AmountSpec::Brought(_) => {
                return Ok(TokenAmount::new(asset, self.brought(asset).min(available)));
            }
            AmountSpec::Received(_) => self.received(asset).min(available),
            _ => return self.world.of_wallet(amount, verb),
        };
        if raw.is_zero() {
            return Err(StepError::Nothing { asset, verb });
        }
        Ok(TokenAmount::new(asset, raw))
    }

    /// What the last step that brought any of `asset` brought.
    fn received(&self, asset: Asset) -> U256 {
        let brought = |step: &Executed| step.received.iter().find(|amount| amount.asset == asset).copied();
        self.done.steps.iter().rev().find_map(brought).map_or(U256::ZERO, |amount| amount.raw)
    }

    /// What the steps so far have brought of `asset`, less what they took.
    fn brought(&self, asset: Asset) -> U256 {
        let sum = |amounts: &[TokenAmount]| {
            amounts
                .iter()
                .filter(|amount| amount.asset == asset)
                .fold(U256::ZERO, |sum, amount| sum.saturating_add(amount.raw))
        };
        let steps = self.done.steps.iter();
        let (received, paid) = steps.fold((U256::ZERO, U256::ZERO), |(received, paid), step| {
            (received.saturating_add(sum(&step.received)), paid.saturating_add(sum(&step.paid)))
        });
        received.saturating_sub(paid)
    }

    pub(super) fn coins_of_wallet(
        &self,
        at: VenueId,
        specs: &[AmountSpec],
        verb: &'static str,
    ) -> Result<Amounts, StepError> {
        let pool = self.world.pool(at)?;
        let mut amounts = Amounts::from_elem(U256::ZERO, pool.coins().len());
        for spec in specs {
            let amount = self.of_wallet(spec, verb)?;
            let coin = pool.coins().iter().position(|coin| *coin == amount.asset);
            let Some(slot) = coin.and_then(|coin| amounts.get_mut(coin)) else {
                let protocol = pool.descriptor().name;
                return Err(levmine_amm::AmmError::UnknownAsset { protocol, asset: amount.asset }.into());
            };
            *slot = amount.raw;
        }
        Ok(amounts)
    }

    pub(super) fn to_withdraw(
        &self,
        at: VenueId,
        spec: &AmountSpec,
        verb: &'static str,
    ) -> Result<(Asset, Amount), StepError> {
        let (market, farmer, ctx) = (self.world.lending(at)?, self.world.farmer, self.world.context());
        let asset = spec.asset();
        let amount = match spec {
            AmountSpec::Exact(exact) => Amount::Exact(exact.raw),
            AmountSpec::All(_) => Amount::All,
            AmountSpec::Part(part, _) => {
                Amount::Exact(part_of(market.supplied(farmer, asset, ctx.now)?, *part)?)
            }
            AmountSpec::Max(_) => {
                let max = market.max_withdraw(farmer, asset, &ctx)?;
                if max >= market.supplied(farmer, asset, ctx.now)? { Amount::All } else { Amount::Exact(max) }
            }
            _ => return Err(wrong(spec, verb, "\"1000 USDC\", \"all USDC\", \"60% USDC\" or \"max USDC\"")),
        };
        if amount == Amount::Exact(U256::ZERO) {
            return Err(StepError::Nothing { asset, verb });
        }
        Ok((asset, amount))
    }

    pub(super) fn to_borrow(
        &self,
        at: VenueId,
        spec: &AmountSpec,
        verb: &'static str,
    ) -> Result<TokenAmount, StepError> {
        let (market, farmer, ctx) = (self.world.lending(at)?, self.world.farmer, self.world.context());
        let asset = spec.asset();
        let health = market.health(farmer, &ctx)?;
        let debt_for = |target: Wad| -> Result<U256, StepError> {
            let more = target.sub(health.debt).unwrap_or(Wad::ZERO);
            self.world.units_of(more, asset)
        };
        let raw = match spec {
            AmountSpec::Exact(exact) => exact.raw,
            AmountSpec::Max(_) => market.borrow_headroom(farmer, asset, &ctx)?,
            AmountSpec::ToLtv(_, ltv) => {
                let target = scale(health.collateral, *ltv)?;
                if target > health.borrow_limit {
                    return Err(self.above_limit(at, *ltv, &health));
                }
                debt_for(target)?
            }
            AmountSpec::ToHealth(_, factor) => {
                if health.liquidation_limit.is_zero() {
                    return Err(self.above_limit(at, Decimal::ONE, &health));
                }
                let target = unscale(health.liquidation_limit, *factor)?;
                if target > health.borrow_limit {
                    let ltv = ratio(target, health.collateral);
                    return Err(self.above_limit(at, ltv, &health));
                }
                debt_for(target)?
            }
            AmountSpec::ToLeverage(_, leverage) => {
                let equity = health.collateral.sub(health.debt).unwrap_or(Wad::ZERO);
                let more = scale(equity, *leverage)?.sub(health.collateral).unwrap_or(Wad::ZERO);
                let wanted = self.world.units_of(more, asset)?;
                wanted.min(market.borrow_headroom(farmer, asset, &ctx)?)
            }
            AmountSpec::All(_) | AmountSpec::Part(..) | AmountSpec::Received(_) | AmountSpec::Brought(_) => {
                let accepted =
                    "\"1000 USDC\", \"max USDC\", \"USDC to ltv 55%\", \"USDC to health_factor 1.6\"";
                return Err(wrong(spec, verb, accepted));
            }
        };
        if raw.is_zero() {
            return Err(StepError::Nothing { asset, verb });
        }
        Ok(TokenAmount::new(asset, raw))
    }

    fn above_limit(&self, at: VenueId, wanted: Decimal, health: &levmine_lending::Health) -> StepError {
        let limit = ratio(health.borrow_limit, health.collateral);
        StepError::LtvAboveLimit {
            venue: self.world.name(at).into(),
            wanted: percent(wanted),
            limit: percent(limit),
        }
    }

    pub(super) fn to_repay(
        &self,
        at: VenueId,
        spec: &AmountSpec,
        verb: &'static str,
    ) -> Result<(Asset, Amount), StepError> {
        let (market, farmer, ctx) = (self.world.lending(at)?, self.world.farmer, self.world.context());
        let asset = spec.asset();
        let owed = market.debt(farmer, asset, ctx.now)?;
        let wallet = self.world.wallet(asset);
        let all = if wallet >= owed { Amount::All } else { Amount::Exact(wallet) };
        let less_debt = |target: Wad| -> Result<Amount, StepError> {
            let health = market.health(farmer, &ctx)?;
            let less = health.debt.sub(target).unwrap_or(Wad::ZERO);
            Ok(Amount::Exact(self.world.units_of(less, asset)?.min(owed)))
        };
        let amount = match spec {
            AmountSpec::Exact(exact) => Amount::Exact(exact.raw),
            AmountSpec::All(_) | AmountSpec::Max(_) => all,
            AmountSpec::Part(part, _) => Amount::Exact(part_of(owed, *part)?),
            AmountSpec::ToLtv(_, ltv) => less_debt(scale(market.health(farmer, &ctx)?.collateral, *ltv)?)?,
            AmountSpec::ToHealth(_, factor) => {
                less_debt(unscale(market.health(farmer, &ctx)?.liquidation_limit, *factor)?)?
            }
            AmountSpec::ToLeverage(..) | AmountSpec::Received(_) | AmountSpec::Brought(_) => {
                return Err(wrong(
                    spec,
                    verb,
                    "\"1000 USDC\", \"all USDC\", \"50% USDC\", \"USDC to ltv 40%\"",
                ));
            }
        };
        if owed.is_zero() || amount == Amount::Exact(U256::ZERO) {
            return Err(StepError::Nothing { asset, verb });
        }
        Ok((asset, amount))
    }
}

impl World {
    /// What an amount in words is of the wallet; never nothing.
    pub(crate) fn of_wallet(
        &self,
        amount: &AmountSpec,
        verb: &'static str,
    ) -> Result<TokenAmount, StepError> {
        let asset = amount.asset();
        let available = self.wallet(asset);
        let raw = match amount {
            AmountSpec::Exact(exact) if exact.raw > available => {
                let available = TokenAmount::new(asset, available);
                return Err(StepError::WalletTooSmall { needed: *exact, available });
            }
            AmountSpec::Exact(exact) => exact.raw,
            AmountSpec::All(_) => available,
            AmountSpec::Part(part, _) => part_of(available, *part)?,
            _ => return Err(wrong(amount, verb, "\"1000 USDC\", \"all USDC\" or \"60% USDC\"")),
        };
        if raw.is_zero() {
            return Err(StepError::Nothing { asset, verb });
        }
        Ok(TokenAmount::new(asset, raw))
    }
}

pub(super) fn wrong(form: &AmountSpec, verb: &'static str, accepted: &'static str) -> StepError {
    StepError::WrongAmount { form: form.to_string(), verb, accepted }
}
