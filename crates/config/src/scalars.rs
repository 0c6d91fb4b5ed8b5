//! Small grammars that every file shares: durations, percentages, dates.

use rust_decimal::Decimal;

/// A length of time in seconds.
pub type Seconds = u64;

const DURATION: &str = "a duration like 30s, 15m, 1h, 7d or 2w";
const DATE: &str =
    "a date like 2020-03-12, a time like 2020-03-12T08:00:00Z, or Unix seconds; 1970 to 2200, UTC";

/// Reads `7d`, `1h`, `30m`, `90s`, `2w`; the number is whole.
///
/// # Errors
///
/// What is accepted.
pub fn parse_duration(text: &str) -> Result<Seconds, String> {
    let unit = text.char_indices().next_back().map(|(at, unit)| (&text[..at], unit));
    let (number, factor) = match unit {
        Some((number, 's')) => (number, 1),
        Some((number, 'm')) => (number, 60),
        Some((number, 'h')) => (number, 3_600),
        Some((number, 'd')) => (number, 86_400),
        Some((number, 'w')) => (number, 604_800),
        _ => return Err(DURATION.into()),
    };
    let number: u64 = number.trim().parse().map_err(|_| DURATION.to_string())?;
    let seconds = number.checked_mul(factor).ok_or_else(|| DURATION.to_string())?;
    if seconds > 0 { Ok(seconds) } else { Err(DURATION.replacen("duration", "duration above zero", 1)) }
}

/// Reads how long something takes, or how long after something else it comes: as [`parse_duration`], and `0s` for at once.
///
/// # Errors
///
/// What is accepted.
pub fn parse_delay(text: &str) -> Result<Seconds, String> {
    let none = text.strip_suffix(['s', 'm', 'h', 'd', 'w']).is_some_and(|number| number.trim() == "0");
    if none { Ok(0) } else { parse_duration(text).map_err(|_| format!("{DURATION}, or 0s for at once")) }
}

/// Reads `60%` or `12.5 %` as the fraction 0.6 or 0.125.
///
/// # Errors
///
/// What is accepted.
pub fn parse_percent(text: &str) -> Result<Decimal, String> {
    text.strip_suffix('%')
        .and_then(|number| Decimal::from_str_exact(number.trim()).ok())
        .and_then(|number| number.checked_div(Decimal::ONE_HUNDRED))
        .ok_or_else(|| "a percentage like 12.5%".into())
}

/// Reads a UTC date or time as Unix seconds: `2020-03-12`, `2020-03-12T08:00`, `2020-03-12 08:00:00`, with or without
/// `Z`, or Unix seconds.
///
/// # Errors
///
/// What is accepted.
pub fn parse_date(text: &str) -> Result<Seconds, String> {
    read_date(text).filter(|seconds| *seconds < 7_258_118_400).ok_or_else(|| DATE.into())
}

fn read_date(text: &str) -> Option<Seconds> {
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) && text.len() > 5 {
        return text.parse().ok();
    }
    let text = text.strip_suffix('Z').unwrap_or(text);
    let (date, time) = match text.split_once(['T', ' ']) {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let mut parts = date.split('-').map(number);
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    if parts.next().is_some() || !(1970..=2200).contains(&year) || !(1..=12).contains(&month) {
        return None;
    }
    if day < 1 || day > days_in(year, month) {
        return None;
    }
    let clock = match time {
        None => 0,
        Some(time) => {
            let mut parts = time.split(':').map(number);
            let (hour, minute) = (parts.next()??, parts.next()??);
            let second = match parts.next() {
                None => 0,
                Some(second) => second?,
            };
            if parts.next().is_some() || hour > 23 || minute > 59 || second > 59 {
                return None;
            }
            hour * 3_600 + minute * 60 + second
        }
    };
    Some(days_since_1970(year, month, day) * 86_400 + clock)
}

fn number(text: &str) -> Option<u64> {
    if text.is_empty() || text.len() > 4 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

fn is_leap(year: u64) -> bool {
    (year.is_multiple_of(4) && !year.is_multiple_of(100)) || year.is_multiple_of(400)
}

fn days_in(year: u64, month: u64) -> u64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn days_since_1970(year: u64, month: u64, day: u64) -> u64 {
    let years: u64 = (1970..year).map(|y| if is_leap(y) { 366 } else { 365 }).sum();
    let months: u64 = (1..month).map(|m| days_in(year, m)).sum();
    years + months + day - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_utc_and_checked() {
        assert_eq!(parse_date("2020-03-12"), Ok(1_583_971_200));
        assert_eq!(parse_date("2020-03-12T08:30Z"), Ok(1_583_971_200 + 30_600));
        assert_eq!(parse_date("2024-02-29 23:59:59"), Ok(1_709_251_199));
        assert_eq!(parse_date("1583971200"), Ok(1_583_971_200));
        for bad in
            ["2023-02-29", "2020-13-01", "2020-3", "yesterday", "", "2020-03-12T25:00", "99999999999999"]
        {
            assert!(parse_date(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn durations_are_whole_and_positive() {
        assert_eq!(parse_duration("7d"), Ok(604_800));
        assert_eq!(parse_duration("15m"), Ok(900));
        for bad in ["", "7", "0d", "-1h", "1.5h", "7 days", "999999999999999999999w", "7é"] {
            assert!(parse_duration(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_delay_may_be_nothing() {
        assert_eq!(parse_delay("0s"), Ok(0));
        assert_eq!(parse_delay("0 d"), Ok(0));
        assert_eq!(parse_delay("2h"), Ok(7_200));
        for bad in ["", "0", "-1h", "0.0s", "zero"] {
            assert!(parse_delay(bad).is_err_and(|accepted| accepted.contains("0s for at once")), "{bad}");
        }
        assert!(parse_duration("0s").is_err_and(|accepted| accepted.contains("above zero")));
    }

    #[test]
    fn percentages_are_fractions() {
        assert_eq!(parse_percent("12.5 %"), Ok(Decimal::new(125, 3)));
        assert!(parse_percent("12.5").is_err());
    }
}
