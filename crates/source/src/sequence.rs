//! Rows in time: their order, their usual step, the gaps between them, and the part that was asked for.

use std::ops::Range;

use levmine_config::Seconds;
use levmine_market::Timestamp;

use crate::{Duplicate, Gap, Reading, Report, SourceError, Stamp};

/// The times and lines of rows, strictly ascending.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Sequence {
    pub(crate) times: Vec<Timestamp>,
    pub(crate) lines: Vec<u32>,
}

/// What becomes of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// It comes after all others.
    Next,
    /// It has the time of the row before it: its values must be the same.
    Again,
}

impl Sequence {
    pub(crate) fn with_capacity(rows: usize) -> Self {
        Self { times: Vec::with_capacity(rows), lines: Vec::with_capacity(rows) }
    }

    /// Appends a row unless its time is that of the last.
    #[inline]
    pub(crate) fn push(&mut self, file: &str, time: u64, line: u32) -> Result<Place, SourceError> {
        let read = Timestamp(time);
        if let (Some(&previous), Some(&previous_line)) = (self.times.last(), self.lines.last()) {
            if read == previous {
                return Ok(Place::Again);
            }
            if read < previous {
                return Err(SourceError::Disorder { file: file.into(), line, read, previous, previous_line });
            }
        }
        self.times.push(read);
        self.lines.push(line);
        Ok(Place::Next)
    }

    /// Notes a row that has the time of the last: it is read once if it says the same, else refused.
    pub(crate) fn again(&self, report: &mut Report, line: u32, same: bool) -> Result<(), SourceError> {
        let time = self.times.last().copied().unwrap_or_default();
        let first = self.lines.last().copied().unwrap_or_default();
        if !same {
            let file = report.file.clone();
            return Err(SourceError::Conflict { file, line, time, previous_line: first });
        }
        report.duplicates.push(Duplicate { line, first, time });
        Ok(())
    }

    /// The median distance of two rows, the lower one of an even number: a short file with one gap has its usual step.
    pub(crate) fn step(&self) -> Option<Seconds> {
        let mut distances: Vec<Seconds> = self
            .times
            .windows(2)
            .filter_map(|pair| match pair {
                [earlier, later] => Some(later.since(*earlier)),
                _ => None,
            })
            .collect();
        let middle = distances.len().checked_sub(1)? / 2;
        Some(*distances.select_nth_unstable(middle).1)
    }

    /// Moves all times by a step, forwards if positive.
    fn shift(&mut self, by: i64) -> Option<()> {
        for time in &mut self.times {
            time.0 = time.0.checked_add_signed(by)?;
        }
        Some(())
    }

    /// Cuts down to `range`.
    pub(crate) fn keep(&mut self, range: &Range<usize>) {
        keep(&mut self.times, range);
        keep(&mut self.lines, range);
    }
}

/// Cuts `values` down to `range`.
pub(crate) fn keep<T>(values: &mut Vec<T>, range: &Range<usize>) {
    values.truncate(range.end);
    values.drain(..range.start.min(values.len()));
}

/// Which way times are moved so that a row counts from the moment at which its first value is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known {
    /// At the beginning of the row's step: candles, and their opens.
    AtOpen,
    /// At the end of it: single prices, and the closes of candles.
    AtClose,
}

/// Takes the times as what they denote, notes step and gaps, and returns the rows that were asked for: from the last
/// that is not after `from` to the last that is not after `to`.
pub(crate) fn settle(
    sequence: &mut Sequence,
    report: &mut Report,
    reading: &Reading,
    known: Known,
    usual: Stamp,
) -> Result<Range<usize>, SourceError> {
    report.step = sequence.step();
    move_times(sequence, report, reading.stamp.unwrap_or(usual), known)?;
    let range = select(&sequence.times, report, reading)?;
    let rows = sequence.times.get(range.clone()).unwrap_or_default();
    let lines = sequence.lines.get(range.clone()).unwrap_or_default();
    report.rows = rows.len();
    report.first = rows.first().copied().unwrap_or_default();
    report.last = rows.last().copied().unwrap_or_default();
    let following = following(sequence, &range, reading.to);
    note_gaps(report, rows, lines, following);
    note_part(report, lines, range.end == sequence.lines.len());
    Ok(range)
}

fn move_times(
    sequence: &mut Sequence,
    report: &mut Report,
    stamp: Stamp,
    known: Known,
) -> Result<(), SourceError> {
    let sign = match (stamp, known) {
        (Stamp::Open, Known::AtOpen) | (Stamp::Close, Known::AtClose) => return Ok(()),
        (Stamp::Close, Known::AtOpen) => -1,
        (Stamp::Open, Known::AtClose) => 1,
    };
    let fault = |reason| SourceError::Stamp { file: report.file.clone(), stamp, reason };
    let step = report.step.ok_or_else(|| fault("the file has only one row"))?;
    let by = i64::try_from(step).map_err(|_| fault("the step is too long"))? * sign;
    sequence.shift(by).ok_or_else(|| fault("the first would lie before 1970"))?;
    report.moved = by;
    Ok(())
}

fn select(times: &[Timestamp], report: &Report, reading: &Reading) -> Result<Range<usize>, SourceError> {
    let (Some(&first), Some(&last)) = (times.first(), times.last()) else { return Ok(0..0) };
    // The last row holds until the next would be overdue.
    let reach = last.plus(report.step.map_or(0, |step| step.saturating_add(step / 2)));
    let file = || report.file.clone();
    if let (Some(from), Some(to)) = (reading.from, reading.to)
        && to < from
    {
        return Err(SourceError::Backwards { file: file(), from, to });
    }
    for asked in [reading.from, reading.to].into_iter().flatten() {
        if asked < first || asked > reach {
            return Err(SourceError::NotCovered { file: file(), asked, first, last: reach });
        }
    }
    let from = reading.from.unwrap_or(first);
    let start = times.partition_point(|time| *time <= from).saturating_sub(1);
    let end = reading.to.map_or(times.len(), |to| times.partition_point(|time| *time <= to));
    Ok(start..end)
}

/// Where rows stop before the last moment that was asked for: that moment, and the line of the row after it.
fn following(sequence: &Sequence, range: &Range<usize>, to: Option<Timestamp>) -> Option<(Timestamp, u32)> {
    let line = sequence.lines.get(range.end)?;
    Some((to?, *line))
}

fn note_gaps(report: &mut Report, times: &[Timestamp], lines: &[u32], following: Option<(Timestamp, u32)>) {
    let Some(step) = report.step else { return };
    let after = times.iter().copied().zip(lines.iter().copied()).skip(1).chain(following);
    for (&from, (to, line)) in times.iter().zip(after) {
        let gap = Gap { line, from, to };
        if gap.length().saturating_mul(2) > step.saturating_mul(3) {
            report.gaps.push(gap);
        }
        if report.longest.is_none_or(|longest| gap.length() > longest.length()) {
            report.longest = Some(gap);
        }
    }
}

/// Leaves only the findings in the rows that were asked for. Tallies are of the whole file.
fn note_part(report: &mut Report, lines: &[u32], to_the_end: bool) {
    let (first, last) = (lines.first().copied().unwrap_or(0), lines.last().copied().unwrap_or(u32::MAX));
    let inside = |line: u32| line >= first && (to_the_end || line <= last);
    report.duplicates.retain(|row| inside(row.line));
    report.unit_changes.retain(|change| inside(change.line));
    report.unterminated = report.unterminated.filter(|line| inside(*line));
}
