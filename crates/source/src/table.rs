//! A file as a table: a header if there is one, rows of equal width, and faults that say where they are.

use levmine_config::nearest;

use crate::json;
use crate::number::{NumberFault, Scaled, scaled};
use crate::scan::{Line, Lines, delimiter, split};
use crate::wording::excerpt;
use crate::{Report, SourceError, TimeUnit, UnitChange, stamp};

/// Names of the column that holds the time, the surest first.
const TIMES: [&str; 9] =
    ["ts", "timestamp", "open_time", "opentime", "unix", "time", "datetime", "date", "hour_ts"];

/// The rows that memory is reserved for at most; what lies above is asked for as it is read.
const MOST_EXPECTED_ROWS: usize = 1 << 20;

const ACCEPTED_NUMBER: &str =
    "a decimal number like 2061.43, with a point and without separators between thousands";
const ACCEPTED_PRICE: &str =
    "a price like 2061.43 (to leave a row out, delete its line: that makes it a gap)";

pub(crate) struct Table<'a> {
    file: &'a str,
    lines: Rows<'a>,
    dialect: Dialect,
    /// The names in small letters with underscores, and the line they stand in.
    header: Option<(Vec<String>, u32)>,
    width: usize,
    fields: Vec<&'a [u8]>,
    line: u32,
    unit: Option<TimeUnit>,
    pub(crate) report: Report,
    pub(crate) expected_rows: usize,
}

/// The lines that are left.
#[derive(Clone)]
enum Rows<'a> {
    Text(Lines<'a>),
    List(std::vec::IntoIter<Line<'a>>),
}

impl<'a> Iterator for Rows<'a> {
    type Item = Line<'a>;

    #[inline]
    fn next(&mut self) -> Option<Line<'a>> {
        match self {
            Self::Text(lines) => lines.next(),
            Self::List(lines) => lines.next(),
        }
    }
}

/// How a line is taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dialect {
    /// Fields with this between them.
    Csv(u8),
    /// A list in JSON.
    List,
    /// An object in JSON.
    Object,
}

impl<'a> Table<'a> {
    /// A text of any kind.
    pub(crate) fn open(file: &'a str, bytes: &'a [u8], accepted: &'static str) -> Result<Self, SourceError> {
        Self::open_of(file, bytes, accepted, &mut None)
    }

    /// The same; of a document of several coins the one that is asked for, and `asked` is taken.
    pub(crate) fn open_of(
        file: &'a str,
        bytes: &'a [u8],
        accepted: &'static str,
        asked: &mut Option<String>,
    ) -> Result<Self, SourceError> {
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let mut table = if json::is_json(text) {
            Self::open_json(file, text, accepted, asked)?
        } else {
            Self::open_csv(file, bytes, accepted)?
        };
        table.check_header()?;
        table.turn()?;
        Ok(table)
    }

    fn open_json(
        file: &'a str,
        text: &'a [u8],
        accepted: &'static str,
        asked: &mut Option<String>,
    ) -> Result<Self, SourceError> {
        let document = json::document(file, text, asked.as_deref())?;
        if document.coin {
            *asked = None;
        }
        let no_rows = || SourceError::NoRows { file: file.into(), accepted };
        let first = document.rows.first().copied().ok_or_else(no_rows)?;
        let names = document.names.map(|names| names.iter().map(|name| plain(name.as_bytes())).collect());
        let names: Option<Vec<String>> = names;
        let mut table = Self {
            file,
            expected_rows: document.rows.len(),
            lines: Rows::List(document.rows.into_iter()),
            dialect: if document.objects { Dialect::Object } else { Dialect::List },
            width: names.as_ref().map_or(0, Vec::len),
            header: names.map(|names| (names, first.number)),
            fields: Vec::new(),
            line: first.number,
            unit: None,
            report: Report { file: file.into(), ..Report::default() },
        };
        if table.header.is_none() {
            table.split(first)?;
            table.width = table.fields.len();
        }
        table.fields.clear();
        Ok(table)
    }

