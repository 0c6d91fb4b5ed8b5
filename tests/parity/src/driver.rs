//! Runs twins through random operations and makes what differs small.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::random::Random;
use crate::twin::{Difference, Twin, replay_file};
use crate::{Operation, ParityError};

/// Makes the twins of the `seed`-th sequence.
pub type Make = dyn Fn(u64) -> Result<Box<dyn Twin>, ParityError>;

/// How much is compared.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Operations in total.
    pub operations: u64,
    /// Operations on the same twins.
    pub sequence: u64,
    /// The same seed draws the same operations.
    pub seed: u64,
    /// After so many mismatches it is enough.
    pub mismatches: usize,
}

/// A sequence of operations after which contract and adapter differ.
#[derive(Debug, Clone)]
pub struct Mismatch {
    /// What differs after the last operation.
    pub differences: Vec<Difference>,
    /// How many operations it took before shrinking.
    pub found_after: usize,
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
    pub tally: std::collections::BTreeMap<String, [u64; 2]>,
    /// How often each reason was given.
    pub reasons: std::collections::BTreeMap<String, u64>,
    /// Where the sides differ.
    pub mismatches: Vec<Mismatch>,
    /// How long it took.
    pub time: Duration,
}

/// Compares as much as asked for.
///
/// # Errors
///
/// What keeps the comparison from being made.
pub fn run(make: &Make, settings: &Settings) -> Result<Report, ParityError> {
    let begin = Instant::now();
    let mut report = Report::default();
    let mut index = 0;
    while report.operations < settings.operations && report.mismatches.len() < settings.mismatches {
        let left = settings.operations.saturating_sub(report.operations);
        sequence(make, settings, index, left.min(settings.sequence), &mut report)?;
        index += 1;
    }
    report.time = begin.elapsed();
    Ok(report)
}

/// The seed of the `index`-th sequence.
fn seed_of(settings: &Settings, index: u64) -> u64 {
    Random::part(settings.seed, index).word()
}

fn sequence(
    make: &Make,
    settings: &Settings,
    index: u64,
    length: u64,
    report: &mut Report,
) -> Result<(), ParityError> {
    let seed = seed_of(settings, index);
    let mut twin = make(seed)?;
    let mut random = Random::new(seed);
    let mut operations = Vec::new();
    for _ in 0..length {
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
        let found_after = operations.len();
        let (operations, differences) = shrink(make, seed, operations, found.differences)?;
        let replay = replay_file(&twin.beginning(), &operations);
        report.mismatches.push(Mismatch { differences, found_after, replay });
        break;
    }
    Ok(())
}

/// Leaves operations out, halves first, while the last one still shows a difference in the same place.
fn shrink(
    make: &Make,
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
    make: &Make,
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
