//! What gas costs: a price of a unit of gas over time.

use levmine_config::{ConfigError, Node, Place, parse_date, parse_duration, parse_percent};
use levmine_market::{Asset, Assets, Timestamp};
use levmine_math::{U256, parse_units};
use rust_decimal::Decimal;

use super::prices::in_order;

/// Price of a unit of gas in wei, from each time on; empty for none.
pub type GasPath = Vec<(Timestamp, U256)>;

/// Where a price of gas comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GasSource {
    /// It is in the file.
    Path(GasPath),
    /// It is in another file.
    File(GasFile),
    /// It follows a model.
    Model(GasModel),
}

/// A history of a gas price in another file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GasFile {
    /// Where it is named.
    pub place: Place,
    /// The file, relative to the scenario's.
    pub file: String,
    /// The longest gap that is accepted, in seconds.
    pub max_gap: Option<u64>,
    /// Whether the times denote the end of what a price is a mean of.
    pub stamped_at_close: bool,
}

/// How a fee follows a demand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeeRule {
    /// EIP-1559: the base fee of execution.
    BaseFee,
    /// EIP-4844: the base fee of blobs.
    BlobBaseFee,
}

/// A fee that follows a demand, which returns to a mean and rises when a price falls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GasModel {
    /// Where it is written.
    pub place: Place,
    /// Which fee it is, and so how it follows the demand.
    pub rule: FeeRule,
    /// What half of the blocks are willing to pay in the long run, in wei: the median of the base fee.
    pub base: U256,
    /// What is paid on top of it, in wei.
    pub tip: U256,
    /// The standard deviation of the demand's logarithm.
    pub spread: Decimal,
    /// Seconds after which half of a deviation is gone.
    pub half_life: u64,
    /// Seconds from point to point.
    pub every: u64,
    /// How a crash raises it.
    pub crash: Option<GasCrash>,
}

/// How demand for gas rises when a price falls: by `factor` for a fall of `fall` below the highest price of the last
/// `window`; in proportion of the logarithms below that, and no more above it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GasCrash {
    /// The asset whose price is looked at.
    pub of: Asset,
    /// How many times the demand becomes.
    pub factor: Decimal,
    /// For which fall, as a fraction.
    pub fall: Decimal,
    /// Seconds that are looked back.
    pub window: u64,
}

const GAS: &str = "a gas price like \"20 gwei\", a list of [time, gas price], { file = \"gas.csv\" } or \
                              { model = \"eip-1559\", base = \"20 gwei\" }";

pub(super) fn read_gas(node: &Node, assets: &Assets) -> Result<GasSource, ConfigError> {
    if node.fields().is_ok() {
        return read_table(node, assets);
    }
    let Ok(list) = node.list() else { return Ok(GasSource::Path(vec![(Timestamp(0), wei(node)?)])) };
    let points: GasPath = list
        .iter()
        .map(|node| match node.list()? {
            [time, gas] => Ok((Timestamp(time.read(parse_date)?), wei(gas)?)),
            _ => Err(node.invalid(GAS)),
        })
        .collect::<Result<_, ConfigError>>()?;
    in_order(node, points.iter().map(|(time, _)| *time))?;
    Ok(GasSource::Path(points))
}

fn read_table(node: &Node, assets: &Assets) -> Result<GasSource, ConfigError> {
    let mut fields = node.fields()?;
    match (fields.optional("file"), fields.optional("model")) {
        (Some(file), None) => {
            let max_gap = fields.optional("max_gap").map(|node| node.read(parse_duration)).transpose()?;
            let stamped_at_close = match fields.optional("stamp").map(|node| (node, node.text())) {
                None | Some((_, Ok("open"))) => false,
                Some((_, Ok("close"))) => true,
                Some((node, _)) => return Err(node.invalid("\"open\" or \"close\"")),
            };
            fields.finish()?;
            let (place, file) = (file.place.clone(), file.text()?.to_string());
            Ok(GasSource::File(GasFile { place, file, max_gap, stamped_at_close }))
        }
        (None, Some(model)) => {
            let rule = match model.text()? {
                "eip-1559" => FeeRule::BaseFee,
                "eip-4844" => FeeRule::BlobBaseFee,
                other => return Err(model.unknown_name(other, ["eip-1559", "eip-4844"])),
            };
            Ok(GasSource::Model(read_model(node, rule, assets)?))
        }
        _ => Err(node.invalid(GAS)),
    }
}