    /// Candles as OKX gives them come newest first, and the newest may not be complete: it is left out. All other rows stay as
    /// they are.
    fn turn(&mut self) -> Result<(), SourceError> {
        let confirm = self
            .find("confirm")
            .filter(|_| ["o", "h", "l", "c"].iter().all(|name| self.find(name).is_some()));
        let Some(confirm) = confirm else { return Ok(()) };
        let time = self.time_column()?;
        let mut kept = Vec::with_capacity(self.expected_rows);
        let mut ends = [None; 2];
        for line in self.lines.clone() {
            // What cannot be taken apart is told when its turn comes.
            if self.split(line).is_ok() && self.fields.len() == self.width {
                if self.field(confirm) == b"0" {
                    self.report.unconfirmed.add(line.number);
                    continue;
                }
                let read = stamp::read(self.field(time)).map(|time| time.seconds);
                let [first, last] = &mut ends;
                *first = first.or(read);
                *last = read.or(*last);
            }
            kept.push(line);
        }
        if let [Some(first), Some(last)] = ends
            && last < first
        {
            kept.reverse();
        }
        self.lines = Rows::List(kept.into_iter());
        Ok(())
    }

    /// Takes a line apart.
    #[inline]
    fn split(&mut self, line: Line<'a>) -> Result<(), SourceError> {
        if let Dialect::Csv(delimiter) = self.dialect {
            return split(line.bytes, delimiter, &mut self.fields)
                .map_err(|_| SourceError::Quote { file: self.file.into(), line: line.number });
        }
        let names = self.header.as_ref().map(|(names, _)| names.as_slice()).unwrap_or_default();
        let done = match self.dialect {
            Dialect::Object => json::split_object(line.bytes, names, plain, &mut self.fields),
            _ => json::split_list(line.bytes, &mut self.fields),
        };
        let reason = "accepted: rows of one shape, each value a number, a text or null";
        done.ok_or_else(|| SourceError::Json {
            file: self.file.into(),
            line: line.number,
            reason: reason.into(),
        })
    }

