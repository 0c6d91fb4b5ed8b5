use std::fmt;

use levmine_config::Seconds;
use levmine_market::Timestamp;

use crate::wording::{Length, accepting};
use crate::{OnAbsurd, Policy, SourceError, TimeUnit};

/// What was found in a file, or in the part of it that was asked for: nothing of it is repaired, except that rows
/// that repeat the row before them word for word are read once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// The file's name as it was given.
    pub file: String,
    /// The rows, without repeated ones.
    pub rows: usize,
    /// The time of the first row.
    pub first: Timestamp,
    /// The time of the last row.
    pub last: Timestamp,
    /// The usual distance of two rows in seconds: the median of the whole file; `None` below two rows.
    pub step: Option<Seconds>,
    /// What the times were moved by, in seconds, because of what they denote.
    pub moved: i64,
    /// Distances of more than one and a half usual steps, in order.
    pub gaps: Vec<Gap>,
    /// The longest distance of two rows, gap or not.
    pub longest: Option<Gap>,
    /// Rows that say what the row before them said.
    pub duplicates: Vec<Duplicate>,
    /// Rows that cannot be right, in order.
    pub absurd: Vec<Absurd>,
    /// Rows from which on the times are in another unit.
    pub unit_changes: Vec<UnitChange>,
    /// Fields of the whole file that are empty where a rate may be missing.
    pub empty: Tally,
    /// Times of the whole file of which parts of a second were cut off.
    pub cut_times: Tally,
    /// Numbers of the whole file with more places than are kept, which were cut off.
    pub cut_values: Tally,
    /// Candles of the whole file that were not complete, which were left out.
    pub unconfirmed: Tally,
    /// The last line, if the file does not end with a line end: its last field may be cut.
    pub unterminated: Option<u32>,
}

/// A stretch without rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Gap {
    /// The line of the row after it.
    pub line: u32,
    /// The time of the row before it.
    pub from: Timestamp,
    /// The time of the row after it, or the last moment that was asked for if that is earlier.
    pub to: Timestamp,
}

impl Gap {
    /// Returns the length in seconds.
    #[must_use]
    pub const fn length(&self) -> Seconds {
        self.to.since(self.from)
    }
}

/// A row that says what the row before it said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Duplicate {
    /// The line.
    pub line: u32,
    /// The line that said it first.
    pub first: u32,
    /// The time of both.
    pub time: Timestamp,
}

/// A row that cannot be right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Absurd {
    /// The line.
    pub line: u32,
    /// The row's time.
    pub time: Timestamp,
    /// What is wrong.
    pub what: Absurdity,
}

/// What is wrong with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Absurdity {
    /// The high is below the low.
    HighBelowLow,
    /// The open or the close is above the high or below the low.
    OutsideRange,
    /// The high is more than twice the larger, or the low less than half of the smaller, of open and close.
    Wick,
    /// The price jumps away from the rows before it, and rows later is back.
    Spike {
        /// How far it jumped, in basis points of the lower of the two prices.
        basis_points: u32,
    },
    /// More is borrowed than supplied.
    BorrowedAboveSupplied,
    /// An index of interest fell.
    IndexFell,
}

impl fmt::Display for Absurdity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::HighBelowLow => f.write_str("read a high below the low; accepted: low ≤ high"),
            Self::OutsideRange => f.write_str(
                "read an open or close outside of low and high; accepted: low ≤ open, close ≤ high (a file whose \
                 closes are right can be read with #close)",
            ),
            Self::Wick => f.write_str(
                "read a high or low by a factor above 2 away from open and close; accepted: factors up to 2",
            ),
            Self::Spike { basis_points } => {
                write!(f, "read a jump by {}.{:02} % that is soon back", basis_points / 100, basis_points % 100)?;
                f.write_str("; accepted: prices that stay, or jump by less")
            }
            Self::BorrowedAboveSupplied => {
                f.write_str("read more borrowed than supplied; accepted: borrowed ≤ supplied")
            }
            Self::IndexFell => f.write_str("read an index below the one before; accepted: indices that never fall"),
        }
    }
}

/// A row from which on the times are in another unit than before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct UnitChange {
    /// The line.
    pub line: u32,
    /// The unit before.
    pub from: TimeUnit,
    /// The unit from here on.
    pub to: TimeUnit,
}

/// How often something was found, and where first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Tally {
    /// How often.
    pub count: u64,
    /// The first line; 0 if it was not found.
    pub line: u32,
}

