//! Prices that cannot be right: the rules, and why they are what they are.
//!
//! Markets crash and come back; a rule that calls a crash a misprint is worse than none. Measured over hourly
//! histories of 2017 to 2023, in which days like 2020-03-12 and 2021-05-19 must pass:
//!
//! - A **spike** is a row that lies more than a limit away from the row before it, on whose other side the price is
//!   back: the distance left is at most a quarter of the jump. The limit is 40 times the median distance of two
//!   rows of the file, but at least 10 % and at most 50 %. Two or three rows together must lie more than 50 % away,
//!   because crashes take that long and do not go that far.
//! - The distance of a candle is that of its nearer end. A candle that reaches back to where the last one closed is
//!   trade, however far it goes.
//! - A **wick** is a high or low more than a factor 2 away from open and close.

use crate::history::Rest;
use crate::sequence::Sequence;
use crate::{Absurd, Absurdity};

/// A limit or distance of 0.1 is 10 % of the lower price.
const LOWEST_LIMIT: f64 = 0.1;
const HIGHEST_LIMIT: f64 = 0.5;
/// How many usual moves a single row may lie away.
const USUAL_MOVES: f64 = 40.0;
/// How much of a jump may be left for the price to be back.
const LEFT: f64 = 0.25;
/// How many rows a spike may have.
const LONGEST: usize = 3;

pub(crate) fn find(sequence: &Sequence, open: &[u128], rest: Option<&Rest>) -> Vec<Absurd> {
    let bands = Bands { open, rest };
    let mut found: Vec<(usize, Absurdity)> = Vec::new();
    for row in 0..open.len() {
        found.extend(bands.shape(row).map(|what| (row, what)));
    }
    found.extend(spikes(&bands));
    found.sort_by_key(|(row, _)| *row);
    let absurd = found.into_iter().filter_map(|(row, what)| {
        let (time, line) = (*sequence.times.get(row)?, *sequence.lines.get(row)?);
        Some(Absurd { line, time, what })
    });
    absurd.collect()
}

/// The rows, each as the band of prices that it touched.
///
/// In floating point: a rule of thumb needs no exactness, and the values it judges are not changed by it.
struct Bands<'a> {
    open: &'a [u128],
    rest: Option<&'a Rest>,
}

impl Bands<'_> {
    fn candle(&self, row: usize) -> Option<[u128; 4]> {
        let rest = self.rest?;
        Some([*self.open.get(row)?, *rest.high.get(row)?, *rest.low.get(row)?, *rest.close.get(row)?])
    }

    /// What is wrong with a candle by itself.
    fn shape(&self, row: usize) -> Option<Absurdity> {
        let [open, high, low, close] = self.candle(row)?;
        if high < low {
            return Some(Absurdity::HighBelowLow);
        }
        if high < open.max(close) || low > open.min(close) {
            return Some(Absurdity::OutsideRange);
        }
        let is_wick = high / 2 > open.max(close) || low < open.min(close) / 2;
        is_wick.then_some(Absurdity::Wick)
    }

    /// The last price of a row.
    fn end(&self, row: usize) -> Option<f64> {
        self.rest.map_or(self.open, |rest| &rest.close).get(row).map(|raw| *raw as f64)
    }

    /// The lowest and the highest price of a row; where they contradict each other, whatever stands in it.
    fn band(&self, row: usize) -> Option<(f64, f64)> {
        match self.candle(row) {
            Some(prices) => {
                let low = prices.iter().min().copied()?;
                let high = prices.iter().max().copied()?;
                Some((low as f64, high as f64))
            }
            None => self.open.get(row).map(|raw| (*raw as f64, *raw as f64)),
        }
    }

    /// How far a row lies from `price`: above zero if it lies above, 0.1 for 10 % of the lower price.
    fn distance(&self, row: usize, price: f64) -> Option<f64> {
        let (low, high) = self.band(row)?;
        Some(if low > price {
            low / price - 1.0
        } else if high < price {
            1.0 - price / high
        } else {
            0.0
        })
    }

    fn usual_move(&self) -> f64 {
        let mut moves: Vec<f64> = (1..self.open.len())
            .filter_map(|row| {
                let (before, now) = (self.end(row - 1)?, self.end(row)?);
                Some(before.max(now) / before.min(now) - 1.0)
            })
            .collect();
        if moves.is_empty() {
            return 0.0;
        }
        // The lower one of an even number: in a short file a spike is not to count as usual.
        let middle = (moves.len() - 1) / 2;
        *moves.select_nth_unstable_by(middle, f64::total_cmp).1
    }
}

fn spikes(bands: &Bands<'_>) -> Vec<(usize, Absurdity)> {
    let limit = (USUAL_MOVES * bands.usual_move()).clamp(LOWEST_LIMIT, HIGHEST_LIMIT);
    let mut found = Vec::new();
    let mut row = 1;
    while row < bands.open.len() {
        let length = spike_at(bands, row, limit).unwrap_or(0);
        for spike in row..row + length {
            let before = bands.end(row - 1).unwrap_or(1.0);
            let jump = bands.distance(spike, before).unwrap_or(0.0).abs();
            // A cast of a float saturates.
            found.push((spike, Absurdity::Spike { basis_points: (jump * 10_000.0) as u32 }));
        }
        // The row after a spike is back: it is what the next one is compared with.
        row += length + 1;
    }
    found
}

/// How many rows from `row` on lie away from the row before, to the same side, before the price is back.
fn spike_at(bands: &Bands<'_>, row: usize, limit: f64) -> Option<usize> {
    let before = bands.end(row - 1)?;
    let first = bands.distance(row, before)?;
    if first.abs() <= limit {
        return None;
    }
    for length in 1..=LONGEST {
        let next = bands.distance(row + length, before)?;
        if next.abs() <= first.abs() * LEFT {
            return Some(length);
        }
        // What goes on must be a longer spike: further away than a crash goes, all of it, to the same side.
        if first.abs() <= HIGHEST_LIMIT || next * first.signum() <= HIGHEST_LIMIT {
            return None;
        }
    }
    None
}
