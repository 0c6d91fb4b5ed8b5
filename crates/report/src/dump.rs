use levmine_market::{Dump, Step};
use serde_json::{Map, Value, json};

/// A dump as JSON: integers stay the decimal strings that they are.
#[must_use]
pub fn dump_json(dump: &Dump) -> Value {
    match dump {
        Dump::Text(text) => Value::String(text.clone()),
        Dump::Boolean(value) => Value::Bool(*value),
        Dump::List(items) => Value::Array(items.iter().map(dump_json).collect()),
        Dump::Table(entries) => Value::Object(
            entries.iter().map(|(key, value)| (key.clone(), dump_json(value))).collect::<Map<_, _>>(),
        ),
    }
}

/// One line of a replay: `{"schema": "levmine.replay-step/1", "index": …, …}`.
#[must_use]
pub fn step_json(step: &Step) -> String {
    let mut line = json!({ "schema": "levmine.replay-step/1" });
    if let (Value::Object(line), Value::Object(rest)) = (&mut line, dump_json(&step.dump())) {
        line.extend(rest);
    }
    line.to_string()
}
