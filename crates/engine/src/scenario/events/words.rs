//! The numbers in sentences.

use levmine_config::{ConfigError, Node, parse_duration, parse_percent};
use levmine_market::Price;
use levmine_math::{Rounding, U256, Wad, parse_units};
use rust_decimal::Decimal;

use crate::scenario::prices::{DOLLARS, dollars};

/// `-30%` as 0.7.
pub(super) fn factor(node: &Node, text: &str) -> Result<Wad, ConfigError> {
    let accepted = "a change in percent, like -30%, above -100% and at most +1000000%";
    let change = parse_percent(text.strip_prefix('+').unwrap_or(text)).map_err(|_| node.invalid(accepted))?;
    let factor = change.checked_add(Decimal::ONE).filter(|factor| *factor > Decimal::ZERO);
    let factor = factor.filter(|factor| *factor <= Decimal::from(10_001));
    let wad = factor.and_then(|factor| Wad::from_decimal(factor, Rounding::Down).ok());
    wad.filter(|wad| !wad.is_zero()).ok_or_else(|| node.invalid(accepted))
}

/// `40%` as 0.4: above nothing and at most all.
pub(super) fn share(node: &Node, text: &str) -> Result<Wad, ConfigError> {
    let accepted = "a part above 0% and at most 100%";
    let part = parse_percent(text).ok().filter(|part| *part > Decimal::ZERO && *part <= Decimal::ONE);
    let wad = part.and_then(|part| Wad::from_decimal(part, Rounding::Down).ok());
    wad.filter(|wad| !wad.is_zero()).ok_or_else(|| node.invalid(accepted))
}

/// A percentage from 0% to 100000%, all of its places.
pub(super) fn fraction(node: &Node, text: &str) -> Result<Wad, ConfigError> {
    let accepted = "a percentage from 0% to 100000%";
    let part =
        parse_percent(text).ok().filter(|part| *part >= Decimal::ZERO && *part <= Decimal::ONE_THOUSAND);
    part.and_then(|part| Wad::from_decimal(part, Rounding::Down).ok()).ok_or_else(|| node.invalid(accepted))
}

/// `x20` as 20; nothing is a multiple, too.
pub(super) fn multiple(node: &Node, text: &str) -> Result<Wad, ConfigError> {
    let accepted = "a multiple like x20 or x0.5, at most x1000000";
    let number = text.strip_prefix('x').and_then(|number| Decimal::from_str_exact(number).ok());
    let number = number.filter(|number| *number >= Decimal::ZERO && *number <= Decimal::from(1_000_000));
    number
        .and_then(|number| Wad::from_decimal(number, Rounding::Down).ok())
        .ok_or_else(|| node.invalid(accepted))
}

pub(super) fn positive(node: &Node, text: &str) -> Result<Wad, ConfigError> {
    let price = Decimal::from_str_exact(text).ok().and_then(dollars);
    price.map(|Price(wad)| wad).ok_or_else(|| node.invalid(DOLLARS))
}

pub(super) fn lag(node: &Node, text: &str) -> Result<u64, ConfigError> {
    parse_duration(text).map_err(|accepted| node.invalid(accepted))
}

pub(super) fn gwei(node: &Node, text: &str) -> Result<U256, ConfigError> {
    let wei = parse_units(text, 9).ok().filter(|wei| wei.bit_len() <= 64);
    wei.ok_or_else(|| node.invalid("a gas price like 700 gwei, below 10^10 gwei"))
}
