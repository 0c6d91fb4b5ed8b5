//! The pool's observations: sums of ticks and of time per liquidity, from which averages over time are read.
//!
//! Source: Uniswap V3 core 1.0.1, `Oracle`; periphery 1.4.4, `OracleLibrary`.

use levmine_math::U256;

use crate::error::V3Error;

const MAX_160: U256 = U256::from_limbs([u64::MAX, u64::MAX, u32::MAX as u64, 0]);

/// What the pool wrote down at a time, before the first change of that second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Observation {
    /// Seconds modulo 2^32.
    pub timestamp: u32,
    /// The sum over all seconds of the tick, modulo 2^56, signed.
    pub tick_cumulative: i64,
    /// The sum over all seconds of 2^128 ÷ liquidity in range, modulo 2^160.
    pub seconds_per_liquidity: U256,
}

/// The contracts' clock: Unix seconds modulo 2^32.
#[must_use]
pub const fn timestamp(seconds: u64) -> u32 {
    seconds as u32
}

/// A number modulo 2^56, with its sign.
pub(crate) const fn wrap56(value: i64) -> i64 {
    (value << 8) >> 8
}

/// A difference modulo 2^160.
pub(crate) fn sub160(a: U256, b: U256) -> U256 {
    a.wrapping_sub(b) & MAX_160
}

impl Observation {
    /// The observation at `now`, when `tick` and `liquidity` have stood since this one.
    #[must_use]
    #[inline]
    pub fn advanced(self, now: u32, tick: i32, liquidity: u128) -> Self {
        let elapsed = now.wrapping_sub(self.timestamp);
        if elapsed == 0 {
            return self;
        }
        let ticks = i64::from(tick).wrapping_mul(i64::from(elapsed));
        let share =
            (U256::from(elapsed) << 128_usize).checked_div(U256::from(liquidity.max(1))).unwrap_or_default();
        Self {
            timestamp: now,
            tick_cumulative: wrap56(self.tick_cumulative.wrapping_add(ticks)),
            seconds_per_liquidity: self.seconds_per_liquidity.wrapping_add(share) & MAX_160,
        }
    }

    /// The average tick from this observation to a `later` one, **rounded down**; `None` if no time passed.
    #[must_use]
    pub fn average_tick_to(&self, later: &Self) -> Option<i32> {
        let seconds = i64::from(later.timestamp.wrapping_sub(self.timestamp));
        let ticks = wrap56(later.tick_cumulative.wrapping_sub(self.tick_cumulative));
        ticks.checked_div_euclid(seconds).and_then(|tick| i32::try_from(tick).ok())
    }
}

/// The ring of observations.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Observations {
    /// Those that were written, by their place in the ring; the rest of the ring has not been.
    pub written: Vec<Observation>,
    /// The place of the newest.
    pub index: u16,
    /// How many places the ring has.
    pub cardinality: u16,
    /// How many it will have once it has come round.
    pub cardinality_next: u16,
}

impl Observations {
    /// A ring with one place, begun now.
    #[must_use]
    pub fn begun(now: u32) -> Self {
        let first = Observation { timestamp: now, ..Observation::default() };
        Self { written: vec![first], index: 0, cardinality: 1, cardinality_next: 1 }
    }

    /// Becomes a copy of others, without allocating where there is room enough.
    pub(crate) fn copy_from(&mut self, from: &Self) {
        let Self { written, index, cardinality, cardinality_next } = from;
        self.written.clone_from(written);
        (self.index, self.cardinality, self.cardinality_next) = (*index, *cardinality, *cardinality_next);
    }

    fn at(&self, place: usize) -> Option<Observation> {
        self.written.get(place).copied()
    }

    pub(crate) fn newest(&self) -> Observation {
        self.at(usize::from(self.index)).unwrap_or_default()
    }

    /// The observation of now, which need not be written.
    #[must_use]
    #[inline]
    pub fn current(&self, now: u32, tick: i32, liquidity: u128) -> Observation {
        self.newest().advanced(now, tick, liquidity)
    }

