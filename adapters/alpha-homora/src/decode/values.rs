//! Human values as the contracts' integers.

use levmine_config::{ConfigError, Node, parse_percent};
use levmine_math::{Rounding, U256, parse_units, units_from_decimal};
use rust_decimal::Decimal;

/// A percentage as wad, up to `most` times one.
pub(crate) fn wad(node: &Node, most: u32) -> Result<U256, ConfigError> {
    scaled(node, most, 18)
}

fn scaled(node: &Node, most: u32, decimals: u8) -> Result<U256, ConfigError> {
    let accepted =
        || node.invalid(format!("a percentage like \"7.5%\", from 0% to {}%", u64::from(most) * 100));
    let share = node.read(parse_percent)?;
    if share.is_sign_negative() || share > Decimal::from(most) {
        return Err(accepted());
    }
    units_from_decimal(share, decimals, Rounding::Down).map_err(|_| accepted())
}

/// A percentage as basis points, up to `most` times one.
pub(crate) fn bps(node: &Node, most: u32) -> Result<u16, ConfigError> {
    let bps = scaled(node, most, 4)?;
    u16::try_from(bps).map_err(|_| node.invalid("a percentage up to 655.35%"))
}

/// An amount in whole tokens, as base units below 2^112.
pub(crate) fn amount(node: &Node, decimals: u8) -> Result<U256, ConfigError> {
    let accepted = || {
        node.invalid(format!(
            "an amount in whole tokens like 1_000.5, with at most {decimals} places, below 2^112 base units"
        ))
    };
    let amount = parse_units(node.digits()?.trim(), decimals).map_err(|_| accepted())?;
    if amount.bit_len() <= 112 { Ok(amount) } else { Err(accepted()) }
}

/// An integer of the contracts.
pub(crate) fn integer(node: &Node) -> Result<U256, ConfigError> {
    let accepted = || node.invalid("an integer from 0 to 2^256 − 1 in decimal digits");
    let text = node.digits()?.trim();
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(accepted());
    }
    U256::from_str_radix(text, 10).map_err(|_| accepted())
}

/// A small integer of the contracts, up to `most`.
pub(crate) fn small(node: &Node, most: u64) -> Result<u64, ConfigError> {
    let accepted = || node.invalid(format!("an integer from 0 to {most} in decimal digits"));
    let value = integer(node).map_err(|_| accepted())?;
    u64::try_from(value).ok().filter(|value| *value <= most).ok_or_else(accepted)
}
