//! Human values as the contract's integers.

use levmine_config::{ConfigError, Node, parse_percent};
use levmine_math::{Rounding, U256, Wad, parse_units};
use rust_decimal::Decimal;

/// A percentage as wad, up to `most`.
pub(crate) fn share(node: &Node, most: u64) -> Result<u64, ConfigError> {
    let accepted = || {
        let most = Decimal::from_i128_with_scale(i128::from(most), 16).normalize();
        node.invalid(format!("a percentage like \"94.5%\", from 0% to {most}%"))
    };
    let fraction = node.read(parse_percent)?;
    if fraction.is_sign_negative() {
        return Err(accepted());
    }
    let wad = Wad::from_decimal(fraction, Rounding::Down).map_err(|_| accepted())?;
    u64::try_from(wad.raw()).ok().filter(|wad| *wad <= most).ok_or_else(accepted)
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

/// An integer of the contract that fits `bits` bits.
pub(crate) fn integer(node: &Node, bits: usize) -> Result<U256, ConfigError> {
    let accepted = || node.invalid(format!("an integer from 0 to 2^{bits} − 1 in decimal digits"));
    let text = node.digits()?.trim();
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(accepted());
    }
    let value = U256::from_str_radix(text, 10).map_err(|_| accepted())?;
    if value.bit_len() <= bits { Ok(value) } else { Err(accepted()) }
}

/// An integer of the contract that fits a `uint128`.
pub(crate) fn narrow(node: &Node) -> Result<u128, ConfigError> {
    u128::try_from(integer(node, 128)?).map_err(|_| node.invalid("an integer below 2^128"))
}

/// An integer of the contract that never exceeds 64 bits, up to `most`.
pub(crate) fn small(node: &Node, most: u64) -> Result<u64, ConfigError> {
    let accepted = || node.invalid(format!("an integer from 0 to {most} in decimal digits"));
    let value = integer(node, 256).map_err(|_| accepted())?;
    u64::try_from(value).ok().filter(|value| *value <= most).ok_or_else(accepted)
}
