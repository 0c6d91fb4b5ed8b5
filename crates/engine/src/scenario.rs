//! Scenario files: what the world does.

use levmine_composer::OracleView;
use levmine_config::{ConfigError, Node, Place, parse_date, parse_duration};
use levmine_market::{Asset, Assets, Price, Timestamp, TokenAmount};
use levmine_math::{Rounding, U256, Wad, parse_units};
use rust_decimal::Decimal;

use crate::{Candle, CandlePath, PricePath, Trader, expand};

/// A scenario with everything loaded.
#[derive(Debug, Clone)]
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
    /// Price of a unit of gas in wei, from each time on.
    pub gas: Vec<(Timestamp, U256)>,
    /// Outsiders who trade.
    pub traders: Vec<Trader>,
    /// What a reader should know of the data: gaps that were accepted.
    pub notes: Vec<String>,
}

/// A scenario file; prices in files are not loaded yet, and traders name their pools.
#[derive(Debug, Clone)]
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
    /// Assets whose prices are in another asset, and that.
    pub relative: Vec<(Asset, Asset)>,
    /// What the oracle says of an asset where that is not its market price.
    pub oracle: Vec<(Asset, OracleSpec)>,
    /// The gas price.
    pub gas: GasSpec,
    /// Outsiders who trade.
    pub traders: Vec<TraderSpec>,
}

/// Price of a unit of gas in wei, from each time on; empty for none.
pub type GasSpec = Vec<(Timestamp, U256)>;

/// What the oracle says of an asset.
#[derive(Debug, Clone)]
pub enum OracleSpec {
    /// What follows from other prices.
    View(OracleView),
    /// A price of its own.
    Price(PriceSpec),
}

/// Where an asset's price comes from.
#[derive(Debug, Clone)]
pub enum PriceSpec {
    /// It is in the file.
    Path(PricePath),
    /// It is in another file.
    File(FileSeries),
}

/// A price history in another file.
#[derive(Debug, Clone)]
pub struct FileSeries {
    /// Where it is named.
    pub place: Place,
    /// The file, relative to the scenario's; `#column` for one of several columns.
    pub file: String,
    /// Which way the price goes through candles.
    pub way: CandlePath,
    /// The longest gap that is accepted, in seconds.
    pub max_gap: Option<u64>,
    /// Whether the times denote the end of a candle's span rather than its beginning.
    pub stamped_at_close: bool,
    /// Whether rows whose values cannot be right are left out; otherwise the file is refused.
    pub drops_absurd: bool,
}

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

/// Reads a scenario file.
///
/// # Errors
///
/// [`ConfigError`] with the place, what was read and what is accepted.
pub fn read_scenario(root: &Node, assets: &Assets) -> Result<ScenarioFile, ConfigError> {
    let mut fields = root.fields()?;
    let name = fields.required("name", "a name in quotes")?.text()?.to_string();
    let source = fields.optional("source").map(|node| node.text().map(String::from)).transpose()?;
    let from = fields.optional("from").map(|node| node.read(parse_date)).transpose()?.map(Timestamp);
    let to_node = fields.optional("to");
    let to = to_node.map(|node| node.read(parse_date)).transpose()?.map(Timestamp);
    let step = fields.optional("step").map(|node| node.read(parse_duration)).transpose()?;
    let prices = fields.required("prices", "a table with a price for each asset")?;
    let oracle = fields.optional("oracle");
    let gas = fields.optional("gas").map(read_gas).transpose()?.unwrap_or_default();
    let traders = match fields.optional("traders") {
        None => Vec::new(),
        Some(node) => node.list()?.iter().map(|node| read_trader(node, assets)).collect::<Result<_, _>>()?,
    };
    fields.finish()?;
    if let (Some(from), Some(to), Some(node)) = (from, to, to_node)
        && to <= from
    {
        return Err(node.invalid(format!("a time after `from` ({from})")));
    }
    let mut relative = Vec::new();
    for (symbol, node) in prices.entries()? {
        let Ok(mut fields) = node.fields() else { continue };
        let Some(other) = fields.optional("in") else { continue };
        let asset = assets.get(symbol).ok_or_else(|| assets.unknown(node, symbol))?;
        let in_asset = assets.read(other)?;
        let known = prices.entries()?.iter().any(|(known, node)| {
            known == in_asset.symbol()
                && node.fields().map_or(true, |mut fields| fields.optional("in").is_none())
        });
        if !known || in_asset == asset {
            return Err(other.invalid("another asset of this scenario whose price is in US dollars"));
        }
        relative.push((asset, in_asset));
    }
    let prices = prices
        .entries()?
        .iter()
        .map(|(symbol, node)| {
            let asset = assets.get(symbol).ok_or_else(|| assets.unknown(node, symbol))?;
            Ok((asset, read_price(node, asset)?))
        })
        .collect::<Result<_, ConfigError>>()?;
    let oracle = match oracle {
        None => Vec::new(),
        Some(node) => node
            .entries()?
            .iter()
            .map(|(symbol, node)| {
                let asset = assets.get(symbol).ok_or_else(|| assets.unknown(node, symbol))?;
                Ok((asset, read_oracle(node, asset, assets)?))
            })
            .collect::<Result<_, ConfigError>>()?,
    };
    Ok(ScenarioFile { name, source, from, to, step, prices, relative, oracle, gas, traders })
}

