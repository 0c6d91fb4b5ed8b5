use levmine_market::{Price, Timestamp};
use levmine_math::{U256, Wad};

use crate::sequence::{Sequence, keep};
use crate::{Report, Samples};

/// A history of prices, and what was found in its file.
///
/// Kept in columns: a candle takes 76 bytes, a price of a file without candles 28.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    pub(crate) sequence: Sequence,
    pub(crate) open: Vec<u128>,
    /// Only for candles.
    pub(crate) rest: Option<Rest>,
    pub(crate) report: Report,
}

/// What candles have beside their open.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Rest {
    pub(crate) high: Vec<u128>,
    pub(crate) low: Vec<u128>,
    pub(crate) close: Vec<u128>,
}

/// A step of a history of prices.
///
/// At `time`, `open` is the price. What stands in `high`, `low` and `close` happens between `time` and the next
/// point: a run that acts at `time` does not know it yet. Where the file has a single price, all four are that price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Point {
    /// When the open is the price.
    pub time: Timestamp,
    /// The price at `time`.
    pub open: Price,
    /// The highest price until the next point.
    pub high: Price,
    /// The lowest price until the next point.
    pub low: Price,
    /// The price at the end of the step.
    pub close: Price,
    /// The line in the file.
    pub line: u32,
}

impl History {
    /// What was found in the file, or in the part of it that was asked for.
    #[must_use]
    pub const fn report(&self) -> &Report {
        &self.report
    }

    /// Whether the file has open, high, low and close.
    #[must_use]
    pub const fn has_candles(&self) -> bool {
        self.rest.is_some()
    }

    /// The price at `time`: the open of the last point at or before it; `None` before the first.
    #[must_use]
    pub fn price_at(&self, time: Timestamp) -> Option<Price> {
        self.open.get(self.index_at(time)?).copied().map(price)
    }

    pub(crate) fn keep(&mut self, range: &std::ops::Range<usize>) {
        self.sequence.keep(range);
        keep(&mut self.open, range);
        if let Some(rest) = &mut self.rest {
            for column in [&mut rest.high, &mut rest.low, &mut rest.close] {
                keep(column, range);
            }
        }
    }
}

impl Samples for History {
    type Sample = Point;

    fn times(&self) -> &[Timestamp] {
        &self.sequence.times
    }

    fn sample(&self, index: usize) -> Option<Point> {
        let time = *self.sequence.times.get(index)?;
        let line = *self.sequence.lines.get(index)?;
        let open = price(*self.open.get(index)?);
        let Some(rest) = &self.rest else {
            return Some(Point { time, open, high: open, low: open, close: open, line });
        };
        let [high, low, close] =
            [&rest.high, &rest.low, &rest.close].map(|column| column.get(index).copied());
        Some(Point { time, open, high: price(high?), low: price(low?), close: price(close?), line })
    }
}

fn price(raw: u128) -> Price {
    Price(Wad::from_raw(U256::from(raw)))
}
