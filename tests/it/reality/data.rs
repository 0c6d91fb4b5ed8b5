//! Files of recorded data, and the line that each test says.

use std::io::Write;
use std::path::{Path, PathBuf};

use levmine::math::U256;
use levmine_tests::Data;

/// Where the recorded data is.
pub(super) fn source() -> Data {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    Data::find(std::env::var_os("LEVMINE_DATA").map(PathBuf::from), root).unwrap()
}

/// The folder of the recorded data; `None`, said aloud, where there is none. A file that is missing from a folder that is
/// there is a failure.
fn folder(file: &str) -> Option<PathBuf> {
    match source() {
        Data::At(folder) => Some(folder),
        Data::Absent => {
            crate::skipped(file);
            None
        }
    }
}

fn text(file: &str) -> Option<String> {
    let path = folder(file)?.join(file);
    Some(std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}

/// A JSON file.
pub(super) fn json(file: &str) -> Option<serde_json::Value> {
    text(file).map(|text| serde_json::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}")))
}

/// A number of a JSON file: small ones are numbers there, large ones text.
pub(super) fn integer(value: &serde_json::Value) -> U256 {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_string);
    text.parse().unwrap_or_else(|_| panic!("{text} is no integer"))
}

/// A CSV file with a header.
pub(super) struct Table {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// One line of it.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    header: &'a [String],
    fields: &'a [String],
}

pub(super) fn csv(file: &str) -> Option<Table> {
    let text = text(file)?;
    let mut lines = text.lines().map(split);
    let header = lines.next().unwrap();
    let rows: Vec<_> = lines.collect();
    assert!(rows.iter().all(|row| row.len() == header.len()), "{file}: a row of another width");
    Some(Table { header, rows })
}

/// The fields of a line; one in quotes may have commas, and doubles its quotes.
fn split(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                fields.last_mut().unwrap().push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            other => fields.last_mut().unwrap().push(other),
        }
    }
    fields
}

impl Table {
    pub(super) fn rows(&self) -> impl DoubleEndedIterator<Item = Row<'_>> + ExactSizeIterator {
        self.rows.iter().map(|fields| Row { header: &self.header, fields })
    }
}

impl<'a> Row<'a> {
    pub(super) fn text(&self, column: &str) -> &'a str {
        let at = self.header.iter().position(|name| name == column);
        &self.fields[at.unwrap_or_else(|| panic!("no column {column}"))]
    }

    pub(super) fn number<T: std::str::FromStr>(&self, column: &str) -> T {
        let text = self.text(column);
        text.parse().unwrap_or_else(|_| panic!("{column}: {text} is no number that fits"))
    }
}

/// Says what a test has counted, also where the test harness keeps what passing tests print to itself.
pub(super) fn tell(counts: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "reality: {counts}");
}

#[test]
fn fields_in_quotes_may_have_commas_and_quotes() {
    assert_eq!(split(r#"a,"[""1"", ""2""]",,b"#), ["a", r#"["1", "2"]"#, "", "b"]);
}
