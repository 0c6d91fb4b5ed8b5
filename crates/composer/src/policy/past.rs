//! What equity has been, for metrics over a span of time.

use std::cmp::Ordering;
use std::collections::VecDeque;

use levmine_config::Seconds;
use levmine_market::{Mark, Timestamp};
use levmine_math::{Rounding, U256, mul_div, units_to_decimal};
use rust_decimal::{Decimal, MathematicalOps};

use super::{Metric, Policy};

const YEAR: u64 = 31_536_000;

/// Equity over the spans of time that policies look back on. Where none does, nothing is kept.
#[derive(Debug, Clone, Default)]
pub struct Past {
    windows: Vec<Window>,
}

/// Equity from the last mark that is at least `length` old until now. Once so much time has passed, a mark leaves for each
/// that comes.
#[derive(Debug, Clone)]
struct Window {
    length: Seconds,
    marks: VecDeque<(Timestamp, Mark)>,
}

impl Past {
    /// Keeps what `policies` ask for.
    #[must_use]
    pub fn new(policies: &[Policy]) -> Self {
        let mut windows: Vec<Window> = Vec::new();
        for metric in policies.iter().flat_map(|policy| policy.trigger.metrics()) {
            if let Metric::NetApy(length) = metric
                && windows.iter().all(|window| window.length != length)
            {
                windows.push(Window { length, marks: VecDeque::new() });
            }
        }
        Self { windows }
    }

    /// Writes down the equity of a moment. Moments come in order.
    pub fn see(&mut self, now: Timestamp, equity: Mark) {
        for window in &mut self.windows {
            let is_old = |(time, _): &(Timestamp, Mark)| now.since(*time) >= window.length;
            while window.marks.get(1).is_some_and(is_old) {
                window.marks.pop_front();
            }
            window.marks.push_back((now, equity));
        }
    }

    /// How the growth of equity over the last `length` seconds, compounded to a year, compares with `rate`, a fraction;
    /// `None` before so much time has passed, or where there was no equity. Where no mark lies at the beginning of the span,
    /// the one before it counts, with its own time.
    ///
    /// A power of decimals takes longer than a whole step of a run, so it is worked out only where bounds do not tell: with a
    /// growth of r and n spans in a year, (1 + r)^n is at least 1 + n·r for n ≥ 1, and at most 1 ÷ (1 − n·r) for n·r < 1.
    pub(crate) fn compare_apy(
        &self,
        length: Seconds,
        now: Timestamp,
        equity: Mark,
        rate: Decimal,
    ) -> Option<Ordering> {
        let (growth, spans) = self.growth(length, now, equity)?;
        if let Some(linear) = (growth - Decimal::ONE).checked_mul(spans) {
            if spans >= Decimal::ONE && linear > rate {
                return Some(Ordering::Greater);
            }
            let most = linear.checked_div(Decimal::ONE - linear).filter(|_| linear < Decimal::ONE);
            if most.is_some_and(|most| most < rate) {
                return Some(Ordering::Less);
            }
        }
        Some(compounded(growth, spans).cmp(&rate))
    }

    /// The same growth as a rate.
    pub(crate) fn apy(&self, length: Seconds, now: Timestamp, equity: Mark) -> Option<Decimal> {
        self.growth(length, now, equity).map(|(growth, spans)| compounded(growth, spans))
    }

    /// The equity now over that at the beginning of the span, and how many such spans a year has.
    fn growth(&self, length: Seconds, now: Timestamp, equity: Mark) -> Option<(Decimal, Decimal)> {
        let window = self.windows.iter().find(|window| window.length == length)?;
        let is_old = |(time, _): &&(Timestamp, Mark)| now.since(*time) >= length;
        let (time, before) = *window.marks.iter().take(2).rfind(is_old)?;
        if before <= 0 {
            return None;
        }
        let unit = U256::from(1_000_000_000_000_000_000_u64);
        let (equity, before) = (U256::from(equity.max(0).unsigned_abs()), U256::from(before.unsigned_abs()));
        let growth = mul_div(equity, unit, before, Rounding::Down).ok()?;
        let growth = units_to_decimal(growth, 18).unwrap_or(Decimal::MAX);
        Some((growth, Decimal::from(YEAR).checked_div(Decimal::from(now.since(time)))?))
    }
}

/// What does not fit is beyond every rate; what is lost that fast, is lost.
fn compounded(growth: Decimal, spans: Decimal) -> Decimal {
    let beyond = if growth > Decimal::ONE { Decimal::MAX } else { Decimal::NEGATIVE_ONE };
    growth.checked_powd(spans).map_or(beyond, |year| year - Decimal::ONE)
}
