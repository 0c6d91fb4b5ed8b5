use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Why a check ends early.
#[derive(Debug)]
pub(crate) enum Stop {
    /// What the venue can do rules the check out; the reason.
    Excluded(String),
    /// A promise is broken: what was expected, what was found, and how it came to that.
    Broken(String),
}

impl From<String> for Stop {
    fn from(broken: String) -> Self {
        Self::Broken(broken)
    }
}

pub(crate) type Outcome = Result<(), Stop>;

/// A check that has nothing to look at.
pub(crate) fn excluded(reason: impl Into<String>) -> Outcome {
    Err(Stop::Excluded(reason.into()))
}

/// Ends the surrounding function with a broken promise unless the condition holds.
macro_rules! ensure {
    ($condition:expr, $($message:tt)+) => {
        if !$condition {
            return Err(format!($($message)+).into());
        }
    };
}
pub(crate) use ensure;

/// One check of a suite.
pub(crate) struct Check<S> {
    pub(crate) name: &'static str,
    pub(crate) promise: &'static str,
    pub(crate) run: fn(&S) -> Outcome,
}

/// What came of one check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The promise holds as far as the check looked.
    Passed,
    /// The check does not apply; the reason.
    Skipped(String),
    /// The promise is broken; what was expected, what was found, and the operations that led there.
    Failed(String),
}

/// What came of a suite.
#[derive(Debug, Clone)]
pub struct Report {
    /// The venue.
    pub subject: String,
    /// Each check by name, in order.
    pub verdicts: Vec<(&'static str, Verdict)>,
}

impl Report {
    /// The names of the checks that were skipped.
    pub fn skipped(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.verdicts
            .iter()
            .filter(|(_, verdict)| matches!(verdict, Verdict::Skipped(_)))
            .map(|(name, _)| *name)
    }

    /// The names of the checks that failed.
    pub fn failed(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.verdicts
            .iter()
            .filter(|(_, verdict)| matches!(verdict, Verdict::Failed(_)))
            .map(|(name, _)| *name)
    }

    /// Prints the report and panics if a check failed.
    pub(crate) fn conclude(self) -> Self {
        println!("{self}");
        assert!(self.failed().next().is_none(), "{self}");
        self
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (skipped, failed) = (self.skipped().count(), self.failed().count());
        let passed = self.verdicts.len() - skipped - failed;
        writeln!(f, "{}: {passed} checks passed, {skipped} skipped, {failed} failed", self.subject)?;
        for (name, verdict) in &self.verdicts {
            match verdict {
                Verdict::Passed => {}
                Verdict::Skipped(reason) => writeln!(f, "  skipped {name}: {reason}")?,
                Verdict::Failed(message) => writeln!(f, "  FAILED {name}: {message}")?,
            }
        }
        Ok(())
    }
}

/// Runs one check; a panic inside it is a failure of that check.
pub(crate) fn run_check<S>(check: &Check<S>, setup: &S, exceptions: &[(&'static str, String)]) -> Verdict {
    if let Some((_, reason)) = exceptions.iter().find(|(name, _)| *name == check.name) {
        return Verdict::Skipped(format!("excepted by the adapter: {reason}"));
    }
    let outcome = catch_unwind(AssertUnwindSafe(|| (check.run)(setup)));
    match outcome {
        Ok(Ok(())) => Verdict::Passed,
        Ok(Err(Stop::Excluded(reason))) => Verdict::Skipped(reason),
        Ok(Err(Stop::Broken(message))) => Verdict::Failed(format!("{}\n    {message}", check.promise)),
        Err(payload) => {
            let message = payload
                .downcast_ref::<String>()
                .map(String::as_str)
                .or_else(|| payload.downcast_ref::<&str>().copied())
                .unwrap_or("no message");
            Verdict::Failed(format!("{}\n    it panicked: {message}", check.promise))
        }
    }
}

/// Runs all checks.
pub(crate) fn run_all<S>(
    subject: String,
    checks: &[Check<S>],
    setup: &S,
    exceptions: &[(&'static str, String)],
) -> Report {
    for (name, _) in exceptions {
        assert!(
            checks.iter().any(|check| check.name == *name),
            "{subject}: the exception {name} names no check of this suite"
        );
    }
    let verdicts = checks.iter().map(|check| (check.name, run_check(check, setup, exceptions))).collect();
    Report { subject, verdicts }
}

/// The check of this name.
pub(crate) fn find<'a, S>(checks: &'a [Check<S>], name: &str) -> &'a Check<S> {
    match checks.iter().find(|check| check.name == name) {
        Some(check) => check,
        None => panic!(
            "there is no check {name}; there are {:?}",
            checks.iter().map(|c| c.name).collect::<Vec<_>>()
        ),
    }
}
