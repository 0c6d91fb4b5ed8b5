//! JSON documents as rows: what public interfaces answer, without copying a byte.
//!
//! A row is a list or an object within the document; its fields are the texts of its values, so that no digit passes through
//! a float. Lines are counted as in any text; a document without line breaks has its rows on line 1.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::value::RawValue;

use crate::SourceError;
use crate::scan::Line;

type Object<'a> = BTreeMap<Cow<'a, str>, &'a RawValue>;

/// A document's rows.
#[derive(Debug)]
pub(crate) struct Document<'a> {
    pub(crate) rows: Vec<Line<'a>>,
    /// The names of the columns; none for lists that tell none.
    pub(crate) names: Option<Vec<String>>,
    /// Whether rows are objects.
    pub(crate) objects: bool,
    /// Whether the column that was asked for was the name of a coin, which has been followed.
    pub(crate) coin: bool,
}

/// What OKX's candles are, in its order; the last says whether the candle is complete.
const OKX: [&str; 9] = ["ts", "o", "h", "l", "c", "vol", "volccy", "volccyquote", "confirm"];

const ACCEPTED: &str = "a list of rows; or an object with the rows under `data` (candles of OKX, charts of DefiLlama), \
     `coins` (prices of DefiLlama) or `prices`";

/// Whether a text is JSON and not CSV.
pub(crate) fn is_json(bytes: &[u8]) -> bool {
    matches!(bytes.trim_ascii_start().first(), Some(b'[' | b'{'))
}

pub(crate) fn document<'a>(
    file: &str,
    bytes: &'a [u8],
    asked: Option<&str>,
) -> Result<Document<'a>, SourceError> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        SourceError::Encoding { file: file.into(), line: line_after(before, 1) }
    })?;
    let fault = |line: u32, reason: String| SourceError::Json { file: file.into(), line, reason };
    let syntax =
        |error: serde_json::Error| fault(u32::try_from(error.line()).unwrap_or(u32::MAX), error.to_string());
    let unknown = |line| fault(line, format!("accepted: {ACCEPTED}"));
    let mut coin = false;
    let mut candles = false;
    let rows: Vec<&RawValue> = if text.trim_ascii_start().starts_with('[') {
        serde_json::from_str(text).map_err(syntax)?
    } else {
        let root: Object<'_> = serde_json::from_str(text).map_err(syntax)?;
        let rows = if let Some(coins) = root.get("coins") {
            let coins: BTreeMap<Cow<'_, str>, Object<'_>> =
                serde_json::from_str(coins.get()).map_err(syntax)?;
            coin = asked.is_some();
            choose(file, &coins, asked)?.get("prices").copied()
        } else {
            candles = root.contains_key("code");
            root.get("data").or_else(|| root.get("prices")).copied()
        };
        serde_json::from_str(rows.ok_or_else(|| unknown(1))?.get()).map_err(syntax)?
    };
    let mut lines = Lines { text, at: 0, line: 1 };
    let rows: Vec<Line<'_>> = rows.into_iter().map(|row| lines.of(row.get())).collect();
    let begins = |with: u8| rows.iter().all(|row| row.bytes.first() == Some(&with));
    let objects = !rows.is_empty() && begins(b'{');
    if !objects && !begins(b'[') {
        return Err(unknown(rows.first().map_or(1, |row| row.number)));
    }
    let names = if objects {
        Some(names(&rows).map_err(syntax)?)
    } else if candles {
        let first: Option<Vec<&RawValue>> =
            rows.first().map(|row| serde_json::from_slice(row.bytes).map_err(syntax)).transpose()?;
        // Candles of an index have no volumes.
        let all = OKX.iter().map(|name| (*name).to_string());
        Some(match first.map(|first| first.len()) {
            Some(6) => all.filter(|name| !name.starts_with("vol")).collect(),
            _ => all.collect(),
        })
    } else {
        None
    };
    Ok(Document { rows, names, objects, coin })
}

