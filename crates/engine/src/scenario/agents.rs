//! Who else acts.

use levmine_config::{ConfigError, Node, parse_duration};
use levmine_market::{Assets, TokenAmount};
use levmine_math::parse_units;

/// Outsiders who trade at a pool that is named.
#[derive(Debug, Clone)]
pub struct TraderSpec {
    /// Where it is written.
    pub at: Node,
    /// What both directions together trade in one `per`.
    pub volume: TokenAmount,
    /// The span of time, in seconds.
    pub per: u64,
}

pub(super) fn read_traders(node: &Node, assets: &Assets) -> Result<Vec<TraderSpec>, ConfigError> {
    node.list()?.iter().map(|node| read_trader(node, assets)).collect()
}

fn read_trader(node: &Node, assets: &Assets) -> Result<TraderSpec, ConfigError> {
    let mut fields = node.fields()?;
    let at = fields.required("at", "the name of a pool")?.clone();
    let volume = fields.required("volume", "what is traded, like \"100000 USDC\"")?;
    let per = match fields.optional("per") {
        Some(node) => node.read(parse_duration)?,
        None => 86_400,
    };
    fields.finish()?;
    let accepted = "an amount like \"100000 USDC\"";
    let (number, symbol) = volume.text()?.split_once(' ').ok_or_else(|| volume.invalid(accepted))?;
    let asset = assets.get(symbol.trim()).ok_or_else(|| assets.unknown(volume, symbol.trim()))?;
    let raw = parse_units(number, asset.decimals())
        .map_err(|error| volume.invalid(format!("{accepted}; {error}")))?;
    if raw.bit_len() > 112 {
        return Err(volume.invalid("an amount below 2^112 base units"));
    }
    Ok(TraderSpec { at, volume: TokenAmount::new(asset, raw), per })
}
