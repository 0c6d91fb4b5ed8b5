use levmine_market::Timestamp;
use levmine_math::{Ray, Rounding, U256, Wad, mul_div};

use crate::sequence::{Known, Place, Sequence, keep, settle};
use crate::table::Table;
use crate::{Absurd, Absurdity, Reading, Report, Samples, SourceError, Stamp};

const ACCEPTED: &str = "columns with the names ts, supplied_usd, borrowed_usd, supply_apr_pct and \
     variable_borrow_apr_pct (snapshots), or ts, liquidity_rate_ray, variable_borrow_rate_ray, liquidity_index_ray and \
     variable_borrow_index_ray (indices)";

/// A history of a lending market's rates, and what was found in its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateHistory {
    sequence: Sequence,
    points: Vec<RatePoint>,
    report: Report,
}

/// The rates of a lending market at a moment. Rates are per year, simple, in ray: 10^27 is 100 %.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RatePoint {
    /// The moment.
    pub time: Timestamp,
    /// The line in the file.
    pub line: u32,
    /// What suppliers earn; `None` where the field is empty.
    pub supply: Option<Ray>,
    /// What borrowers at the variable rate pay; `None` where the field is empty.
    pub variable_borrow: Option<Ray>,
    /// What borrowers at the stable rate pay; `None` where the field is empty or there is no such column.
    pub stable_borrow: Option<Ray>,
    /// What the file tells beside the rates.
    pub state: RateState,
}

/// What a file of rates tells beside them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateState {
    /// An hourly snapshot.
    Snapshot {
        /// What is supplied, in US dollars.
        supplied: Wad,
        /// What is borrowed, in US dollars.
        borrowed: Wad,
        /// What is supplied, in base units of the token; `None` where there is no such column.
        balance: Option<U256>,
    },
    /// The contract's own integers.
    Indices {
        /// The index of what is supplied.
        liquidity: Ray,
        /// The index of variable debt.
        variable_borrow: Ray,
    },
}

impl RatePoint {
    /// The part of what is supplied that is borrowed, rounded down; `None` for indices, and while nothing is supplied.
    /// Above one where the file says so.
    #[must_use]
    pub fn utilization(&self) -> Option<Wad> {
        let RateState::Snapshot { supplied, borrowed, .. } = self.state else { return None };
        mul_div(borrowed.raw(), Wad::ONE.raw(), supplied.raw(), Rounding::Down).ok().map(Wad::from_raw)
    }

    fn says_the_same(&self, other: &Self) -> bool {
        Self { line: other.line, ..*self } == *other
    }
}

impl RateHistory {
    /// What was found in the file, or in the part of it that was asked for.
    #[must_use]
    pub const fn report(&self) -> &Report {
        &self.report
    }
}

impl Samples for RateHistory {
    type Sample = RatePoint;

    fn times(&self) -> &[Timestamp] {
        &self.sequence.times
    }

    fn sample(&self, index: usize) -> Option<RatePoint> {
        self.points.get(index).copied()
    }
}

/// Returns the history of rates in the text of a file; `file` is the name that messages tell.
///
/// The times denote the moment of the snapshot; with `stamp = "open"`, as per-minute files of indices mean it, they count from
/// one usual step later.
///
/// # Errors
///
/// As [`parse_history`](crate::parse_history), except that rates may be zero, and empty where they are not known.
///
/// # Examples
///
/// ```
/// use levmine_source::{Reading, Samples, parse_rates};
///
/// let file = b"ts,supplied_usd,borrowed_usd,supply_apr_pct,variable_borrow_apr_pct\n1606841582,4,1,0.28125,1.25\n";
/// let history = parse_rates("dai.csv", file, &Reading::default())?;
/// let point = history.sample(0).unwrap();
/// assert_eq!(point.variable_borrow.unwrap().to_string(), "0.0125");
/// assert_eq!(point.utilization().unwrap().to_string(), "0.25");
/// # Ok::<(), levmine_source::SourceError>(())
/// ```
pub fn parse_rates(file: &str, bytes: &[u8], reading: &Reading) -> Result<RateHistory, SourceError> {
    let mut table = Table::open(file, bytes, ACCEPTED)?;
    let columns = Columns::choose(&table)?;
    let mut sequence = Sequence::default();
    let mut points: Vec<RatePoint> = Vec::new();
    while table.next_row()? {
        let line = table.line();
        let seconds = table.time(columns.time)?;
        let point = columns.read(&mut table, Timestamp(seconds))?;
        match sequence.push(file, seconds, line)? {
            Place::Next => points.push(point),
            Place::Again => {
                let same = points.last().is_some_and(|last| last.says_the_same(&point));
                sequence.again(&mut table.report, line, same)?;
            }
        }
    }
    if points.is_empty() {
        return Err(SourceError::NoRows { file: file.into(), accepted: ACCEPTED });
    }
    let mut report = std::mem::take(&mut table.report);
    let range = settle(&mut sequence, &mut report, reading, Known::AtClose, Stamp::Close)?;
    sequence.keep(&range);
    keep(&mut points, &range);
    for (point, time) in points.iter_mut().zip(&sequence.times) {
        point.time = *time;
    }
    report.absurd = absurd(&points);
    report.judge(&reading.policy)?;
    Ok(RateHistory { sequence, points, report })
}

