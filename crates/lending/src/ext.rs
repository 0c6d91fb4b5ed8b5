use levmine_market::{Account, Asset};

use crate::{Amount, Context, LendingError, LendingMarket, LiquidationCall};

/// Conveniences over any market; one implementation, so they cannot drift.
pub trait LendingMarketExt: LendingMarket {}

impl<M: LendingMarket + ?Sized> LendingMarketExt for M {}

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
    let mut best: Option<(levmine_math::U256, LiquidationCall)> = None;
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
            let mut seized = levmine_math::U256::ZERO;
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

#[allow(dead_code)]
fn _unused(_: Asset) {}
