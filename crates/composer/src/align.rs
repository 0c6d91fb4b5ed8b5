//! Bringing pools to the market's prices before a run begins.

use levmine_amm::{AmmError, Pool};
use levmine_market::{Asset, MarketError, Price, PriceBook, Reason};
use levmine_math::{Rounding, U256, Wad, mul, mul_div, pow10};

use crate::world::OUTSIDER;
use crate::{StepError, World};

/// Rounds after which a pool is near enough.
const MOST_ROUNDS: usize = 6;
/// Near enough: one part in this many.
const NEAR: u64 = 100_000;

impl World {
    /// Brings every pool of two coins to the market's prices, and not just into the band in which its fee leaves nothing
    /// to earn: a preset comes from a day with other prices, and a pool that is moved up would otherwise begin at the
    /// lower edge of the band, where a farmer buys too cheaply.
    ///
    /// # Errors
    ///
    /// [`StepError`] when a price is missing.
    pub fn align_pools(&mut self) -> Result<(), StepError> {
        self.arbitrage()?;
        for id in self.venue_ids() {
            if self.is_paused(id) || self.recorded.contains(&id) {
                continue;
            }
            let Some(pool) = self.find_pool(id) else { continue };
            let &[first, second] = pool.coins() else { continue };
            if self.market.find(first).is_none() || self.market.find(second).is_none() {
                continue;
            }
            // Traders are told a price that lies beyond the market by as much as the pool still lies before it.
            let mut told = self.market.clone();
            for _ in 0..MOST_ROUNDS {
                let pool = self.pool(id)?;
                let Some((wanted, spot)) = rates(pool, &self.market, first, second, self.now) else { break };
                if wanted.abs_diff(spot) <= wanted / U256::from(NEAR) || spot.is_zero() {
                    break;
                }
                let price = told.price(first)?.0.raw();
                // A pool that cannot come near (a coin of a few base units) leads to prices beyond all arithmetic: it stays
                // where the arbitrageur has left it.
                let Ok(price) = mul_div(price, wanted, spot, Rounding::Down) else { break };
                told.set(first, Price(Wad::from_raw(price)));
                let moved = self.with_pool(id, Reason::Swap, |pool, now| {
                    let swap = levmine_amm::arbitrage(pool, OUTSIDER, &told, now)?;
                    Ok(((), swap.map(|swap| swap.transfers).unwrap_or_default()))
                });
                match moved {
                    Err(StepError::Amm(AmmError::Math(_) | AmmError::Market(MarketError::Math(_)))) => break,
                    moved => moved?,
                }
            }
        }
        Ok(())
    }
}

/// The market's and the pool's own rate of the first coin in the second, in base units with 36 decimals; `None` where
/// one of them cannot be written.
pub(crate) fn rates(
    pool: &dyn Pool,
    market: &PriceBook,
    first: Asset,
    second: Asset,
    now: levmine_market::Moment,
) -> Option<(U256, U256)> {
    let scale = pow10(36).ok()?;
    let (price, per) = (market.find(first)?.0.raw(), market.find(second)?.0.raw());
    let up = mul(price, pow10(u32::from(second.decimals())).ok()?).ok()?;
    let down = mul(per, pow10(u32::from(first.decimals())).ok()?).ok()?;
    let spot = pool.spot_rate(first, second, now).ok()?;
    let wanted = mul_div(up, scale, down, Rounding::Down).ok()?;
    Some((wanted, mul_div(spot.buy, scale, spot.sell, Rounding::Down).ok()?))
}
