//! Replays one venue from an explicit integer state.

use levmine_config::{ConfigError, Node, parse_text};
use levmine_lending::ReplayStart;
use levmine_market::{
    Assets, BlockClock, BuildContext, Moment, NamedAccounts, Price, PriceBook, Step, Timestamp,
};
use levmine_math::{Rounding, Wad};

use crate::{Adapter, LevmineError, Registry};

/// The version of the files that are read.
const SCHEMA: &str = "levmine.replay/1";

/// Applies the operations of a replay file to the venue it describes; one step each.
///
/// # Errors
///
/// [`LevmineError::Config`] for whatever the file holds that is not accepted. An operation that the venue refuses is no
/// error but a step with its code.
pub fn replay(registry: &Registry, file: &str, text: &str) -> Result<Vec<Step>, LevmineError> {
    let root = parse_text(file, text)?;
    let mut fields = root.fields()?;
    let schema = fields.required("schema", &format!("\"{SCHEMA}\""))?;
    if schema.text()? != SCHEMA {
        return Err(schema.invalid(format!("\"{SCHEMA}\"")).into());
    }
    let start = fields.optional("start").map(|node| node.parse("Unix seconds")).transpose()?.unwrap_or(0_u64);
    let block = fields.optional("block").map(|node| node.parse("a block number")).transpose()?;
    let clock = BlockClock::ETHEREUM;
    let now = clock.at(Timestamp(start));
    let now = Moment { block: block.unwrap_or(now.block), ..now };
    let mut assets = Assets::standard();
    if let Some(own) = fields.optional("assets") {
        for (symbol, decimals) in own.entries()? {
            let places = decimals.parse("a number of decimals from 0 to 36")?;
            let asset = levmine_market::Asset::new(symbol, places);
            assets.insert(asset.map_err(|error| decimals.invalid(error.to_string()))?);
        }
    }
    let mut prices = PriceBook::new();
    if let Some(given) = fields.optional("prices") {
        for (symbol, node) in given.entries()? {
            let asset = assets.get(symbol).ok_or_else(|| assets.unknown(node, symbol))?;
            prices.set(asset, read_price(node)?);
        }
    }
    let venue = fields.required("venue", "a table with `protocol` and its state")?;
    let ops = fields.required("ops", "a list of operations")?;
    fields.finish()?;
    let mut venue = venue.fields()?;
    let protocol = venue.required("protocol", &registry.names().collect::<Vec<_>>().join(", "))?;
    let name = protocol.text()?;
    let adapter = registry.find(name).ok_or_else(|| protocol.unknown_name(name, registry.names()))?;
    let ctx = BuildContext { venue: "venue", assets: &assets, now };
    // A state that names its users numbers them in its order; the operations mean the same ones.
    let accounts = NamedAccounts::new();
    let users = venue
        .optional("state")
        .and_then(|state| state.fields().ok())
        .and_then(|mut state| state.optional("users"));
    for (name, _) in users.map(Node::entries).transpose()?.unwrap_or_default() {
        accounts.account(name);
    }
    let mut steps = Vec::new();
    match adapter {
        Adapter::Lending(adapter) => {
            let mut market = (adapter.build)(&mut venue, &ctx)?;
            venue.finish()?;
            let start = ReplayStart { assets: &assets, prices, now, clock, accounts };
            levmine_lending::replay(market.as_mut(), ops, start, &mut |step| steps.push(step))?;
        }
        Adapter::Pool(adapter) => {
            let mut pool = (adapter.build)(&mut venue, &ctx)?;
            venue.finish()?;
            levmine_amm::replay(pool.as_mut(), ops, now, &clock, &mut |step| steps.push(step))?;
        }
        Adapter::Vault(adapter) => {
            let mut vault = (adapter.build)(&mut venue, &ctx)?;
            venue.finish()?;
            let emit = &mut |step| steps.push(step);
            levmine_vault::replay_as(vault.as_mut(), ops, now, &clock, &accounts, emit)?;
        }
    }
    Ok(steps)
}

fn read_price(node: &levmine_config::Node) -> Result<Price, ConfigError> {
    let price = node.decimal()?;
    let wad = Wad::from_decimal(price, Rounding::Down)
        .map_err(|_| node.invalid("a price in US dollars, 0 or more"))?;
    Ok(Price(wad))
}
