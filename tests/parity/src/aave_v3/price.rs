//! Prices as texts: dollars with up to 8 decimals.

/// One dollar.
const UNIT: u128 = 100_000_000;

/// Writes a price that has 8 decimals.
pub(super) fn write(price: u128) -> String {
    format!("{}.{:08}", price / UNIT, price % UNIT)
}

/// Reads what [`write`] writes.
pub(super) fn read(text: &str) -> Option<levmine_math::U256> {
    levmine_math::parse_units(text, 8).ok()
}
