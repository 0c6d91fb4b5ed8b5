//! What protocols' halves have in common.

use levmine_config::{ConfigError, Fields, parse_json};
use levmine_market::Dump;
use levmine_math::U256;
use serde_json::{Map, Value};

use crate::ParityError;

/// Lets an adapter read a table, a venue's or an operation's, and expects that it knows every key of it.
///
/// # Errors
///
/// What it does not accept.
pub fn read_table<T>(
    table: &Value,
    read: impl FnOnce(&mut Fields<'_>) -> Result<T, ConfigError>,
) -> Result<T, ParityError> {
    let node = parse_json("record", &table.to_string())?;
    let mut fields = node.fields()?;
    let result = read(&mut fields)?;
    fields.finish()?;
    Ok(result)
}

/// A dump as JSON.
#[must_use]
pub fn dump_json(dump: &Dump) -> Value {
    match dump {
        Dump::Text(text) => Value::from(text.as_str()),
        Dump::Boolean(value) => Value::from(*value),
        Dump::List(items) => Value::Array(items.iter().map(dump_json).collect()),
        Dump::Table(entries) => {
            Value::Object(entries.iter().map(|(key, item)| (key.clone(), dump_json(item))).collect())
        }
    }
}

/// The table under this key.
///
/// # Errors
///
/// [`ParityError::Recorded`] where there is none.
pub fn table_at<'a>(value: &'a Value, key: &str) -> Result<&'a Map<String, Value>, ParityError> {
    value.get(key).and_then(Value::as_object).ok_or_else(|| lacks(key))
}

/// The list under this key.
///
/// # Errors
///
/// As [`table_at`].
pub fn list_at<'a>(value: &'a Value, key: &str) -> Result<&'a [Value], ParityError> {
    value.get(key).and_then(Value::as_array).map(Vec::as_slice).ok_or_else(|| lacks(key))
}

/// The text under this key.
///
/// # Errors
///
/// As [`table_at`].
pub fn text_at<'a>(value: &'a Value, key: &str) -> Result<&'a str, ParityError> {
    value.get(key).and_then(Value::as_str).ok_or_else(|| lacks(key))
}

/// The integer under this key.
///
/// # Errors
///
/// As [`table_at`].
pub fn number_at(value: &Value, key: &str) -> Result<U256, ParityError> {
    U256::from_str_radix(text_at(value, key)?, 10).map_err(|_| lacks(key))
}

/// That a record lacks this, or has it in another form.
#[must_use]
pub fn lacks(place: &str) -> ParityError {
    ParityError::Recorded { place: place.into(), problem: "is missing, or has another form".into() }
}

/// That a record names a leaf that the protocol's half does not know.
#[must_use]
pub fn unknown_leaf(path: &[&str]) -> ParityError {
    ParityError::Recorded { place: path.join("."), problem: "is no leaf that is known".into() }
}
