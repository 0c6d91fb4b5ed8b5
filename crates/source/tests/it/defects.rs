use levmine_market::Timestamp;
use levmine_source::{
    Absurdity, Duplicate, Gap, OnAbsurd, Policy, Reading, Samples as _, Shape, SourceError, parse_history,
};

use crate::{price, read, read_leniently, refusal};

const T: u64 = 1_617_566_400;

/// Prices of 100 at these minutes.
fn minutes(minutes: &[u64]) -> String {
    minutes.iter().map(|minute| format!("{},100\n", T + minute * 60)).collect()
}

#[test]
fn fields_that_cannot_be_read_are_named() {
    for (row, message) in [
        (
            "1617570000,",
            "column `price`: read \"\"; accepted: a price like 2061.43 (to leave a row out, delete its line: that makes it a gap)",
        ),
        (
            "1617570000,nan",
            "column `price`: read \"nan\"; accepted: a price like 2061.43 (to leave a row out, delete its line: that makes it a gap)",
        ),
        ("1617570000,0", "column `price`: read \"0\"; accepted: a price above zero"),
        ("1617570000,-5", "column `price`: read \"-5\"; accepted: a price above zero"),
        ("1617570000,1e-19", "column `price`: read \"1e-19\"; accepted: a price above zero"),
        ("1617570000,1e21", "column `price`: read \"1e21\"; accepted: a price below 3.4e20"),
        ("1617570000,1,5", "read 3 fields; accepted: 2, as in the first line"),
        ("1617570000", "read 1 fields; accepted: 2, as in the first line"),
        (
            "1617570000,\"1",
            "read a quote that is not closed before the field or the line ends; accepted: fields in \"…\" or without quotes",
        ),
    ] {
        let text = format!("ts,price\n1617566400,1\n\n{row}\n1617573600,1\n");
        assert_eq!(refusal(&text), format!("x.csv:4: {message}"));
    }
    let time = refusal("ts,price\n20210404,1\n");
    assert!(time.starts_with("x.csv:2: column `ts`: read \"20210404\"; accepted: Unix seconds, "), "{time}");
    let without_header = refusal("1617566400,1\n1617570000,x\n");
    assert!(without_header.starts_with("x.csv:2: column `2`: read \"x\""), "{without_header}");
}

#[test]
fn a_last_line_that_breaks_off_is_refused() {
    let cut = "x.csv:3: the last line breaks off: read 1 fields and no line end; accepted: 2 fields (get the file \
               again, or delete the line)";
    assert_eq!(refusal("ts,price\n1617566400,1\n16175"), cut);
    assert!(matches!(read("1617566400,\"1\"\n1617570000,\"1"), Err(SourceError::Truncated { line: 2, .. })));
    assert!(matches!(read("1617566400,1\n1617570000,1,1"), Err(SourceError::Ragged { line: 2, .. })));
    let whole = read("ts,price\n1617566400,1\n1617570000,20").unwrap();
    assert_eq!(whole.report().unterminated, Some(3));
    let told = "\nx.csv:3: read no line end; if the file was cut here, the last field may be too";
    assert!(whole.report().to_string().ends_with(told));
}

#[test]
fn rows_must_be_in_order() {
    assert_eq!(
        refusal("ts,price\n1617570000,1\n1617566400,1\n"),
        "x.csv:3: read 2021-04-04T20:00:00Z after 2021-04-04T21:00:00Z (line 2); accepted: rows sorted by time, the \
         oldest first"
    );
}

#[test]
fn a_row_that_is_repeated_is_read_once_and_told() {
    let history = read("1617566400,1\n1617566400,1.0\n1617566400,1\n1617570000,2\n").unwrap();
    assert_eq!(history.len(), 2);
    let row = |line| Duplicate { line, first: 1, time: Timestamp(T) };
    assert_eq!(history.report().duplicates, [row(2), row(3)]);
    assert!(
        history
            .report()
            .to_string()
            .contains("x.csv:2: read 2021-04-04T20:00:00Z again, as in line 1; read once")
    );
    assert_eq!(
        refusal("1617566400,1\n1617566400,1\n1617566400,1.01\n"),
        "x.csv:3: read 2021-04-04T20:00:00Z again, with other values than in line 1; accepted: one row for each time"
    );
    assert_eq!(read("1617566400,1,1,1,1\n1617566400,1,1,1,1\n").unwrap().report().duplicates.len(), 1);
    for other in ["2,2,1,1", "1,2,1,1", "1,1,0.9,1", "2,2,1,2"] {
        let text = format!("1617566400,1,1,1,1\n1617566400,{other}\n");
        assert!(matches!(read(&text), Err(SourceError::Conflict { line: 2, .. })), "{other}");
    }
}

#[test]
fn gaps_are_longer_than_one_and_a_half_usual_steps() {
    let just = "1617566400,1\n1617566500,1\n1617566600,1\n1617566750,1\n";
    assert!(read(just).unwrap().report().gaps.is_empty());
    let above = "1617566400,1\n1617566500,1\n1617566600,1\n1617566751,1\n";
    let history = read_leniently(above).unwrap();
    let gap = Gap { line: 4, from: Timestamp(T + 200), to: Timestamp(T + 351) };
    assert_eq!(history.report().gaps, [gap]);
    assert_eq!(history.report().step, Some(100));
    assert_eq!(
        refusal(above),
        "x.csv:4: no row between 2021-04-04T20:03:20Z and 2021-04-04T20:05:51Z: read a gap of 2m 31s; accepted: at \
         most 2m 30s, which is 1.5 usual steps; to accept it, write max_gap = \"3m\" or --max-gap 3m"
    );
    // Of two distances the shorter is usual.
    assert_eq!(read_leniently(&minutes(&[0, 1, 11])).unwrap().report().step, Some(60));
    // An odd step: one and a half of 101 s are 151.5 s.
    let odd = |last: u64| format!("1617566400,1\n1617566501,1\n1617566602,1\n{},1\n", T + 202 + last);
    assert!(read(&odd(151)).is_ok());
    assert!(read(&odd(152)).is_err());
}

