//! Prices as texts: dollars with up to 18 decimals.

use levmine_math::{U256, format_units, parse_units};

/// Writes a price that has 18 decimals.
pub(super) fn write(price: U256) -> String {
    format_units(price, 18)
}

/// Reads what [`write`] writes.
pub(super) fn read(text: &str) -> Option<U256> {
    parse_units(text, 18).ok()
}
