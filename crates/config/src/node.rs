use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use rust_decimal::Decimal;

use crate::{ConfigError, Fields, nearest};

/// Where something stands: file, line and the path of keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file's name as it was given.
    pub file: Arc<str>,
    /// The line, from 1; 0 where the format does not tell (JSON).
    pub line: usize,
    /// The keys from the root, like `venues.bank.preset` or `open[2].amount`.
    pub path: String,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        if self.path.is_empty() { Ok(()) } else { write!(f, ": {}", self.path) }
    }
}

/// A value with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Where it stands.
    pub place: Place,
    /// What it is.
    pub value: Value,
}

/// What a file can hold. Numbers keep the text they were written in, so no digit is lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A string.
    Text(String),
    /// A number, as written (TOML's `_` removed); dates that stand without quotes come as [`Value::Text`].
    Number(String),
    /// True or false.
    Boolean(bool),
    /// A list.
    List(Vec<Node>),
    /// A table, in the order of the file.
    Table(Vec<(String, Node)>),
}

impl Node {
    /// An error that says what was read here and what is accepted.
    pub fn invalid(&self, accepted: impl Into<String>) -> ConfigError {
        ConfigError::Invalid { place: self.place.clone(), read: self.describe(), accepted: accepted.into() }
    }

    /// An error for a name that is not one of `names`, with the nearest of them.
    pub fn unknown_name<'a>(&self, read: &str, names: impl IntoIterator<Item = &'a str>) -> ConfigError {
        let names: Vec<&str> = names.into_iter().collect();
        let mut accepted = if names.is_empty() { "nothing: there is none".into() } else { names.join(", ") };
        if let Some(name) = nearest(read, names.iter().copied()) {
            accepted.push_str(&format!(" (did you mean \"{name}\"?)"));
        }
        ConfigError::Invalid { place: self.place.clone(), read: format!("\"{}\"", short(read)), accepted }
    }

    /// The text of a string.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Invalid`] for anything else.
    pub fn text(&self) -> Result<&str, ConfigError> {
        match &self.value {
            Value::Text(text) => Ok(text),
            _ => Err(self.invalid("a text in quotes")),
        }
    }

    /// True or false.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Invalid`] for anything else.
    pub fn boolean(&self) -> Result<bool, ConfigError> {
        match self.value {
            Value::Boolean(value) => Ok(value),
            _ => Err(self.invalid("true or false")),
        }
    }

    /// The members of a list.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Invalid`] for anything else.
    pub fn list(&self) -> Result<&[Node], ConfigError> {
        match &self.value {
            Value::List(items) => Ok(items),
            _ => Err(self.invalid("a list in square brackets")),
        }
    }

    /// The fields of a table.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Invalid`] for anything else.
    pub fn fields(&self) -> Result<Fields<'_>, ConfigError> {
        match &self.value {
            Value::Table(entries) => Ok(Fields::new(&self.place, entries)),
            _ => Err(self.invalid("a table")),
        }
    }

    /// The keys and values of a table whose keys are names the user chose.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Invalid`] for anything else.
    pub fn entries(&self) -> Result<&[(String, Node)], ConfigError> {
        match &self.value {
            Value::Table(entries) => Ok(entries),
            _ => Err(self.invalid("a table")),
        }
    }

    /// A whole or decimal number, written bare or in quotes, as the text it was written in.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Invalid`] for anything that is neither.
    pub fn digits(&self) -> Result<&str, ConfigError> {
        match &self.value {
            Value::Number(text) | Value::Text(text) => Ok(text),
            _ => Err(self.invalid("a number")),
        }
    }

    /// A number parsed into `T`, written bare or in quotes.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Invalid`] when `T` does not accept it; the message carries `accepted`.
    pub fn parse<T: FromStr>(&self, accepted: &str) -> Result<T, ConfigError> {
        self.digits()?.trim().parse().map_err(|_| self.invalid(accepted))
    }

    /// A decimal number, written bare or in quotes.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Invalid`] when it is not one, or has more digits than 96 bits hold.
    pub fn decimal(&self) -> Result<Decimal, ConfigError> {
        let text = self.digits()?.trim();
        Decimal::from_str_exact(text)
            .or_else(|_| Decimal::from_scientific(text))
            .map_err(|_| self.invalid("a decimal number with at most 28 places"))
    }

    /// Applies a grammar: `read` answers a value or what it would have accepted.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Invalid`] with what `read` accepts.
    pub fn read<T>(&self, read: impl FnOnce(&str) -> Result<T, String>) -> Result<T, ConfigError> {
        read(self.digits()?.trim()).map_err(|accepted| self.invalid(accepted))
    }

    /// Says what stands here, shortened.
    #[must_use]
    pub fn describe(&self) -> String {
        match &self.value {
            Value::Text(text) => format!("\"{}\"", short(text)),
            Value::Number(text) => short(text).into_owned(),
            Value::Boolean(value) => value.to_string(),
            Value::List(items) => format!("a list of {}", items.len()),
            Value::Table(entries) => format!("a table with {} keys", entries.len()),
        }
    }
}

/// A text as a message shows it: its first 60 characters.
pub(crate) fn short(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()).into(),
        None => text.into(),
    }
}
