//! Noise traders.

use levmine_config::{ConfigError, Node, parse_duration};
use levmine_market::{Asset, Assets};
use levmine_math::Wad;

use super::agents::{amount, part};
use super::borrowers::real;
use super::prices::FileSeries;
use crate::{CandlePath, Direction, Volume, VolumeModel};

/// Outsiders who trade at a pool that is named.
#[derive(Debug, Clone)]
pub struct TraderSpec {
    /// Where the pool is named.
    pub at: Node,
    /// Where the volume is written.
    pub place: Node,
    /// How much they trade.
    pub volume: VolumeSpec,
    /// How that is divided between the two ways.
    pub direction: Direction,
}

/// Where a volume comes from.
#[derive(Debug, Clone)]
pub enum VolumeSpec {
    /// It is in the file.
    Here(Volume),
    /// It was recorded, in another file.
    File {
        /// The file.
        series: FileSeries,
        /// Its columns.
        columns: RecordedColumns,
        /// The part of it that is traded here, 18 decimals.
        share: Wad,
    },
}

/// Where a recorded volume stands in its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordedColumns {
    /// Both ways together in one column, in whole tokens of an asset.
    BothWays(String, Asset),
    /// What was sold of each of two assets, in base units.
    EachWay([(Asset, String); 2]),
}

const VOLUME: &str = "an amount like \"100000 USDC\", or a table with `per_day` or `file`";

pub(super) fn read_traders(node: &Node, assets: &Assets) -> Result<Vec<TraderSpec>, ConfigError> {
    node.list()?.iter().map(|node| read_trader(node, assets)).collect()
}

fn read_trader(node: &Node, assets: &Assets) -> Result<TraderSpec, ConfigError> {
    let mut fields = node.fields()?;
    let at = fields.required("at", "the name of a pool")?.clone();
    let place = fields.required("volume", VOLUME)?.clone();
    let volume = if place.entries().is_ok() {
        read_volume(&place, assets)?
    } else {
        let per = fields.optional("per").map_or(Ok(86_400), |node| node.read(parse_duration))?;
        VolumeSpec::Here(Volume::Constant { amount: amount(&place, assets)?, per })
    };
    let direction = match fields.optional("direction") {
        None => Direction::default(),
        Some(node) => match node.text()? {
            "balanced" => Direction::Balanced,
            "random" => Direction::Random,
            other => return Err(node.unknown_name(other, ["balanced", "random"])),
        },
    };
    fields.finish()?;
    Ok(TraderSpec { at, place, volume, direction })
}

fn read_volume(node: &Node, assets: &Assets) -> Result<VolumeSpec, ConfigError> {
    let mut fields = node.fields()?;
    let volume = match (fields.optional("per_day"), fields.optional("file")) {
        (Some(mean), None) => {
            let factor = |node: Option<&Node>| node.map_or(Ok(0.0), |node| Ok(real(part(node, "1000%")?)));
            VolumeSpec::Here(Volume::Model(VolumeModel {
                per_day: amount(mean, assets)?,
                spread: factor(fields.optional("spread"))?,
                per_percent: factor(fields.optional("per_percent"))?,
            }))
        }
        (None, Some(file)) => {
            let columns = match (fields.optional("column"), fields.optional("sold")) {
                (Some(column), None) => {
                    let asset = fields.required("in", "the asset that the column counts in whole tokens")?;
                    RecordedColumns::BothWays(column.text()?.to_string(), assets.read(asset)?)
                }
                (None, Some(sold)) => RecordedColumns::EachWay(read_sold(sold, assets)?),
                _ => {
                    return Err(node.invalid(
                        "`column` and `in` for a volume in whole tokens, or `sold` for base units of each coin",
                    ));
                }
            };
            let share = fields.optional("share").map_or(Ok(Wad::ONE), |node| part(node, "100%"))?;
            let max_gap = fields.optional("max_gap").map(|node| node.read(parse_duration)).transpose()?;
            let series = FileSeries {
                place: file.place.clone(),
                file: file.text()?.to_string(),
                way: CandlePath::Close,
                max_gap,
                stamped_at_close: false,
                drops_absurd: false,
            };
            VolumeSpec::File { series, columns, share }
        }
        _ => return Err(node.invalid(VOLUME)),
    };
    fields.finish()?;
    Ok(volume)
}

/// `{ USDC = "inAmount0", WETH = "inAmount1" }`.
fn read_sold(node: &Node, assets: &Assets) -> Result<[(Asset, String); 2], ConfigError> {
    let read = |(symbol, node): &(String, Node)| {
        let asset = assets.get(symbol).ok_or_else(|| assets.unknown(node, symbol))?;
        Ok((asset, node.text()?.to_string()))
    };
    match node.entries()? {
        [one, other] => Ok([read(one)?, read(other)?]),
        _ => {
            Err(node
                .invalid("both coins, each with its column: { USDC = \"inAmount0\", WETH = \"inAmount1\" }"))
        }
    }
}
