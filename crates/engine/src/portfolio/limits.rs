//! Limits on what goes through one venue, one protocol or one token.

use levmine_composer::{Exposure, World};
use levmine_config::Place;
use levmine_market::{Mark, Timestamp, VenueId};
use levmine_math::{Rounding, U256, mul_div};

/// What a limit is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measured {
    /// What goes through a protocol.
    Protocol,
    /// What goes through a venue.
    Venue,
    /// What is held of a token.
    Asset,
}

impl Measured {
    /// The name in files: `protocol`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Protocol => "protocol",
            Self::Venue => "venue",
            Self::Asset => "asset",
        }
    }
}

/// The most that may be exposed to something, as a part of the assets of all strategies together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    /// Of what.
    pub of: Measured,
    /// Of which one; of each that no other limit names where there is none.
    pub name: Option<String>,
    /// The most, in parts per million.
    pub most: u32,
    /// Where it is written.
    pub place: Place,
}

/// What became of a limit in a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitUse {
    /// The limit.
    pub limit: Limit,
    /// The highest part that was reached, in parts per million, by what, and when; `None` where nothing is measured.
    pub highest: Option<(u32, String, Timestamp)>,
    /// How many steps ended above it.
    pub steps_above: u64,
}

/// A time above a limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    /// The limit, by its place among those of the portfolio.
    pub limit: usize,
    /// What was above it.
    pub name: String,
    /// The end of the first step above it.
    pub from: Timestamp,
    /// The end of the first step that was not above it any more; `None` when the run ended before.
    pub to: Option<Timestamp>,
    /// The highest part in that time, in parts per million.
    pub highest: u32,
    /// When that was.
    pub at: Timestamp,
}

/// The part of `whole` that `part` is, in parts per million, rounded up: what is a hair above a limit is above it.
pub(super) fn parts_per_million(part: Mark, whole: Mark) -> u32 {
    if part <= 0 || whole <= 0 {
        return 0;
    }
    let (part, whole) = (U256::from(part.unsigned_abs()), U256::from(whole.unsigned_abs()));
    let parts = mul_div(part, U256::from(1_000_000_u64), whole, Rounding::Up);
    parts.ok().and_then(|parts| u32::try_from(parts).ok()).unwrap_or(u32::MAX)
}

/// Calls `seen` with each thing of this kind: its place and what is exposed to it.
pub(super) fn each(of: Measured, exposure: &Exposure, mut seen: impl FnMut(usize, Mark)) {
    match of {
        Measured::Protocol => {
            exposure.protocols.iter().enumerate().for_each(|(at, (_, mark))| seen(at, *mark));
        }
        Measured::Venue => exposure.venues.iter().enumerate().for_each(|(at, mark)| seen(at, *mark)),
        Measured::Asset => {
            exposure.tokens.iter().enumerate().for_each(|(at, token)| seen(at, token.held));
        }
    }
}

/// The name of the thing of this kind at a place.
pub(super) fn name_of<'a>(of: Measured, at: usize, exposure: &'a Exposure, world: &'a World) -> &'a str {
    match of {
        Measured::Protocol => exposure.protocols.get(at).map_or("?", |(name, _)| *name),
        Measured::Venue => u16::try_from(at).map_or("?", |at| world.name(VenueId(at))),
        Measured::Asset => exposure.tokens.get(at).map_or("?", |token| token.asset.symbol()),
    }
}

/// The limit that holds for a thing: the one that names it, else the one for all.
pub(super) fn limit_for(limits: &[Limit], of: Measured, name: &str) -> Option<usize> {
    let named = limits.iter().position(|limit| limit.of == of && limit.name.as_deref() == Some(name));
    named.or_else(|| limits.iter().position(|limit| limit.of == of && limit.name.is_none()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_a_hair_above_a_limit_is_above_it() {
        assert_eq!(parts_per_million(400_000, 1_000_000), 400_000);
        assert_eq!(parts_per_million(400_001, 1_000_001), 400_001);
        assert_eq!(parts_per_million(0, 0), 0);
        assert_eq!(parts_per_million(-5, 10), 0);
        assert_eq!(parts_per_million(i128::MAX, 1), u32::MAX);
    }
}
