//! The single values of a recorded state.

use std::collections::BTreeMap;

use serde_json::Value;

/// Where a value stands: keys of tables, positions in lists.
pub(super) type Path = Vec<String>;

/// Values by place; `None` is null.
pub(super) type Leaves = BTreeMap<Path, Option<String>>;

/// A part of a state, taken apart.
#[derive(Debug, Default)]
pub(super) struct Listing {
    pub(super) leaves: Leaves,
    /// Lists are always written whole, so what stood beyond their end is gone.
    pub(super) lists: Vec<Path>,
}

impl Listing {
    pub(super) fn of(state: &Value) -> Self {
        let mut listing = Self::default();
        listing.take(state, &mut Vec::new());
        listing
    }

    fn take(&mut self, value: &Value, path: &mut Path) {
        let mut step = |key: String, value: &Value| {
            path.push(key);
            self.take(value, path);
            path.pop();
        };
        match value {
            Value::Object(table) => table.iter().for_each(|(key, value)| step(key.clone(), value)),
            Value::Array(list) => {
                list.iter().enumerate().for_each(|(at, value)| step(at.to_string(), value));
                self.lists.push(path.clone());
            }
            Value::Null if path.is_empty() => {}
            leaf => {
                self.leaves.insert(path.clone(), text(leaf));
            }
        }
    }
}

/// What is compared of a leaf.
pub(super) fn text(leaf: &Value) -> Option<String> {
    match leaf {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// How a place is written in a report.
pub(super) fn written(path: &[String]) -> String {
    path.join(".")
}

/// How a leaf is written in a report.
pub(super) fn shown(leaf: Option<&str>) -> String {
    leaf.unwrap_or("null").to_string()
}

/// Whether a leaf is an integer rather than a name or a flag.
pub(super) fn is_integer(leaf: Option<&str>) -> bool {
    leaf.is_some_and(|text| {
        let digits = text.strip_prefix('-').unwrap_or(text);
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}
