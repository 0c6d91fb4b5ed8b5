//! Ticks: where liquidity begins and ends.
//!
//! Source: Uniswap V3 core 1.0.1, `Tick`, `TickBitmap`, `LiquidityMath`.

use levmine_math::U256;

use crate::error::V3Error;
use crate::oracle::{Observation, sub160, wrap56};
use crate::tick_math::{MAX_TICK, MIN_TICK, ratio, usable_ticks};

/// A tick at which liquidity begins or ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tick {
    /// The tick.
    pub index: i32,
    /// The square root of its price, times 2^96: a copy, so that no swap computes it again.
    pub(crate) sqrt_price: U256,
    /// The liquidity of all positions that begin or end here.
    pub liquidity_gross: u128,
    /// By how much the liquidity in range rises when the price rises through here.
    pub liquidity_net: i128,
    /// Growth of fees per unit of liquidity on the other side of this tick, times 2^128, modulo 2^256, of both tokens.
    pub fee_growth_outside: [U256; 2],
    /// The sum of ticks on the other side, modulo 2^56.
    pub tick_cumulative_outside: i64,
    /// The sum of time per liquidity on the other side, modulo 2^160.
    pub seconds_per_liquidity_outside: U256,
    /// The seconds on the other side, modulo 2^32.
    pub seconds_outside: u32,
}

impl Tick {
    /// A tick without liquidity.
    #[must_use]
    pub fn new(index: i32) -> Self {
        Self {
            index,
            sqrt_price: ratio(index.clamp(MIN_TICK, MAX_TICK)),
            liquidity_gross: 0,
            liquidity_net: 0,
            fee_growth_outside: [U256::ZERO; 2],
            tick_cumulative_outside: 0,
            seconds_per_liquidity_outside: U256::ZERO,
            seconds_outside: 0,
        }
    }

    /// This tick after `delta` of liquidity that begins (or ends, if `upper`) here.
    ///
    /// By convention all that happened before a tick was there happened below it.
    pub(crate) fn updated(
        mut self,
        delta: i128,
        upper: bool,
        current: i32,
        growth: [U256; 2],
        observation: &Observation,
        most: u128,
    ) -> Result<Self, V3Error> {
        let gross = add_delta(self.liquidity_gross, delta)?;
        if gross > most {
            return Err(V3Error::TickLiquidity { tick: self.index, gross, most });
        }
        if self.liquidity_gross == 0 && self.index <= current {
            self.fee_growth_outside = growth;
            self.seconds_per_liquidity_outside = observation.seconds_per_liquidity;
            self.tick_cumulative_outside = observation.tick_cumulative;
            self.seconds_outside = observation.timestamp;
        }
        self.liquidity_gross = gross;
        let net =
            if upper { self.liquidity_net.checked_sub(delta) } else { self.liquidity_net.checked_add(delta) };
        self.liquidity_net =
            net.ok_or(V3Error::TooLarge { amount: U256::from(delta.unsigned_abs()), bits: 127 })?;
        Ok(self)
    }

    /// The price moves through: what was outside is inside, and the reverse.
    pub(crate) fn cross(&mut self, growth: [U256; 2], observation: &Observation) {
        for (outside, global) in self.fee_growth_outside.iter_mut().zip(growth) {
            *outside = global.wrapping_sub(*outside);
        }
        self.seconds_per_liquidity_outside =
            sub160(observation.seconds_per_liquidity, self.seconds_per_liquidity_outside);
        self.tick_cumulative_outside =
            wrap56(observation.tick_cumulative.wrapping_sub(self.tick_cumulative_outside));
        self.seconds_outside = observation.timestamp.wrapping_sub(self.seconds_outside);
    }
}

/// `LiquidityMath.addDelta`.
#[inline]
pub(crate) fn add_delta(liquidity: u128, delta: i128) -> Result<u128, V3Error> {
    let by = delta.unsigned_abs();
    if delta < 0 {
        liquidity.checked_sub(by).ok_or(V3Error::LiquiditySub { liquidity, removed: by })
    } else {
        liquidity.checked_add(by).ok_or(V3Error::LiquidityAdd { liquidity, added: by })
    }
}

/// The most liquidity that a tick may carry, so that all of them together do not pass 128 bits.
#[must_use]
pub const fn max_liquidity_per_tick(spacing: i32) -> u128 {
    let [low, high] = usable_ticks(spacing);
    let ticks = if spacing > 0 { (high - low) / spacing + 1 } else { 1 };
    u128::MAX / ticks as u128
}