    /// Looks at the first line: its delimiter, its width, and whether it is a header (it does not begin with a digit).
    fn open_csv(file: &'a str, bytes: &'a [u8], accepted: &'static str) -> Result<Self, SourceError> {
        if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
            return Err(SourceError::Encoding { file: file.into(), line: 1 });
        }
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let lines = Lines::new(bytes);
        let mut after_first = lines.clone();
        let no_rows = || SourceError::NoRows { file: file.into(), accepted };
        let first = after_first.next().ok_or_else(no_rows)?;
        let delimiter = delimiter(first.bytes);
        let mut fields = Vec::new();
        split(first.bytes, delimiter, &mut fields)
            .map_err(|_| SourceError::Quote { file: file.into(), line: first.number })?;
        let begins_with_digit =
            fields.first().and_then(|field| field.first()).is_some_and(u8::is_ascii_digit);
        let header =
            (!begins_with_digit).then(|| (fields.iter().map(|name| plain(name)).collect(), first.number));
        // A guess to reserve memory by; lines of less than eight bytes are not usual.
        let row = if header.is_some() { after_first.clone().next() } else { Some(first) };
        let row = row.map_or(8, |row| row.bytes.len().max(8));
        let (width, report) = (fields.len(), Report { file: file.into(), ..Report::default() });
        let lines = if header.is_some() { after_first } else { lines };
        Ok(Self {
            file,
            lines: Rows::Text(lines),
            dialect: Dialect::Csv(delimiter),
            header,
            width,
            fields,
            line: first.number,
            unit: None,
            report,
            expected_rows: (bytes.len() / row + 1).min(MOST_EXPECTED_ROWS),
        })
    }

    /// A header must not be a row whose time is broken, which would be lost, and must not leave open what is meant.
    fn check_header(&self) -> Result<(), SourceError> {
        let Some(names) = self.names() else { return Ok(()) };
        if self.fields.iter().any(|name| scaled(name, 0).is_ok()) {
            return Err(SourceError::Field {
                file: self.file.into(),
                line: self.line,
                column: "1".into(),
                read: excerpt(self.field(0)),
                accepted: stamp::ACCEPTED,
            });
        }
        let repeated = |(at, name): (usize, &String)| {
            !name.is_empty() && names.get(..at).is_some_and(|before| before.contains(name))
        };
        if names.iter().enumerate().any(repeated) {
            return Err(self.header_fault("names of which each stands once"));
        }
        Ok(())
    }

    pub(crate) const fn file(&self) -> &'a str {
        self.file
    }

    pub(crate) const fn width(&self) -> usize {
        self.width
    }

    /// The line of the header, or of the first row.
    pub(crate) const fn line(&self) -> u32 {
        self.line
    }

    pub(crate) fn names(&self) -> Option<&[String]> {
        self.header.as_ref().map(|(names, _)| names.as_slice())
    }

    /// The column of this name.
    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        self.names()?.iter().position(|known| known == name)
    }

    /// The column of this name, or a fault that names the columns there are.
    pub(crate) fn need(&self, name: &str, accepted: &str) -> Result<usize, SourceError> {
        self.find(name).ok_or_else(|| self.header_fault(accepted))
    }

    /// The column that holds the time; the first where there is no header.
    pub(crate) fn time_column(&self) -> Result<usize, SourceError> {
        if self.header.is_none() {
            return Ok(0);
        }
        // Data frames write their index without a name.
        let unnamed = || self.find("").filter(|column| *column == 0);
        TIMES.iter().find_map(|name| self.find(name)).or_else(unnamed).ok_or_else(|| {
            self.header_fault(
                "a column for the time with the name ts, timestamp, time, date, datetime, unix or open_time",
            )
        })
    }

    pub(crate) fn header_fault(&self, accepted: &str) -> SourceError {
        let read = match self.names() {
            Some(names) => excerpt(names.join(",").as_bytes()),
            None => format!("of a file without header, {} in number", self.width),
        };
        SourceError::Header { file: self.file.into(), line: self.line, read, accepted: accepted.into() }
    }

    /// The column that was asked for by name.
    pub(crate) fn choose(&self, asked: &str) -> Result<usize, SourceError> {
        self.find(&plain(asked.as_bytes())).ok_or_else(|| self.column_fault(Some(asked)))
    }

    pub(crate) fn column_fault(&self, asked: Option<&str>) -> SourceError {
        let time = self.time_column().ok();
        let names = self.names().unwrap_or_default().iter().enumerate();
        let accepted: Vec<String> =
            names.filter(|(at, _)| Some(*at) != time).map(|(_, name)| name.clone()).take(20).collect();
        let near =
            asked.and_then(|asked| nearest(asked, accepted.iter().map(String::as_str))).map(Into::into);
        let (file, line, read) = (self.file.into(), self.line, asked.map(Into::into));
        SourceError::Column { file, line, read, accepted, nearest: near }
    }

    /// Moves to the next row; `false` after the last.
    pub(crate) fn next_row(&mut self) -> Result<bool, SourceError> {
        let Some(line) = self.lines.next() else { return Ok(false) };
        self.line = line.number;
        let taken_apart = self.split(line);
        let (file, read, accepted) = (self.file, self.fields.len(), self.width);
        let broken_off = !line.ended && (taken_apart.is_err() || read < accepted);
        if broken_off {
            return Err(SourceError::Truncated { file: file.into(), line: line.number, read, accepted });
        }
        taken_apart?;
        if read != accepted {
            return Err(SourceError::Ragged { file: file.into(), line: line.number, read, accepted });
        }
        if !line.ended {
            self.report.unterminated = Some(line.number);
        }
        Ok(true)
    }

    /// The field of the row in `column`; empty where there is none.
    #[inline]
    pub(crate) fn field(&self, column: usize) -> &'a [u8] {
        self.fields.get(column).copied().unwrap_or_default()
    }

    /// The time in `column`, in seconds.
    #[inline]
    pub(crate) fn time(&mut self, column: usize) -> Result<u64, SourceError> {
        let Some(time) = stamp::read(self.field(column)) else {
            return Err(self.fault(column, stamp::ACCEPTED));
        };
        let unit = *self.unit.get_or_insert(time.unit);
        if unit != time.unit {
            self.report.unit_changes.push(UnitChange { line: self.line, from: unit, to: time.unit });
            self.unit = Some(time.unit);
        }
        if !time.exact {
            self.report.cut_times.add(self.line);
        }
        Ok(time.seconds)
    }

    /// The price in `column`, with 18 decimals.
    #[inline]
    pub(crate) fn price(&mut self, column: usize) -> Result<u128, SourceError> {
        match scaled(self.field(column), 18) {
            Ok(Scaled { value, exact }) if value > 0 => {
                self.note_cut(exact);
                Ok(value)
            }
            Ok(_) | Err(NumberFault::Negative) => Err(SourceError::NotPositive {
                file: self.file.into(),
                line: self.line,
                column: self.column_name(column),
                read: excerpt(self.field(column)),
            }),
            Err(NumberFault::TooLarge) => Err(self.fault(column, "a price below 3.4e20")),
            Err(NumberFault::Empty | NumberFault::Malformed) => Err(self.fault(column, ACCEPTED_PRICE)),
        }
    }

    /// The number in `column`, in units of 10^−`places`.
    pub(crate) fn number(&mut self, column: usize, places: u32) -> Result<u128, SourceError> {
        match scaled(self.field(column), places) {
            Ok(Scaled { value, exact }) => {
                self.note_cut(exact);
                Ok(value)
            }
            Err(NumberFault::Negative) => Err(self.fault(column, "a number that is not negative")),
            Err(NumberFault::TooLarge) => {
                Err(self.fault(column, "a number that fits 128 bits in its smallest unit"))
            }
            Err(NumberFault::Empty | NumberFault::Malformed) => Err(self.fault(column, ACCEPTED_NUMBER)),
        }
    }

    /// The integer in `column`, with its sign.
    pub(crate) fn signed(&mut self, column: usize) -> Result<i128, SourceError> {
        let field = self.field(column);
        let (negative, digits) = match field.strip_prefix(b"-") {
            Some(digits) => (true, digits),
            None => (false, field),
        };
        let accepted = "an integer of at most 127 bits, like -1970524626";
        let read = scaled(digits, 0).ok().filter(|read| read.exact && digits.first() != Some(&b'-'));
        let value = read
            .and_then(|read| i128::try_from(read.value).ok())
            .ok_or_else(|| self.fault(column, accepted))?;
        Ok(if negative { value.saturating_neg() } else { value })
    }

    /// As [`Self::number`]; `None` where the field is empty, which is noted.
    pub(crate) fn number_if_known(
        &mut self,
        column: usize,
        places: u32,
    ) -> Result<Option<u128>, SourceError> {
        if self.field(column).is_empty() {
            self.report.empty.add(self.line);
            return Ok(None);
        }
        self.number(column, places).map(Some)
    }

    #[inline]
    fn note_cut(&mut self, exact: bool) {
        if !exact {
            self.report.cut_values.add(self.line);
        }
    }

    fn column_name(&self, column: usize) -> String {
        let name = self.names().and_then(|names| names.get(column)).filter(|name| !name.is_empty());
        name.cloned().unwrap_or_else(|| (column + 1).to_string())
    }

    pub(crate) fn fault(&self, column: usize, accepted: &'static str) -> SourceError {
        SourceError::Field {
            file: self.file.into(),
            line: self.line,
            column: self.column_name(column),
            read: excerpt(self.field(column)),
            accepted,
        }
    }
}

/// A column's name in small letters, with underscores for spaces: `Open time` is `open_time`.
fn plain(name: &[u8]) -> String {
    String::from_utf8_lossy(name).trim().to_lowercase().replace(' ', "_")
}
