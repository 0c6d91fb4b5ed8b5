//! Human values as the contracts' integers.

use levmine_config::{ConfigError, Node, parse_percent};
use levmine_math::{Ray, Rounding, U256, parse_units};
use rust_decimal::Decimal;

/// A percentage as basis points, up to `most`.
pub(crate) fn share(node: &Node, most: u16) -> Result<u16, ConfigError> {
    let accepted = || {
        let most = Decimal::new(most.into(), 2).normalize();
        node.invalid(format!("a percentage like \"80.5%\" with at most two decimals, from 0% to {most}%"))
    };
    let bps = node.read(parse_percent)?.checked_mul(Decimal::from(10_000)).ok_or_else(accepted)?;
    if !bps.fract().is_zero() {
        return Err(accepted());
    }
    u16::try_from(bps.normalize()).ok().filter(|bps| *bps <= most).ok_or_else(accepted)
}

/// A percentage per year, or of utilization, as a ray, up to `most` times one.
pub(crate) fn ray(node: &Node, most: u32) -> Result<u128, ConfigError> {
    let accepted =
        || node.invalid(format!("a percentage like \"3.5%\", from 0% to {}%", u64::from(most) * 100));
    let fraction = node.read(parse_percent)?;
    if fraction.is_sign_negative() || fraction > Decimal::from(most) {
        return Err(accepted());
    }
    let ray = Ray::from_decimal(fraction, Rounding::Down).map_err(|_| accepted())?;
    u128::try_from(ray.raw()).map_err(|_| accepted())
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

/// An integer of the contract that fits a `uint128`, or fewer bits.
pub(crate) fn narrow(node: &Node, bits: usize) -> Result<u128, ConfigError> {
    let value = integer(node, bits.min(128))?;
    u128::try_from(value).map_err(|_| node.invalid("an integer below 2^128"))
}
