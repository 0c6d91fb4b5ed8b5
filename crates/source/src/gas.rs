use levmine_market::Timestamp;

use crate::sequence::{Known, Place, Sequence, keep, settle};
use crate::table::Table;
use crate::{Reading, Report, Samples, SourceError, Stamp};

const ACCEPTED: &str =
    "a time, and a gas price in a column whose name ends with _wei or _gwei, like gas_price_gwei";

/// A history of a chain's gas price, and what was found in its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GasHistory {
    sequence: Sequence,
    wei: Vec<u128>,
    report: Report,
}

/// The gas price of a step: from `time` until the next point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct GasPoint {
    /// The beginning of the step.
    pub time: Timestamp,
    /// The price of one unit of gas in wei.
    pub wei: u128,
    /// The line in the file.
    pub line: u32,
}

impl GasHistory {
    /// What was found in the file, or in the part of it that was asked for.
    #[must_use]
    pub const fn report(&self) -> &Report {
        &self.report
    }
}

impl Samples for GasHistory {
    type Sample = GasPoint;

    fn times(&self) -> &[Timestamp] {
        &self.sequence.times
    }

    fn sample(&self, index: usize) -> Option<GasPoint> {
        let (time, line) = (*self.sequence.times.get(index)?, *self.sequence.lines.get(index)?);
        Some(GasPoint { time, wei: *self.wei.get(index)?, line })
    }
}

/// Returns the history of gas prices in the text of a file; `file` is the name that messages tell.
///
/// The times denote the beginning of what the price is a mean of; with `stamp = "close"` they count from one usual
/// step earlier. Parts of a wei are cut off, which the report tells.
///
/// # Errors
///
/// As [`parse_history`](crate::parse_history), except that gas may be free.
///
/// # Examples
///
/// ```
/// use levmine_source::{Reading, Samples, parse_gas};
///
/// let history = parse_gas("gas.csv", b"ts,gas_price_gwei\n1691971200,53.0892135\n", &Reading::default())?;
/// assert_eq!(history.sample(0).map(|point| point.wei), Some(53_089_213_500));
/// # Ok::<(), levmine_source::SourceError>(())
/// ```
pub fn parse_gas(file: &str, bytes: &[u8], reading: &Reading) -> Result<GasHistory, SourceError> {
    let mut table = Table::open(file, bytes, ACCEPTED)?;
    let time = table.time_column()?;
    let (column, places) = price_column(&table)?;
    let mut sequence = Sequence::with_capacity(table.expected_rows);
    let mut wei = Vec::with_capacity(table.expected_rows);
    while table.next_row()? {
        let (line, seconds, price) = (table.line(), table.time(time)?, table.number(column, places)?);
        match sequence.push(file, seconds, line)? {
            Place::Next => wei.push(price),
            Place::Again => sequence.again(&mut table.report, line, wei.last() == Some(&price))?,
        }
    }
    if wei.is_empty() {
        return Err(SourceError::NoRows { file: file.into(), accepted: ACCEPTED });
    }
    let mut report = std::mem::take(&mut table.report);
    let range = settle(&mut sequence, &mut report, reading, Known::AtOpen, Stamp::Open)?;
    sequence.keep(&range);
    keep(&mut wei, &range);
    report.judge(&reading.policy)?;
    Ok(GasHistory { sequence, wei, report })
}

/// The column of the gas price, and the places that turn its text into wei.
fn price_column(table: &Table<'_>) -> Result<(usize, u32), SourceError> {
    let units = |name: &str| match name.rsplit('_').next() {
        Some("wei") => Some(0),
        Some("gwei") => Some(9),
        _ => None,
    };
    let names = table.names().unwrap_or_default().iter().enumerate();
    let mut found = names.filter_map(|(column, name)| Some((column, units(name)?)));
    match (found.next(), found.next()) {
        (Some(column), None) => Ok(column),
        _ => Err(table.header_fault(ACCEPTED)),
    }
}
