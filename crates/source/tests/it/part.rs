use levmine_market::Timestamp;
use levmine_source::{Gap, History, Reading, Samples as _, Shape, SourceError, parse_history};

use crate::{lenient, price};

const T: u64 = 1_617_566_400;

/// Candles at the minutes 0, 1, 2, 3, 10, 11, 12; the one of minute 2 contradicts itself.
fn part(from: Option<u64>, to: Option<u64>, reading: Reading) -> Result<History, SourceError> {
    let rows = [0, 1, 2, 3, 10, 11, 12].map(|minute| {
        let low = if minute == 2 { 200 } else { 100 };
        format!("{},{},150,{low},120\n", T + minute * 60, 110 + minute)
    });
    let (from, to) = (from.map(Timestamp), to.map(Timestamp));
    let reading = Reading { from, to, ..reading };
    parse_history("x.csv", rows.concat().as_bytes(), &Shape::default(), &reading)
}

fn kept(from: Option<u64>, to: Option<u64>) -> Vec<u32> {
    part(from, to, lenient()).unwrap().iter().map(|point| point.line).collect()
}

#[test]
fn the_part_begins_with_what_is_known_at_its_beginning() {
    assert_eq!(kept(None, None), [1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(kept(Some(T), Some(T)), [1]);
    assert_eq!(kept(Some(T + 60), Some(T + 119)), [2]);
    assert_eq!(kept(Some(T + 61), Some(T + 120)), [2, 3]);
    assert_eq!(kept(Some(T + 300), None), [4, 5, 6, 7]);
    assert_eq!(kept(None, Some(T + 300)), [1, 2, 3, 4]);
    assert_eq!(kept(None, Some(T + 720 + 90)), [1, 2, 3, 4, 5, 6, 7]);
}

#[test]
fn only_findings_in_the_part_count() {
    let strict = Reading::default();
    assert!(matches!(part(None, None, strict), Err(SourceError::Gap { .. })));
    assert!(matches!(part(None, Some(T + 180), strict), Err(SourceError::Absurd { .. })));
    assert_eq!(part(None, Some(T + 60), strict).map(|history| history.len()), Ok(2));
    assert_eq!(part(Some(T + 600), None, strict).map(|history| history.len()), Ok(3));
    let report = part(Some(T + 600), Some(T + 690), lenient()).unwrap().report().clone();
    assert!(report.is_clean());
    assert_eq!((report.rows, report.first, report.last), (2, Timestamp(T + 600), Timestamp(T + 660)));
}

#[test]
fn a_part_that_begins_or_ends_in_a_gap_shows_it() {
    let gaps = |from, to| part(from, to, lenient()).unwrap().report().gaps.clone();
    let gap = |to| Gap { line: 5, from: Timestamp(T + 180), to: Timestamp(to) };
    assert_eq!(gaps(Some(T + 599), None), [gap(T + 600)]);
    assert_eq!(gaps(None, Some(T + 599)), [gap(T + 599)]);
    assert_eq!(gaps(None, Some(T + 271)), [gap(T + 271)]);
    assert_eq!(gaps(None, Some(T + 270)), []);
    assert_eq!(gaps(Some(T + 600), None), []);
}

#[test]
fn the_file_must_cover_what_is_asked_for() {
    let refused = |from, to| part(from, to, lenient()).unwrap_err().to_string();
    let covers = "accepted: 2021-04-04T20:00:00Z to 2021-04-04T20:13:30Z, which the file covers";
    assert_eq!(refused(Some(T - 1), None), format!("x.csv: 2021-04-04T19:59:59Z was asked for; {covers}"));
    assert_eq!(refused(None, Some(T + 811)), format!("x.csv: 2021-04-04T20:13:31Z was asked for; {covers}"));
    assert_eq!(refused(None, Some(T - 1)), format!("x.csv: 2021-04-04T19:59:59Z was asked for; {covers}"));
    assert_eq!(refused(Some(T + 811), None), format!("x.csv: 2021-04-04T20:13:31Z was asked for; {covers}"));
    assert_eq!(
        refused(Some(T + 60), Some(T)),
        "x.csv: read from = 2021-04-04T20:01:00Z and to = 2021-04-04T20:00:00Z; accepted: a `to` that is not before \
         `from`"
    );
}

#[test]
fn a_time_knows_the_last_point_at_or_before_it() {
    let history = part(None, None, lenient()).unwrap();
    assert_eq!(history.price_at(Timestamp(T - 1)), None);
    assert_eq!(history.price_at(Timestamp(T)), Some(price("110")));
    assert_eq!(history.price_at(Timestamp(T + 59)), Some(price("110")));
    assert_eq!(history.price_at(Timestamp(T + 60)), Some(price("111")));
    assert_eq!(history.price_at(Timestamp(u64::MAX)), Some(price("122")));
    let candle = history.at(Timestamp(T + 60)).unwrap();
    let values = [candle.open, candle.high, candle.low, candle.close];
    assert_eq!(values, ["111", "150", "100", "120"].map(price));
}

#[test]
fn a_cursor_agrees_with_the_search_and_does_not_go_back() {
    let history = part(None, None, lenient()).unwrap();
    let mut cursor = history.cursor();
    assert_eq!(cursor.next_time(), Some(Timestamp(T)));
    for time in (T - 5..T + 800).map(Timestamp) {
        assert_eq!(cursor.advance(time), history.at(time));
        assert!(cursor.next_time().is_none_or(|next| next > time));
    }
    assert_eq!(cursor.next_time(), None);
    assert_eq!(cursor.advance(Timestamp(T)).map(|point| point.line), Some(7));
    let steps = history.iter();
    assert_eq!(steps.len(), 7);
    assert_eq!(steps.map(|point| point.time).collect::<Vec<_>>(), history.times());
    assert_eq!((history.first(), history.last()), (Some(Timestamp(T)), Some(Timestamp(T + 720))));
    assert!(!history.is_empty());
}