fn read_model(node: &Node, rule: FeeRule, assets: &Assets) -> Result<GasModel, ConfigError> {
    let mut fields = node.fields()?;
    fields.optional("model");
    let base_node = fields.required("base", "the median of the base fee, like \"20 gwei\"")?;
    let base = wei(base_node)?;
    if base.is_zero() {
        return Err(base_node.invalid("a base fee above zero"));
    }
    let tip = fields.optional("tip").map(wei).transpose()?.unwrap_or_default();
    let spread = match fields.optional("spread") {
        None => Decimal::new(5, 1),
        Some(node) => percent(node, Decimal::TWO, "a standard deviation of the logarithm from 0% to 200%")?,
    };
    let seconds = |node: Option<&Node>, usual: u64| node.map_or(Ok(usual), |node| node.read(parse_duration));
    let half_life = seconds(fields.optional("half_life"), 43_200)?;
    let every = seconds(fields.optional("every"), 3_600)?;
    let factor = fields.optional("crash");
    let (fall, window, of) =
        (fields.optional("crash_fall"), fields.optional("crash_window"), fields.optional("crash_of"));
    fields.finish()?;
    let crash = match factor {
        None => match [fall, window, of].into_iter().flatten().next() {
            Some(node) => {
                return Err(node.invalid("`crash` beside it: how many times the demand becomes, like 20"));
            }
            None => None,
        },
        Some(node) => {
            let factor = node.decimal()?;
            if factor < Decimal::ONE || factor > Decimal::ONE_THOUSAND {
                return Err(node.invalid("how many times the demand becomes, from 1 to 1000"));
            }
            let whole = "a fall above 0% and below 100%";
            let fall_by = match fall {
                None => Decimal::new(4, 1),
                Some(node) => percent(node, Decimal::ONE, whole)?,
            };
            if let Some(node) = fall.filter(|_| fall_by.is_zero() || fall_by == Decimal::ONE) {
                return Err(node.invalid(whole));
            }
            let of = match of {
                Some(node) => assets.read(node)?,
                None => assets
                    .get("WETH")
                    .ok_or_else(|| node.invalid("`crash_of` beside it: the asset whose price falls"))?,
            };
            Some(GasCrash { of, factor, fall: fall_by, window: seconds(window, 86_400)? })
        }
    };
    Ok(GasModel { place: node.place.clone(), rule, base, tip, spread, half_life, every, crash })
}

fn percent(node: &Node, most: Decimal, accepted: &str) -> Result<Decimal, ConfigError> {
    let value = node.read(parse_percent)?;
    if value < Decimal::ZERO || value > most { Err(node.invalid(accepted)) } else { Ok(value) }
}

/// A price like `20 gwei` or `1 wei`.
fn wei(node: &Node) -> Result<U256, ConfigError> {
    let text = node.text().map_err(|_| node.invalid(GAS))?;
    let (number, places) = match (text.strip_suffix("gwei"), text.strip_suffix("wei")) {
        (Some(number), _) => (number, 9),
        (None, Some(number)) => (number, 0),
        (None, None) => return Err(node.invalid(GAS)),
    };
    let wei = parse_units(number.trim(), places).map_err(|error| node.invalid(format!("{GAS}; {error}")))?;
    if wei.bit_len() > 64 { Err(node.invalid("a gas price below 10^10 gwei")) } else { Ok(wei) }
}
