//! What the oracle says where that is not the market's price.

use levmine_composer::OracleView;
use levmine_config::{ConfigError, Node, parse_delay, parse_duration};
use levmine_market::{Asset, Assets};

use super::agents::part;
use super::prices::{PriceSpec, read_price};
use crate::{Feed, Feeds};

/// What the oracle says of an asset.
#[derive(Debug, Clone)]
pub enum OracleSpec {
    /// What follows from other prices.
    View(OracleView),
    /// A price of its own.
    Price(PriceSpec),
}

/// The key under which the feeds stand: never an asset here.
pub(super) const FEEDS: &str = "feeds";
/// The key of the feed of every asset that has none of its own.
const DEFAULT: &str = "default";

/// Reads `[oracle.feeds]`.
pub(super) fn read_feeds(node: &Node, assets: &Assets) -> Result<Feeds, ConfigError> {
    let mut feeds = Feeds::default();
    for (key, node) in node.entries()? {
        if key == DEFAULT {
            feeds.default = Some(read_feed(node)?);
        } else {
            let asset = assets.get(key).ok_or_else(|| assets.unknown(node, key))?;
            feeds.own.push((asset, read_feed(node)?));
        }
    }
    Ok(feeds)
}

fn read_feed(node: &Node) -> Result<Feed, ConfigError> {
    let mut fields = node.fields()?;
    let deviation = fields.optional("deviation").map(|node| part(node, "100%")).transpose()?;
    let heartbeat = fields.optional("heartbeat").map(|node| node.read(parse_duration)).transpose()?;
    let delay = fields.optional("delay").map_or(Ok(0), |node| node.read(parse_delay))?;
    fields.finish()?;
    Ok(Feed { deviation, heartbeat, delay })
}

pub(super) fn read_oracle(node: &Node, assets: &Assets) -> Result<Vec<(Asset, OracleSpec)>, ConfigError> {
    let read = |(symbol, node): &(String, Node)| {
        let asset = assets.get(symbol).ok_or_else(|| assets.unknown(node, symbol))?;
        Ok((asset, read_one(node, asset, assets)?))
    };
    node.entries()?.iter().filter(|(key, _)| key != FEEDS).map(read).collect()
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