fn absurd(points: &[RatePoint]) -> Vec<Absurd> {
    let mut before = None;
    let mut found = Vec::new();
    for point in points {
        let what = match point.state {
            RateState::Snapshot { supplied, borrowed, .. } => {
                (borrowed > supplied).then_some(Absurdity::BorrowedAboveSupplied)
            }
            RateState::Indices { liquidity, variable_borrow } => {
                let fell = before.is_some_and(|(supply, debt)| liquidity < supply || variable_borrow < debt);
                before = Some((liquidity, variable_borrow));
                fell.then_some(Absurdity::IndexFell)
            }
        };
        found.extend(what.map(|what| Absurd { line: point.line, time: point.time, what }));
    }
    found
}

struct Columns {
    time: usize,
    /// The places that turn a rate's text into ray: 27, or 25 for percent.
    rate_places: u32,
    supply: usize,
    variable_borrow: usize,
    stable_borrow: Option<usize>,
    state: StateColumns,
}

enum StateColumns {
    Snapshot { supplied: usize, borrowed: usize, balance: Option<usize> },
    Indices { liquidity: usize, variable_borrow: usize },
}

impl Columns {
    fn choose(table: &Table<'_>) -> Result<Self, SourceError> {
        let time = table.time_column()?;
        let need = |name| table.need(name, ACCEPTED);
        if table.find("liquidity_rate_ray").is_some() {
            let state = StateColumns::Indices {
                liquidity: need("liquidity_index_ray")?,
                variable_borrow: need("variable_borrow_index_ray")?,
            };
            return Ok(Self {
                time,
                rate_places: 0,
                supply: need("liquidity_rate_ray")?,
                variable_borrow: need("variable_borrow_rate_ray")?,
                stable_borrow: table.find("stable_borrow_rate_ray"),
                state,
            });
        }
        let state = StateColumns::Snapshot {
            supplied: need("supplied_usd")?,
            borrowed: need("borrowed_usd")?,
            balance: table.find("token_balance"),
        };
        Ok(Self {
            time,
            rate_places: 25,
            supply: need("supply_apr_pct")?,
            variable_borrow: need("variable_borrow_apr_pct")?,
            stable_borrow: table.find("stable_borrow_apr_pct"),
            state,
        })
    }

    fn read(&self, table: &mut Table<'_>, time: Timestamp) -> Result<RatePoint, SourceError> {
        let mut rate = |column| -> Result<Option<Ray>, SourceError> {
            Ok(table.number_if_known(column, self.rate_places)?.map(Ray::new))
        };
        let supply = rate(self.supply)?;
        let variable_borrow = rate(self.variable_borrow)?;
        let stable_borrow = self.stable_borrow.map(rate).transpose()?.flatten();
        let state = match self.state {
            StateColumns::Snapshot { supplied, borrowed, balance } => RateState::Snapshot {
                supplied: Wad::new(table.number(supplied, 18)?),
                borrowed: Wad::new(table.number(borrowed, 18)?),
                balance: balance.map(|column| table.number(column, 0)).transpose()?.map(U256::from),
            },
            StateColumns::Indices { liquidity, variable_borrow } => RateState::Indices {
                liquidity: Ray::new(table.number(liquidity, 0)?),
                variable_borrow: Ray::new(table.number(variable_borrow, 0)?),
            },
        };
        Ok(RatePoint { time, line: table.line(), supply, variable_borrow, stable_borrow, state })
    }
}
