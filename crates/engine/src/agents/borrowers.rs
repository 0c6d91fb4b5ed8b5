use levmine_composer::{StepError, World};
use levmine_lending::{Amount, Flow, FlowKind, LendingError, Rates};
use levmine_market::{Asset, Timestamp, VenueId};
use levmine_math::{Ray, Rounding, U256, Wad, mul_div};

use super::curve::CurveCheck;
use crate::random::{Drawer, Stream};
use crate::{Accuracy, Event, EventKind};

/// The other users of a lending market, who bring the utilization of an asset to a target in each step, as far as what
/// is there and what they have allows.
#[derive(Debug, Clone, PartialEq)]
pub struct Borrower {
    /// The lending market.
    pub at: VenueId,
    /// The asset.
    pub asset: Asset,
    /// Whether they move what is borrowed or what is supplied.
    pub by: MovedBy,
    /// The utilization they bring about.
    pub target: Target,
}

/// What the others move to change the utilization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MovedBy {
    /// They borrow and repay; what is supplied stays.
    #[default]
    Borrowing,
    /// They supply and withdraw; what is borrowed stays.
    Supplying,
}

/// A utilization over time; parts with 18 decimals, from zero to one.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// Each holds until the next; the first holds before it, too.
    Points(Vec<(Timestamp, Wad)>),
    /// As was recorded, in order of time: each holds until the next, the first holds before it, too. The rates that the market
    /// makes of it are compared with those that were recorded beside it.
    Recorded(Vec<RecordedUse>),
    /// It wanders around a mean.
    Reverting(Reverting),
}

/// How a market was used at some moment, and the rates then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordedUse {
    /// The moment.
    pub time: Timestamp,
    /// What was borrowed of what was supplied, from zero to one.
    pub utilization: Wad,
    /// The rates of supply and of debt per year, where they are known.
    pub rates: Option<[Ray; 2]>,
}

/// A process that returns to its mean (Ornstein and Uhlenbeck), clipped to 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reverting {
    /// Where it returns to.
    pub mean: f64,
    /// The standard deviation in the long run.
    pub spread: f64,
    /// The time in which half of a distance from the mean is gone, in seconds.
    pub half_life: u64,
}

impl Reverting {
    /// Where `level` has gone after `seconds`, with the standard normal number `z`.
    ///
    /// Formula: `m + (x − m)·d + s·√(1 − d²)·z` with `d = 2^(−seconds ÷ half_life)`, exact for every length of a step.
    #[must_use]
    pub fn after(&self, level: f64, seconds: u64, z: f64) -> f64 {
        let decay = libm::exp2(-(seconds as f64) / self.half_life.max(1) as f64);
        let noise = self.spread * libm::sqrt((1.0 - decay * decay).max(0.0)) * z;
        (self.mean + (level - self.mean) * decay + noise).clamp(0.0, 1.0)
    }
}

/// A part of one with nine places, as 18 decimals.
fn wad(level: f64) -> Wad {
    Wad::from_raw(U256::from((level * 1e9) as u64) * U256::from(1_000_000_000_u64))
}

/// Nearer to its target than a millionth of what is supplied, utilization counts as there.
const NEAR: u64 = 1_000_000;

/// The others of one market and asset in the course of a run.
pub(crate) struct BorrowerState<'a> {
    rule: &'a Borrower,
    passed: usize,
    level: Option<f64>,
    noise: Stream,
    /// Whether it has been told that the market refuses them.
    refused: bool,
    curve: CurveCheck,
}

impl<'a> BorrowerState<'a> {
    /// The one at place `index` of the scenario.
    pub(crate) fn new(rule: &'a Borrower, seed: u64, index: u32) -> Self {
        let noise = Stream::new(seed, Drawer::Borrower, index);
        Self { rule, passed: 0, level: None, noise, refused: false, curve: CurveCheck::default() }
    }

    /// What they move.
    pub(crate) const fn place(&self) -> (VenueId, Asset) {
        (self.rule.at, self.rule.asset)
    }

