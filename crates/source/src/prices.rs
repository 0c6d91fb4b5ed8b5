use crate::history::Rest;
use crate::sequence::{Known, Place, Sequence, settle};
use crate::table::Table;
use crate::{Format, History, Reading, Shape, SourceError, Stamp, absurd};

const ACCEPTED: &str = "a file with a time and a price, or with a time, open, high, low and close";

/// Returns the history of prices in the text of a file; `file` is the name that messages tell.
///
/// The crate's documentation says which texts are accepted, and what is found in them.
///
/// # Errors
///
/// [`SourceError`] with file and line where the text is not in a format, a row cannot be read, is out of order, says
/// something else than another row of the same time, or has a price that is not above zero; where the file does not
/// cover the time asked for; and where it has findings that the policy does not accept.
///
/// # Examples
///
/// ```
/// use levmine_market::Timestamp;
/// use levmine_source::{Reading, Samples, Shape, SourceError, parse_history};
///
/// let file = b"ts,open,high,low,close\n1617566400,2061.43,2066.61,2051.24,2062.56\n1617570000,2062,2078,2057,2076\n";
/// let history = parse_history("eth.csv", file, &Shape::default(), &Reading::default())?;
/// assert_eq!(history.len(), 2);
/// let price = history.price_at(Timestamp(1_617_569_999)).map(|price| price.0.to_string());
/// assert_eq!(price.as_deref(), Some("2061.43"));
///
/// let error = parse_history("eth.csv", b"ts,price\n1617566400,2061,43\n", &Shape::default(), &Reading::default());
/// assert_eq!(error.unwrap_err().to_string(), "eth.csv:2: read 3 fields; accepted: 2, as in the first line");
/// # Ok::<(), SourceError>(())
/// ```
pub fn parse_history(
    file: &str,
    bytes: &[u8],
    shape: &Shape,
    reading: &Reading,
) -> Result<History, SourceError> {
    let mut shape = shape.clone();
    let mut table = Table::open_of(file, bytes, ACCEPTED, &mut shape.column)?;
    let columns = Columns::choose(&table, &shape)?;
    let mut history = match columns.prices {
        Prices::Single(price) => single(&mut table, columns.time, price)?,
        Prices::Candles(prices) => candles(&mut table, columns.time, prices)?,
    };
    if history.open.is_empty() {
        return Err(SourceError::NoRows { file: file.into(), accepted: ACCEPTED });
    }
    // The rows around the part that is asked for tell whether its edges are absurd.
    let mut absurd = absurd::find(&history.sequence, &history.open, history.rest.as_ref());
    let lines = {
        let History { sequence, report, .. } = &mut history;
        let range = settle(sequence, report, reading, columns.known, columns.usual)?;
        history.keep(&range);
        &history.sequence.lines
    };
    let (first, last) = (lines.first().copied().unwrap_or(0), lines.last().copied().unwrap_or(0));
    absurd.retain(|row| (first..=last).contains(&row.line));
    for row in &mut absurd {
        row.time.0 = row.time.0.saturating_add_signed(history.report.moved);
    }
    history.report.absurd = absurd;
    history.report.judge(&reading.policy)?;
    Ok(history)
}

/// Where time and prices stand, and what the times denote.
struct Columns {
    time: usize,
    prices: Prices,
    known: Known,
    usual: Stamp,
}

#[derive(Clone, Copy)]
enum Prices {
    Single(usize),
    /// Open, high, low, close.
    Candles([usize; 4]),
}

impl Columns {
    fn choose(table: &Table<'_>, shape: &Shape) -> Result<Self, SourceError> {
        let candles = named_candles(table);
        if let Some(asked) = &shape.column {
            let price = table.choose(asked)?;
            // A column of a candle file is known at the end of the step, except for the open.
            let known = match candles {
                Some([open, ..]) if open == price => Known::AtOpen,
                _ => Known::AtClose,
            };
            let usual = if candles.is_some() { Stamp::Open } else { Stamp::Close };
            return Ok(Self { time: table.time_column()?, prices: Prices::Single(price), known, usual });
        }
        match shape.format {
            // Where a header tells the places, they are not guessed.
            Some(Format::Klines) => match candles {
                Some(prices) => Self::of_candles(table, prices),
                None => Self::by_place(table),
            },
            Some(Format::Candles) => {
                let accepted = "columns with the names open, high, low and close";
                let prices = candles.ok_or_else(|| table.header_fault(accepted))?;
                Self::of_candles(table, prices)
            }
            Some(Format::Prices) => Self::of_price(table),
            None => match candles {
                Some(prices) => Self::of_candles(table, prices),
                None if table.names().is_none() && table.width() >= 5 => Self::by_place(table),
                None => Self::of_price(table),
            },
        }
    }

