//! Somebody who trades before and after the farmer's swap, because its tolerance lets him.

use levmine_amm::Pool;
use levmine_market::gas::{GasUse, usual_units};
use levmine_market::{Asset, Mark, Moment, Reason, TokenAmount, VenueId};
use levmine_math::{U256, add};
use rust_decimal::Decimal;

use super::News;
use crate::world::OUTSIDER;
use crate::{StepError, World};

/// A swap of the farmer's that somebody traded around.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sandwich {
    /// The pool.
    pub at: VenueId,
    /// What was sold before the farmer's swap.
    pub front: TokenAmount,
    /// What it cost the farmer, in marks.
    pub cost: Mark,
}

/// What was bought before the farmer's swap, to be sold after it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Front {
    sold: TokenAmount,
    bought: TokenAmount,
}

/// Halvings of the amount up to which the farmer's swap still goes through.
const HALVINGS: usize = 48;
/// Thirds taken off the span in which the largest gain lies.
const THIRDS: usize = 60;
/// Capital of whoever does it, in reserves of the pool: where nothing limits him, more never pays.
const MOST_RESERVES: u64 = 8;

impl World {
    /// Has somebody watch the farmer's swaps, or nobody.
    pub fn watch_swaps(&mut self, watched: bool) {
        self.trouble.watched = watched;
    }

    /// Says what the swaps from now on may lose at most, where a keeper says so.
    pub(crate) const fn tolerate(&mut self, most: Option<Decimal>) {
        self.trouble.tolerance = most;
    }

    /// What a swap may lose: what its step allows, or its keeper.
    pub(crate) fn tolerated(&self, of_step: Option<Decimal>) -> Option<Decimal> {
        match (of_step, self.trouble.tolerance) {
            (Some(step), Some(keeper)) => Some(step.min(keeper)),
            (step, keeper) => step.or(keeper),
        }
    }

    /// Whether somebody watches the farmer's swaps.
    pub(crate) fn is_watched(&self) -> bool {
        self.trouble.watched
    }

    /// What to sell before a swap of the farmer's at a pool, if that pays: as much as gains the most and still lets the
    /// farmer's swap go through. `swap` does that swap on a copy and says whether it does.
    pub(crate) fn find_front(
        &self,
        at: VenueId,
        sell: Asset,
        buy: Asset,
        swap: impl Fn(&mut dyn Pool, Moment) -> bool,
    ) -> Result<Option<TokenAmount>, StepError> {
        if !self.trouble.watched || self.is_paused(at) {
            return Ok(None);
        }
        let (pool, now) = (self.pool(at)?, self.now);
        let Some(coin) = pool.coins().iter().position(|coin| *coin == sell) else { return Ok(None) };
        let most = pool.reserves().get(coin).copied().unwrap_or_default();
        let most = most.saturating_mul(U256::from(MOST_RESERVES));
        let gain = |raw: U256| gain_of(pool, TokenAmount::new(sell, raw), buy, now, &swap);
        if gain(U256::ZERO).is_none() {
            return Ok(None);
        }
        let (mut low, mut high) = (U256::ZERO, most);
        if gain(high).is_some() {
            low = high;
        }
        for _ in 0..HALVINGS {
            let middle = add(low, high.saturating_sub(low) >> 1_usize)?;
            if middle == low {
                break;
            }
            if gain(middle).is_some() { low = middle } else { high = middle }
        }
        let best = largest(low, &gain);
        let Some(Gain::Won(won)) = gain(best).filter(|_| !best.is_zero()) else { return Ok(None) };
        if self.market.mark(TokenAmount::new(sell, won), self.quote)? <= self.gas_of_two_swaps()? {
            return Ok(None);
        }
        Ok(Some(TokenAmount::new(sell, best)))
    }

    /// Trades before a swap of the farmer's what [`World::find_front`] has found.
    pub(crate) fn front_run(
        &mut self,
        at: VenueId,
        sold: Option<TokenAmount>,
        buy: Asset,
    ) -> Result<Option<Front>, StepError> {
        let Some(sold) = sold else { return Ok(None) };
        let bought = self.trade_outside(at, sold, buy)?;
        Ok(Some(Front { sold, bought }))
    }

    /// Sells what was bought before the farmer's swap; `cost` is what that has lost by it.
    pub(crate) fn back_run(&mut self, at: VenueId, front: Front, cost: Mark) -> Result<(), StepError> {
        self.trade_outside(at, front.bought, front.sold.asset)?;
        self.luck.news.push(News::Sandwich(Sandwich { at, front: front.sold, cost }));
        Ok(())
    }

    fn trade_outside(
        &mut self,
        at: VenueId,
        sell: TokenAmount,
        buy: Asset,
    ) -> Result<TokenAmount, StepError> {
        self.with_pool(at, Reason::Swap, |pool, now| {
            let swap = pool.swap_exact_in(OUTSIDER, sell, buy, U256::ZERO, now)?;
            Ok((swap.quote.buy, swap.transfers))
        })
    }

    fn gas_of_two_swaps(&self) -> Result<Mark, StepError> {
        let swap = GasUse::Swap { is_further_hop: false, ticks_crossed: 0 };
        Ok(self.gas_mark(usual_units(swap))?.saturating_mul(2))
    }
}

/// What trading around a swap brings, in base units of what is sold first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gain {
    Won(U256),
    Lost(U256),
}

impl Gain {
    fn exceeds(self, other: Self) -> bool {
        match (self, other) {
            (Self::Won(a), Self::Won(b)) => a > b,
            (Self::Won(_), Self::Lost(_)) => true,
            (Self::Lost(_), Self::Won(_)) => false,
            (Self::Lost(a), Self::Lost(b)) => a < b,
        }
    }
}

/// The gain of selling so much first; `None` where the farmer's swap would no longer go through.
fn gain_of(
    pool: &dyn Pool,
    sell: TokenAmount,
    buy: Asset,
    now: Moment,
    swap: &impl Fn(&mut dyn Pool, Moment) -> bool,
) -> Option<Gain> {
    let mut pool = pool.fork();
    if sell.is_zero() {
        return swap(pool.as_mut(), now).then_some(Gain::Won(U256::ZERO));
    }
    let first = pool.swap_exact_in(OUTSIDER, sell, buy, U256::ZERO, now).ok()?;
    if !swap(pool.as_mut(), now) {
        return None;
    }
    let last = pool.swap_exact_in(OUTSIDER, first.quote.buy, sell.asset, U256::ZERO, now).ok()?;
    let back = last.quote.buy.raw;
    Some(if back >= sell.raw { Gain::Won(back - sell.raw) } else { Gain::Lost(sell.raw - back) })
}

/// The amount up to `most` that gains the most: the gain rises to one top and then falls, because the fee grows with the
/// amount and what the farmer's swap adds does not.
fn largest(most: U256, gain: &impl Fn(U256) -> Option<Gain>) -> U256 {
    let (mut low, mut high) = (U256::ZERO, most);
    for _ in 0..THIRDS {
        let third = high.saturating_sub(low) / U256::from(3_u64);
        if third.is_zero() {
            break;
        }
        let (left, right) = (low.saturating_add(third), high.saturating_sub(third));
        match (gain(left), gain(right)) {
            (Some(a), Some(b)) if b.exceeds(a) => low = left,
            _ => high = right,
        }
    }
    // Where it rises all the way, the end is the best.
    match (gain(high), gain(most)) {
        (Some(a), Some(b)) if b.exceeds(a) => most,
        _ => high,
    }
}
