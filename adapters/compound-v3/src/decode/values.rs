//! Human values as the contract's integers.

use levmine_config::{ConfigError, Node, parse_percent};
use levmine_math::{Rounding, U256, Wad, parse_units};
use rust_decimal::Decimal;

use crate::casts::INT104_MAX;

/// The decimals of the tracking speeds.
const SPEED_DECIMALS: u8 = 15;

/// A percentage as a factor with 18 decimals, up to `most` times one. Rounded down beyond 18 decimals.
pub(crate) fn factor(node: &Node, most: u32) -> Result<u64, ConfigError> {
    let accepted =
        || node.invalid(format!("a percentage like \"82.5%\", from 0% to {}%", u64::from(most) * 100));
    let fraction = node.read(parse_percent)?;
    if fraction.is_sign_negative() || fraction > Decimal::from(most) {
        return Err(accepted());
    }
    let factor = Wad::from_decimal(fraction, Rounding::Down).map_err(|_| accepted())?;
    u64::try_from(factor.raw()).map_err(|_| accepted())
}

/// An amount in whole tokens, as base units below 2^103: what a principal has room for.
pub(crate) fn amount(node: &Node, decimals: u8) -> Result<u128, ConfigError> {
    let accepted = || {
        node.invalid(format!(
            "an amount in whole tokens like 1_000.5, with at most {decimals} places, below 2^103 base units"
        ))
    };
    let amount = parse_units(node.digits()?.trim(), decimals).map_err(|_| accepted())?;
    u128::try_from(amount).ok().filter(|amount| *amount <= INT104_MAX).ok_or_else(accepted)
}

/// A cap in whole tokens as base units; at most 2^64 − 1 whole tokens, as the contract keeps it.
pub(crate) fn cap(node: &Node, decimals: u8) -> Result<u128, ConfigError> {
    let accepted = || {
        node.invalid(format!(
            "an amount in whole tokens like 350_000, with at most {decimals} places, below 2^64"
        ))
    };
    let cap = parse_units(node.digits()?.trim(), decimals).map_err(|_| accepted())?;
    let most = parse_units("18446744073709551616", decimals).map_err(|_| accepted())?;
    u128::try_from(cap).ok().filter(|cap| U256::from(*cap) < most).ok_or_else(accepted)
}

/// Reward tokens per second, as the contract's speed.
pub(crate) fn speed(node: &Node) -> Result<u64, ConfigError> {
    let accepted =
        || node.invalid("reward tokens per second like 0.0004479, with at most 15 places, from 0 to 18_446");
    let speed = parse_units(node.digits()?.trim(), SPEED_DECIMALS).map_err(|_| accepted())?;
    u64::try_from(speed).map_err(|_| accepted())
}

/// A factor without a percent sign, 18 decimals.
pub(crate) fn multiplier(node: &Node) -> Result<U256, ConfigError> {
    let accepted = || node.invalid("a number like 1 or 1.5, with at most 18 places, up to 1_000_000");
    let multiplier = parse_units(node.digits()?.trim(), 18).map_err(|_| accepted())?;
    let most = U256::from(10_u64).pow(U256::from(24));
    if multiplier <= most { Ok(multiplier) } else { Err(accepted()) }
}

/// An integer of the contract that fits `bits` bits.
pub(crate) fn integer(node: &Node, bits: usize) -> Result<U256, ConfigError> {
    let accepted = || node.invalid(format!("an integer from 0 to 2^{bits} − 1 in decimal digits"));
    digits(node.digits()?.trim()).filter(|value| value.bit_len() <= bits).ok_or_else(accepted)
}

/// An integer of the contract that fits 64 bits, or fewer.
pub(crate) fn small(node: &Node, bits: usize) -> Result<u64, ConfigError> {
    let value = integer(node, bits.min(64))?;
    u64::try_from(value).map_err(|_| node.invalid("an integer below 2^64"))
}

/// An integer of the contract that fits 128 bits, or fewer.
pub(crate) fn medium(node: &Node, bits: usize) -> Result<u128, ConfigError> {
    let value = integer(node, bits.min(128))?;
    u128::try_from(value).map_err(|_| node.invalid("an integer below 2^128"))
}

/// A principal: an `int104` whose opposite is one, too, as the contract's own are.
pub(crate) fn principal(node: &Node) -> Result<i128, ConfigError> {
    let accepted = || node.invalid("an integer from −(2^103 − 1) to 2^103 − 1 in decimal digits");
    let text = node.digits()?.trim();
    let (text, negative) = text.strip_prefix('-').map_or((text, false), |text| (text, true));
    let size = digits(text).and_then(|value| u128::try_from(value).ok()).filter(|size| *size <= INT104_MAX);
    let size = size.and_then(|size| i128::try_from(size).ok()).ok_or_else(accepted)?;
    Ok(if negative { -size } else { size })
}

fn digits(text: &str) -> Option<U256> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    U256::from_str_radix(text, 10).ok()
}
