//! Venue tables and dumps.

mod listing;
mod state;

use levmine_amm::Pool;
use levmine_config::{ConfigError, Fields, Node};
use levmine_market::{Asset, BuildContext};
use levmine_math::{U256, parse_units};

pub(crate) use self::listing::PARAMETERS;
use self::listing::{COINS, Listing};
pub(crate) use self::state::dump;
use self::state::{read_base, read_state};
use crate::contract::Contract;
use crate::error::CurveError;
use crate::generation::Generation;
use crate::market::{Base, Market};
use crate::per_coin::{MAX_COINS, PerCoin};
use crate::pool::CurvePool;
use crate::presets::{self, PoolPreset};

pub(crate) const INTEGER: &str = "a whole number of base units, at most 2^256 - 1";
pub(crate) const STATE: &str = "a table of the contract's integers, as `levmine replay` prints it";

/// Builds a pool from a venue table.
pub(crate) fn build(
    fields: &mut Fields<'_>,
    context: &BuildContext<'_>,
) -> Result<Box<dyn Pool>, ConfigError> {
    Ok(Box::new(decode(fields, context)?))
}

/// Reads a venue table.
pub(crate) fn decode(fields: &mut Fields<'_>, context: &BuildContext<'_>) -> Result<CurvePool, ConfigError> {
    let place = fields.place().clone();
    let preset = fields.optional("preset").map(read_preset).transpose()?;
    let now = context.now.time.0;
    let refused = |error: CurveError| ConfigError::Invalid {
        place: place.clone(),
        read: "these parameters and balances".into(),
        accepted: format!("what a pool can have ({error})"),
    };
    let main = Listing::read(fields, context, preset, None)?;
    let is_meta = main.generation().is_meta();
    let state_node = fields.optional("state");
    let mut base_coins = Vec::new();
    let mut base = None;
    let base_place = match (fields.optional("base"), preset.and_then(|preset| preset.base)) {
        (Some(node), _) if !is_meta => {
            return Err(node.invalid("no base pool, unless `version` is \"meta\" or \"ng-meta-7.0.0\""));
        }
        (None, None) if is_meta => {
            return Err(ConfigError::Missing { place, key: "base".into(), accepted: listing::BASE.into() });
        }
        found => found,
    };
    if is_meta {
        let listing = match base_place {
            (Some(node), preset) => {
                let mut fields = node.fields()?;
                let listing = Listing::read(&mut fields, context, preset, Some(node))?;
                fields.finish()?;
                listing
            }
            (None, preset) => Listing::of_preset(preset, &place, now)?,
        };
        let mut state = listing.state(now).map_err(refused)?;
        let mut memory = None;
        if let Some(node) = state_node {
            if let Some(node) = node.fields()?.optional("base") {
                read_state(node, &mut state, &listing.params, true)?;
            }
            memory = read_base(node)?;
        }
        let pool = Contract::new(listing.params, state).map_err(refused)?;
        let price = pool.virtual_price(pool.own_rates(), now);
        let (virtual_price, updated) = memory.unwrap_or((price.unwrap_or(U256::ZERO), now));
        base_coins = listing.coins;
        base = Some(Base { pool, virtual_price, updated });
    }
    let rate = base.map(|base| base.virtual_price);
    let mut state = main.state_at(rate, now).map_err(refused)?;
    if let Some(node) = state_node {
        read_state(node, &mut state, &main.params, false)?;
    }
    let pool = Contract::new(main.params, state).map_err(refused)?;
    let market = Market::new(pool, base).map_err(refused)?;
    let name = format!("{}-LP", context.venue);
    let share = Asset::new(&name, 18).map_err(|_| ConfigError::Invalid {
        place: place.clone(),
        read: format!("a pool named \"{}\"", context.venue),
        accepted:
            "a name of at most 20 printable ASCII characters without spaces; its share is named \"…-LP\""
                .into(),
    })?;
    CurvePool::new(&main.coins, &base_coins, share, market).map_err(refused)
}

fn read_preset(node: &Node) -> Result<&'static PoolPreset, ConfigError> {
    let name = node.text()?;
    presets::find(name)
        .ok_or_else(|| node.unknown_name(name, presets::LISTED.iter().map(|preset| preset.name)))
}

fn read_generation(node: &Node) -> Result<Generation, ConfigError> {
    let name = node.text()?;
    let names = Generation::ALL.map(Generation::name);
    Generation::find(name).ok_or_else(|| node.unknown_name(name, names))
}

/// Reads the coins; the last one of a metapool is the base pool's share, which nobody else names.
fn read_coins(
    node: &Node,
    context: &BuildContext<'_>,
    generation: Generation,
) -> Result<Vec<Asset>, ConfigError> {
    let nodes = node.list()?;
    let is_number =
        if generation.is_meta() { nodes.len() == 2 } else { (2..=MAX_COINS).contains(&nodes.len()) };
    if !is_number {
        return Err(node.invalid(COINS));
    }
    let mut coins: Vec<Asset> = Vec::new();
    for (at, node) in nodes.iter().enumerate() {
        let coin = if generation.is_meta() && at == crate::BASE_SHARE {
            Asset::new(node.text()?, 18).map_err(|error| node.invalid(error.to_string()))?
        } else {
            context.assets.read(node)?
        };
        if coins.contains(&coin) {
            return Err(node.invalid("another coin than the ones before"));
        }
        coins.push(coin);
    }
    Ok(coins)
}

pub(crate) fn read_integer(node: &Node) -> Result<U256, ConfigError> {
    node.read(|text| parse_units(text, 0).map_err(|_| INTEGER.into()))
}

pub(crate) fn read_list(node: &Node) -> Result<PerCoin, ConfigError> {
    let nodes = node.list()?;
    if nodes.len() > MAX_COINS {
        return Err(node.invalid("at most eight amounts"));
    }
    Ok(PerCoin::of(nodes.iter().map(read_integer).collect::<Result<Vec<_>, _>>()?))
}
