//! The documentation's table says what is compared, and nothing else.

use levmine_parity::recorded::run;
use levmine_parity::{RECORDED, SUBJECTS, table};

const EXACTNESS: &str = include_str!("../../../../docs/exactness.md");

/// What records show is the same everywhere, so the rows are compared as they stand.
#[test]
fn the_table_has_a_row_for_every_record() {
    for recorded in RECORDED.iter().copied().flatten() {
        let report = run(recorded).unwrap_or_else(|error| panic!("{error}"));
        let row = table::recorded_row(recorded, &report);
        assert!(EXACTNESS.contains(&row), "docs/exactness.md lacks the row\n{row}");
    }
}

/// The fewest operations beside bytecode that a row may stand on.
const FEWEST: u64 = 100_000;

/// What so many operations showed is not run again here; that they were run, and that nothing differed, stands there.
#[test]
fn the_table_has_a_row_for_every_bytecode() {
    for subject in SUBJECTS {
        let (protocol, version, contracts) = (subject.protocol, subject.version, subject.contracts);
        let begin = format!("| {protocol} | {version} | the bytecode of {contracts} | ");
        let row = EXACTNESS.lines().find_map(|line| line.strip_prefix(&begin));
        let row = row.unwrap_or_else(|| panic!("docs/exactness.md lacks a row that begins {begin}"));
        let operations = row.split(' ').next().unwrap_or_default().replace(',', "");
        assert!(operations.parse::<u64>().expect("operations") >= FEWEST, "{begin}{row}");
        assert!(row.ends_with("| 0 |"), "{begin}{row}");
    }
}

/// No row is left of something that is no longer compared.
#[test]
fn every_row_of_the_table_is_compared() {
    let rows =
        EXACTNESS.lines().filter(|line| line.contains(" records of ") || line.contains("the bytecode of "));
    let mut count = 0;
    for row in rows.filter(|row| row.starts_with("| ")) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let known = |protocol, version| cells.get(1) == Some(&protocol) && cells.get(2) == Some(&version);
        let recorded = RECORDED.iter().copied().flatten().any(|r| known(r.protocol, r.version));
        assert!(recorded || SUBJECTS.iter().any(|s| known(s.protocol, s.version)), "{row}");
        count += 1;
    }
    assert_eq!(count, SUBJECTS.len() + RECORDED.iter().copied().flatten().count());
}
