use levmine_market::Timestamp;

use crate::sequence::{Known, Place, Sequence, keep, settle};
use crate::table::Table;
use crate::{Reading, Report, Samples, SourceError, Stamp};

const ACCEPTED: &str =
    "a header with a column for the time, and the columns of the volume that were asked for";

/// A history of what was traded, and what was found in its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VolumeHistory {
    sequence: Sequence,
    traded: Vec<[u128; 2]>,
    report: Report,
}

/// What was traded in a step: from `time` until the next point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct VolumePoint {
    /// The beginning of the step.
    pub time: Timestamp,
    /// What was traded, in units of the columns' smallest places; the second is zero where one column was asked for.
    pub traded: [u128; 2],
    /// The line in the file.
    pub line: u32,
}

/// A column of a volume by its name, and the decimals of its smallest unit: 6 for a column in whole USDC, 0 for one in
/// base units.
pub type VolumeColumn = (String, u8);

impl VolumeHistory {
    /// What was found in the file, or in the part of it that was asked for.
    #[must_use]
    pub const fn report(&self) -> &Report {
        &self.report
    }
}

impl Samples for VolumeHistory {
    type Sample = VolumePoint;

    fn times(&self) -> &[Timestamp] {
        &self.sequence.times
    }

    fn sample(&self, index: usize) -> Option<VolumePoint> {
        let (time, line) = (*self.sequence.times.get(index)?, *self.sequence.lines.get(index)?);
        Some(VolumePoint { time, traded: *self.traded.get(index)?, line })
    }
}

/// Returns the history of volumes in the text of a file; `file` is the name that messages tell. One column is a volume
/// both ways, two are what was sold of each coin.
///
/// The times denote the beginning of the step in which it was traded; with `stamp = "close"` they count from one usual
/// step earlier. What is finer than a column's smallest unit is cut off, which the report tells.
///
/// # Errors
///
/// As [`parse_history`](crate::parse_history), except that nothing may have been traded.
///
/// # Examples
///
/// ```
/// use levmine_source::{Reading, Samples, parse_volumes};
///
/// let columns = [("volume_usdc".to_string(), 6), ("trades".to_string(), 0)];
/// let file = b"ts,close,volume_usdc,trades\n1544842800,83.61,96.6629807,3\n";
/// let history = parse_volumes("eth.csv", file, &columns[..1], &Reading::default())?;
/// assert_eq!(history.sample(0).map(|point| point.traded), Some([96_662_980, 0]));
/// # Ok::<(), levmine_source::SourceError>(())
/// ```
pub fn parse_volumes(
    file: &str,
    bytes: &[u8],
    columns: &[VolumeColumn],
    reading: &Reading,
) -> Result<VolumeHistory, SourceError> {
    let mut table = Table::open(file, bytes, ACCEPTED)?;
    let time = table.time_column()?;
    let mut places = [None; 2];
    for (place, (name, decimals)) in places.iter_mut().zip(columns) {
        *place = Some((table.choose(name)?, u32::from(*decimals)));
    }
    let mut sequence = Sequence::with_capacity(table.expected_rows);
    let mut traded: Vec<[u128; 2]> = Vec::with_capacity(table.expected_rows);
    while table.next_row()? {
        let (line, seconds) = (table.line(), table.time(time)?);
        let mut row = [0; 2];
        for (value, (column, places)) in row.iter_mut().zip(places.into_iter().flatten()) {
            *value = table.number(column, places)?;
        }
        match sequence.push(file, seconds, line)? {
            Place::Next => traded.push(row),
            Place::Again => sequence.again(&mut table.report, line, traded.last() == Some(&row))?,
        }
    }
    if traded.is_empty() {
        return Err(SourceError::NoRows { file: file.into(), accepted: ACCEPTED });
    }
    let mut report = std::mem::take(&mut table.report);
    let range = settle(&mut sequence, &mut report, reading, Known::AtOpen, Stamp::Open)?;
    sequence.keep(&range);
    keep(&mut traded, &range);
    report.judge(&reading.policy)?;
    Ok(VolumeHistory { sequence, traded, report })
}