    /// Writes the observation of now, if this second has none.
    pub(crate) fn write(&mut self, now: u32, tick: i32, liquidity: u128) {
        let newest = self.newest();
        if newest.timestamp == now || self.cardinality == 0 {
            return;
        }
        let comes_round = self.index == self.cardinality.saturating_sub(1);
        if self.cardinality_next > self.cardinality && comes_round {
            self.cardinality = self.cardinality_next;
        }
        self.index = self.index.wrapping_add(1).checked_rem(self.cardinality).unwrap_or_default();
        let observation = newest.advanced(now, tick, liquidity);
        match self.written.get_mut(usize::from(self.index)) {
            Some(place) => *place = observation,
            None => self.written.push(observation),
        }
    }

    /// Makes room for `next` observations, once the ring has come round.
    pub(crate) fn grow(&mut self, next: u16) {
        self.cardinality_next = self.cardinality_next.max(next);
    }

    /// What the pool would have observed `seconds_ago`, interpolated between the observations around.
    ///
    /// # Errors
    ///
    /// [`V3Error::NoObservation`]; [`V3Error::TooOld`] before the oldest.
    pub fn observe(
        &self,
        now: u32,
        seconds_ago: u32,
        tick: i32,
        liquidity: u128,
    ) -> Result<Observation, V3Error> {
        if self.cardinality == 0 {
            return Err(V3Error::NoObservation);
        }
        if seconds_ago == 0 {
            return Ok(self.current(now, tick, liquidity));
        }
        let target = now.wrapping_sub(seconds_ago);
        let newest = self.newest();
        if not_after(now, newest.timestamp, target) {
            return Ok(newest.advanced(target, tick, liquidity));
        }
        let oldest = (usize::from(self.index) + 1) % usize::from(self.cardinality);
        let first = self.at(oldest).or_else(|| self.at(0)).unwrap_or_default();
        if !not_after(now, first.timestamp, target) {
            return Err(V3Error::TooOld { seconds: seconds_ago });
        }
        let (before, after) =
            self.around(now, target, oldest).ok_or(V3Error::TooOld { seconds: seconds_ago })?;
        Ok(between(before, after, target))
    }

    /// The observations before (or at) and after (or at) `target`, which lies within the ring.
    fn around(&self, now: u32, target: u32, oldest: usize) -> Option<(Observation, Observation)> {
        let cardinality = usize::from(self.cardinality);
        let (mut left, mut right) = (oldest, oldest + cardinality - 1);
        // A ring in order halves at most 17 times; another one, which no pool has, is given up.
        for _ in 0..64 {
            let middle = (left + right) / 2;
            let Some(before) = self.at(middle % cardinality) else {
                left = middle + 1;
                continue;
            };
            let after = self.at((middle + 1) % cardinality).unwrap_or_default();
            let is_before = not_after(now, before.timestamp, target);
            if is_before && not_after(now, target, after.timestamp) {
                return Some((before, after));
            }
            if is_before {
                left = middle + 1;
            } else {
                right = middle.checked_sub(1)?;
            }
        }
        None
    }
}

/// Whether `a` is not after `b`, both being in the 2^32 seconds up to `now`.
fn not_after(now: u32, a: u32, b: u32) -> bool {
    if a <= now && b <= now {
        return a <= b;
    }
    let adjusted = |time: u32| if time > now { u64::from(time) } else { u64::from(time) + (1 << 32) };
    adjusted(a) <= adjusted(b)
}

fn between(before: Observation, after: Observation, target: u32) -> Observation {
    if target == before.timestamp {
        return before;
    }
    if target == after.timestamp {
        return after;
    }
    let whole = after.timestamp.wrapping_sub(before.timestamp);
    let part = target.wrapping_sub(before.timestamp);
    // The contract divides first, towards zero, and multiplies then.
    let ticks = wrap56(after.tick_cumulative.wrapping_sub(before.tick_cumulative));
    let ticks = ticks.checked_div(i64::from(whole)).unwrap_or_default().wrapping_mul(i64::from(part));
    let seconds = sub160(after.seconds_per_liquidity, before.seconds_per_liquidity)
        .wrapping_mul(U256::from(part))
        .checked_div(U256::from(whole))
        .unwrap_or_default();
    Observation {
        timestamp: target,
        tick_cumulative: wrap56(before.tick_cumulative.wrapping_add(ticks)),
        seconds_per_liquidity: before.seconds_per_liquidity.wrapping_add(seconds) & MAX_160,
    }
}
