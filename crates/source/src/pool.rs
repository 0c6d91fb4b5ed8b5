use levmine_market::Timestamp;

use crate::sequence::{Known, Place, Sequence, keep, settle};
use crate::table::Table;
use crate::{Reading, Report, Samples, SourceError, Stamp};

const ACCEPTED: &str = "columns with the names ts, netAmount0, netAmount1, openTick, lowestTick, highestTick, closeTick, \
     inAmount0, inAmount1 and currentLiquidity";

/// A history of a pool with ticks, and what was found in its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolHistory {
    sequence: Sequence,
    points: Vec<PoolPoint>,
    report: Report,
}

/// What happened at a pool in a span of time. Pairs are of the contract's first and second token, in base units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolPoint {
    /// When the span has ended, and all this is known.
    pub time: Timestamp,
    /// The line in the file.
    pub line: u32,
    /// What was sold to the pool, fees included.
    pub sold: [u128; 2],
    /// What it held more afterwards, or less.
    pub net: [i128; 2],
    /// The tick after the first trade.
    pub open: i32,
    /// The lowest tick.
    pub low: i32,
    /// The highest tick.
    pub high: i32,
    /// The tick at the end.
    pub close: i32,
    /// The liquidity in range at the end.
    pub liquidity: u128,
}

impl PoolPoint {
    /// What the pool paid out: what was sold to it, less what it held more. Never below zero; a file in which it would be is
    /// refused.
    #[must_use]
    pub fn bought(&self) -> [u128; 2] {
        let ([sold0, sold1], [net0, net1]) = (self.sold, self.net);
        [(sold0, net0), (sold1, net1)].map(|(sold, net)| paid_out(sold, net).unwrap_or_default())
    }
}

fn paid_out(sold: u128, net: i128) -> Option<u128> {
    if net < 0 { sold.checked_add(net.unsigned_abs()) } else { sold.checked_sub(net.unsigned_abs()) }
}

impl PoolHistory {
    /// What was found in the file, or in the part of it that was asked for.
    #[must_use]
    pub const fn report(&self) -> &Report {
        &self.report
    }
}

impl Samples for PoolHistory {
    type Sample = PoolPoint;

    fn times(&self) -> &[Timestamp] {
        &self.sequence.times
    }

    fn sample(&self, index: usize) -> Option<PoolPoint> {
        self.points.get(index).copied()
    }
}

/// Returns the history of a pool in the text of a file; `file` is the name that messages tell.
///
/// The times denote the beginning of the span that a row tells of, which is known at its end, one usual step later; with
/// `stamp = "close"` they denote that end.
///
/// # Errors
///
/// As [`parse_history`](crate::parse_history), except that nothing may have been traded; also where a tick is none, and where
/// more would have come in than was sold.
///
/// # Examples
///
/// ```
/// use levmine_source::{Reading, Samples, parse_pool};
///
/// let file = b"timestamp,netAmount0,netAmount1,closeTick,openTick,lowestTick,highestTick,inAmount0,inAmount1,currentLiquidity\n\
///     2023-08-13 00:00:00,-1970524626,1066799650715290921,201101,201101,201101,201101,0,1066799650715290921,2391553663290390168\n\
///     2023-08-13 00:01:00,0,0,201101,201101,201101,201101,0,0,2391553663290390168\n";
/// let history = parse_pool("pool.csv", file, &Reading::default())?;
/// let point = history.sample(0).unwrap();
/// assert_eq!(point.time.0, 1_691_884_860);
/// assert_eq!(point.bought(), [1_970_524_626, 0]);
/// # Ok::<(), levmine_source::SourceError>(())
/// ```
pub fn parse_pool(file: &str, bytes: &[u8], reading: &Reading) -> Result<PoolHistory, SourceError> {
    let mut table = Table::open(file, bytes, ACCEPTED)?;
    let columns = Columns::choose(&table)?;
    let mut sequence = Sequence::with_capacity(table.expected_rows);
    let mut points: Vec<PoolPoint> = Vec::with_capacity(table.expected_rows);
    while table.next_row()? {
        let line = table.line();
        let seconds = table.time(columns.time)?;
        let point = columns.read(&mut table, Timestamp(seconds))?;
        match sequence.push(file, seconds, line)? {
            Place::Next => points.push(point),
            Place::Again => {
                let same = points.last().is_some_and(|last| PoolPoint { line, ..*last } == point);
                sequence.again(&mut table.report, line, same)?;
            }
        }
    }
    if points.is_empty() {
        return Err(SourceError::NoRows { file: file.into(), accepted: ACCEPTED });
    }
    let mut report = std::mem::take(&mut table.report);
    let range = settle(&mut sequence, &mut report, reading, Known::AtClose, Stamp::Open)?;
    sequence.keep(&range);
    keep(&mut points, &range);
    for (point, time) in points.iter_mut().zip(&sequence.times) {
        point.time = *time;
    }
    report.judge(&reading.policy)?;
    Ok(PoolHistory { sequence, points, report })
}

struct Columns {
    time: usize,
    sold: [usize; 2],
    net: [usize; 2],
    ticks: [usize; 4],
    liquidity: usize,
}

impl Columns {
    fn choose(table: &Table<'_>) -> Result<Self, SourceError> {
        let need = |name| table.need(name, ACCEPTED);
        Ok(Self {
            time: table.time_column()?,
            sold: [need("inamount0")?, need("inamount1")?],
            net: [need("netamount0")?, need("netamount1")?],
            ticks: [need("opentick")?, need("lowesttick")?, need("highesttick")?, need("closetick")?],
            liquidity: need("currentliquidity")?,
        })
    }

    fn read(&self, table: &mut Table<'_>, time: Timestamp) -> Result<PoolPoint, SourceError> {
        let [sold0, sold1] = self.sold;
        let sold = [table.number(sold0, 0)?, table.number(sold1, 0)?];
        let mut net = [0; 2];
        for ((column, net), sold) in self.net.into_iter().zip(&mut net).zip(sold) {
            *net = table.signed(column)?;
            if paid_out(sold, *net).is_none() {
                return Err(table.fault(column, "at most what was sold, inAmount of the same token"));
            }
        }
        let mut ticks = [0; 4];
        for (column, tick) in self.ticks.into_iter().zip(&mut ticks) {
            let read = i32::try_from(table.signed(column)?).ok().filter(|tick| tick.abs() <= 887_272);
            *tick = read.ok_or_else(|| table.fault(column, "a tick, from -887272 to 887272"))?;
        }
        let [open, low, high, close] = ticks;
        let liquidity = table.number(self.liquidity, 0)?;
        Ok(PoolPoint { time, line: table.line(), sold, net, open, low, high, close, liquidity })
    }
}
