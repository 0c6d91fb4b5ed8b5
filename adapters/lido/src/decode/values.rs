//! Human values as the contracts' integers.

use levmine_config::{ConfigError, Node, parse_date, parse_duration, parse_percent};
use levmine_math::{Rounding, U256, Wad, parse_units};

use crate::schedule::Dated;

/// A percentage per year as wad, from zero up to so many percent.
fn yearly(node: &Node, most: u64) -> Result<U256, ConfigError> {
    let accepted = || node.invalid(format!("a percentage per year like \"3.5%\", from 0% to {most}%"));
    let fraction = node.read(parse_percent)?;
    if fraction.is_sign_negative() && !fraction.is_zero() {
        return Err(accepted());
    }
    let wad = Wad::from_decimal(fraction, Rounding::Down).map_err(|_| accepted())?.raw();
    let bound = U256::from(most).saturating_mul(U256::from(10_u64.pow(16)));
    if wad <= bound { Ok(wad) } else { Err(accepted()) }
}

/// A percentage per year, or a list of them with dates.
pub(crate) fn dated_rates(node: &Node, most: u64) -> Result<Dated<U256>, ConfigError> {
    dated(node, "rate", &|node| yearly(node, most))
}

/// A duration, `"never"`, or a list of them with dates.
pub(crate) fn dated_delays(node: &Node) -> Result<Dated<Option<u64>>, ConfigError> {
    dated(node, "delay", &|node| match node.text() {
        Ok("never") => Ok(None),
        _ => Ok(Some(node.read(parse_duration)?)),
    })
}

/// What is lost on which dates: ether in whole tokens.
pub(crate) fn dated_amounts(node: &Node) -> Result<Vec<(u64, U256)>, ConfigError> {
    let mut amounts = Vec::new();
    for item in node.list()? {
        let mut fields = item.fields()?;
        let at = fields.required("at", "a date like 2022-05-01")?.read(parse_date)?;
        amounts.push((at, amount(fields.required("amount", "an amount in whole tokens")?)?));
        fields.finish()?;
    }
    Ok(amounts)
}

fn dated<T: Copy>(
    node: &Node,
    key: &'static str,
    read: &dyn Fn(&Node) -> Result<T, ConfigError>,
) -> Result<Dated<T>, ConfigError> {
    let Ok(items) = node.list() else { return Ok(Dated::always(read(node)?)) };
    let mut steps: Vec<(u64, T)> = Vec::new();
    for item in items {
        let mut fields = item.fields()?;
        let node = fields.required("from", "a date like 2022-05-01")?;
        let from = node.read(parse_date)?;
        if steps.last().is_some_and(|(before, _)| *before >= from) {
            return Err(node.invalid("a date later than the one before"));
        }
        steps.push((from, read(fields.required(key, "the value from then on")?)?));
        fields.finish()?;
    }
    if steps.is_empty() {
        return Err(node.invalid(format!("at least one table with `from` and `{key}`")));
    }
    Ok(Dated { steps })
}

/// An amount in whole tokens, as base units below 2^112.
pub(crate) fn amount(node: &Node) -> Result<U256, ConfigError> {
    let accepted = || {
        node.invalid("an amount in whole tokens like 1_000.5, with at most 18 places, below 2^112 base units")
    };
    let amount = parse_units(node.digits()?.trim(), 18).map_err(|_| accepted())?;
    if amount.bit_len() <= 112 { Ok(amount) } else { Err(accepted()) }
}

/// A rate of stETH per wstETH with 18 decimals, above zero and at most a million.
pub(crate) fn rate(node: &Node) -> Result<U256, ConfigError> {
    let accepted = || node.invalid("stETH per wstETH, like 1.068: above zero, at most a million");
    let rate = parse_units(node.digits()?.trim(), 18).map_err(|_| accepted())?;
    let most = U256::from(10_u64.pow(12)).saturating_mul(U256::from(10_u64.pow(12)));
    if rate.is_zero() || rate > most { Err(accepted()) } else { Ok(rate) }
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

/// An integer that never exceeds 64 bits, up to `most`.
pub(crate) fn small(node: &Node, most: u64) -> Result<u64, ConfigError> {
    let accepted = || node.invalid(format!("an integer from 0 to {most} in decimal digits"));
    let value = integer(node, 256).map_err(|_| accepted())?;
    u64::try_from(value).ok().filter(|value| *value <= most).ok_or_else(accepted)
}

/// True or false, as such or in quotes, as a dump has it.
pub(crate) fn boolean(node: &Node) -> Result<bool, ConfigError> {
    match node.text() {
        Ok("true") => Ok(true),
        Ok("false") => Ok(false),
        _ => node.boolean(),
    }
}
