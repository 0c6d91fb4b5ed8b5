use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use toml::de::{DeTable, DeValue};

use crate::node::short;
use crate::{ConfigError, Node, Place, Value};

/// Reads a text as JSON if it begins with `{`, else as TOML.
///
/// # Errors
///
/// [`ConfigError::Syntax`] with the line.
pub fn parse_text(file: &str, text: &str) -> Result<Node, ConfigError> {
    if text.trim_start().starts_with('{') { parse_json(file, text) } else { parse_toml(file, text) }
}

/// Reads a TOML text; every node knows its line.
///
/// # Errors
///
/// [`ConfigError::Syntax`] with the line.
pub fn parse_toml(file: &str, text: &str) -> Result<Node, ConfigError> {
    let lines = Lines::new(file, text);
    let table = DeTable::parse(text).map_err(|error| ConfigError::Syntax {
        file: file.into(),
        line: lines.of(error.span().map_or(0, |span| span.start)),
        reason: error.message().trim().replace('\n', ", "),
    })?;
    Ok(lines.table(table.get_ref(), table.span().start, String::new()))
}

/// Reads a JSON text; nodes know their path but not their line.
///
/// # Errors
///
/// [`ConfigError::Syntax`] with the line, also for a key that stands twice in one table.
pub fn parse_json(file: &str, text: &str) -> Result<Node, ConfigError> {
    let syntax = |error: serde_json::Error| ConfigError::Syntax {
        file: file.into(),
        line: error.line(),
        reason: error.to_string(),
    };
    let _: KeysOnce = serde_json::from_str(text).map_err(syntax)?;
    let value: serde_json::Value = serde_json::from_str(text).map_err(syntax)?;
    Ok(json_node(&Arc::from(file), &value, String::new()))
}

struct Lines {
    file: Arc<str>,
    starts: Vec<usize>,
}

impl Lines {
    fn new(file: &str, text: &str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        Self { file: file.into(), starts: std::iter::once(0).chain(breaks).collect() }
    }

    fn of(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset)
    }

    fn place(&self, offset: usize, path: String) -> Place {
        Place { file: self.file.clone(), line: self.of(offset), path }
    }

    fn table(&self, table: &DeTable<'_>, offset: usize, path: String) -> Node {
        let mut entries: Vec<(usize, String, Node)> = table
            .iter()
            .map(|(key, value)| {
                let name = key.get_ref().to_string();
                let node =
                    self.value(value.get_ref(), key.span().start, value.span().start, join(&path, &name));
                (key.span().start, name, node)
            })
            .collect();
        entries.sort_by_key(|(at, _, _)| *at);
        let entries = entries.into_iter().map(|(_, name, node)| (name, node)).collect();
        Node { place: self.place(offset, path), value: Value::Table(entries) }
    }

    fn value(&self, value: &DeValue<'_>, key_offset: usize, offset: usize, path: String) -> Node {
        let place = |path: String| self.place(key_offset, path);
        match value {
            DeValue::String(text) => Node { place: place(path), value: Value::Text(text.to_string()) },
            DeValue::Integer(number) if number.radix() == 10 => {
                Node { place: place(path), value: Value::Number(plain(number.as_str())) }
            }
            DeValue::Integer(number) => {
                Node { place: place(path), value: Value::Text(number.as_str().into()) }
            }
            DeValue::Float(number) => {
                Node { place: place(path), value: Value::Number(plain(number.as_str())) }
            }
            DeValue::Boolean(value) => Node { place: place(path), value: Value::Boolean(*value) },
            DeValue::Datetime(date) => Node { place: place(path), value: Value::Text(date.to_string()) },
            DeValue::Array(items) => {
                let nodes = items
                    .iter()
                    .enumerate()
                    .map(|(i, item)| {
                        let at = item.span().start;
                        self.value(item.get_ref(), at, at, format!("{path}[{i}]"))
                    })
                    .collect();
                Node { place: place(path), value: Value::List(nodes) }
            }
            DeValue::Table(table) => self.table(table, offset.max(key_offset), path),
        }
    }
}

fn plain(number: &str) -> String {
    number.replace('_', "")
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.into() } else { format!("{path}.{key}") }
}

fn json_node(file: &Arc<str>, value: &serde_json::Value, path: String) -> Node {
    let inner = match value {
        serde_json::Value::Null => Value::Text(String::new()),
        serde_json::Value::Bool(value) => Value::Boolean(*value),
        serde_json::Value::Number(number) => Value::Number(number.to_string()),
        serde_json::Value::String(text) => Value::Text(text.clone()),
        serde_json::Value::Array(items) => Value::List(
            items.iter().enumerate().map(|(i, item)| json_node(file, item, format!("{path}[{i}]"))).collect(),
        ),
        serde_json::Value::Object(map) => Value::Table(
            map.iter().map(|(key, item)| (key.clone(), json_node(file, item, join(&path, key)))).collect(),
        ),
    };
    Node { place: Place { file: file.clone(), line: 0, path }, value: inner }
}

/// A JSON text in which no table has a key twice. The parser itself would take the last one without a word.
struct KeysOnce;

impl<'de> Deserialize<'de> for KeysOnce {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(KeysOnceVisitor)
    }
}

struct KeysOnceVisitor;

impl<'de> Visitor<'de> for KeysOnceVisitor {
    type Value = KeysOnce;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<KeysOnce, E> {
        Ok(KeysOnce)
    }

    fn visit_i64<E>(self, _: i64) -> Result<KeysOnce, E> {
        Ok(KeysOnce)
    }

    fn visit_u64<E>(self, _: u64) -> Result<KeysOnce, E> {
        Ok(KeysOnce)
    }

    fn visit_f64<E>(self, _: f64) -> Result<KeysOnce, E> {
        Ok(KeysOnce)
    }

    fn visit_str<E>(self, _: &str) -> Result<KeysOnce, E> {
        Ok(KeysOnce)
    }

    fn visit_unit<E>(self) -> Result<KeysOnce, E> {
        Ok(KeysOnce)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<KeysOnce, A::Error> {
        while items.next_element::<KeysOnce>()?.is_some() {}
        Ok(KeysOnce)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<KeysOnce, A::Error> {
        let mut seen = HashSet::new();
        while let Some(key) = entries.next_key::<String>()? {
            let _: KeysOnce = entries.next_value()?;
            if let Some(key) = seen.replace(key) {
                return Err(serde::de::Error::custom(format_args!(
                    "the key `{}` stands here twice",
                    short(&key)
                )));
            }
        }
        Ok(KeysOnce)
    }
}
