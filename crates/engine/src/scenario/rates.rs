//! Reserves whose rates are those of a history.

use levmine_config::{ConfigError, Node, parse_duration};
use levmine_lending::ReserveRecord;
use levmine_market::{Asset, Assets};

/// A reserve at a lending market that is named, and the file of its rates.
#[derive(Debug, Clone)]
pub struct RatesSpec {
    /// The market, where it is written.
    pub at: Node,
    /// The reserve.
    pub asset: Asset,
    /// The file, relative to the scenario's.
    pub file: Node,
    /// Whether the times denote the end of a row's span; where nothing is said, what files of its shape usually mean.
    pub stamped_at_close: Option<bool>,
    /// The longest gap that is accepted, in seconds.
    pub max_gap: Option<u64>,
    /// Whether rows whose values cannot be right are accepted.
    pub keeps_absurd: bool,
    /// Whether the recorded indexes are taken where they do not follow from the rates.
    pub adopts: bool,
    /// The rows of the file, once it is loaded.
    pub rows: Vec<ReserveRecord>,
}

pub(super) fn read_rates(node: &Node, assets: &Assets) -> Result<Vec<RatesSpec>, ConfigError> {
    node.list()?.iter().map(|node| read_one(node, assets)).collect()
}

fn read_one(node: &Node, assets: &Assets) -> Result<RatesSpec, ConfigError> {
    let mut fields = node.fields()?;
    let at = fields.required("at", "the name of a lending market")?.clone();
    let asset = assets.read(fields.required("asset", "the symbol of a reserve")?)?;
    let file = fields.required("file", "a file of rates")?.clone();
    file.text()?;
    let stamped_at_close = choice(fields.optional("stamp"), ["open", "close"])?;
    let adopts = choice(fields.optional("indexes"), ["grown", "recorded"])?.unwrap_or(true);
    let keeps_absurd = choice(fields.optional("absurd"), ["refuse", "keep"])?.unwrap_or(false);
    let max_gap = fields.optional("max_gap").map(|node| node.read(parse_duration)).transpose()?;
    fields.finish()?;
    Ok(RatesSpec { at, asset, file, stamped_at_close, max_gap, keeps_absurd, adopts, rows: Vec::new() })
}

/// Whether a node says the second of two words.
pub(super) fn choice(node: Option<&Node>, words: [&'static str; 2]) -> Result<Option<bool>, ConfigError> {
    let Some(node) = node else { return Ok(None) };
    let text = node.text()?;
    match words.iter().position(|word| *word == text) {
        Some(place) => Ok(Some(place == 1)),
        None => Err(node.unknown_name(text, words)),
    }
}
