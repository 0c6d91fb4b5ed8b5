//! Other users of lending markets.

use levmine_config::{ConfigError, Node, parse_date, parse_duration};
use levmine_market::{Asset, Assets, Timestamp};
use levmine_math::Wad;
use rust_decimal::prelude::ToPrimitive;

use super::agents::part;
use super::prices::{FileSeries, in_order};
use crate::{CandlePath, MovedBy, Reverting, Target};

/// The other users of a lending market that is named.
#[derive(Debug, Clone)]
pub struct BorrowerSpec {
    /// Where the market is named.
    pub at: Node,
    /// The asset.
    pub asset: Asset,
    /// What they move.
    pub by: MovedBy,
    /// The utilization they bring about.
    pub target: TargetSpec,
}

/// Where a utilization comes from.
#[derive(Debug, Clone)]
pub enum TargetSpec {
    /// It is in the file.
    Here(Target),
    /// It is what was borrowed of what was supplied, in another file; where that is not at hand, what is here.
    File(FileSeries, Option<Target>),
}

const ACCEPTED: &str = "a percentage like \"85%\", or a table with `points`, with `file`, or with `mean`, `spread` and \
                        `half_life`";

pub(super) fn read_borrowers(node: &Node, assets: &Assets) -> Result<Vec<BorrowerSpec>, ConfigError> {
    node.list()?.iter().map(|node| read_borrower(node, assets)).collect()
}

fn read_borrower(node: &Node, assets: &Assets) -> Result<BorrowerSpec, ConfigError> {
    let mut fields = node.fields()?;
    let at = fields.required("at", "the name of a lending market")?.clone();
    let asset = assets.read(fields.required("asset", "the symbol of an asset of that market")?)?;
    let target = read_target(fields.required("utilization", ACCEPTED)?)?;
    let by = match fields.optional("by") {
        None => MovedBy::default(),
        Some(node) => match node.text()? {
            "borrowing" => MovedBy::Borrowing,
            "supplying" => MovedBy::Supplying,
            other => return Err(node.unknown_name(other, ["borrowing", "supplying"])),
        },
    };
    fields.finish()?;
    Ok(BorrowerSpec { at, asset, by, target })
}

fn read_target(node: &Node) -> Result<TargetSpec, ConfigError> {
    if node.entries().is_err() {
        let constant = part(node, "100%").map_err(|_| node.invalid(ACCEPTED))?;
        return Ok(TargetSpec::Here(Target::Points(vec![(Timestamp(0), constant)])));
    }
    let mut fields = node.fields()?;
    let (points, file, mean) = (fields.optional("points"), fields.optional("file"), fields.optional("mean"));
    let points = points.map(read_points).transpose()?;
    let target = match (points, file, mean) {
        (Some(points), None, None) => TargetSpec::Here(points),
        (here, Some(file), None) => {
            let series = FileSeries {
                place: file.place.clone(),
                file: file.text()?.to_string(),
                way: CandlePath::Close,
                max_gap: fields.optional("max_gap").map(|node| node.read(parse_duration)).transpose()?,
                stamped_at_close: false,
                drops_absurd: false,
            };
            TargetSpec::File(series, here)
        }
        (None, None, Some(mean)) => {
            let spread = fields.required("spread", "the standard deviation in the long run, like \"5%\"")?;
            let accepted = "the time in which half of a distance from the mean is gone, like \"3d\"";
            let half_life = fields.required("half_life", accepted)?.read(parse_duration)?;
            let real = |node: &Node| Ok(real(part(node, "100%")?));
            TargetSpec::Here(Target::Reverting(Reverting {
                mean: real(mean)?,
                spread: real(spread)?,
                half_life,
            }))
        }
        _ => return Err(node.invalid(ACCEPTED)),
    };
    fields.finish()?;
    Ok(target)
}

fn read_points(list: &Node) -> Result<Target, ConfigError> {
    let points = list.list()?.iter().map(read_point).collect::<Result<Vec<_>, _>>()?;
    in_order(list, points.iter().map(|(time, _)| *time))?;
    Ok(Target::Points(points))
}

fn read_point(node: &Node) -> Result<(Timestamp, Wad), ConfigError> {
    match node.list()? {
        [time, level] => Ok((Timestamp(time.read(parse_date)?), part(level, "100%")?)),
        _ => Err(node.invalid("a point [time, utilization], like [\"2020-03-12\", \"85%\"]")),
    }
}

/// A part of one as a real number.
pub(super) fn real(part: Wad) -> f64 {
    part.to_decimal().ok().and_then(|part| part.to_f64()).unwrap_or(0.0)
}
