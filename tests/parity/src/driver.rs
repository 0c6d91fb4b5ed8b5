//! Runs twins through random operations and makes what differs small.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::random::Random;
use crate::subject::Make;
use crate::twin::{Difference, replay_file};
use crate::{Operation, ParityError};

/// How much is compared.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Operations in total.
    pub operations: u64,
    /// Operations on the same twins.
    pub sequence: u64,
    /// The same seed draws the same operations, on however many threads.
    pub seed: u64,
    /// After so many mismatches it is enough.
    pub mismatches: usize,
    /// How many sequences run at the same time.
    pub threads: usize,
}

/// A sequence of operations after which contract and adapter differ.
#[derive(Debug, Clone)]
pub struct Mismatch {
    /// Which sequence it was.
    pub sequence: u64,
    /// What differs after the last operation.
    pub differences: Vec<Difference>,
    /// How many operations of its sequence it took before shrinking.
    pub found_after: u64,
    /// As a replay file, shrunk.
    pub replay: Value,
}

/// What was found.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Operations that both sides did or refused.
    pub operations: u64,
    /// Integers that were equal or not.
    pub integers: u64,
    /// Operations that both sides refused for the same reason.
    pub refusals: u64,
    /// How often each operation was done and refused.
    pub tally: BTreeMap<String, [u64; 2]>,
    /// How often each reason was given.
    pub reasons: BTreeMap<String, u64>,
    /// Where the sides differ, by sequence.
    pub mismatches: Vec<Mismatch>,
    /// How long it took.
    pub time: Duration,
}

impl Report {
    /// Adds what another part of the same run found.
    fn add(&mut self, other: Self) {
        self.operations = self.operations.saturating_add(other.operations);
        self.integers = self.integers.saturating_add(other.integers);
        self.refusals = self.refusals.saturating_add(other.refusals);
        for (name, [done, refused]) in other.tally {
            let [all_done, all_refused] = self.tally.entry(name).or_default();
            *all_done = all_done.saturating_add(done);
            *all_refused = all_refused.saturating_add(refused);
        }
        for (reason, times) in other.reasons {
            let all = self.reasons.entry(reason).or_default();
            *all = all.saturating_add(times);
        }
        self.mismatches.extend(other.mismatches);
    }
}

/// Compares as much as asked for. Sequences are independent of each other, so that they run on several threads; where
/// nothing differs, the result does not depend on how many.
///
/// # Errors
///
/// What keeps the comparison from being made.
pub fn run(make: Make, settings: &Settings) -> Result<Report, ParityError> {
    let begin = Instant::now();
    let (next, found) = (AtomicU64::new(0), AtomicU64::new(0));
    let work = || worker(make, settings, &next, &found);
    let parts: Vec<Result<Report, ParityError>> = thread::scope(|scope| {
        let threads: Vec<_> = (0..settings.threads.max(1)).map(|_| scope.spawn(work)).collect();
        let lost = || ParityError::Machine { problem: "a thread ended before its time".into() };
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| Err(lost()))).collect()
    });
    let mut report = Report::default();
    for part in parts {
        report.add(part?);
    }
    report.mismatches.sort_by_key(|mismatch| mismatch.sequence);
    report.mismatches.truncate(settings.mismatches.max(1));
    report.time = begin.elapsed();
    Ok(report)
}

/// Takes one sequence after the other until there are none, or enough mismatches.
fn worker(
    make: Make,
    settings: &Settings,
    next: &AtomicU64,
    found: &AtomicU64,
) -> Result<Report, ParityError> {
    let length = settings.sequence.max(1);
    let enough = u64::try_from(settings.mismatches.max(1)).unwrap_or(u64::MAX);
    let mut report = Report::default();
    while found.load(Ordering::Relaxed) < enough {
        let index = next.fetch_add(1, Ordering::Relaxed);
        let left = settings.operations.saturating_sub(index.saturating_mul(length));
        if left == 0 {
            break;
        }
        let before = report.mismatches.len();
        sequence(make, settings.seed, index, left.min(length), &mut report)?;
        if report.mismatches.len() > before {
            found.fetch_add(1, Ordering::Relaxed);
        }
    }
    Ok(report)
}

fn sequence(make: Make, seed: u64, index: u64, length: u64, report: &mut Report) -> Result<(), ParityError> {
    let seed = Random::part(seed, index).word();
    let mut twin = make(seed)?;
    let mut random = Random::new(seed);
    let mut operations = Vec::new();
    for found_after in 1..=length {
        let operation = twin.draw(&mut random)?;
        operations.push(operation.clone());
        let found = twin.apply(&operation)?;
        report.operations = report.operations.saturating_add(1);
        report.integers = report.integers.saturating_add(found.integers);
        let [done, refused] = report.tally.entry(operation.name().into()).or_default();
        match &found.refusal {
            None => *done += 1,
            Some(reason) => {
                *refused += 1;
                *report.reasons.entry(reason.clone()).or_default() += 1;
            }
        }
        if found.differences.is_empty() {
            report.refusals = report.refusals.saturating_add(u64::from(found.refusal.is_some()));
            continue;
        }
        let (operations, differences) = shrink(make, seed, operations, found.differences)?;
        let replay = replay_file(&twin.beginning(), &operations);
        report.mismatches.push(Mismatch { sequence: index, differences, found_after, replay });
        break;
    }
    Ok(())
}

/// Leaves operations out, halves first, while the last one still shows a difference in the same place.
fn shrink(
    make: Make,
    seed: u64,
    mut operations: Vec<Operation>,
    mut differences: Vec<Difference>,
) -> Result<(Vec<Operation>, Vec<Difference>), ParityError> {
    let place = differences.first().map(|difference| difference.what.clone()).unwrap_or_default();
    let mut size = operations.len() / 2;
    while size > 0 {
        let mut at = 0;
        // The last operation stays: it shows the difference.
        while at < operations.len().saturating_sub(1) {
            let end = at.saturating_add(size).min(operations.len().saturating_sub(1));
            let mut fewer = operations.clone();
            fewer.drain(at..end);
            match differs_at_the_end(make, seed, &fewer)? {
                Some(found) if found.iter().any(|difference| difference.what == place) => {
                    operations = fewer;
                    differences = found;
                }
                _ => at = end,
            }
        }
        size /= 2;
    }
    Ok((operations, differences))
}

fn differs_at_the_end(
    make: Make,
    seed: u64,
    operations: &[Operation],
) -> Result<Option<Vec<Difference>>, ParityError> {
    let mut twin = make(seed)?;
    for (index, operation) in operations.iter().enumerate() {
        let found = twin.apply(operation)?;
        if !found.differences.is_empty() {
            return Ok((index + 1 == operations.len()).then_some(found.differences));
        }
    }
    Ok(None)
}
