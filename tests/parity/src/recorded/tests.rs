//! The walk against a counter that can be made to err in every way that must be reported.

#![allow(clippy::expect_used, reason = "in a test a broken expectation is a failure")]

use levmine_market::Dump;
use serde_json::{Value, json};

use super::walk::walk;
use super::{RecordedReport, Recording, unknown_leaf};
use crate::{Operation, ParityError, Recorded};

/// How the adapter errs, if it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    Output,
    Listed,
    /// The other counter moves too, which no record lists.
    Silent,
    Reason,
    ChangesWhenRefused,
    DoesNotRefuse,
    RefusesAlways,
    Dump,
    Beginning,
}

/// Two counters, `a` and `b`, that count up to 3.
struct Counters {
    counts: [u64; 2],
    time: u64,
    fault: Fault,
}

impl Recording for Counters {
    fn act(&mut self, operation: &Operation) -> Result<Result<Value, String>, ParityError> {
        self.time = operation.time();
        let at = usize::from(operation.text("counter")? == "b");
        if operation.name() == "reset" {
            self.counts[at] = 0;
            return Ok(Ok(Value::Null));
        }
        if (self.counts[at] == 3 && self.fault != Fault::DoesNotRefuse) || self.fault == Fault::RefusesAlways
        {
            self.counts[1 - at] += u64::from(self.fault == Fault::ChangesWhenRefused);
            return Ok(Err(if self.fault == Fault::Reason { "Full" } else { "full" }.into()));
        }
        let before = self.counts[at];
        self.counts[at] += 1;
        self.counts[1 - at] += u64::from(self.fault == Fault::Silent);
        let after = self.counts[at] + u64::from(self.fault == Fault::Output);
        Ok(Ok(json!({ "steps": [before.to_string(), after.to_string()], "told in addition": "1" })))
    }

    fn field(&mut self, path: &[&str]) -> Result<Option<String>, ParityError> {
        let count = match path {
            ["a", "count"] => self.counts[0] + u64::from(self.fault == Fault::Listed && self.counts[0] == 2),
            ["b", "count"] => self.counts[1],
            ["history", at] => {
                let at: u64 = at.parse().map_err(|_| unknown_leaf(path))?;
                return Ok((at < self.counts[0]).then(|| at.to_string()));
            }
            ["now"] => self.time,
            ["full"] => return Ok(Some((self.counts[0] == 3).to_string())),
            ["left"] if self.counts[0] == 3 => return Ok(None),
            ["left"] => 3 - self.counts[0] + u64::from(self.fault == Fault::Beginning),
            _ => return Err(unknown_leaf(path)),
        };
        Ok(Some(count.to_string()))
    }

    fn dump(&self) -> Dump {
        Dump::List(self.counts.iter().map(Dump::text).collect())
    }

    fn rebuilt(&self) -> Result<Option<Dump>, ParityError> {
        Ok(Some(if self.fault == Fault::Dump { Dump::List(Vec::new()) } else { self.dump() }))
    }

    fn lasts(&self, path: &[&str]) -> bool {
        path != ["now"]
    }

    /// The record of `b` says "mine" for the counter that moved.
    fn listed(&self, operation: &Operation, state: &Value) -> Value {
        match (state.get("mine"), operation.text("counter")) {
            (Some(mine), Ok(counter)) => json!({ counter: mine }),
            _ => state.clone(),
        }
    }

    fn absent(&self, path: &[&str]) -> Option<&'static str> {
        matches!(path, [_, "count"]).then_some("0")
    }
}

fn file() -> Value {
    let step = |t: &str, count: u64| {
        let history: Vec<String> = (0..count).map(|at| at.to_string()).collect();
        let mut state = json!({ "a": { "count": count.to_string() }, "history": history, "now": t });
        state["left"] = if count == 3 { Value::Null } else { json!((3 - count).to_string()) };
        state["full"] = json!(count == 3);
        json!({
            "t": t, "op": "count", "by": "alice", "args": { "counter": "a" }, "ok": true,
            "out": { "steps": [(count - 1).to_string(), count.to_string()] }, "state": state,
        })
    };
    let b = json!({
        "t": 40, "op": "count", "by": "bob", "args": { "counter": "b" }, "ok": true, "out": {},
        "state": { "mine": { "count": "1" } },
    });
    let refused = json!({
        "t": "41", "op": "count", "by": "bob", "args": { "counter": "a" }, "ok": false, "revert": "full",
    });
    let reset = json!({
        "t": "42", "op": "reset", "by": "alice", "args": { "counter": "a" }, "ok": true,
        "state": { "a": { "count": "0" }, "history": [], "left": "3", "full": false, "now": "42" },
    });
    json!({
        "setup": { "state": { "left": "3" } },
        "ops": [step("10", 1), step("20", 2), step("30", 3), b, refused, reset],
        "final": { "a": { "count": "0" }, "now": "42" },
    })
}

