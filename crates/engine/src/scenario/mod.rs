//! Scenario files: what the world does.

mod agents;
mod borrowers;
mod chain;
mod events;
mod gas;
mod hazards;
mod oracle;
mod prices;
mod rates;
mod traders;
mod trades;

use levmine_composer::OracleView;
use levmine_config::{ConfigError, Node, Place, parse_date, parse_duration};
use levmine_market::gas::Chain;
use levmine_market::{Asset, Assets, Timestamp};

pub use agents::OtherPeopleSpec;
pub use borrowers::{BorrowerSpec, TargetSpec};
pub use chain::{Batches, DataPaths, FeeSpec};
pub use events::{Happening, What, When, read_events};
pub use gas::{FeeRule, GasCrash, GasFile, GasModel, GasPath, GasSource};
pub use hazards::{Hazard, read_hazards};
pub use oracle::OracleSpec;
pub use prices::{DOLLARS, FileSeries, PriceSpec, dollars};
pub use rates::RatesSpec;
pub use traders::{RecordedColumns, TraderSpec, VolumeSpec};
pub use trades::TradesSpec;

use crate::{OtherPeople, PricePath, RateRecord, TradeRecord, Trader};

/// A scenario with everything loaded.
#[derive(Debug, Clone, Default)]
pub struct Scenario {
    /// The name for people.
    pub name: String,
    /// When it begins and ends; without them, what the prices cover.
    pub from: Option<Timestamp>,
    /// See `from`.
    pub to: Option<Timestamp>,
    /// Even steps in seconds; without, a step at every point of every price.
    pub step: Option<u64>,
    /// The prices.
    pub prices: Vec<PricePath>,
    /// What the oracle sees differently from the market.
    pub oracle_views: Vec<OracleView>,
    /// Prices of the oracle's own.
    pub oracle_prices: Vec<PricePath>,
    /// The chain it takes place on.
    pub chain: Chain,
    /// Price of a unit of gas in wei, from each time on.
    pub gas: GasPath,
    /// What data costs there, on a rollup.
    pub data: DataPaths,
    /// Outsiders who trade.
    pub traders: Vec<Trader>,
    /// What goes wrong.
    pub events: Vec<Happening>,
    /// Venues that may be exploited at any time.
    pub hazards: Vec<Hazard>,
    /// Whether somebody trades around the farmer's swaps, from the beginning to the end.
    pub watched: bool,
    /// Assets whose prices follow those of others, and these: what a shock of the one does to the other.
    pub follows: Vec<(Asset, Asset)>,
    /// How everybody else acts.
    pub others: OtherPeople,
    /// What everything random follows from.
    pub seed: u64,
    /// Reserves whose rates are those of a history.
    pub rates: Vec<RateRecord>,
    /// Pools whose trades are those of a history.
    pub trades: Vec<TradeRecord>,
    /// What a reader should know of the data: gaps that were accepted.
    pub notes: Vec<String>,
}

/// A scenario file; prices in files are not loaded yet, and traders name their pools.
#[derive(Debug, Clone, Default)]
pub struct ScenarioFile {
    /// The name for people.
    pub name: String,
    /// Where the figures come from.
    pub source: Option<String>,
    /// When it begins.
    pub from: Option<Timestamp>,
    /// When it ends.
    pub to: Option<Timestamp>,
    /// Even steps in seconds.
    pub step: Option<u64>,
    /// The prices by asset.
    pub prices: Vec<(Asset, PriceSpec)>,
    /// Where they stand; `None` where there is no file.
    pub prices_at: Option<Place>,
    /// Assets whose prices are in another asset, and that.
    pub relative: Vec<(Asset, Asset)>,
    /// What the oracle says of an asset where that is not its market price.
    pub oracle: Vec<(Asset, OracleSpec)>,
    /// The chain, and where its fees come from.
    pub fees: FeeSpec,
    /// The gas price.
    pub gas: GasPath,
    /// What data costs.
    pub data: DataPaths,
    /// Outsiders who trade.
    pub traders: Vec<TraderSpec>,
    /// What goes wrong, as it is written: it names venues ([`read_events`]).
    pub events: Option<Node>,
    /// Venues that may be exploited, as it is written ([`read_hazards`]).
    pub hazards: Option<Node>,
    /// Whether somebody trades around the farmer's swaps.
    pub watched: bool,
    /// How everybody else acts.
    pub others: OtherPeopleSpec,
    /// What everything random follows from.
    pub seed: u64,
    /// Reserves whose rates are those of a history.
    pub rates: Vec<RatesSpec>,
    /// Pools whose trades are those of a history.
    pub trades: Vec<TradesSpec>,
}

