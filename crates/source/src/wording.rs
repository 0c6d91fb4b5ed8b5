//! How lengths of time and bytes of a file are written in messages.

use std::fmt;

use levmine_config::Seconds;

/// A length of time, written exactly: `3996h`, `12h 9m 26s`, `1d`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Length(pub(crate) Seconds);

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0;
        if seconds > 0 && seconds.is_multiple_of(86_400) {
            return write!(f, "{}d", seconds / 86_400);
        }
        let parts = [(seconds / 3_600, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s")];
        let mut space = "";
        for (count, unit) in parts.into_iter().filter(|(count, _)| *count > 0) {
            write!(f, "{space}{count}{unit}")?;
            space = " ";
        }
        if seconds == 0 { f.write_str("0s") } else { Ok(()) }
    }
}

/// The duration that a person writes to accept a gap of this length: days if it is whole days, else rounded up to
/// hours, minutes or seconds.
pub(crate) fn accepting(length: Seconds) -> String {
    match length {
        86_400.. if length.is_multiple_of(86_400) => format!("{}d", length / 86_400),
        0..60 => format!("{length}s"),
        60..3_600 => format!("{}m", length.div_ceil(60)),
        _ => format!("{}h", length.div_ceil(3_600)),
    }
}

/// What was read, in quotes, shortened and without characters that do not print.
pub(crate) fn excerpt(bytes: &[u8]) -> String {
    const LONGEST: usize = 40;
    let text = String::from_utf8_lossy(bytes.get(..LONGEST * 4).unwrap_or(bytes));
    let shown: String = text.chars().take(LONGEST).flat_map(char::escape_debug).collect();
    let more = if text.chars().nth(LONGEST).is_some() { "…" } else { "" };
    format!("\"{shown}{more}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_exact() {
        for (seconds, text) in
            [(0, "0s"), (1, "1s"), (900, "15m"), (18_000, "5h"), (43_766, "12h 9m 26s"), (172_800, "2d")]
        {
            assert_eq!(Length(seconds).to_string(), text);
        }
    }

    #[test]
    fn what_is_written_to_accept_a_gap_accepts_it() {
        for seconds in [1, 59, 60, 61, 3_599, 3_600, 3_601, 86_400, 86_401, 14_385_600, u64::MAX / 4] {
            let accepted = levmine_config::parse_duration(&accepting(seconds)).unwrap();
            assert!(accepted >= seconds, "{seconds}");
        }
        assert_eq!(accepting(43_766), "13h");
        assert_eq!(accepting(172_800), "2d");
        assert_eq!(accepting(14_385_600), "3996h");
        assert_eq!(accepting(60), "1m");
    }

    #[test]
    fn excerpts_are_short_and_print() {
        assert_eq!(excerpt(b""), "\"\"");
        assert_eq!(excerpt(b"a\x00\"\xff"), "\"a\\0\\\"\u{fffd}\"");
        assert_eq!(excerpt("é".repeat(1_000).as_bytes()), format!("\"{}…\"", "é".repeat(40)));
        assert_eq!(excerpt("é".repeat(40).as_bytes()), format!("\"{}\"", "é".repeat(40)));
    }
}
