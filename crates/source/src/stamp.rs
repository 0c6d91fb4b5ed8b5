//! Times in files: Unix times of four units told apart by their magnitude, and dates.

use std::fmt;

/// The unit of the times in a file, known by their magnitude.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TimeUnit {
    /// Unix seconds: 1973-03-03 to 2199-12-31.
    Seconds,
    /// Unix milliseconds, as in Binance's files until 2024.
    Milliseconds,
    /// Unix microseconds, as in Binance's files since 2025.
    Microseconds,
    /// Unix nanoseconds.
    Nanoseconds,
    /// A date, with or without a time of day.
    Date,
}

impl fmt::Display for TimeUnit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Seconds => "seconds",
            Self::Milliseconds => "milliseconds",
            Self::Microseconds => "microseconds",
            Self::Nanoseconds => "nanoseconds",
            Self::Date => "dates",
        })
    }
}

/// What is accepted as a time.
pub(crate) const ACCEPTED: &str = "Unix seconds, milliseconds, microseconds or nanoseconds between 1973-03-03 and \
     2199-12-31, or a date like 2021-04-04, 2021-04-04 20:00 or 2021-04-04T20:00:00Z";

/// A time as it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamped {
    pub(crate) seconds: u64,
    pub(crate) unit: TimeUnit,
    /// Whether nothing below a second was cut off.
    pub(crate) exact: bool,
}

/// Below this Unix time a number is rather a date without dashes (20210404), a spreadsheet's day or a row number:
/// all of them would be read as a moment in the 1970s.
const EARLIEST: u64 = 100_000_000;
/// 2200-01-01. The ranges of the units do not touch: the latest time in one is far below the earliest in the next.
const LATEST: u64 = 7_258_118_400;

/// Returns the time in `field`; `None` where it is none.
#[inline]
pub(crate) fn read(field: &[u8]) -> Option<Stamped> {
    if field.get(4) == Some(&b'-') {
        return date(field);
    }
    let (whole, fraction) = match field.iter().position(|byte| *byte == b'.') {
        Some(point) => (field.get(..point)?, field.get(point + 1..)?),
        None => (field, &[][..]),
    };
    let value = digits(whole)?;
    if !fraction.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let (unit, per_second) = unit(value)?;
    let exact = value.is_multiple_of(per_second) && fraction.iter().all(|byte| *byte == b'0');
    Some(Stamped { seconds: value / per_second, unit, exact })
}

fn unit(value: u64) -> Option<(TimeUnit, u64)> {
    const UNITS: [(TimeUnit, u64); 4] = [
        (TimeUnit::Seconds, 1),
        (TimeUnit::Milliseconds, 1_000),
        (TimeUnit::Microseconds, 1_000_000),
        (TimeUnit::Nanoseconds, 1_000_000_000),
    ];
    UNITS.into_iter().find(|(_, per_second)| (EARLIEST..LATEST).contains(&(value / per_second)))
}

/// A date with an optional time of day, fraction of a second and offset: `2021-04-04 20:00:00.000+02:00`.
fn date(field: &[u8]) -> Option<Stamped> {
    let year = digits(field.get(..4)?)?;
    let month = digits(field.get(5..7)?)?;
    let day = digits(field.get(8..10)?)?;
    let dashed = field.get(4) == Some(&b'-') && field.get(7) == Some(&b'-');
    if !dashed || !(1970..2200).contains(&year) {
        return None;
    }
    let midnight = midnight(year, month, day)?;
    let rest = field.get(10..)?;
    let Some((b'T' | b't' | b' ', clock)) = rest.split_first() else {
        return rest.is_empty().then_some(Stamped { seconds: midnight, unit: TimeUnit::Date, exact: true });
    };
    let hour = digits(clock.get(..2)?)?;
    let minute = digits(clock.get(3..5)?)?;
    let mut rest = clock.get(5..)?;
    let mut second = 0;
    let mut exact = true;
    if let Some(after) = rest.strip_prefix(b":") {
        second = digits(after.get(..2)?)?;
        rest = after.get(2..)?;
        if let Some(after) = rest.strip_prefix(b".") {
            let length = after.iter().take_while(|byte| byte.is_ascii_digit()).count();
            let (fraction, zone) = after.split_at_checked(length)?;
            exact = fraction.iter().all(|byte| *byte == b'0');
            rest = if fraction.is_empty() { return None } else { zone };
        }
    }
    if clock.get(2) != Some(&b':') || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let local = midnight + hour * 3_600 + minute * 60 + second;
    let seconds = match offset(rest)? {
        (true, ahead) => local.checked_sub(ahead)?,
        (false, behind) => local + behind,
    };
    Some(Stamped { seconds, unit: TimeUnit::Date, exact })
}

