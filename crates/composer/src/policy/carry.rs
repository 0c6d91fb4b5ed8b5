//! Carrying an action out on a keeper's terms.

use levmine_market::{Cause, TokenAmount};
use rust_decimal::Decimal;

use super::Terms;
use crate::fraction::percent;
use crate::portfolio::{quotient, residual};
use crate::{StepError, Transaction, World};

/// Does `action` if gas is cheap enough, pays for the keeper's own gas, and takes everything back where a swap has lost too
/// much or nothing is left to pay the gas with.
pub(super) fn carry_out(
    terms: &Terms,
    world: &mut World,
    action: impl FnOnce(&mut World) -> Result<Vec<Transaction>, StepError>,
) -> Result<Vec<Transaction>, StepError> {
    if let Some(most) = terms.max_gas.filter(|most| world.gas_price > *most) {
        return Err(StepError::GasAboveCap { price: world.gas_price, most });
    }
    if terms.max_slippage.is_none() && terms.gas == 0 {
        return action(world);
    }
    let saved = world.save();
    world.tolerate(terms.max_slippage);
    let done = action(world).and_then(|done| {
        if let Some(most) = terms.max_slippage {
            done.iter().try_for_each(|transaction| world.lost_within(transaction, most))?;
        }
        pay_keeper(terms, world, &done)?;
        Ok(done)
    });
    world.tolerate(None);
    if done.is_err() {
        world.restore(saved);
    }
    done
}

/// Pays for the gas that a keeper's transactions use beside what their steps do.
fn pay_keeper(terms: &Terms, world: &mut World, done: &[Transaction]) -> Result<(), StepError> {
    let sent = done.iter().filter(|transaction| !transaction.steps.is_empty()).count();
    let count = u64::try_from(sent).unwrap_or(u64::MAX);
    match terms.gas.saturating_mul(count) {
        0 => Ok(()),
        units => world.spend_gas(units),
    }
}

impl World {
    /// Fails if one of a transaction's swaps has lost a larger part of its value than `most` against the market price.
    pub(crate) fn lost_within(&self, transaction: &Transaction, most: Decimal) -> Result<(), StepError> {
        for step in transaction.steps.iter().filter(|step| step.verb == "swap") {
            let mut sides = [0_i128; 2];
            for (side, amounts) in sides.iter_mut().zip([&step.paid, &step.received]) {
                for amount in amounts {
                    *side = side.saturating_add(self.market.mark(*amount, self.quote)?);
                }
            }
            let [given, got] = sides;
            let lost = quotient(given.saturating_sub(got), given).unwrap_or_default();
            if lost > most {
                return Err(StepError::Slippage { lost: percent(lost), allowed: percent(most) });
            }
        }
        Ok(())
    }

    /// Pays for gas that no step of a plan uses.
    fn spend_gas(&mut self, units: u64) -> Result<(), StepError> {
        self.journal.begin(self.now.time);
        self.settle_shares()?;
        let before = self.portfolio.equity();
        let cost = self.pay_units(units)?;
        let gas = self.market.mark(TokenAmount::new(self.quote, cost), self.quote)?;
        let after = self.rebuild_portfolio()?;
        self.stands_for_gas(cost)?;
        self.portfolio.attribution.book(Cause::Gas, gas.saturating_neg())?;
        let rest = residual(before, after, gas.saturating_neg());
        Ok(self.portfolio.attribution.book(Cause::Rounding, rest)?)
    }
}