    fn of_candles(table: &Table<'_>, prices: [usize; 4]) -> Result<Self, SourceError> {
        let prices = Prices::Candles(prices);
        Ok(Self { time: table.time_column()?, prices, known: Known::AtOpen, usual: Stamp::Open })
    }

    fn by_place(table: &Table<'_>) -> Result<Self, SourceError> {
        if table.width() < 5 {
            return Err(table.header_fault("at least five columns: time, open, high, low, close"));
        }
        let prices = Prices::Candles([1, 2, 3, 4]);
        Ok(Self { time: 0, prices, known: Known::AtOpen, usual: Stamp::Open })
    }

    fn of_price(table: &Table<'_>) -> Result<Self, SourceError> {
        let time = table.time_column()?;
        let price = price_column(table, time)?;
        Ok(Self { time, prices: Prices::Single(price), known: Known::AtClose, usual: Stamp::Close })
    }
}

fn named_candles(table: &Table<'_>) -> Option<[usize; 4]> {
    let all = |names: [&str; 4]| {
        let [open, high, low, close] = names.map(|name| table.find(name));
        Some([open?, high?, low?, close?])
    };
    all(["open", "high", "low", "close"]).or_else(|| all(["o", "h", "l", "c"]))
}

/// The only column that can be the price.
fn price_column(table: &Table<'_>, time: usize) -> Result<usize, SourceError> {
    let Some(names) = table.names() else {
        return match table.width() {
            2 => Ok(1),
            _ => Err(table.header_fault(
                "two columns (time, price), or at least five (time, open, high, low, close), or a header with names",
            )),
        };
    };
    let others = || names.iter().enumerate().filter(|(column, _)| *column != time);
    let named = |(_, name): &(usize, &String)| {
        !name.contains("gas")
            && (matches!(name.as_str(), "price" | "close" | "value")
                || name.starts_with("price_")
                || name.ends_with("_price"))
    };
    let mut candidates = others().filter(named);
    match (candidates.next(), candidates.next()) {
        (Some((column, _)), None) => return Ok(column),
        (Some(_), Some(_)) => return Err(table.column_fault(None)),
        _ => {}
    }
    let mut others = others();
    match (others.next(), others.next()) {
        (None, _) => Err(table.header_fault("a column for the price beside the time")),
        (Some((_, name)), None) if name.contains("gas") => {
            Err(table.header_fault("a column with a price; this one holds gas prices, which are read as gas"))
        }
        (Some((column, _)), None) => Ok(column),
        _ => Err(table.column_fault(None)),
    }
}

fn single(table: &mut Table<'_>, time: usize, price: usize) -> Result<History, SourceError> {
    let mut sequence = Sequence::with_capacity(table.expected_rows);
    let mut open = Vec::with_capacity(table.expected_rows);
    while table.next_row()? {
        let (line, seconds, value) = (table.line(), table.time(time)?, table.price(price)?);
        match sequence.push(table.file(), seconds, line)? {
            Place::Next => open.push(value),
            Place::Again => sequence.again(&mut table.report, line, open.last() == Some(&value))?,
        }
    }
    Ok(History { sequence, open, rest: None, report: std::mem::take(&mut table.report) })
}

fn candles(table: &mut Table<'_>, time: usize, columns: [usize; 4]) -> Result<History, SourceError> {
    let rows = table.expected_rows;
    let mut sequence = Sequence::with_capacity(rows);
    let mut all = [(); 4].map(|()| Vec::with_capacity(rows));
    while table.next_row()? {
        let (line, seconds) = (table.line(), table.time(time)?);
        let mut values = [0; 4];
        for (value, column) in values.iter_mut().zip(columns) {
            *value = table.price(column)?;
        }
        match sequence.push(table.file(), seconds, line)? {
            Place::Next => all.iter_mut().zip(values).for_each(|(column, value)| column.push(value)),
            Place::Again => {
                let same = all.iter().zip(&values).all(|(column, value)| column.last() == Some(value));
                sequence.again(&mut table.report, line, same)?;
            }
        }
    }
    let [open, high, low, close] = all;
    let rest = Some(Rest { high, low, close });
    Ok(History { sequence, open, rest, report: std::mem::take(&mut table.report) })
}