impl Tally {
    pub(crate) const fn add(&mut self, line: u32) {
        if self.count == 0 {
            self.line = line;
        }
        self.count = self.count.saturating_add(1);
    }
}

impl Report {
    /// Whether nothing was found.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.gaps.is_empty()
            && self.duplicates.is_empty()
            && self.absurd.is_empty()
            && self.unit_changes.is_empty()
            && [self.empty, self.cut_times, self.cut_values, self.unconfirmed]
                .iter()
                .all(|tally| tally.count == 0)
            && self.unterminated.is_none()
    }

    /// Checks the findings against what `policy` accepts.
    ///
    /// # Errors
    ///
    /// [`SourceError::Gap`] with the longest gap above the limit; [`SourceError::Absurd`] with the first absurd row.
    pub fn judge(&self, policy: &Policy) -> Result<(), SourceError> {
        let limit = policy.max_gap.or(self.step.map(|step| step.saturating_add(step / 2)));
        if let (Some(limit), Some(gap)) = (limit, self.longest)
            && gap.length() > limit
        {
            let others = self.gaps.iter().filter(|other| other.length() > limit).count().saturating_sub(1);
            let (file, stated) = (self.file.clone(), policy.max_gap.is_some());
            return Err(SourceError::Gap { file, gap, others, limit, stated });
        }
        match (policy.absurd, self.absurd.first()) {
            (OnAbsurd::Refuse, Some(absurd)) => {
                let others = self.absurd.len().saturating_sub(1);
                Err(SourceError::Absurd { file: self.file.clone(), absurd: *absurd, others })
            }
            _ => Ok(()),
        }
    }

    /// Writes the lines of one kind of finding, the first ten and how many more there are.
    fn lines<T>(
        &self,
        f: &mut fmt::Formatter<'_>,
        findings: &[T],
        kind: &str,
        line: impl Fn(&T) -> (u32, String),
    ) -> fmt::Result {
        const SHOWN: usize = 10;
        for finding in findings.iter().take(SHOWN) {
            let (line, text) = line(finding);
            write!(f, "\n{}:{line}: {text}", self.file)?;
        }
        match findings.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, "\n{}: and {more} more {kind}", self.file),
        }
    }

    fn tally(&self, f: &mut fmt::Formatter<'_>, tally: Tally, text: &str) -> fmt::Result {
        match tally.count {
            0 => Ok(()),
            1 => write!(f, "\n{}:{}: {text}", self.file, tally.line),
            count => write!(f, "\n{}:{}: {text}, here first, {count} times", self.file, tally.line),
        }
    }
}

impl fmt::Display for Report {
    /// Writes one line about the whole and one for each finding, at most ten of a kind.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = if self.rows == 1 { "row" } else { "rows" };
        write!(f, "{}: {} {rows}, {} to {}", self.file, self.rows, self.first, self.last)?;
        if let Some(step) = self.step {
            write!(f, ", usual step {}", Length(step))?;
        }
        match self.moved {
            0 => {}
            by => {
                let (length, side) = (Length(by.unsigned_abs()), if by < 0 { "before" } else { "after" });
                write!(f, ", each counting from {length} {side} the time written")?;
            }
        }
        self.lines(f, &self.gaps, "gaps", |gap| {
            let accepted = accepting(gap.length());
            let length = Length(gap.length());
            (
                gap.line,
                format!(
                    "no row between {} and {}: read a gap of {length}; accepted with max_gap = \"{accepted}\"",
                    gap.from, gap.to
                ),
            )
        })?;
        self.lines(f, &self.duplicates, "repeated rows", |row| {
            (row.line, format!("read {} again, as in line {}; read once", row.time, row.first))
        })?;
        self.lines(f, &self.absurd, "absurd rows", |row| (row.line, format!("{}: {}", row.time, row.what)))?;
        self.lines(f, &self.unit_changes, "changes of unit", |change| {
            let UnitChange { line, from, to } = *change;
            (line, format!("read times in {to} after times in {from}; each is taken in its own unit"))
        })?;
        self.tally(f, self.empty, "read an empty field; taken as not known")?;
        self.tally(f, self.cut_times, "read parts of a second; cut off")?;
        self.tally(f, self.cut_values, "read more places than are kept; cut off")?;
        self.tally(f, self.unconfirmed, "read a candle that is not confirmed; left out")?;
        match self.unterminated {
            None => Ok(()),
            Some(line) => write!(
                f,
                "\n{}:{line}: read no line end; if the file was cut here, the last field may be too",
                self.file
            ),
        }
    }
}
