//! Human values as the contracts' integers.

use levmine_config::{ConfigError, Node, parse_percent};
use levmine_math::{U256, parse_units, units_from_decimal};
use rust_decimal::Decimal;

/// A percentage as a mantissa, up to `most` times one.
pub(crate) fn mantissa(node: &Node, most: u32) -> Result<U256, ConfigError> {
    let accepted =
        || node.invalid(format!("a percentage like \"7.5%\", from 0% to {}%", u64::from(most) * 100));
    let share = node.read(parse_percent)?;
    if share.is_sign_negative() || share > Decimal::from(most) {
        return Err(accepted());
    }
    units_from_decimal(share, 18, levmine_math::Rounding::Down).map_err(|_| accepted())
}

/// A cap in whole tokens, as base units; "none" is 0.
pub(crate) fn cap(node: &Node, decimals: u8) -> Result<U256, ConfigError> {
    if node.digits()?.trim() == "none" {
        return Ok(U256::ZERO);
    }
    let cap = amount(node, decimals)?;
    if cap.is_zero() { Err(node.invalid("whole tokens, or \"none\"")) } else { Ok(cap) }
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

/// An integer of the contracts that fits `bits` bits.
pub(crate) fn integer(node: &Node, bits: usize) -> Result<U256, ConfigError> {
    let accepted = || node.invalid(format!("an integer from 0 to 2^{bits} − 1 in decimal digits"));
    let text = node.digits()?.trim();
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(accepted());
    }
    let value = U256::from_str_radix(text, 10).map_err(|_| accepted())?;
    if value.bit_len() <= bits { Ok(value) } else { Err(accepted()) }
}

/// A block number.
pub(crate) fn block(node: &Node, bits: usize) -> Result<u64, ConfigError> {
    let block = integer(node, bits.min(64))?;
    u64::try_from(block).map_err(|_| node.invalid("a block number"))
}