/// `[mempool]`: whether somebody watches it.
fn read_mempool(node: &Node) -> Result<bool, ConfigError> {
    let mut fields = node.fields()?;
    let watched = fields.required("sandwich", "true or false")?.boolean()?;
    fields.finish()?;
    Ok(watched)
}

/// Reads a scenario file.
///
/// # Errors
///
/// [`ConfigError`] with the place, what was read and what is accepted.
pub fn read_scenario(root: &Node, assets: &Assets) -> Result<ScenarioFile, ConfigError> {
    let mut fields = root.fields()?;
    let own = fields.optional("assets").map(|node| own_assets(node, assets)).transpose()?;
    let assets = own.as_ref().unwrap_or(assets);
    let name = fields.required("name", "a name in quotes")?.text()?.to_string();
    let source = fields.optional("source").map(|node| node.text().map(String::from)).transpose()?;
    let from = fields.optional("from").map(|node| node.read(parse_date)).transpose()?.map(Timestamp);
    let to_node = fields.optional("to");
    let to = to_node.map(|node| node.read(parse_date)).transpose()?.map(Timestamp);
    let step = fields.optional("step").map(|node| node.read(parse_duration)).transpose()?;
    let prices = fields.required("prices", "a table with a price for each asset")?;
    let oracle = fields.optional("oracle");
    let fees = chain::read_fees(&mut fields, assets)?;
    let gas = match &fees.gas {
        Some(GasSource::Path(path)) => path.clone(),
        _ => GasPath::new(),
    };
    let traders = match fields.optional("traders") {
        None => Vec::new(),
        Some(node) => traders::read_traders(node, assets)?,
    };
    let events = fields.optional("event").cloned();
    let hazards = fields.optional("hazard").cloned();
    let watched = fields.optional("mempool").map(read_mempool).transpose()?.unwrap_or(false);
    let others = agents::read_others(&mut fields, oracle, assets)?;
    let seed = fields.optional("seed").map(|node| node.parse("a whole number from 0 on")).transpose()?;
    let rates = fields.optional("rates").map(|node| rates::read_rates(node, assets)).transpose()?;
    let trades = fields.optional("trades").map(trades::read_trades).transpose()?.unwrap_or_default();
    fields.finish()?;
    if let (Some(from), Some(to), Some(node)) = (from, to, to_node)
        && to <= from
    {
        return Err(node.invalid(format!("a time after `from` ({from})")));
    }
    let relative = prices::read_relative(prices, assets)?;
    let prices_at = Some(prices.place.clone());
    let prices = prices::read_prices(prices, assets)?;
    let oracle = oracle.map(|node| oracle::read_oracle(node, assets)).transpose()?.unwrap_or_default();
    Ok(ScenarioFile {
        name,
        source,
        from,
        to,
        step,
        prices,
        prices_at,
        relative,
        oracle,
        fees,
        gas,
        data: DataPaths::default(),
        traders,
        events,
        hazards,
        watched,
        others,
        seed: seed.unwrap_or(0),
        rates: rates.unwrap_or_default(),
        trades,
    })
}

/// `assets` and those that the scenario alone knows, with their decimals.
fn own_assets(node: &Node, assets: &Assets) -> Result<Assets, ConfigError> {
    let mut all = assets.clone();
    for (symbol, decimals) in node.entries()? {
        let places = decimals.parse("a number of decimals from 0 to 36")?;
        let asset = Asset::new(symbol, places).map_err(|error| decimals.invalid(error.to_string()))?;
        if let Some(known) = assets.get(symbol).filter(|known| *known != asset) {
            let known = known.decimals();
            return Err(decimals.invalid(format!("{known}, the decimals that {symbol} has elsewhere")));
        }
        all.insert(asset);
    }
    Ok(all)
}
