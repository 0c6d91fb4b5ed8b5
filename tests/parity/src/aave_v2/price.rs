//! Prices as texts: ether with up to 18 decimals.

/// One ether.
const UNIT: u128 = 1_000_000_000_000_000_000;

/// Writes a price that is in wei.
pub(super) fn write(price: u128) -> String {
    format!("{}.{:018}", price / UNIT, price % UNIT)
}

/// Reads what [`write`] writes.
pub(super) fn read(text: &str) -> Option<levmine_math::U256> {
    levmine_math::parse_units(text, 18).ok()
}
