//! Pools whose trades are those of a history.

use levmine_amm::PoolRecord;
use levmine_config::{ConfigError, Node, parse_duration};
use levmine_market::Timestamp;

use super::rates::choice;

/// A pool that is named, and the file of what was traded there.
#[derive(Debug, Clone)]
pub struct TradesSpec {
    /// The pool, where it is written.
    pub at: Node,
    /// The file, relative to the scenario's.
    pub file: Node,
    /// Whether the times denote the end of a row's span; where nothing is said, its beginning.
    pub stamped_at_close: Option<bool>,
    /// The longest gap that is accepted, in seconds.
    pub max_gap: Option<u64>,
    /// The rows of the file with the ends of their spans, once it is loaded.
    pub rows: Vec<(Timestamp, PoolRecord)>,
}

pub(super) fn read_trades(node: &Node) -> Result<Vec<TradesSpec>, ConfigError> {
    node.list()?.iter().map(read_one).collect()
}

fn read_one(node: &Node) -> Result<TradesSpec, ConfigError> {
    let mut fields = node.fields()?;
    let at = fields.required("at", "the name of a pool")?.clone();
    let file = fields.required("file", "a file of trades")?.clone();
    file.text()?;
    let stamped_at_close = choice(fields.optional("stamp"), ["open", "close"])?;
    let max_gap = fields.optional("max_gap").map(|node| node.read(parse_duration)).transpose()?;
    fields.finish()?;
    Ok(TradesSpec { at, file, stamped_at_close, max_gap, rows: Vec::new() })
}
