//! Lengths of time and gas prices as they are written.

use levmine_config::{Seconds, parse_duration};
use levmine_math::{U256, parse_units};

/// A length of time in its largest whole unit: `2h`, `90m`, `7d`; days, not weeks.
#[must_use]
pub fn write_duration(seconds: Seconds) -> String {
    let units = [(86_400, 'd'), (3_600, 'h'), (60, 'm')];
    match units.iter().find(|(unit, _)| seconds > 0 && seconds.is_multiple_of(*unit)) {
        Some((unit, name)) => format!("{}{name}", seconds / unit),
        None => format!("{seconds}s"),
    }
}

/// Reads a length of time that may be nothing: `2m`, `0s`.
pub(super) fn read_pause(text: &str) -> Result<Seconds, String> {
    if text == "0s" {
        Ok(0)
    } else {
        parse_duration(text).map_err(|error| format!("{error}; \"0s\" for none"))
    }
}

/// Reads a gas price like `300 gwei` in wei.
pub(super) fn read_gas_price(text: &str) -> Result<U256, String> {
    const ACCEPTED: &str = "a gas price like \"300 gwei\"";
    let number = text.strip_suffix("gwei").ok_or(ACCEPTED)?;
    let wei = parse_units(number.trim(), 9).map_err(|error| format!("{ACCEPTED}; {error}"))?;
    if wei.bit_len() > 64 { Err("a gas price below 10^10 gwei".into()) } else { Ok(wei) }
}
