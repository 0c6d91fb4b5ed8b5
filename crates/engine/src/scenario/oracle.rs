//! What the oracle says where that is not the market's price.

use levmine_composer::OracleView;
use levmine_config::{ConfigError, Node};
use levmine_market::{Asset, Assets};

use super::prices::{PriceSpec, read_price};

/// What the oracle says of an asset.
#[derive(Debug, Clone)]
pub enum OracleSpec {
    /// What follows from other prices.
    View(OracleView),
    /// A price of its own.
    Price(PriceSpec),
}

pub(super) fn read_oracle(node: &Node, assets: &Assets) -> Result<Vec<(Asset, OracleSpec)>, ConfigError> {
    let read = |(symbol, node): &(String, Node)| {
        let asset = assets.get(symbol).ok_or_else(|| assets.unknown(node, symbol))?;
        Ok((asset, read_one(node, asset, assets)?))
    };
    node.entries()?.iter().map(read).collect()
}

/// `"WETH"` for the oracle's price of another asset, `"rate"` for the exchange rate of the vault that issues it, or a price
/// like those of the market.
fn read_one(node: &Node, asset: Asset, assets: &Assets) -> Result<OracleSpec, ConfigError> {
    if node.entries().is_err() && node.decimal().is_err() {
        return Ok(OracleSpec::View(match node.text()? {
            "rate" => OracleView::ByRate(asset),
            symbol => {
                let other = assets.get(symbol).filter(|other| *other != asset);
                OracleView::Like(asset, other.ok_or_else(|| assets.unknown(node, symbol))?)
            }
        }));
    }
    if let Some(other) = node.fields().ok().and_then(|mut fields| fields.optional("in").cloned()) {
        return Err(other.invalid("nothing: the oracle's own prices are in US dollars"));
    }
    Ok(OracleSpec::Price(read_price(node, asset)?))
}
