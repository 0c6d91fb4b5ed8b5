//! What a venue table says about the fees.

use levmine_config::{ConfigError, Node, parse_percent};
use levmine_math::{Bps, Rounding};

use crate::fee::{ProtocolFee, SwapFee};

pub(crate) const FEE: &str = "a percentage from 0% to 99.99% in steps of 0.01%, like \"0.3%\"";
pub(crate) const PROTOCOL_FEE: &str = "\"off\" or a fraction of the fee, like \"1/6\"";

/// Reads `"0.3%"`.
pub(crate) fn read_fee(node: &Node) -> Result<SwapFee, ConfigError> {
    node.read(|text| {
        let fraction = parse_percent(text)?;
        let exact = |rounding| Bps::from_decimal(fraction, rounding).ok();
        exact(Rounding::Down)
            .filter(|down| exact(Rounding::Up) == Some(*down))
            .and_then(SwapFee::from_bps)
            .ok_or_else(|| FEE.into())
    })
}

/// Reads `"off"` or `"1/6"`.
pub(crate) fn read_protocol_fee(node: &Node) -> Result<Option<ProtocolFee>, ConfigError> {
    node.read(|text| {
        if text == "off" {
            return Ok(None);
        }
        let (numerator, denominator) = text.split_once('/').ok_or(PROTOCOL_FEE)?;
        let number = |text: &str| text.trim().parse().map_err(|_| PROTOCOL_FEE);
        let fee = ProtocolFee::new(number(numerator)?, number(denominator)?);
        Ok(Some(fee.ok_or_else(|| format!("{PROTOCOL_FEE}, above 0 and at most 1"))?))
    })
}

/// Writes what [`read_protocol_fee`] reads.
pub(crate) fn write_protocol_fee(fee: Option<ProtocolFee>) -> String {
    fee.map_or_else(|| "off".into(), |fee| fee.to_string())
}
