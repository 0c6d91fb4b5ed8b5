//! What replays of records showed.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde_json::{Value, json};

use crate::subject::Recorded;
use crate::twin::Difference;

/// How many differences of one operation are shown.
const SHOWN: usize = 12;

/// The first operation of a file after which record and adapter differ.
#[derive(Debug, Clone)]
pub struct RecordedMismatch {
    /// The file.
    pub file: String,
    /// Which operation of the file, from 0; `None` before the first.
    pub index: Option<usize>,
    /// The operation with its time.
    pub operation: Value,
    /// What differs.
    pub differences: Vec<Difference>,
}

/// What the records of a version showed.
#[derive(Debug, Clone)]
pub struct RecordedReport {
    /// The protocol.
    pub protocol: &'static str,
    /// The version.
    pub version: &'static str,
    /// The contracts that were recorded.
    pub contracts: &'static str,
    /// Files replayed.
    pub files: u64,
    /// Operations replayed.
    pub operations: u64,
    /// Integers that were equal or not.
    pub integers: u64,
    /// Operations that the contract and the adapter refused for the same reason.
    pub refusals: u64,
    /// How often each operation was done and refused.
    pub tally: BTreeMap<String, [u64; 2]>,
    /// How often each reason was given.
    pub reasons: BTreeMap<String, u64>,
    /// Where they differ: at most one for each file.
    pub mismatches: Vec<RecordedMismatch>,
    /// How long it took.
    pub time: Duration,
}

impl RecordedReport {
    /// A report without any operation.
    #[must_use]
    pub const fn new(recorded: &Recorded) -> Self {
        Self {
            protocol: recorded.protocol,
            version: recorded.version,
            contracts: recorded.contracts,
            files: 0,
            operations: 0,
            integers: 0,
            refusals: 0,
            tally: BTreeMap::new(),
            reasons: BTreeMap::new(),
            mismatches: Vec::new(),
            time: Duration::ZERO,
        }
    }

    /// Counts an operation.
    pub(super) fn count(&mut self, name: &str, refusal: Option<String>, agreed: bool) {
        self.operations += 1;
        let [done, refused] = self.tally.entry(name.into()).or_default();
        match refusal {
            None => *done += 1,
            Some(reason) => {
                *refused += 1;
                *self.reasons.entry(reason).or_default() += 1;
                self.refusals += u64::from(agreed);
            }
        }
    }

    /// As JSON; integers are texts.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let tally: serde_json::Map<String, Value> = self
            .tally
            .iter()
            .map(|(name, [done, refused])| {
                (name.clone(), json!({ "done": done.to_string(), "refused": refused.to_string() }))
            })
            .collect();
        let reasons: serde_json::Map<String, Value> =
            self.reasons.iter().map(|(reason, times)| (reason.clone(), json!(times.to_string()))).collect();
        json!({
            "schema": "levmine.parity-record/1",
            "protocol": self.protocol,
            "version": self.version,
            "contracts": self.contracts,
            "files": self.files.to_string(),
            "operations": self.operations.to_string(),
            "integers": self.integers.to_string(),
            "refusals_agreed": self.refusals.to_string(),
            "milliseconds": self.time.as_millis().to_string(),
            "by_operation": tally,
            "by_reason": reasons,
            "mismatches": self.mismatches.iter().map(RecordedMismatch::to_json).collect::<Vec<_>>(),
        })
    }
}

impl RecordedMismatch {
    fn to_json(&self) -> Value {
        let differences: Vec<Value> = self
            .differences
            .iter()
            .map(|found| json!({ "what": found.what, "contract": found.contract, "adapter": found.adapter }))
            .collect();
        json!({
            "file": self.file,
            "index": self.index.map(|index| index.to_string()),
            "operation": self.operation,
            "differences": differences,
        })
    }
}

impl fmt::Display for RecordedMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.index {
            Some(index) => write!(f, "{}, operation {index}: {}", self.file, self.operation)?,
            None => write!(f, "{}, before the first operation", self.file)?,
        }
        for found in self.differences.iter().take(SHOWN) {
            write!(f, "\n    {}: recorded {}, adapter {}", found.what, found.contract, found.adapter)?;
        }
        match self.differences.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, "\n    and {more} more"),
        }
    }
}

/// The totals in one line, then a line for each operation, reason and difference.
impl fmt::Display for RecordedReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {} beside records of {}: {} files, {} operations, {} integers compared, {} refusals agreed, {} mismatches, {:.1} s",
            self.protocol,
            self.version,
            self.contracts,
            self.files,
            self.operations,
            self.integers,
            self.refusals,
            self.mismatches.len(),
            self.time.as_secs_f64()
        )?;
        for (operation, [done, refused]) in &self.tally {
            write!(f, "\n  {operation}: {done} done, {refused} refused")?;
        }
        for (reason, times) in &self.reasons {
            write!(f, "\n  refused {times} times: {reason}")?;
        }
        for mismatch in &self.mismatches {
            write!(f, "\n  mismatch: {mismatch}")?;
        }
        Ok(())
    }
}