fn report() -> RecordedReport {
    let open = |_: &Value| Ok(Box::new(Counters { counts: [0; 2], time: 0, fault: Fault::None }) as Box<_>);
    RecordedReport::new(&Recorded { protocol: "counters", version: "1", contracts: "none", files: &[], open })
}

fn replay(fault: Fault, file: &Value) -> RecordedReport {
    let mut report = report();
    let mut counters = Counters { counts: [0; 2], time: 0, fault };
    walk("counters.json", file, &mut counters, &mut report).expect("a replay");
    report
}

/// The operation and the first difference that a fault shows.
fn found(fault: Fault, file: &Value) -> (Option<usize>, [String; 3]) {
    let report = replay(fault, file);
    assert_eq!(report.mismatches.len(), 1, "{fault:?}: {report}");
    let mismatch = &report.mismatches[0];
    let first = mismatch.differences[0].clone();
    (mismatch.index, [first.what, first.contract, first.adapter])
}

fn shown(index: usize, difference: [&str; 3]) -> (Option<usize>, [String; 3]) {
    (Some(index), difference.map(str::to_string))
}

#[test]
fn an_equal_run_is_counted() {
    let report = replay(Fault::None, &file());
    assert!(report.mismatches.is_empty(), "{report}");
    assert_eq!([report.files, report.operations, report.refusals], [1, 6, 1]);
    assert_eq!(report.tally["count"], [4, 1]);
    assert_eq!(report.reasons["full"], 1);
    // Before; after each of the five that were done, with what they returned; at the end.
    assert_eq!(report.integers, 3 + (2 + 5) + (2 + 6) + (2 + 6) + 5 + 4 + 4);
}

#[test]
fn every_fault_is_found_where_it_is() {
    let file = file();
    assert_eq!(found(Fault::Output, &file), shown(0, ["out.steps.1", "1", "2"]));
    assert_eq!(found(Fault::Listed, &file), shown(1, ["a.count", "2", "3"]));
    assert_eq!(found(Fault::Silent, &file), shown(0, ["b.count", "0", "1"]));
    assert_eq!(found(Fault::Reason, &file), shown(4, ["the reason", "full", "Full"]));
    assert_eq!(
        found(Fault::ChangesWhenRefused, &file),
        shown(4, ["the state after a refusal", "as before", "changed"])
    );
    assert_eq!(found(Fault::DoesNotRefuse, &file), shown(4, ["the outcome", "refused: full", "done"]));
    assert_eq!(found(Fault::RefusesAlways, &file), shown(0, ["the outcome", "done", "refused: full"]));
    assert_eq!(
        found(Fault::Dump, &file),
        shown(0, ["the state rebuilt from its dump", "the same", "another one"])
    );
    assert_eq!(found(Fault::Beginning, &file), (None, ["left", "3", "4"].map(str::to_string)));
}

#[test]
fn a_record_that_says_otherwise_is_found() {
    let mut wrong = file();
    wrong["ops"][1]["state"]["left"] = Value::Null;
    assert_eq!(found(Fault::None, &wrong), shown(1, ["left", "null", "1"]));
    let mut wrong = file();
    wrong["ops"][2]["state"]["full"] = json!(false);
    assert_eq!(found(Fault::None, &wrong), shown(2, ["full", "false", "true"]));
    let mut wrong = file();
    wrong["ops"][2]["out"]["steps"] = json!(["2"]);
    assert_eq!(found(Fault::None, &wrong).1[0], "out.steps");
    let mut wrong = file();
    wrong["final"]["now"] = json!("43");
    assert_eq!(found(Fault::None, &wrong), shown(5, ["now", "43", "42"]));
}

#[test]
fn what_cannot_be_replayed_is_an_error() {
    for (key, value) in [("ok", Value::Null), ("state", json!({ "c": "1" })), ("args", json!({ "t": "1" }))] {
        let mut wrong = file();
        wrong["ops"][0][key] = value;
        let mut report = report();
        let mut counters = Counters { counts: [0; 2], time: 0, fault: Fault::None };
        assert!(walk("counters.json", &wrong, &mut counters, &mut report).is_err(), "{key}");
    }
}
