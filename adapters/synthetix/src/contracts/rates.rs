//! `ExchangeRates`: prices with their age.

use levmine_market::PriceBook;
use levmine_math::U256;

use super::System;
use crate::error::Result;
use crate::math::{UNIT, divide_round, multiply_round};

/// A price and when it was published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rate {
    /// Dollars with 18 decimals.
    pub price: U256,
    /// Unix seconds.
    pub time: u64,
}

impl System {
    /// Whether a price is too old at `now`. Source: `_rateIsStaleWithTime`.
    pub(crate) const fn is_stale(&self, rate: Rate, now: u64) -> bool {
        rate.time.saturating_add(self.settings.rate_stale_period) < now
    }

    /// Whether SNX has no valid price.
    pub(crate) const fn snx_is_stale(&self, now: u64) -> bool {
        self.is_stale(self.snx_rate, now)
    }

    /// The price of the synth at this place and whether it is too old; sUSD is worth one and never is.
    pub(crate) fn synth_rate(&self, at: usize, now: u64) -> (U256, bool) {
        match (at, self.synths.get(at)) {
            (0, _) => (UNIT, false),
            (_, Some(synth)) => (synth.rate.price, self.is_stale(synth.rate, now)),
            (_, None) => (U256::ZERO, true),
        }
    }

    /// What `amount` of one synth is in another; nothing where that has no price. Half up twice.
    ///
    /// Source: `_effectiveValueAndRates`.
    pub(crate) fn effective_value(&self, from: usize, amount: U256, to: usize, now: u64) -> Result<U256> {
        let ((source, _), (destination, _)) = (self.synth_rate(from, now), self.synth_rate(to, now));
        if destination.is_zero() {
            return Ok(U256::ZERO);
        }
        divide_round(multiply_round(amount, source)?, destination)
    }

    /// The oracle publishes the prices that the book has, at `now`.
    pub(crate) fn publish(&mut self, prices: &PriceBook, now: u64) {
        if let Some(price) = prices.find(self.snx) {
            self.snx_rate = Rate { price: price.0.raw(), time: now };
        }
        for synth in self.synths.iter_mut().skip(1) {
            if let Some(price) = prices.find(synth.follows) {
                synth.rate = Rate { price: price.0.raw(), time: now };
            }
        }
    }
}
