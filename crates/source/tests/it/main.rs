//! The loaders, from the outside.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what tests share may fail as tests do")]
mod defects;
mod files;
mod formats;
mod json;
mod part;
mod pool;
mod rates_and_gas;
mod recorded;
mod robust;
mod spikes;
mod volumes;

use levmine_market::Price;
use levmine_math::{U256, Wad, parse_units};
use levmine_source::{History, Policy, Reading, Shape, SourceError, parse_history};

/// A reading that accepts every finding.
pub(crate) fn lenient() -> Reading {
    Reading { policy: Policy::KEEP_ALL, ..Reading::default() }
}

/// The history in a text, in the format that is detected.
pub(crate) fn read(text: &str) -> Result<History, SourceError> {
    parse_history("x.csv", text.as_bytes(), &Shape::default(), &Reading::default())
}

/// The same, accepting every finding.
pub(crate) fn read_leniently(text: &str) -> Result<History, SourceError> {
    parse_history("x.csv", text.as_bytes(), &Shape::default(), &lenient())
}

/// The message of the error in a text.
pub(crate) fn refusal(text: &str) -> String {
    read(text).unwrap_err().to_string()
}

/// A price by its decimal text.
pub(crate) fn price(text: &str) -> Price {
    Price(Wad::from_raw(parse_units(text, 18).unwrap_or(U256::MAX)))
}
