//! A over time.

use levmine_math::U256;

use crate::arith::{add, int, mul, mul_div, sub};
use crate::error::{CurveError, Named};

/// A change of A takes at least this long, and the last one began at least so long ago: a day.
const LEAST_RAMP: u64 = 86_400;
/// A changes at most by this factor at once.
const LARGEST_CHANGE: U256 = int(10);
/// A, in whole units, is below this.
const LARGEST_A: U256 = int(1_000_000);

/// A on its way from one value to another, in the parts in which the contract keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ramp {
    /// `initial_A`.
    pub initial: U256,
    /// `future_A`.
    pub future: U256,
    /// `initial_A_time`, in Unix seconds.
    pub initial_time: U256,
    /// `future_A_time`, in Unix seconds.
    pub future_time: U256,
}

impl Ramp {
    /// An A that stays as it is.
    #[must_use]
    pub const fn at_rest(a: U256) -> Self {
        Self { initial: a, future: a, initial_time: U256::ZERO, future_time: U256::ZERO }
    }

    /// Returns A at `now`, truncated on the way up, and rounded up on the way down.
    ///
    /// # Errors
    ///
    /// [`CurveError::Arithmetic`] before the ramp began.
    #[inline]
    pub fn a(&self, now: u64) -> Result<U256, CurveError> {
        let now = int(now);
        if now >= self.future_time {
            return Ok(self.future);
        }
        self.on_the_way(now).named("A")
    }

    fn on_the_way(&self, now: U256) -> Option<U256> {
        let Self { initial, future, initial_time, future_time } = *self;
        let (passed, whole) = (sub(now, initial_time)?, sub(future_time, initial_time)?);
        if future > initial {
            add(initial, mul_div(sub(future, initial)?, passed, whole)?)
        } else {
            sub(initial, mul_div(sub(initial, future)?, passed, whole)?)
        }
    }

    /// `ramp_A`: from now on to `future` whole units at `until`.
    ///
    /// # Errors
    ///
    /// [`CurveError::BadRamp`], [`CurveError::Arithmetic`].
    pub(crate) fn ramp(
        &self,
        future: U256,
        until: U256,
        precision: U256,
        now: u64,
    ) -> Result<Self, CurveError> {
        let from = self.a(now)?;
        let to = mul(future, precision).named("A")?;
        let second = int(now);
        let soonest = add(self.initial_time, int(LEAST_RAMP)).named("the time of A")?;
        let earliest = add(second, int(LEAST_RAMP)).named("the time of A")?;
        let in_range = !future.is_zero() && future < LARGEST_A;
        let far = |low: U256, high: U256| mul(low, LARGEST_CHANGE).is_none_or(|most| most < high);
        let too_far = if to < from { far(to, from) } else { far(from, to) };
        if second < soonest || until < earliest || !in_range || too_far {
            return Err(CurveError::BadRamp { from, to, now, until });
        }
        Ok(Self { initial: from, future: to, initial_time: second, future_time: until })
    }

    /// `stop_ramp_A`.
    pub(crate) fn stop(&self, now: u64) -> Result<Self, CurveError> {
        let a = self.a(now)?;
        Ok(Self { initial: a, future: a, initial_time: int(now), future_time: int(now) })
    }
}
