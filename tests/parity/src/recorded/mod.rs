//! Recorded runs: what the contracts once did, written down operation by operation, replayed by an adapter.
//!
//! A record holds, after every operation, whether it went through, the reason where it did not, what it returned, and
//! the state. [`Recording`] is a protocol's half: it lets the adapter do one operation and tells one integer of its
//! state. The other half is the same for all protocols: it walks a file and compares everything.

mod archive;
mod help;
mod leaves;
mod report;
#[cfg(test)]
mod tests;
mod walk;
mod wallets;

use std::time::Instant;

use levmine_market::Dump;
use serde_json::Value;

pub use self::archive::{Archive, Packed, pack};
pub use self::help::{dump_json, lacks, list_at, number_at, read_table, table_at, text_at, unknown_leaf};
pub use self::report::{RecordedMismatch, RecordedReport};
pub use self::wallets::{Accounts, Wallets};
use crate::subject::{RECORDED, Recorded};
use crate::{Operation, ParityError};

/// An adapter that replays a record.
///
/// A leaf of the recorded state is addressed by the keys of its tables, as they are written, and the positions in its
/// lists from 0: `["users", "alice", "collateral", "1"]`, or `["vat.urn.ETH-A.alice.ink"]` where the state is flat.
/// Texts are compared as they stand: integers in decimal digits, `true` and `false`.
pub trait Recording {
    /// The recorded state before the first operation, from the file's `setup`.
    fn beginning(&self, setup: &Value) -> Value {
        setup.get("state").cloned().unwrap_or_default()
    }

    /// Lets the adapter do it: what it returns under the recorded names, or the contract's words of its refusal.
    ///
    /// After a refusal by the adapter keep the very market that refused, not a copy of before: that it is unchanged is
    /// what is compared. After a refusal by somebody else (a wallet, a receiver of loans) go back.
    ///
    /// # Errors
    ///
    /// What keeps it from being done at all: an unknown operation, a missing argument.
    fn act(&mut self, operation: &Operation) -> Result<Result<Value, String>, ParityError>;

    /// A leaf of the adapter's state, at the time of the last operation. `None` where the record has null: the
    /// contract's own view reverts.
    ///
    /// # Errors
    ///
    /// A leaf that is not known.
    fn field(&mut self, path: &[&str]) -> Result<Option<String>, ParityError>;

    /// The adapter's whole state, which a refused operation must leave as it was.
    fn dump(&self) -> Dump;

    /// Whether a leaf that a step does not list must still have the value recorded last. False for a reading as of the
    /// operation's second that is listed only where something else changed.
    fn lasts(&self, _path: &[&str]) -> bool {
        true
    }

    /// The state listed after an operation, in a form in which a leaf always has the same place: for records that call
    /// the caller's balances `account`, whoever that is.
    fn listed(&self, _operation: &Operation, state: &Value) -> Value {
        state.clone()
    }

    /// The value that a leaf that lasts has before it is listed first: zero, where records leave zeros out.
    fn absent(&self, _path: &[&str]) -> Option<&'static str> {
        None
    }

    /// The dump of a market built anew from the last dump, which must be the same; `None` where that is not tried.
    ///
    /// # Errors
    ///
    /// A dump that cannot be read.
    fn rebuilt(&self) -> Result<Option<Dump>, ParityError> {
        Ok(None)
    }
}

/// Replays all records of the protocols whose name passes.
///
/// # Errors
///
/// A missing archive, or a record that cannot be replayed at all.
pub fn run_all(protocol: &dyn Fn(&str) -> bool) -> Result<Vec<RecordedReport>, ParityError> {
    let mut reports = Vec::new();
    for recorded in RECORDED.iter().copied().flatten().filter(|recorded| protocol(recorded.protocol)) {
        reports.push(run(recorded)?);
    }
    Ok(reports)
}

/// Replays the records of one version.
///
/// # Errors
///
/// As [`run_all`].
pub fn run(recorded: &Recorded) -> Result<RecordedReport, ParityError> {
    let begin = Instant::now();
    let archive = Archive::read(recorded.protocol)?;
    let mut report = RecordedReport::new(recorded);
    for (name, file) in archive.files().filter(|(name, _)| recorded.selects(name)) {
        let fault = |error: ParityError| ParityError::Recorded {
            place: format!("{} {name}", recorded.protocol),
            problem: error.to_string(),
        };
        let mut recording = (recorded.open)(file).map_err(fault)?;
        walk::walk(name, file, &mut *recording, &mut report).map_err(fault)?;
    }
    report.time = begin.elapsed();
    Ok(report)
}
