//! One record, operation by operation.

use serde_json::Value;

use super::leaves::{Leaves, Listing, is_integer, shown, text, written};
use super::{RecordedMismatch, RecordedReport, Recording};
use crate::twin::Difference;
use crate::{Operation, ParityError};

/// Replays a file and adds what it showed to the report. It ends at the first operation after which anything differs:
/// what follows shows nothing new.
pub(super) fn walk(
    name: &str,
    file: &Value,
    recording: &mut dyn Recording,
    report: &mut RecordedReport,
) -> Result<(), ParityError> {
    report.files += 1;
    let steps = file.get("ops").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut walk = Walk { recording, known: Leaves::new(), integers: 0, differences: Vec::new() };
    let setup = file.get("setup").unwrap_or(&Value::Null);
    walk.begin(setup, steps)?;
    let mut at = (None, Value::Null);
    for (index, step) in steps.iter().enumerate() {
        if !walk.differences.is_empty() {
            break;
        }
        let operation = Operation::recorded(step)?;
        at = (Some(index), operation.to_json());
        let fault = |error: ParityError| ParityError::Recorded {
            place: format!("operation {index} {}", operation.to_json()),
            problem: error.to_string(),
        };
        let refusal = walk.step(&operation, step).map_err(fault)?;
        report.count(operation.name(), refusal, walk.differences.is_empty());
    }
    if let Some(state) = file.get("final").filter(|_| walk.differences.is_empty()) {
        walk.compare(&Listing::of(state))?;
    }
    report.integers = report.integers.saturating_add(walk.integers);
    if !walk.differences.is_empty() {
        let (index, operation) = at;
        let differences = walk.differences;
        report.mismatches.push(RecordedMismatch { file: name.into(), index, operation, differences });
    }
    Ok(())
}

struct Walk<'a> {
    recording: &'a mut dyn Recording,
    /// The leaves that last, as recorded last.
    known: Leaves,
    integers: u64,
    differences: Vec<Difference>,
}

impl Walk<'_> {
    fn begin(&mut self, setup: &Value, steps: &[Value]) -> Result<(), ParityError> {
        for step in steps.iter().filter(|step| step.get("state").is_some()) {
            let listed = self.recording.listed(&Operation::recorded(step)?, &step["state"]);
            for path in Listing::of(&listed).leaves.into_keys() {
                if let Some(absent) = self.recording.absent(&names(&path)) {
                    self.known.insert(path, Some(absent.into()));
                }
            }
        }
        let beginning = self.recording.beginning(setup);
        self.compare(&Listing::of(&beginning))
    }

    /// Returns the reason where both sides, or the record alone, refused.
    fn step(&mut self, operation: &Operation, step: &Value) -> Result<Option<String>, ParityError> {
        let before = self.recording.dump();
        let done = self.recording.act(operation)?;
        let refusal = match step.get("ok") {
            Some(Value::Bool(true)) => None,
            Some(Value::Bool(false)) => {
                Some(step.get("revert").and_then(Value::as_str).unwrap_or_default().to_string())
            }
            _ => return Err(operation.lacks("ok")),
        };
        match (&refusal, done) {
            (None, Ok(out)) => {
                if let Some(recorded) = step.get("out") {
                    self.returned("out", recorded, &out);
                }
                let listed = step.get("state").map(|state| self.recording.listed(operation, state));
                self.compare(&Listing::of(&listed.unwrap_or_default()))?;
                let rebuilt = self.recording.rebuilt()?;
                if rebuilt.is_some_and(|rebuilt| rebuilt != self.recording.dump()) {
                    self.differ("the state rebuilt from its dump", "the same", "another one");
                }
            }
            (None, Err(reason)) => self.differ("the outcome", "done", &format!("refused: {reason}")),
            (Some(recorded), Ok(_)) => self.differ("the outcome", &format!("refused: {recorded}"), "done"),
            (Some(recorded), Err(reason)) => {
                if *recorded != reason {
                    self.differ("the reason", recorded, &reason);
                }
                if before != self.recording.dump() {
                    self.differ("the state after a refusal", "as before", "changed");
                }
            }
        }
        Ok(refusal)
    }

    /// Compares what was returned: all that is recorded; the adapter may tell more, but not in a list.
    fn returned(&mut self, place: &str, recorded: &Value, ours: &Value) {
        match (recorded, ours) {
            (Value::Object(table), Value::Object(ours)) => {
                for (key, recorded) in table {
                    let place = format!("{place}.{key}");
                    self.returned(&place, recorded, ours.get(key).unwrap_or(&Value::Null));
                }
            }
            (Value::Array(list), Value::Array(ours)) if list.len() == ours.len() => {
                for (at, (recorded, ours)) in list.iter().zip(ours).enumerate() {
                    self.returned(&format!("{place}.{at}"), recorded, ours);
                }
            }
            // Nothing in particular.
            (Value::Object(table), _) if table.is_empty() => {}
            (recorded, ours) => {
                let (recorded, ours) = (text(recorded), text(ours));
                self.leaf(|| place.into(), recorded.as_deref(), ours.as_deref());
            }
        }
    }

    /// Learns what is listed, and compares all leaves that last and all that are listed.
    fn compare(&mut self, listing: &Listing) -> Result<(), ParityError> {
        for list in &listing.lists {
            let beyond = self.known.range(list.clone()..).take_while(|(path, _)| path.starts_with(list));
            for path in beyond.map(|(path, _)| path.clone()).collect::<Vec<_>>() {
                self.known.remove(&path);
            }
        }
        let mut readings = Leaves::new();
        for (path, leaf) in &listing.leaves {
            let leaves = if lasts(self.recording, path) { &mut self.known } else { &mut readings };
            leaves.insert(path.clone(), leaf.clone());
        }
        let known = std::mem::take(&mut self.known);
        for (path, recorded) in known.iter().chain(&readings) {
            let ours = self.recording.field(&names(path))?;
            self.leaf(|| written(path), recorded.as_deref(), ours.as_deref());
        }
        self.known = known;
        Ok(())
    }

    fn leaf(&mut self, place: impl FnOnce() -> String, recorded: Option<&str>, ours: Option<&str>) {
        self.integers += u64::from(is_integer(recorded));
        if recorded != ours {
            self.differ(&place(), &shown(recorded), &shown(ours));
        }
    }

    fn differ(&mut self, what: &str, contract: &str, adapter: &str) {
        let (what, contract, adapter) = (what.into(), contract.into(), adapter.into());
        self.differences.push(Difference { what, contract, adapter });
    }
}

fn names(path: &[String]) -> Vec<&str> {
    path.iter().map(String::as_str).collect()
}

fn lasts(recording: &dyn Recording, path: &[String]) -> bool {
    recording.lasts(&names(path))
}
