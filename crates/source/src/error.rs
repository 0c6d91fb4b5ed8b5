use levmine_config::Seconds;
use levmine_market::Timestamp;

use crate::wording::{Length, accepting};
use crate::{Absurd, Gap};

/// Why a file gives no history: the file, the line, what was read and what is accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// The file cannot be read at all.
    #[error("{file}: cannot be read: {reason}")]
    Unreadable {
        /// The path as it was given.
        file: String,
        /// What stands in the way.
        reason: String,
    },
    /// The file is larger than what is read into memory.
    #[error("{file}: has {size} bytes; accepted: at most {limit}, cut the file into parts by time")]
    TooLarge {
        /// The path as it was given.
        file: String,
        /// The file's size.
        size: u64,
        /// The largest size that is read.
        limit: u64,
    },
    /// The text is not encoded as it must be.
    #[error("{file}:{line}: not UTF-8; accepted: a text saved as UTF-8")]
    Encoding {
        /// The file.
        file: String,
        /// The first line that is not.
        line: u32,
    },
    /// The text begins like JSON and is none that is known.
    #[error("{file}:{line}: read JSON: {reason}")]
    Json {
        /// The file.
        file: String,
        /// The line.
        line: u32,
        /// What is wrong, or what is accepted.
        reason: String,
    },
    /// There is no row.
    #[error("{file}: holds no row; accepted: {accepted}")]
    NoRows {
        /// The file.
        file: String,
        /// What a file must hold.
        accepted: &'static str,
    },
    /// The first line does not tell what the columns are.
    #[error("{file}:{line}: read the columns {read}; accepted: {accepted}")]
    Header {
        /// The file.
        file: String,
        /// The line.
        line: u32,
        /// The columns.
        read: String,
        /// What would do.
        accepted: String,
    },
    /// The file has several prices, or not the one that was asked for.
    #[error(
        "{file}:{line}: {}; accepted: one of {} (write {}){}",
        column_read(.read.as_deref()), .accepted.join(", "), example(.file, .accepted),
        did_you_mean(.nearest.as_deref())
    )]
    Column {
        /// The file.
        file: String,
        /// The line of the header.
        line: u32,
        /// The column that was asked for.
        read: Option<String>,
        /// The columns that can be chosen.
        accepted: Vec<String>,
        /// The column that was perhaps meant.
        nearest: Option<String>,
    },
    /// A field is not what its column holds.
    #[error("{file}:{line}: column `{column}`: read {read}; accepted: {accepted}")]
    Field {
        /// The file.
        file: String,
        /// The line.
        line: u32,
        /// The column's name, or its place from 1.
        column: String,
        /// What was read.
        read: String,
        /// What is accepted.
        accepted: &'static str,
    },
    /// A price is zero or negative.
    #[error("{file}:{line}: column `{column}`: read {read}; accepted: a price above zero")]
    NotPositive {
        /// The file.
        file: String,
        /// The line.
        line: u32,
        /// The column's name, or its place from 1.
        column: String,
        /// What was read.
        read: String,
    },
    /// A line has more or fewer fields than the first.
    #[error("{file}:{line}: read {read} fields; accepted: {accepted}, as in the first line")]
    Ragged {
        /// The file.
        file: String,
        /// The line.
        line: u32,
        /// How many fields it has.
        read: usize,
        /// How many the first line has.
        accepted: usize,
    },
    /// The last line breaks off.
    #[error(
        "{file}:{line}: the last line breaks off: read {read} fields and no line end; accepted: {accepted} fields \
         (get the file again, or delete the line)"
    )]
    Truncated {
        /// The file.
        file: String,
        /// The line.
        line: u32,
        /// How many fields it has.
        read: usize,
        /// How many the first line has.
        accepted: usize,
    },
    /// A quote is not closed on its line.
    #[error(
        "{file}:{line}: read a quote that is not closed before the field or the line ends; accepted: fields in \"…\" or without quotes"
    )]
    Quote {
        /// The file.
        file: String,
        /// The line.
        line: u32,
    },
    /// A row is earlier than the one before it.
    #[error(
        "{file}:{line}: read {read} after {previous} (line {previous_line}); accepted: rows sorted by time, the \
         oldest first"
    )]
    Disorder {
        /// The file.
        file: String,
        /// The line.
        line: u32,
        /// The row's time.
        read: Timestamp,
        /// The time before it.
        previous: Timestamp,
        /// The line of the time before it.
        previous_line: u32,
    },
    /// Two rows of the same time say different things.
    #[error(
        "{file}:{line}: read {time} again, with other values than in line {previous_line}; accepted: one row for each time"
    )]
    Conflict {
        /// The file.
        file: String,
        /// The line.
        line: u32,
        /// The time.
        time: Timestamp,
        /// The line that has the time already.
        previous_line: u32,
    },
    /// Rows are missing, for longer than the policy accepts.
    #[error(
        "{file}:{}: no row between {} and {}: read a gap of {}{}; accepted: at most {}{}; to accept it, write \
         max_gap = \"{}\" or --max-gap {}",
        .gap.line, .gap.from, .gap.to, Length(.gap.length()), and_more(*.others), Length(*.limit),
        if *.stated { "" } else { ", which is 1.5 usual steps" }, accepting(.gap.length()), accepting(.gap.length())
    )]
    Gap {
        /// The file.
        file: String,
        /// The longest gap.
        gap: Gap,
        /// How many others are too long.
        others: usize,
        /// The longest distance that is accepted, in seconds.
        limit: Seconds,
        /// Whether the caller stated the limit.
        stated: bool,
    },
    /// A row cannot be right, and the policy refuses such rows.
    #[error("{file}:{}: {}: {}{}; to accept it as it is, write absurd = \"keep\" or --absurd keep", .absurd.line, .absurd.time, .absurd.what, and_more(*.others))]
    Absurd {
        /// The file.
        file: String,
        /// The first of them.
        absurd: Absurd,
        /// How many others there are.
        others: usize,
    },
    /// The file does not reach over the time that was asked for.
    #[error("{file}: {asked} was asked for; accepted: {first} to {last}, which the file covers")]
    NotCovered {
        /// The file.
        file: String,
        /// The moment that is outside.
        asked: Timestamp,
        /// The first moment at which the file knows a value.
        first: Timestamp,
        /// The last moment for which it still does.
        last: Timestamp,
    },
    /// The time that was asked for ends before it begins.
    #[error("{file}: read from = {from} and to = {to}; accepted: a `to` that is not before `from`")]
    Backwards {
        /// The file.
        file: String,
        /// The first moment that was asked for.
        from: Timestamp,
        /// The last one.
        to: Timestamp,
    },
    /// The times cannot be moved by a step, as `stamp` asks for.
    #[error("{file}: read stamp = \"{stamp}\", and the times cannot be moved by a step: {reason}")]
    Stamp {
        /// The file.
        file: String,
        /// What was asked for.
        stamp: crate::Stamp,
        /// What stands in the way.
        reason: &'static str,
    },
}

fn column_read(read: Option<&str>) -> String {
    read.map_or_else(
        || "read several columns that could be the price".into(),
        |read| format!("read the column name `{read}`"),
    )
}

/// How a column is asked for: the file without its folders, and one of the columns.
fn example(file: &str, columns: &[String]) -> String {
    let file = file.rsplit(['/', '\\']).next().unwrap_or(file);
    format!("{file}#{}", columns.first().map_or("column", String::as_str))
}

fn did_you_mean(name: Option<&str>) -> String {
    name.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
}

fn and_more(count: usize) -> String {
    if count == 0 { String::new() } else { format!(" (and {count} more)") }
}
