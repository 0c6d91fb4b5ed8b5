//! What outsiders do to an unhealthy position of the farmer.

use levmine_lending::{LiquidationCall, LiquidationOutcome, SaleOutcome};
use levmine_market::{Cause, Mark, Reason, VenueId};
use levmine_math::U256;

use crate::portfolio::residual;
use crate::world::OUTSIDER;
use crate::{StepError, World};

impl World {
    /// Lets an outsider make the most profitable liquidation call against the farmer at one lending market, and books
    /// what it cost. `None` when the position is healthy or nobody can do anything.
    ///
    /// # Errors
    ///
    /// [`StepError`] when a price is missing.
    pub fn liquidate_once(&mut self, at: VenueId) -> Result<Option<(LiquidationOutcome, Mark)>, StepError> {
        let found = self.healths().iter().find(|(id, health)| *id == at && health.liquidatable);
        if !found.is_some_and(|(_, health)| self.may_liquidate(at, health)) {
            return Ok(None);
        }
        let Some(call) = self.wanted_call(at)? else { return Ok(None) };
        if self.any_robbed() && !self.still_pays(at, &call)? {
            return Ok(None);
        }
        let before = self.portfolio.equity();
        self.journal.begin(self.now.time);
        let outcome = self.with_lending(at, Reason::Liquidation, |market, ctx| {
            let outcome = market.liquidate(&call, ctx)?;
            let transfers = outcome.transfers.clone();
            Ok((outcome, transfers))
        })?;
        self.note_forgiven(&outcome.bad_debt);
        let after = self.rebuild_portfolio()?;
        let mut forgiven: Mark = 0;
        for debt in &outcome.bad_debt {
            forgiven = forgiven.saturating_add(self.market.mark(*debt, self.quote)?);
        }
        let penalty = residual(before, after, forgiven);
        self.portfolio.attribution.book(Cause::BadDebt, forgiven)?;
        self.portfolio.attribution.book(Cause::LiquidationPenalty, penalty)?;
        self.tell_the_parked(!outcome.bad_debt.is_empty())?;
        Ok(Some((outcome, penalty.saturating_neg())))
    }

    /// Whether a liquidator still earns at a venue that was robbed: what he seizes there is worth only what is left of it.
    fn still_pays(&self, at: VenueId, call: &LiquidationCall) -> Result<bool, StepError> {
        let (market, ctx) = (self.lending(at)?, self.context());
        if market.capabilities().sales {
            return Ok(true);
        }
        let outcome = market.fork().liquidate(call, &ctx)?;
        let (mut seized, mut repaid) = (U256::ZERO, U256::ZERO);
        for amount in &outcome.seized {
            seized = seized.saturating_add(ctx.prices.value(self.left_of(at, *amount)?)?.raw());
        }
        for amount in &outcome.repaid {
            repaid = repaid.saturating_add(ctx.prices.value(*amount)?.raw());
        }
        Ok(seized >= repaid)
    }

    /// Lets outsiders buy seized collateral that is for sale below its market price, and restart sales that stand still.
    ///
    /// # Errors
    ///
    /// [`StepError`] when a price is missing.
    pub fn buy_sales(&mut self, at: VenueId) -> Result<Vec<SaleOutcome>, StepError> {
        let mut done = Vec::new();
        let Some(market) = self.find_lending(at) else { return Ok(done) };
        if !market.capabilities().sales || self.is_paused(at) {
            return Ok(done);
        }
        for sale in market.sales(&self.context())? {
            // Whoever's it was sees to it when it is his turn.
            if sale.borrower.is_some_and(|borrower| self.is_parked(borrower)) {
                continue;
            }
            let worth = self.convert(self.left_of(at, sale.lot)?, sale.pay_with)?;
            let unit = levmine_math::pow10(u32::from(sale.lot.asset.decimals()))?;
            let asked =
                levmine_math::mul_div(sale.price.raw(), sale.lot.raw, unit, levmine_math::Rounding::Up)?;
            let scale = levmine_math::pow10(u32::from(sale.pay_with.decimals()))?;
            let asked = levmine_math::mul_div(
                asked,
                scale,
                levmine_math::Wad::ONE.raw(),
                levmine_math::Rounding::Up,
            )?;
            if !sale.stalled && (asked > worth || !self.gains_enough(sale.pay_with, worth, asked)?) {
                continue;
            }
            let before = self.portfolio.equity();
            self.journal.begin(self.now.time);
            let outcome = self.with_lending(at, Reason::Liquidation, |market, ctx| {
                let outcome = if sale.stalled {
                    market.restart_sale(OUTSIDER, sale.id, ctx)?
                } else {
                    market.buy(OUTSIDER, sale.id, sale.lot.raw, sale.price, ctx)?
                };
                let transfers = outcome.transfers.clone();
                Ok((outcome, transfers))
            });
            // A sale that refuses (too small a rest, nothing left) stays for the next step.
            let Ok(outcome) = outcome else { continue };
            let after = self.rebuild_portfolio()?;
            let change = residual(before, after, 0);
            self.portfolio.attribution.book(Cause::LiquidationPenalty, change)?;
            self.tell_the_parked(false)?;
            done.push(outcome);
        }
        Ok(done)
    }
}