#[test]
fn a_stated_limit_decides_on_gaps() {
    let text = minutes(&[0, 1, 2, 5, 6, 10, 11, 12]);
    let judge = |max_gap| {
        let reading =
            Reading { policy: Policy { max_gap: Some(max_gap), ..Policy::default() }, ..Reading::default() };
        parse_history("x.csv", text.as_bytes(), &Shape::default(), &reading)
            .map(|history| history.report().gaps.len())
    };
    assert_eq!(judge(240), Ok(2));
    let error = judge(239).unwrap_err();
    assert!(matches!(
        error,
        SourceError::Gap { others: 0, limit: 239, stated: true, gap: Gap { line: 6, .. }, .. }
    ));
    assert!(
        error.to_string().contains("read a gap of 4m; accepted: at most 3m 59s; to accept it"),
        "{error}"
    );
    let error = judge(179).unwrap_err();
    assert!(matches!(error, SourceError::Gap { others: 1, .. }), "{error:?}");
    assert!(error.to_string().contains("a gap of 4m (and 1 more); accepted"), "{error}");
    // A limit below the usual step refuses the steps themselves.
    assert!(matches!(judge(59), Err(SourceError::Gap { .. })));
}

#[test]
fn candles_must_agree_with_themselves() {
    for (row, what) in [
        ("1,0.9,1.1,1", Absurdity::HighBelowLow),
        ("1.2,1.1,0.9,1", Absurdity::OutsideRange),
        ("0.8,1.1,0.9,1", Absurdity::OutsideRange),
        ("1,1.1,0.9,1.2", Absurdity::OutsideRange),
        ("1,1.1,0.9,0.8", Absurdity::OutsideRange),
        ("1,2.3,0.9,1.1", Absurdity::Wick),
        ("1,1.1,0.44,0.9", Absurdity::Wick),
    ] {
        let text = format!("1617566400,1,1,1,1\n1617566460,{row}\n1617566520,1,1,1,1\n");
        let history = read_leniently(&text).unwrap();
        let found: Vec<_> = history.report().absurd.iter().map(|absurd| (absurd.line, absurd.what)).collect();
        assert_eq!(found, [(2, what)], "{row}");
        assert_eq!(history.report().absurd.first().map(|absurd| absurd.time), Some(Timestamp(T + 60)));
        assert!(matches!(read(&text), Err(SourceError::Absurd { others: 0, .. })), "{row}");
    }
    for row in ["1,1,1,1", "1,2.2,0.9,1.1", "1,1.1,0.45,0.9", "0.9,1.1,0.9,1.1"] {
        let text = format!("1617566400,1,1,1,1\n1617566460,{row}\n1617566520,1,1,1,1\n");
        assert!(read(&text).is_ok(), "{row}");
    }
}

#[test]
fn absurd_rows_are_refused_with_what_to_write() {
    let text = "1617566400,1,1,1,1\n1617566460,1,0.9,1.1,1\n1617566520,1,0.9,1.1,1\n";
    assert_eq!(
        refusal(text),
        "x.csv:2: 2021-04-04T20:01:00Z: read a high below the low; accepted: low ≤ high (and 1 more); to accept it as \
         it is, write absurd = \"keep\" or --absurd keep"
    );
    let policy = Policy { absurd: OnAbsurd::Keep, ..Policy::default() };
    let reading = Reading { policy, ..Reading::default() };
    let history = parse_history("x.csv", text.as_bytes(), &Shape::default(), &reading).unwrap();
    assert_eq!(history.sample(1).map(|point| (point.high, point.low)), Some((price("0.9"), price("1.1"))));
}

#[test]
fn a_report_shows_ten_findings_of_a_kind() {
    let every_other: Vec<u64> = (0..60).chain((60..100).step_by(3)).collect();
    let history = read_leniently(&minutes(&every_other)).unwrap();
    assert_eq!(history.report().gaps.len(), 13);
    let text = history.report().to_string();
    assert_eq!(text.lines().count(), 12);
    assert!(
        text.starts_with("x.csv: 74 rows, 2021-04-04T20:00:00Z to 2021-04-04T21:39:00Z, usual step 1m\n"),
        "{text}"
    );
    assert!(text.contains(
        "\nx.csv:62: no row between 2021-04-04T21:00:00Z and 2021-04-04T21:03:00Z: read a gap of 3m; accepted with \
         max_gap = \"3m\"\n"
    ));
    assert!(text.ends_with("\nx.csv: and 3 more gaps"), "{text}");
}

#[test]
fn a_report_with_any_finding_is_not_clean() {
    let clean = |text: &str| read_leniently(text).unwrap().report().is_clean();
    assert!(clean("1617566400,1\n1617566460,1\n1617566520,1\n"));
    for text in [
        "1617566400,1\n1617566460,1\n1617566640,1\n",
        "1617566400,1\n1617566400,1\n1617566460,1\n",
        "1617566400,1,2,3,1\n",
        "1617566400,1\n1617566460000,1\n",
        "1617566400.5,1\n",
        "1617566400,1.0000000000000000001\n",
        "1617566400,1",
    ] {
        assert!(!clean(text), "{text}");
    }
}