/// The seconds of an offset, and whether its clock is ahead of UTC. None written means UTC.
fn offset(zone: &[u8]) -> Option<(bool, u64)> {
    let zone = zone.trim_ascii();
    let (ahead, text) = match zone.split_first() {
        None => return Some((true, 0)),
        Some((b'+', text)) => (true, text),
        Some((b'-', text)) => (false, text),
        Some(_) => return matches!(zone, b"Z" | b"z" | b"UTC").then_some((true, 0)),
    };
    let hours = digits(text.get(..2)?)?;
    let minutes = match text.get(2..)? {
        [] => 0,
        [b':', minutes @ ..] | minutes if minutes.len() == 2 => digits(minutes)?,
        _ => return None,
    };
    (hours <= 14 && minutes <= 59).then_some((ahead, hours * 3_600 + minutes * 60))
}

/// A number of 1 to 19 digits.
#[inline]
fn digits(text: &[u8]) -> Option<u64> {
    if text.is_empty() || text.len() > 19 {
        return None;
    }
    text.iter().try_fold(0, |value: u64, byte| match byte {
        b'0'..=b'9' => Some(value * 10 + u64::from(byte - b'0')),
        _ => None,
    })
}

/// Unix seconds at the beginning of a day; `None` where there is no such day.
fn midnight(year: u64, month: u64, day: u64) -> Option<u64> {
    let leap = (year.is_multiple_of(4) && !year.is_multiple_of(100)) || year.is_multiple_of(400);
    let length = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u64::from(leap),
        _ => return None,
    };
    if !(1..=length).contains(&day) {
        return None;
    }
    // Years that begin in March put the leap day at the end; 719,468 days lie between 0000-03-01 and 1970-01-01.
    let year = if month <= 2 { year - 1 } else { year };
    let month_from_march = if month > 2 { month - 3 } else { month + 9 };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (153 * month_from_march + 2) / 5 + day - 1;
    days.checked_sub(719_468).map(|days| days * 86_400)
}

#[cfg(test)]
mod tests {
    use super::*;
    use levmine_market::Timestamp;

    fn seconds(text: &str) -> Option<u64> {
        read(text.as_bytes()).map(|stamped| stamped.seconds)
    }

    #[test]
    fn the_magnitude_tells_the_unit() {
        for (text, unit) in [
            ("1617566400", TimeUnit::Seconds),
            ("1617566400000", TimeUnit::Milliseconds),
            ("1617566400000000", TimeUnit::Microseconds),
            ("1617566400000000000", TimeUnit::Nanoseconds),
            ("1617566400.0", TimeUnit::Seconds),
            ("2021-04-04T20:00:00Z", TimeUnit::Date),
        ] {
            assert_eq!(
                read(text.as_bytes()),
                Some(Stamped { seconds: 1_617_566_400, unit, exact: true }),
                "{text}"
            );
        }
        assert_eq!(seconds("100000000"), Some(100_000_000));
        assert_eq!(seconds("7258118399"), Some(7_258_118_399));
        for between in ["0", "20210404", "44290", "99999999", "7258118400", "99999999999", "7258118400000"] {
            assert_eq!(seconds(between), None, "{between}");
        }
    }

    #[test]
    fn parts_of_a_second_are_cut_off_and_told() {
        let stamped = read(b"1617566400999").unwrap();
        assert_eq!((stamped.seconds, stamped.exact), (1_617_566_400, false));
        assert!(!read(b"1617566400.5").unwrap().exact);
        assert!(!read(b"2021-04-04 20:00:00.001").unwrap().exact);
    }

    #[test]
    fn dates_are_utc_unless_they_say_otherwise() {
        for text in [
            "2021-04-04 20:00",
            "2021-04-04T20:00:00.000Z",
            "2021-04-04 20:00:00+00:00",
            "2021-04-04 20:00:00 UTC",
            "2021-04-04T22:00:00+0200",
            "2021-04-04T22:00:00+02",
            "2021-04-04T14:30:00-05:30",
        ] {
            assert_eq!(seconds(text), Some(1_617_566_400), "{text}");
        }
        assert_eq!(seconds("2021-04-05T10:59:00+14:59"), Some(1_617_566_400));
        assert_eq!(seconds("1970-01-01"), Some(0));
        assert_eq!(seconds("1970-01-01T00:00+01:00"), None);
    }

    #[test]
    fn every_day_agrees_with_how_times_are_written() {
        for day in (0..80_000).step_by(1) {
            let time = day * 86_400 + 3_661;
            assert_eq!(seconds(&Timestamp(time).to_string()), Some(time));
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for bad in [
            "",
            "ts",
            "2021-02-29",
            "2021-13-01",
            "2021-00-01",
            "2021-04-31",
            "2021-04-00",
            "2021-4-4",
            "2021/04/04",
            "2021-04-04x",
            "2021-04-04T",
            "2021-04-04T24:00",
            "2021-04-04T20:60",
            "2021-04-04T20:00:60",
            "2021-04-04T20:00:00.Z",
            "2021-04-04T20:00:00+15:00",
            "2021-04-04T20:00:00+14:60",
            "2021-04-04T20:00:00+0",
            "2021-04-04T20:00:00+00:0",
            "2200-01-01",
            "1969-12-31",
            "-1617566400",
            "16175664x0",
            "1617566400.x",
            "99999999999999999999",
        ] {
            assert_eq!(seconds(bad), None, "{bad}");
        }
    }
}
