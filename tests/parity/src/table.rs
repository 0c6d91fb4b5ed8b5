//! The rows of the table in `docs/exactness.md`.

use crate::driver::Report;
use crate::recorded::RecordedReport;
use crate::subject::{Recorded, Subject};

/// A comparison with bytecode.
#[must_use]
pub fn row(subject: &Subject, report: &Report) -> String {
    let counts = [report.operations, report.integers, report.refusals];
    let against = format!("the bytecode of {}", subject.contracts);
    line(subject.protocol, subject.version, &against, counts, report.mismatches.len())
}

/// A replay of records.
#[must_use]
pub fn recorded_row(recorded: &Recorded, report: &RecordedReport) -> String {
    let counts = [report.operations, report.integers, report.refusals];
    let against = format!("{} records of {}", report.files, recorded.contracts);
    line(recorded.protocol, recorded.version, &against, counts, report.mismatches.len())
}

fn line(protocol: &str, version: &str, against: &str, counts: [u64; 3], mismatches: usize) -> String {
    let [operations, integers, refusals] = counts.map(grouped);
    format!(
        "| {protocol} | {version} | {against} | {operations} | {integers} | {refusals} | {mismatches} |\n"
    )
}

/// An integer with commas.
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let first = digits.len() % 3;
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && at % 3 == first {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn integers_are_grouped_by_three() {
        let numbers = [0, 7, 123, 1_234, 12_345, 123_456, 1_234_567];
        let texts = ["0", "7", "123", "1,234", "12,345", "123,456", "1,234,567"];
        assert_eq!(numbers.map(grouped), texts);
    }
}