/// Growth of fees between two ticks, modulo 2^256, of both tokens.
pub(crate) fn growth_inside(lower: &Tick, upper: &Tick, current: i32, global: [U256; 2]) -> [U256; 2] {
    let side = |global: U256, lower_outside: U256, upper_outside: U256| {
        let below = if current >= lower.index { lower_outside } else { global.wrapping_sub(lower_outside) };
        let above = if current < upper.index { upper_outside } else { global.wrapping_sub(upper_outside) };
        global.wrapping_sub(below).wrapping_sub(above)
    };
    let ([global0, global1], [lower0, lower1], [upper0, upper1]) =
        (global, lower.fee_growth_outside, upper.fee_growth_outside);
    [side(global0, lower0, upper0), side(global1, lower1, upper1)]
}

/// All ticks with liquidity, in order. This is the contract's bitmap too: a set bit is a tick that is here.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ticks {
    sorted: Vec<Tick>,
}

/// The end of a swap's next step, before any limit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Next {
    pub(crate) tick: i32,
    pub(crate) sqrt_price: U256,
    /// Where a tick with liquidity is there: its place.
    pub(crate) place: Option<usize>,
}

impl Ticks {
    /// Ticks in any order; of two at the same place the first counts.
    #[must_use]
    pub fn new(mut ticks: Vec<Tick>) -> Self {
        ticks.sort_by_key(|tick| tick.index);
        ticks.dedup_by_key(|tick| tick.index);
        Self { sorted: ticks }
    }

    /// Becomes a copy of others, without allocating where there is room enough.
    pub(crate) fn copy_from(&mut self, from: &Self) {
        self.sorted.clone_from(&from.sorted);
    }

    /// All of them, in order.
    #[must_use]
    pub fn as_slice(&self) -> &[Tick] {
        &self.sorted
    }

    /// The tick at `index`, as the contract reads it: zeros where there is none.
    pub(crate) fn get(&self, index: i32) -> Tick {
        self.find(index).copied().unwrap_or_else(|| Tick::new(index))
    }

    pub(crate) fn find(&self, index: i32) -> Option<&Tick> {
        let place = self.sorted.binary_search_by_key(&index, |tick| tick.index).ok()?;
        self.sorted.get(place)
    }

    /// Puts a tick back; one without liquidity is taken out.
    pub(crate) fn set(&mut self, tick: Tick) {
        match (self.sorted.binary_search_by_key(&tick.index, |known| known.index), tick.liquidity_gross) {
            (Ok(place), 0) => drop(self.sorted.remove(place)),
            (Ok(place), _) => {
                if let Some(known) = self.sorted.get_mut(place) {
                    *known = tick;
                }
            }
            (Err(_), 0) => {}
            (Err(place), _) => self.sorted.insert(place, tick),
        }
    }

    pub(crate) fn at_mut(&mut self, place: usize) -> Option<&mut Tick> {
        self.sorted.get_mut(place)
    }

    pub(crate) fn at(&self, place: usize) -> Option<&Tick> {
        self.sorted.get(place)
    }

    /// How many ticks are at or below `tick`: the place of the first above it.
    #[inline]
    pub(crate) fn place_above(&self, tick: i32) -> usize {
        self.sorted.partition_point(|known| known.index <= tick)
    }

    /// The next tick with liquidity in the direction, or the end of the word of 256 usable ticks if it comes first, or the
    /// end of all ticks. `above` is the place of the first tick above `current`.
    ///
    /// With `to_next` words have no ends: for stretches without liquidity, on which nothing is rounded.
    ///
    /// Source: `TickBitmap.nextInitializedTickWithinOneWord`, and the ends as `UniswapV3Pool.swap` has them.
    #[inline]
    pub(crate) fn next(
        &self,
        current: i32,
        above: usize,
        spacing: i32,
        falling: bool,
        to_next: bool,
    ) -> Next {
        let compressed = current.div_euclid(spacing);
        let (place, edge) = if falling {
            (above.checked_sub(1), if to_next { MIN_TICK } else { ((compressed >> 8) << 8) * spacing })
        } else {
            (Some(above), if to_next { MAX_TICK } else { ((compressed + 1) | 255) * spacing })
        };
        if let Some((place, tick)) = place.and_then(|place| Some((place, self.sorted.get(place)?)))
            && (if falling { tick.index >= edge } else { tick.index <= edge })
        {
            return Next { tick: tick.index, sqrt_price: tick.sqrt_price, place: Some(place) };
        }
        let tick = edge.clamp(MIN_TICK, MAX_TICK);
        Next { tick, sqrt_price: ratio(tick), place: None }
    }
}