/// The coin that was asked for by its key or its symbol, or the only one.
fn choose<'d, 'a>(
    file: &str,
    coins: &'d BTreeMap<Cow<'a, str>, Object<'a>>,
    asked: Option<&str>,
) -> Result<&'d Object<'a>, SourceError> {
    let symbol =
        |coin: &Object<'_>| coin.get("symbol").map(|symbol| symbol.get().trim_matches('"').to_string());
    let is_asked = |(key, coin): &(&Cow<'_, str>, &Object<'_>)| {
        asked.is_some_and(|asked| {
            key.eq_ignore_ascii_case(asked)
                || symbol(coin).is_some_and(|name| name.eq_ignore_ascii_case(asked))
        })
    };
    let mut all = coins.iter();
    let found = match (asked, all.next(), all.next()) {
        (None, Some((_, only)), None) => Some(only),
        _ => coins.iter().find(is_asked).map(|(_, coin)| coin),
    };
    found.ok_or_else(|| SourceError::Column {
        file: file.into(),
        line: 1,
        read: asked.map(Into::into),
        accepted: coins
            .iter()
            .take(20)
            .map(|(key, coin)| symbol(coin).unwrap_or_else(|| key.to_string()))
            .collect(),
        nearest: None,
    })
}

/// The names of all columns, row by row those that are new.
fn names(rows: &[Line<'_>]) -> Result<Vec<String>, serde_json::Error> {
    let mut names: Vec<String> = Vec::new();
    for row in rows {
        for name in serde_json::from_slice::<Object<'_>>(row.bytes)?.into_keys() {
            if !names.iter().any(|known| *known == name) {
                names.push(name.into_owned());
            }
        }
    }
    Ok(names)
}

/// The fields of a row that is a list.
pub(crate) fn split_list<'a>(row: &'a [u8], fields: &mut Vec<&'a [u8]>) -> Option<()> {
    fields.clear();
    let values: Vec<&RawValue> = serde_json::from_slice(row).ok()?;
    fields.extend(values.into_iter().map(field));
    Some(())
}

/// The fields of a row that is an object, in the order of `names`; empty where it has none. `names` are plain.
pub(crate) fn split_object<'a>(
    row: &'a [u8],
    names: &[String],
    plain: impl Fn(&[u8]) -> String,
    fields: &mut Vec<&'a [u8]>,
) -> Option<()> {
    fields.clear();
    fields.resize(names.len(), b"");
    let values: Object<'_> = serde_json::from_slice(row).ok()?;
    for (name, value) in values {
        let place = names.iter().position(|known| *known == plain(name.as_bytes()))?;
        *fields.get_mut(place)? = field(value);
    }
    Some(())
}

/// The text of a value: what stands between quotes, nothing for null.
fn field(value: &RawValue) -> &[u8] {
    let text = value.get().as_bytes();
    let inside = text.strip_prefix(b"\"").and_then(|text| text.strip_suffix(b"\""));
    match inside {
        Some(inside) => inside.trim_ascii(),
        None if text == b"null" => b"",
        None => text,
    }
}

/// Finds the lines of rows, which come in the order of the text.
struct Lines<'a> {
    text: &'a str,
    at: usize,
    line: u32,
}

impl<'a> Lines<'a> {
    fn of(&mut self, row: &'a str) -> Line<'a> {
        // A row is a part of the text: where it begins is the distance of the two.
        let at = (row.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        let between = self.text.as_bytes().get(self.at..at).unwrap_or_default();
        self.line = line_after(between, self.line);
        self.at = at;
        Line { bytes: row.as_bytes(), number: self.line, ended: true }
    }
}

fn line_after(bytes: &[u8], line: u32) -> u32 {
    let breaks = bytes.iter().filter(|byte| **byte == b'\n').count();
    line.saturating_add(u32::try_from(breaks).unwrap_or(u32::MAX))
}