/// `"WETH"` for the oracle's price of another asset, `"rate"` for the exchange rate of the vault that issues it, or a price
/// like those of the market.
fn read_oracle(node: &Node, asset: Asset, assets: &Assets) -> Result<OracleSpec, ConfigError> {
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

fn read_price(node: &Node, asset: Asset) -> Result<PriceSpec, ConfigError> {
    if node.entries().is_err() {
        return Ok(PriceSpec::Path(PricePath::constant(asset, price(node)?)));
    }
    let mut fields = node.fields()?;
    let points = fields.optional("points");
    let candles = fields.optional("candles");
    let every = fields.optional("every");
    let file = fields.optional("file");
    let way = match fields.optional("path") {
        None => None,
        Some(node) => match node.text()? {
            "close" => Some(CandlePath::Close),
            "ohlc" => Some(CandlePath::Ohlc),
            other => return Err(node.unknown_name(other, ["close", "ohlc"])),
        },
    };
    // Which prices are in another asset has been read already.
    fields.optional("in");
    let drops_absurd = match fields.optional("absurd") {
        None => false,
        Some(node) => match node.text()? {
            "refuse" => false,
            "drop" => true,
            other => return Err(node.unknown_name(other, ["refuse", "drop"])),
        },
    };
    let max_gap = fields.optional("max_gap").map(|node| node.read(parse_duration)).transpose()?;
    let stamp = match fields.optional("stamp") {
        None => false,
        Some(node) => match node.text()? {
            "open" => false,
            "close" => true,
            other => return Err(node.unknown_name(other, ["open", "close"])),
        },
    };
    fields.finish()?;
    match (points, candles, file) {
        (Some(list), None, None) => {
            let points = list.list()?.iter().map(read_point).collect::<Result<Vec<_>, _>>()?;
            in_order(list, points.iter().map(|(time, _)| *time))?;
            Ok(PriceSpec::Path(PricePath::new(asset, points)))
        }
        (None, Some(list), None) => {
            let span = match every {
                Some(every) => every.read(parse_duration)?,
                None => return Err(list.invalid("`every` beside the candles, like \"1d\"")),
            };
            let candles = list.list()?.iter().map(read_candle).collect::<Result<Vec<_>, _>>()?;
            in_order(list, candles.iter().map(|candle| candle.time))?;
            let early = candles.windows(2).position(|two| match two {
                [before, after] => after.time.since(before.time) < span,
                _ => false,
            });
            if let Some(node) = early.and_then(|at| list.list().ok()?.get(at + 1)) {
                return Err(node.invalid(format!(
                    "a candle at least {span} s after the one before it, as `every` says"
                )));
            }
            let way = way.unwrap_or(CandlePath::Ohlc);
            Ok(PriceSpec::Path(PricePath::new(asset, expand(&candles, span, way))))
        }
        (None, None, Some(file)) => Ok(PriceSpec::File(FileSeries {
            place: file.place.clone(),
            file: file.text()?.to_string(),
            way: way.unwrap_or(CandlePath::Close),
            max_gap,
            stamped_at_close: stamp,
            drops_absurd,
        })),
        _ => Err(node.invalid(
            "a price like \"1.0\", or exactly one of `points`, `candles` (with `every`) and `file`",
        )),
    }
}

fn in_order(list: &Node, times: impl Iterator<Item = Timestamp>) -> Result<(), ConfigError> {
    let mut last: Option<Timestamp> = None;
    for (i, time) in times.enumerate() {
        if last.is_some_and(|last| time <= last) {
            let node = list.list().ok().and_then(|items| items.get(i)).unwrap_or(list);
            return Err(node.invalid("a time after the one before it"));
        }
        last = Some(time);
    }
    if last.is_none() { Err(list.invalid("at least one entry")) } else { Ok(()) }
}

/// What a price must be.
pub const DOLLARS: &str = "a price in US dollars above 0 and at most 10^15";

/// A price as a person writes it; `None` for one that is not [`DOLLARS`].
#[must_use]
pub fn dollars(number: Decimal) -> Option<Price> {
    let written = number > Decimal::ZERO && number <= Decimal::from(1_000_000_000_000_000_u64);
    let wad = Wad::from_decimal(number, Rounding::Down).ok().filter(|wad| written && !wad.is_zero());
    wad.map(Price)
}

fn price(node: &Node) -> Result<Price, ConfigError> {
    dollars(node.decimal()?).ok_or_else(|| node.invalid(DOLLARS))
}

fn read_point(node: &Node) -> Result<(Timestamp, Price), ConfigError> {
    match node.list()? {
        [time, at] => Ok((Timestamp(time.read(parse_date)?), price(at)?)),
        _ => Err(node.invalid("a pair [time, price]")),
    }
}

fn read_candle(node: &Node) -> Result<Candle, ConfigError> {
    let [time, open, high, low, close] = node.list()? else {
        return Err(node.invalid("five values [time, open, high, low, close]"));
    };
    let candle = Candle {
        time: Timestamp(time.read(parse_date)?),
        open: price(open)?,
        high: price(high)?,
        low: price(low)?,
        close: price(close)?,
    };
    let inside = |p: Price| p >= candle.low && p <= candle.high;
    if !inside(candle.open) || !inside(candle.close) {
        return Err(node.invalid("a candle whose open and close are between its low and its high"));
    }
    Ok(candle)
}

const GAS: &str = "a gas price like \"20 gwei\", or a list of [time, gas price]";

fn read_gas(node: &Node) -> Result<GasSpec, ConfigError> {
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
