//! Where prices come from.

use levmine_composer::policy::write_duration;
use levmine_config::{ConfigError, Node, Place, parse_date, parse_duration};
use levmine_market::{Asset, Assets, Price, Timestamp};
use levmine_math::{Rounding, Wad};
use rust_decimal::Decimal;

use crate::{Candle, CandlePath, PricePath, expand};

/// Where an asset's price comes from.
#[derive(Debug, Clone)]
pub enum PriceSpec {
    /// It is in the file.
    Path(PricePath),
    /// It is in another file.
    File(FileSeries),
    /// It is in another file, and where that is not at hand, here.
    FileOr(FileSeries, PricePath),
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

/// The assets whose prices are in another asset, and that.
pub(super) fn read_relative(prices: &Node, assets: &Assets) -> Result<Vec<(Asset, Asset)>, ConfigError> {
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
    Ok(relative)
}

pub(super) fn read_prices(prices: &Node, assets: &Assets) -> Result<Vec<(Asset, PriceSpec)>, ConfigError> {
    let read = |(symbol, node): &(String, Node)| {
        let asset = assets.get(symbol).ok_or_else(|| assets.unknown(node, symbol))?;
        Ok((asset, read_price(node, asset)?))
    };
    prices.entries()?.iter().map(read).collect()
}

pub(super) fn read_price(node: &Node, asset: Asset) -> Result<PriceSpec, ConfigError> {
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
    let series = |file: &Node, way: CandlePath| -> Result<FileSeries, ConfigError> {
        Ok(FileSeries {
            place: file.place.clone(),
            file: file.text()?.to_string(),
            way,
            max_gap,
            stamped_at_close: stamp,
            drops_absurd,
        })
    };
    let here = match (points, candles) {
        (Some(list), None) => Some(read_points(list, asset)?),
        (None, Some(list)) => Some(read_candles(list, asset, every, way.unwrap_or(CandlePath::Ohlc))?),
        (None, None) => None,
        (Some(_), Some(_)) => return Err(node.invalid(ONE_OF)),
    };
    match (here, file) {
        (Some(path), None) => Ok(PriceSpec::Path(path)),
        (Some(path), Some(file)) => {
            let like = if candles.is_some() { CandlePath::Ohlc } else { CandlePath::Close };
            Ok(PriceSpec::FileOr(series(file, way.unwrap_or(like))?, path))
        }
        (None, Some(file)) => Ok(PriceSpec::File(series(file, way.unwrap_or(CandlePath::Close))?)),
        (None, None) => Err(node.invalid(ONE_OF)),
    }
}

const ONE_OF: &str = "a price like \"1.0\", or one of `points`, `candles` (with `every`) and `file`; a `file` beside \
    `points` or `candles` is taken where it is at hand";

fn read_points(list: &Node, asset: Asset) -> Result<PricePath, ConfigError> {
    let points = list.list()?.iter().map(read_point).collect::<Result<Vec<_>, _>>()?;
    in_order(list, points.iter().map(|(time, _)| *time))?;
    Ok(PricePath::new(asset, points))
}

fn read_candles(
    list: &Node,
    asset: Asset,
    every: Option<&Node>,
    way: CandlePath,
) -> Result<PricePath, ConfigError> {
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
            "a candle at least {} after the one before it, as `every` says",
            write_duration(span)
        )));
    }
    Ok(PricePath::new(asset, expand(&candles, span, way)))
}

pub(super) fn in_order(list: &Node, times: impl Iterator<Item = Timestamp>) -> Result<(), ConfigError> {
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
