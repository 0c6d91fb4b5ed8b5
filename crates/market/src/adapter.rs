use crate::{Assets, Moment};

/// What a protocol's adapter says about itself: a constant in its crate, shown by `levmine adapters`.
#[derive(Debug, Clone, Copy)]
pub struct Descriptor {
    /// The name in files: `aave-v3`.
    pub name: &'static str,
    /// The name for people: `Aave V3`.
    pub title: &'static str,
    /// One sentence: what it is and what is modelled.
    pub summary: &'static str,
    /// The contract versions modelled; the first is the default.
    pub versions: &'static [&'static str],
    /// Dated sets of parameters.
    pub presets: &'static [Preset],
    /// What a venue table can say.
    pub parameters: &'static [Parameter],
}

/// A dated set of parameters with its source.
#[derive(Debug, Clone, Copy)]
pub struct Preset {
    /// The name in files: `ethereum`.
    pub name: &'static str,
    /// The day the figures are of: `2023-10-31`.
    pub date: &'static str,
    /// One sentence: what it holds.
    pub summary: &'static str,
    /// Where the figures come from.
    pub source: &'static str,
}

/// One key of a venue table.
#[derive(Debug, Clone, Copy)]
pub struct Parameter {
    /// The key.
    pub key: &'static str,
    /// What is accepted.
    pub accepted: &'static str,
    /// What it means.
    pub meaning: &'static str,
}

/// What an adapter is told when it builds a venue from a file.
#[derive(Debug, Clone, Copy)]
pub struct BuildContext<'a> {
    /// The venue's name in the file; a pool's share is named after it.
    pub venue: &'a str,
    /// The assets that can be named.
    pub assets: &'a Assets,
    /// When the venue begins.
    pub now: Moment,
}
