//! What gas costs.

use levmine_config::{ConfigError, Node, parse_date};
use levmine_market::Timestamp;
use levmine_math::{U256, parse_units};

use super::prices::in_order;

/// Price of a unit of gas in wei, from each time on; empty for none.
pub type GasSpec = Vec<(Timestamp, U256)>;

const GAS: &str = "a gas price like \"20 gwei\", or a list of [time, gas price]";

pub(super) fn read_gas(node: &Node) -> Result<GasSpec, ConfigError> {
    if node.list().is_err() {
        return Ok(vec![(Timestamp(0), gwei(node)?)]);
    }
    let points: GasSpec = node
        .list()?
        .iter()
        .map(|node| match node.list()? {
            [time, gas] => Ok((Timestamp(time.read(parse_date)?), gwei(gas)?)),
            _ => Err(node.invalid(GAS)),
        })
        .collect::<Result<_, ConfigError>>()?;
    in_order(node, points.iter().map(|(time, _)| *time))?;
    Ok(points)
}

fn gwei(node: &Node) -> Result<U256, ConfigError> {
    let number = node.text()?.strip_suffix("gwei").ok_or_else(|| node.invalid(GAS))?;
    let wei = parse_units(number.trim(), 9).map_err(|error| node.invalid(format!("{GAS}; {error}")))?;
    if wei.bit_len() > 64 { Err(node.invalid("a gas price below 10^10 gwei")) } else { Ok(wei) }
}