    /// Moves the utilization to where it should be now, `seconds` after the step before.
    pub(crate) fn act(
        &mut self,
        world: &mut World,
        seconds: u64,
        told: &mut Vec<Event>,
    ) -> Result<(), StepError> {
        let Borrower { at, asset, by, .. } = *self.rule;
        if world.is_paused(at) {
            return Ok(());
        }
        let rates = world.lending(at)?.rates(asset, world.now)?;
        let target = self.target(&rates, world.now.time, seconds);
        match movement(&rates, target, by)? {
            Some((kind, units)) => {
                self.bring(world, Flow { kind, asset, amount: Amount::Exact(units) }, target, told)?
            }
            None => self.refused = false,
        }
        if let Some(recorded) = self.recorded_rates() {
            let rates = world.lending(at)?.rates(asset, world.now)?;
            self.curve.compare(world.now.time, [rates.supply, rates.borrow], recorded);
        }
        Ok(())
    }

    /// Does what brings the utilization to its target.
    fn bring(
        &mut self,
        world: &mut World,
        flow: Flow,
        target: Wad,
        told: &mut Vec<Event>,
    ) -> Result<(), StepError> {
        let Borrower { at, asset, .. } = *self.rule;
        match world.flow(at, flow) {
            Ok(_) => self.refused = false,
            Err(
                error @ (StepError::Lending(LendingError::Refused { .. })
                | StepError::Paused { .. }
                | StepError::Sheltered { .. }),
            ) => {
                // The same in the next step is the same event.
                if !std::mem::replace(&mut self.refused, true) {
                    let (time, equity) = (world.now.time, world.portfolio.equity());
                    let kind = EventKind::OthersRefused { at, asset, target, reason: error.to_string() };
                    told.push(Event { time, equity, kind });
                }
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// The rates that were recorded beside the use that holds now.
    fn recorded_rates(&self) -> Option<[Ray; 2]> {
        match &self.rule.target {
            Target::Recorded(rows) => rows.get(self.passed.saturating_sub(1))?.rates,
            _ => None,
        }
    }

    /// How near the market's own rates came to those that were recorded.
    pub(crate) fn accuracy(&self, world: &World) -> Option<Accuracy> {
        self.curve.accuracy(format!(
            "rates of {} at {}, by its curve",
            self.rule.asset,
            world.name(self.rule.at)
        ))
    }

    fn target(&mut self, rates: &Rates, now: Timestamp, seconds: u64) -> Wad {
        match &self.rule.target {
            Target::Points(points) => {
                while points.get(self.passed).is_some_and(|(time, _)| *time <= now) {
                    self.passed += 1;
                }
                points.get(self.passed.saturating_sub(1)).map_or(Wad::ZERO, |(_, part)| *part)
            }
            Target::Recorded(rows) => {
                while rows.get(self.passed).is_some_and(|row| row.time <= now) {
                    self.passed += 1;
                }
                rows.get(self.passed.saturating_sub(1)).map_or(Wad::ZERO, |row| row.utilization)
            }
            Target::Reverting(process) => {
                // It begins where the market stands.
                let level = self.level.unwrap_or_else(|| part_of_one(rates.utilization));
                // Drawn in every step, so that a number's place is the step's.
                let z = self.noise.normal();
                let level = process.after(level, seconds, z);
                self.level = Some(level);
                wad(level)
            }
        }
    }
}

fn part_of_one(utilization: Ray) -> f64 {
    let parts = utilization.raw() / U256::from(1_000_000_000_000_000_000_u64);
    (u64::try_from(parts).unwrap_or(u64::MAX) as f64 / 1e9).clamp(0.0, 1.0)
}

/// What the others must do so that the utilization becomes `target`; `None` where it is there.
fn movement(rates: &Rates, target: Wad, by: MovedBy) -> Result<Option<(FlowKind, U256)>, StepError> {
    let Rates { available, borrowed, utilization, .. } = *rates;
    // What is supplied by the market's own formula, which may leave reserves out.
    let supplied = if utilization.is_zero() || borrowed.is_zero() {
        available
    } else {
        mul_div(borrowed, Ray::ONE.raw(), utilization.raw(), Rounding::Up)?
    };
    let (kind, units) = match by {
        MovedBy::Borrowing => {
            let wanted = mul_div(supplied, target.raw(), Wad::ONE.raw(), Rounding::Down)?;
            if wanted >= borrowed {
                (FlowKind::Borrow, wanted.saturating_sub(borrowed).min(available))
            } else {
                (FlowKind::Repay, borrowed.saturating_sub(wanted))
            }
        }
        // Nothing that is supplied makes a debt small against it.
        MovedBy::Supplying if target.is_zero() => return Ok(None),
        MovedBy::Supplying => {
            let wanted = mul_div(borrowed, Wad::ONE.raw(), target.raw(), Rounding::Up)?;
            if wanted >= supplied {
                (FlowKind::Supply, wanted.saturating_sub(supplied))
            } else {
                (FlowKind::Withdraw, supplied.saturating_sub(wanted).min(available))
            }
        }
    };
    Ok((units > supplied / U256::from(NEAR)).then_some((kind, units)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rates(available: u64, borrowed: u64) -> Rates {
        let total = (available + borrowed).max(1);
        let part = mul_div(U256::from(borrowed), Ray::ONE.raw(), U256::from(total), Rounding::Down);
        Rates {
            supply: Ray::ZERO,
            borrow: Ray::ZERO,
            utilization: Ray::from_raw(part.unwrap()),
            available: U256::from(available),
            borrowed: U256::from(borrowed),
        }
    }

    fn percent(percent: u64) -> Wad {
        Wad::from_raw(U256::from(percent) * U256::from(10_000_000_000_000_000_u64))
    }

    fn moved(available: u64, borrowed: u64, target: u64, by: MovedBy) -> Option<(FlowKind, u64)> {
        let moved = movement(&rates(available, borrowed), percent(target), by).unwrap();
        moved.map(|(kind, units)| (kind, u64::try_from(units).unwrap()))
    }

    #[test]
    fn borrowing_leaves_what_is_supplied() {
        use MovedBy::Borrowing;
        // 1,000,000 supplied, 400,000 of it borrowed.
        assert_eq!(moved(600_000, 400_000, 85, Borrowing), Some((FlowKind::Borrow, 450_000)));
        assert_eq!(moved(600_000, 400_000, 100, Borrowing), Some((FlowKind::Borrow, 600_000)));
        assert_eq!(moved(600_000, 400_000, 0, Borrowing), Some((FlowKind::Repay, 400_000)));
        assert_eq!(moved(600_000, 400_000, 40, Borrowing), None);
        assert_eq!(moved(1_000_000, 0, 50, Borrowing), Some((FlowKind::Borrow, 500_000)));
        assert_eq!(moved(0, 0, 50, Borrowing), None);
    }

    #[test]
    fn supplying_leaves_what_is_borrowed() {
        use MovedBy::Supplying;
        // 400,000 ÷ 80 % = 500,000: half of the million goes.
        assert_eq!(moved(600_000, 400_000, 80, Supplying), Some((FlowKind::Withdraw, 500_000)));
        assert_eq!(moved(600_000, 400_000, 100, Supplying), Some((FlowKind::Withdraw, 600_000)));
        assert_eq!(moved(600_000, 400_000, 20, Supplying), Some((FlowKind::Supply, 1_000_000)));
        assert_eq!(moved(600_000, 400_000, 0, Supplying), None);
    }

    #[test]
    fn a_half_life_halves_the_distance() {
        let process = Reverting { mean: 0.8, spread: 0.1, half_life: 86_400 };
        // 0.4 is 0.4 below its mean; a day later half of that, two days later a quarter.
        assert!((process.after(0.4, 86_400, 0.0) - 0.6).abs() < 1e-12);
        assert!((process.after(0.4, 172_800, 0.0) - 0.7).abs() < 1e-12);
        // From the mean with z = 1: 0.1 · √(1 − 1/4) = 0.0866…
        assert!((process.after(0.8, 86_400, 1.0) - 0.886_602_540_378).abs() < 1e-9);
        assert!((process.after(0.8, 0, 3.0) - 0.8).abs() < 1e-12);
        // Clipped.
        assert_eq!(process.after(0.99, 86_400, 9.0), 1.0);
        assert_eq!(process.after(0.01, 1, -9_000.0), 0.0);
    }

    #[test]
    fn the_spread_is_what_it_is_in_the_long_run() {
        let process = Reverting { mean: 0.5, spread: 0.05, half_life: 7_200 };
        let mut noise = Stream::new(3, Drawer::Borrower, 0);
        let (mut level, mut sum, mut squares) = (0.5, 0.0, 0.0);
        let steps = 40_000;
        for _ in 0..steps {
            level = process.after(level, 3_600, noise.normal());
            sum += level;
            squares += (level - 0.5) * (level - 0.5);
        }
        let steps = f64::from(steps);
        // Neighbours are correlated, so the mean of 40,000 counts as of 6,900: standard error 0.0006.
        assert!((sum / steps - 0.5).abs() < 0.0025, "mean {}", sum / steps);
        assert!((libm::sqrt(squares / steps) - 0.05).abs() < 0.002, "spread {}", libm::sqrt(squares / steps));
    }
}
