//! Buying seized collateral from the store front.

use levmine_math::U256;

use super::World;
use crate::casts::safe128;
use crate::error::{CometError, Result};
use crate::state::{Action, Comet, Stock};

impl Comet {
    /// Buys collateral for `base_amount`, at least `min_amount` of it. Returns what was bought.
    ///
    /// Source: `Comet.buyCollateral`. The payment comes before the quote.
    ///
    /// # Errors
    ///
    /// [`CometError::Paused`], [`CometError::NotForSale`], [`CometError::BadPrice`], [`CometError::Market`],
    /// [`CometError::TooMuchSlippage`], [`CometError::InsufficientReserves`], [`CometError::DoesNotFit`],
    /// [`CometError::Panic`].
    pub fn buy_collateral(
        &mut self,
        number: usize,
        min_amount: U256,
        base_amount: U256,
        world: World<'_>,
    ) -> Result<U256> {
        self.must_be_for_sale(world.now)?;
        let cash = levmine_math::add(self.cash, base_amount)?;
        let bought = self.offer(number, world.prices)?.quote(base_amount)?;
        if bought < min_amount {
            return Err(CometError::TooMuchSlippage { offered: bought, limit: min_amount });
        }
        let stock = self.stock(number)?;
        let available = stock.reserves()?;
        if bought > available {
            return Err(CometError::InsufficientReserves { needed: bought, available });
        }
        safe128(bought)?;
        let held = Self::paid_out(self.collateral(number)?.asset, stock.held, bought)?;
        self.set_stock(number, Stock { held, ..stock });
        self.cash = cash;
        Ok(bought)
    }

    /// The checks that a purchase begins with.
    pub(crate) fn must_be_for_sale(&self, now: u64) -> Result<()> {
        self.must_not_be_paused(Action::Buy)?;
        if self.keeps_collateral(now)? {
            return Err(CometError::NotForSale { target: self.params.target_reserves });
        }
        Ok(())
    }
}
