//! What outsiders do at pools.

use levmine_market::{Asset, Reason, TokenAmount, VenueId};
use levmine_math::U256;

use super::{OUTSIDER, World};
use crate::StepError;

impl World {
    /// Brings every pool to the market's prices, the profit going to outsiders, and books what the farmers' shares earn
    /// by it.
    ///
    /// # Errors
    ///
    /// [`StepError`] when a price is missing.
    pub fn arbitrage(&mut self) -> Result<(), StepError> {
        self.venue_ids().try_for_each(|id| self.arbitrage_at(id))
    }

    /// The same at one venue; nothing where that is no pool, or one of a coin without a price.
    ///
    /// # Errors
    ///
    /// As [`World::arbitrage`].
    pub fn arbitrage_at(&mut self, id: VenueId) -> Result<(), StepError> {
        if self.recorded.contains(&id) {
            return Ok(());
        }
        let Some(pool) = self.find_pool(id) else { return Ok(()) };
        if self.is_paused(id) || pool.coins().iter().any(|coin| self.market.find(*coin).is_none()) {
            return Ok(());
        }
        let market = std::mem::take(&mut self.market);
        let done = self.with_pool(id, Reason::Swap, |pool, now| {
            let swap = levmine_amm::arbitrage(pool, OUTSIDER, &market, now)?;
            let transfers = swap.as_ref().map(|swap| swap.transfers.clone()).unwrap_or_default();
            Ok((swap.map(|swap| swap.quote.fees), transfers))
        });
        self.market = market;
        // An arbitrageur without the rebasing token that the trade needs does not trade.
        let done = match done {
            Err(StepError::Vault(_)) => return Ok(()),
            done => done?,
        };
        if let Some(fees) = done {
            self.for_everybody(|world| world.earn_fees(id, &fees))?;
        }
        Ok(())
    }

    /// Lets outsiders sell `sell` at a pool for at least `least` base units of the other coin, and books what the farmer's
    /// shares earn by it. Returns what they got.
    ///
    /// # Errors
    ///
    /// [`StepError::Amm`].
    pub fn outside_swap(
        &mut self,
        id: VenueId,
        sell: TokenAmount,
        buy: Asset,
        least: U256,
    ) -> Result<TokenAmount, StepError> {
        let quote = self.with_pool(id, Reason::Swap, |pool, now| {
            let swap = pool.swap_exact_in(OUTSIDER, sell, buy, least, now)?;
            Ok((swap.quote, swap.transfers))
        })?;
        self.for_everybody(|world| world.earn_fees(id, &quote.fees))?;
        Ok(quote.buy)
    }
}
