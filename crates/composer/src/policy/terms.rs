//! How a keeper carries out what policies want: how late, at what price of gas, at what loss.

use levmine_config::{ConfigError, Fields, Node, Seconds, parse_percent};
use levmine_math::U256;
use rust_decimal::Decimal;

use super::units::{read_gas_price, read_pause};

/// How a keeper carries out an action. Without any of it: at once, whatever gas costs, whatever swaps lose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Terms {
    /// How long after it has decided a keeper acts at the earliest, in seconds.
    pub delay: Seconds,
    /// The highest gas price at which it sends anything, in wei.
    pub max_gas: Option<U256>,
    /// The largest part of its value that a swap may lose against the market price, fee included.
    pub max_slippage: Option<Decimal>,
    /// Units of gas that a keeper's transaction uses beside what its steps do.
    pub gas: u64,
}

/// Units of gas of a block at most: no transaction uses more.
const MOST_GAS: u64 = 60_000_000;

/// Reads the `[keeper]` table of a strategy.
///
/// # Errors
///
/// [`ConfigError`] with the place, what was read and what is accepted.
pub fn read_keeper(node: &Node) -> Result<Terms, ConfigError> {
    let mut fields = node.fields()?;
    let terms = read_terms(&mut fields, Terms::default())?;
    fields.finish()?;
    Ok(terms)
}

/// Reads the keys of a keeper from a table; what is not said stays as in `terms`.
pub(super) fn read_terms(fields: &mut Fields<'_>, mut terms: Terms) -> Result<Terms, ConfigError> {
    if let Some(node) = fields.optional("delay") {
        terms.delay = node.read(read_pause)?;
    }
    if let Some(node) = fields.optional("max_gas") {
        terms.max_gas = Some(node.read(read_gas_price)?);
    }
    if let Some(node) = fields.optional("max_slippage") {
        terms.max_slippage = Some(node.read(slippage)?);
    }
    if let Some(node) = fields.optional("gas") {
        let accepted = "units of gas from 0 to 60000000, like 100000";
        terms.gas = node.parse(accepted)?;
        if terms.gas > MOST_GAS {
            return Err(node.invalid(accepted));
        }
    }
    Ok(terms)
}

fn slippage(text: &str) -> Result<Decimal, String> {
    match parse_percent(text) {
        Ok(part) if (Decimal::ZERO..=Decimal::ONE).contains(&part) => Ok(part),
        _ => Err("a percentage from 0% to 100%, like \"1%\"".into()),
    }
}
