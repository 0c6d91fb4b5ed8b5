use levmine_market::{Account, Asset, PriceBook, TokenAmount};
use levmine_math::U256;

use crate::{Amount, Context, LendingError, LendingMarket, LiquidationCall, LiquidationOutcome, Refusal};

/// Returns the call against `borrower` that gains `liquidator` the most: what is seized, less what the protocol keeps of
/// it, less what is repaid, at the prices given. `None` when nothing can be liquidated, or only at a loss.
///
/// Each pair of debt and collateral is tried on a copy with [`Amount::All`]; where the market cannot pay the collateral
/// out, a second time keeping it supplied. Where the market takes the collateral itself and sells it, the first call that
/// goes through is the answer, for a liquidator pays nothing there. A healthy position costs no copy.
///
/// # Errors
///
/// As [`LendingMarket::health`] and [`LendingMarket::position`]; [`LendingError::Market`] for a missing price.
pub fn best_liquidation(
    market: &dyn LendingMarket,
    liquidator: Account,
    borrower: Account,
    ctx: &Context<'_>,
) -> Result<Option<LiquidationCall>, LendingError> {
    if !market.health(borrower, ctx)?.liquidatable {
        return Ok(None);
    }
    let sells = market.capabilities().sales;
    let position = market.position(borrower, ctx.now)?;
    let mut collaterals: Vec<Asset> = (position.supplied.iter())
        .filter(|supplied| supplied.collateral && !supplied.amount.is_zero())
        .map(|supplied| supplied.amount.asset)
        .collect();
    if sells && collaterals.is_empty() {
        // It takes all there is, also where that is nothing; any name will do.
        collaterals.extend(position.debts.first().map(|debt| debt.asset));
    }
    let mut trials = Trials { market, copy: None };
    let mut best: Option<(Gain, LiquidationCall)> = None;
    for debt in &position.debts {
        for collateral in &collaterals {
            let pair = (debt.asset, *collateral);
            let Some((call, outcome)) = trials.liquidate(liquidator, borrower, pair, ctx) else { continue };
            if sells {
                return Ok(Some(call));
            }
            let gain = Gain::of(&outcome, ctx.prices)?;
            if gain.is_one() && best.as_ref().is_none_or(|(most, _)| gain.exceeds(most)) {
                best = Some((gain, call));
            }
        }
    }
    Ok(best.map(|(_, call)| call))
}

struct Trials<'a> {
    market: &'a dyn LendingMarket,
    /// A copy that has refused everything so far, and so is still as the market.
    copy: Option<Box<dyn LendingMarket>>,
}

impl Trials<'_> {
    fn liquidate(
        &mut self,
        liquidator: Account,
        borrower: Account,
        (debt, collateral): (Asset, Asset),
        ctx: &Context<'_>,
    ) -> Option<(LiquidationCall, LiquidationOutcome)> {
        for keep_supplied in [false, true] {
            let repay = Amount::All;
            let call = LiquidationCall { liquidator, borrower, debt, collateral, repay, keep_supplied };
            let mut copy = self.copy.take().unwrap_or_else(|| self.market.fork());
            match copy.liquidate(&call, ctx) {
                Ok(outcome) => return Some((call, outcome)),
                Err(error) => {
                    self.copy = Some(copy);
                    if error.refusal() != Some(Refusal::InsufficientLiquidity) {
                        return None;
                    }
                }
            }
        }
        None
    }
}

/// What a liquidator receives and pays, by value.
struct Gain {
    received: U256,
    paid: U256,
}

impl Gain {
    fn of(outcome: &LiquidationOutcome, prices: &PriceBook) -> Result<Self, LendingError> {
        let seized = value(&outcome.seized, prices)?;
        let kept = value(&outcome.protocol_fee, prices)?;
        Ok(Self { received: seized.saturating_sub(kept), paid: value(&outcome.repaid, prices)? })
    }

    fn is_one(&self) -> bool {
        self.received >= self.paid
    }

    fn exceeds(&self, other: &Self) -> bool {
        self.received.saturating_add(other.paid) > other.received.saturating_add(self.paid)
    }
}

fn value(amounts: &[TokenAmount], prices: &PriceBook) -> Result<U256, LendingError> {
    amounts.iter().try_fold(U256::ZERO, |sum, amount| Ok(sum.saturating_add(prices.value(*amount)?.raw())))
}
