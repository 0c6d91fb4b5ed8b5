use std::fmt;

use levmine_config::parse_duration;

/// Seconds since 1970-01-01 00:00 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(pub u64);

impl Timestamp {
    /// Seconds from `earlier` to this time; zero if it is not later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The time `seconds` later, at most the end of time.
    #[must_use]
    pub const fn plus(self, seconds: u64) -> Self {
        Self(self.0.saturating_add(seconds))
    }
}

impl fmt::Display for Timestamp {
    /// Writes `2020-03-12T08:00:00Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (days, clock) = (self.0 / 86_400, self.0 % 86_400);
        // Civil date from the day number: eras of 400 years, years that begin in March.
        let shifted = days.saturating_add(719_468);
        let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
        let year = year_of_era + era * 400 + u64::from(month <= 2);
        let (hour, minute, second) = (clock / 3_600, clock / 60 % 60, clock % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

/// A moment as a contract sees it: the block's time and its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Moment {
    /// `block.timestamp`.
    pub time: Timestamp,
    /// `block.number`.
    pub block: u64,
}

/// Turns times into block numbers: a chain with blocks at an even pace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockClock {
    /// The moment it is counted from.
    pub origin: Moment,
    /// Milliseconds from block to block; 12,000 on Ethereum since September 2022.
    pub milliseconds_per_block: u64,
}

impl BlockClock {
    /// Ethereum, 12 s a block, counted from the Merge: block 15,537,394 at 2022-09-15 06:42:59 UTC.
    pub const ETHEREUM: Self = Self {
        origin: Moment { time: Timestamp(1_663_224_179), block: 15_537_394 },
        milliseconds_per_block: 12_000,
    };

    /// The moment at `time`: the last block at or before it. Blocks before the origin are counted backwards, down to 0.
    #[must_use]
    pub fn at(&self, time: Timestamp) -> Moment {
        let pace = self.milliseconds_per_block.max(1);
        let blocks = |seconds: u64| seconds.saturating_mul(1_000) / pace;
        let block = if time >= self.origin.time {
            self.origin.block.saturating_add(blocks(time.since(self.origin.time)))
        } else {
            self.origin.block.saturating_sub(blocks(self.origin.time.since(time)))
        };
        Moment { time, block }
    }
}

/// Reads the time from block to block, like `12s`, `2200ms` or `250ms`, in milliseconds: from 1 ms to an hour.
///
/// # Errors
///
/// What is accepted.
pub fn parse_block_time(text: &str) -> Result<u64, String> {
    let milliseconds = match text.strip_suffix("ms") {
        Some(number) => number.trim().parse().ok(),
        None => parse_duration(text).ok().and_then(|seconds| seconds.checked_mul(1_000)),
    };
    let known = milliseconds.filter(|pace| (1..=3_600_000).contains(pace));
    known.ok_or_else(|| "a time from block to block, like \"12s\" or \"250ms\", up to \"1h\"".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn block_times_are_in_milliseconds() {
        assert_eq!(parse_block_time("12s"), Ok(12_000));
        assert_eq!(parse_block_time("250 ms"), Ok(250));
        assert_eq!(parse_block_time("1h"), Ok(3_600_000));
        for bad in ["", "12", "0ms", "0s", "2h", "1.5s", "ms", "99999999999999999999ms"] {
            assert!(parse_block_time(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn times_are_written_in_utc() {
        assert_eq!(Timestamp(0).to_string(), "1970-01-01T00:00:00Z");
        assert_eq!(Timestamp(1_583_971_200 + 30_600).to_string(), "2020-03-12T08:30:00Z");
        assert_eq!(Timestamp(1_709_251_199).to_string(), "2024-02-29T23:59:59Z");
        assert!(!Timestamp(u64::MAX).to_string().is_empty());
    }

    #[test]
    fn blocks_run_both_ways_from_the_origin() {
        let clock = BlockClock::ETHEREUM;
        let origin = clock.origin;
        assert_eq!(clock.at(origin.time.plus(25)).block, origin.block + 2);
        assert_eq!(clock.at(Timestamp(origin.time.0 - 24)).block, origin.block - 2);
        assert_eq!(clock.at(Timestamp(u64::MAX)).time, Timestamp(u64::MAX));
    }
}
