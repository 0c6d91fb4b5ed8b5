use levmine_composer::{StepError, World};
use levmine_market::{Asset, TokenAmount, VenueId};
use levmine_math::{Rounding, U256, mul_div};

use super::volume::{Traded, VolumeState};
use crate::Volume;
use crate::random::{Drawer, Stream};

/// Outsiders who trade back and forth at a pool, so that fees come from trades.
#[derive(Debug, Clone, PartialEq)]
pub struct Trader {
    /// The pool.
    pub at: VenueId,
    /// How much they trade.
    pub volume: Volume,
    /// How that is divided between the two ways.
    pub direction: Direction,
}

/// How a volume is divided between the two ways. One that was recorded way by way stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Direction {
    /// Half of it one way and the other half back, whatever the price.
    #[default]
    Balanced,
    /// A random part of each step's volume one way, evenly from nothing to all, and the rest back.
    Random,
}

/// A trader in the course of a run.
pub(crate) struct TraderState<'a> {
    rule: &'a Trader,
    volume: VolumeState<'a>,
    numbers: Stream,
}

/// The parts of a volume that a random part is told in.
const PARTS: u64 = 1_000_000_000;

impl<'a> TraderState<'a> {
    /// The one at place `index` of the scenario.
    pub(crate) fn new(rule: &'a Trader, seed: u64, index: u32) -> Self {
        let numbers = Stream::new(seed, Drawer::Trader, index);
        Self { rule, volume: VolumeState::new(&rule.volume), numbers }
    }

    /// Trades the volume of the `seconds` up to now.
    pub(crate) fn act(&mut self, world: &mut World, seconds: u64) -> Result<(), StepError> {
        let at = self.rule.at;
        let traded = self.volume.of_step(world, at, seconds, &mut self.numbers)?;
        match traded {
            Traded::BothWays(volume) => {
                let parts = match self.rule.direction {
                    Direction::Balanced => PARTS / 2,
                    Direction::Random => (self.numbers.unit() * PARTS as f64) as u64,
                };
                self.back_and_forth(world, volume, parts)
            }
            Traded::EachWay(sells) => {
                for sell in sells {
                    let other = world.pool(at)?.coins().iter().copied().find(|coin| *coin != sell.asset);
                    if let (Some(other), false) = (other, sell.is_zero()) {
                        let _ = trade(world, at, sell, other);
                    }
                }
                Ok(())
            }
        }
    }

    /// Sells `parts` of the volume one way and what the rest is worth back.
    fn back_and_forth(&self, world: &mut World, volume: TokenAmount, parts: u64) -> Result<(), StepError> {
        let (at, from) = (self.rule.at, volume.asset);
        let there = mul_div(volume.raw, U256::from(parts), U256::from(PARTS), Rounding::Down)?;
        let back = match self.rule.direction {
            // As much back as there: an odd base unit stays.
            Direction::Balanced => there,
            Direction::Random => volume.raw.saturating_sub(there),
        };
        let Some(to) = other_coin(world, at, from)? else { return Ok(()) };
        let mut got = None;
        if !there.is_zero() {
            // A trade that the pool does not take (too small, pool empty) is a trade that did not happen.
            got = trade(world, at, TokenAmount::new(from, there), to).ok();
        }
        if back.is_zero() || (got.is_none() && self.rule.direction == Direction::Balanced) {
            return Ok(());
        }
        let mut back = world.convert(TokenAmount::new(from, back), to)?;
        if let (Direction::Balanced, Some(got)) = (self.rule.direction, got) {
            back = back.max(got.raw);
        }
        let _ = trade(world, at, TokenAmount::new(to, back), from);
        Ok(())
    }
}

/// The least part of the market's worth that traders take for what they sell, in hundredths: a pool that pays less, fee
/// included, is too thin for them.
const LEAST: u64 = 90;

fn trade(world: &mut World, at: VenueId, sell: TokenAmount, buy: Asset) -> Result<TokenAmount, StepError> {
    let worth = world.convert(sell, buy)?;
    let least = mul_div(worth, U256::from(LEAST), U256::from(100_u64), Rounding::Down)?;
    world.outside_swap(at, sell, buy, least)
}

pub(super) fn other_coin(world: &World, at: VenueId, coin: Asset) -> Result<Option<Asset>, StepError> {
    Ok(world.pool(at)?.coins().iter().copied().find(|other| *other != coin))
}
