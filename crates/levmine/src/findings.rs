//! What a reader of a run should know of the histories behind it.

use levmine_source::Report;

/// Lines that a note names; how many more there are is a number.
const SHOWN: usize = 8;

/// Notes what was found in a file and accepted: gaps, with what `then` says of them (`{each}` is the gap), rows that repeat the
/// one before them, times that change their unit, candles that were not complete, and an end that may be cut off.
pub(crate) fn tell(path: &str, report: &Report, then: &str, notes: &mut Vec<String>) {
    if !report.gaps.is_empty() {
        let lines = named(report.gaps.iter().map(|gap| gap.line));
        let (gap, each) = if report.gaps.len() == 1 { ("gap", "it") } else { ("gaps", "each") };
        let (count, then) = (report.gaps.len(), then.replace("{each}", each));
        notes.push(format!("{path}: {count} {gap} accepted before {lines}; {then}"));
    }
    if !report.duplicates.is_empty() {
        let lines = named(report.duplicates.iter().map(|row| row.line));
        let rows = if report.duplicates.len() == 1 { "row repeats" } else { "rows repeat" };
        let count = report.duplicates.len();
        notes.push(format!("{path}: {count} {rows} what the row before says, in {lines}; read once"));
    }
    match report.unit_changes.as_slice() {
        [] => {}
        [change] => {
            let (line, from, to) = (change.line, change.from, change.to);
            notes.push(format!("{path}: from line {line} on times are in {to}, before in {from}"));
        }
        changes => {
            let (count, lines) = (changes.len(), named(changes.iter().map(|change| change.line)));
            notes.push(format!(
                "{path}: times change their unit {count} times, in {lines}; each is read in its own"
            ));
        }
    }
    if report.unconfirmed.count > 0 {
        notes.push(format!("{path}: line {} left out: its candle was not complete", report.unconfirmed.line));
    }
    if let Some(line) = report.unterminated {
        notes.push(format!(
            "{path}: line {line} has no line end; if the file was cut there, its last field may be too"
        ));
    }
}

/// The lines, the first of them by their numbers: `lines 3, 7 and 2 more`.
fn named(lines: impl ExactSizeIterator<Item = u32>) -> String {
    let count = lines.len();
    let shown: Vec<String> = lines.take(SHOWN).map(|line| line.to_string()).collect();
    let more = count.saturating_sub(SHOWN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{} {}{more}", if count == 1 { "line" } else { "lines" }, shown.join(", "))
}
